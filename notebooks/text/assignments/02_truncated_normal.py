# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Assignment 02 · Artificial errors
#
# **Time:** about 50 minutes. **After** lesson 02.
#
# Replace each `...` by your answer. The cell `check.truncated_normal(...)` below a task tells you at once
# whether it is right; if it is not, it says what it looks like. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from scipy import stats

from cance_edu.classroom import check
from cance_edu.method.proposition import dominance

# %% [markdown]
# ## 1 · Predict (3 minutes)
#
# Noise with K = 1.69 and a feature with $\sigma_z / \mu_z = 0.4$. Does the paper's augmentation keep
# the noise below the data on all of $[0, m_z]$? Set `my_prediction` to `True` or `False`; either earns
# the point.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = False
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert my_prediction in (True, False)

# %% [markdown]
# ## 2 · Draw by the inverse CDF (15 minutes)
#
# Draw from a normal with centre `mode` and scale `scale`, kept on `[0, mode]` only. `u` is an array of
# uniform numbers in (0, 1); use no loop and no rejection.


# %% nbgrader={"grade": false, "grade_id": "truncated", "locked": false, "schema_version": 3, "solution": true, "task": false}
def truncated_normal(u, mode, scale):
    """Return one draw for each u, in [0, mode]."""
    ### BEGIN SOLUTION
    below = stats.norm.cdf(-mode / scale)
    return mode + scale * stats.norm.ppf(below + u * (0.5 - below))
    ### END SOLUTION


# %%
check.truncated_normal(truncated_normal)

# %% nbgrader={"grade": true, "grade_id": "truncated-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.truncated_normal(truncated_normal).passed
### BEGIN HIDDEN TESTS
u = (np.arange(2000) + 0.5) / 2000
draws = np.asarray(truncated_normal(u, 0.7, 5.0))
assert draws.min() >= 0
assert draws.max() <= 0.7
assert np.isclose(draws.mean(), stats.truncnorm.mean(-0.14, 0, 0.7, 5.0), rtol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Widen it with the noise (5 minutes)
#
# Lesson 02 repairs the proposition for K > 1. Write the repaired draw; you may call your function.


# %% nbgrader={"grade": false, "grade_id": "k-aware", "locked": false, "schema_version": 3, "solution": true, "task": false}
def k_aware(u, mode, standard_deviation, noise_scale):
    """Return one draw for each u, from the normal that widens with K."""
    ### BEGIN SOLUTION
    return truncated_normal(u, mode, noise_scale * standard_deviation)
    ### END SOLUTION


# %%
check.k_aware(k_aware)

# %% nbgrader={"grade": true, "grade_id": "k-aware-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert check.k_aware(k_aware).passed
### BEGIN HIDDEN TESTS
draws = np.asarray(k_aware(np.array([0.25, 0.5, 0.75]), 1.0, 0.5, 3.0))
expected = stats.truncnorm.ppf([0.25, 0.5, 0.75], -1 / 1.5, 0, 1.0, 1.5)
assert np.allclose(np.sort(draws), expected)
### END HIDDEN TESTS

# %% [markdown]
# ## 4 · Break the proposition (15 minutes)
#
# Set `lost` to a pair (spread, K), with spread = $\sigma_z / \mu_z$ and K in [1, 10], for which the paper's
# augmentation loses more than a tenth of $[0, m_z]$, and `kept` to one with a larger K for which it loses
# nothing.

# %% nbgrader={"grade": false, "grade_id": "break", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
lost = (0.3, 2.0)
kept = (0.5, 8.0)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
assert 1 <= lost[1] < kept[1] <= 10
assert dominance(1.0, lost[0], noise_scale=lost[1]).lost_share > 0.1
assert dominance(1.0, kept[0], noise_scale=kept[1]).holds

# %% [markdown]
# ## 5 · Explain (10 minutes)
#
# With the optimal T the score is the same whatever the noise. Why augment at all?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Not because T underfits: where noise is denser than data T* is negative, and with T = a T*, a < 1, the
# score S* + (1 - a) T* makes low errors more normal, not less. Eq. 10 changes the optimal score itself,
# from -ln p_0 to -ln p_m: a very good reconstruction no longer scores like a very bad one, and normal
# images that are spared an alarm make room for others, so that at equal false alarms more anomalies with
# large errors are found. The price is a step at m_z. (The noise comes in with T alone: at K = 1 the
# marginal T* is no longer negative at low errors, Prop. 3.1.)
# ### END SOLUTION
