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
# Replace each `...` by your answer, and `YOUR ANSWER HERE` in the last cell. Below a function that
# you write a `check` cell says at once whether it is right, and if not what it looks like. Further
# tests run when it is graded. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from scipy import stats

from cance_edu.classroom import check
from cance_edu.method.proposition import dominance

# %% [markdown]
# ## 1 · Predict (3 minutes)
#
# A feature has the spread $\sigma_z / \mu_z = 0.5$; $m_z$ is its mode by Eq. 9. The noise is K = 1.69
# times as wide as the data. With the paper's artificial errors among the data, are the data at least as
# dense as the noise on all of $[0, m_z]$? Set `my_prediction` to `True` or `False`; either earns the
# point. Compare afterwards with `dominance(1.0, 0.5, noise_scale=1.69).holds`.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = True
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
# Lesson 02 repairs the proposition for K > 1. Write the repaired draw. You may call your
# `truncated_normal`; when this task is graded, a right one stands in its place.


# %% nbgrader={"grade": false, "grade_id": "k-aware", "locked": false, "schema_version": 3, "solution": true, "task": false}
def k_aware(u, mode, standard_deviation, noise_scale):
    """Return one draw for each u, from the normal that widens with K.

    noise_scale is K, the factor by which the noise is wider than the data.
    """
    ### BEGIN SOLUTION
    return truncated_normal(u, mode, noise_scale * standard_deviation)
    ### END SOLUTION


# %%
check.k_aware(k_aware)


# %% nbgrader={"grade": true, "grade_id": "k-aware-test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# When this is graded, a right truncated_normal takes the place of yours: a mistake costs one task.
### BEGIN HIDDEN TESTS
def truncated_normal(u, mode, scale):
    return stats.truncnorm.ppf(u, -mode / scale, 0, mode, scale)


draws = np.asarray(k_aware(np.array([0.25, 0.5, 0.75]), 1.0, 0.5, 3.0))
expected = stats.truncnorm.ppf([0.25, 0.5, 0.75], -1 / 1.5, 0, 1.0, 1.5)
assert np.allclose(np.sort(draws), expected)
### END HIDDEN TESTS
assert check.k_aware(k_aware).passed

# %% [markdown]
# ## 4 · Break the proposition (15 minutes)
#
# Set `lost` to a pair (spread, K), with spread = $\sigma_z / \mu_z$ at least 0.1 and K in [1, 10], for
# which the paper's augmentation loses the proposition on more than a tenth of $[0, m_z]$, and `kept` to
# one with a larger K for which it loses nothing. Run the cell below yours: it says what is missing.

# %% nbgrader={"grade": false, "grade_id": "break", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
lost = (0.3, 2.0)
kept = (0.5, 8.0)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
for spread, k in (lost, kept):
    assert spread >= 0.1, "the spread must be at least 0.1"
    assert 1 <= k <= 10, "K must be in [1, 10]"
assert lost[1] < kept[1], "kept must have a larger K than lost"
share = {
    name: dominance(1.0, pair[0], noise_scale=pair[1]).lost_share
    for name, pair in (("lost", lost), ("kept", kept))
}
assert share["lost"] > 0.1, f"lost: only {share['lost']:.2%} of the interval is lost"
assert share["kept"] == 0, f"kept: {share['kept']:.2%} of the interval is lost"

# %% [markdown]
# ## 5 · Explain (10 minutes)
#
# With the optimal T the score is the same whatever the noise. Why augment at all?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Since it changes the optimal score itself, on one feature from -ln p_0 to -ln p_m: a very good
# reconstruction no longer scores like a very bad one. Well rebuilt normal images are spared an alarm, and
# at equal false alarms more anomalies of large error are found. The price: a step at m_z, and fewer anomalies of
# small error are found. What the noise does change is T: with K = 1 and nu = 1, T* on one feature is not
# negative on [0, m_z] (Prop. 3.1). An underfitted T is no reason: T = a T* with a < 1 adds (1 - a) T* to
# the score, and where T* is negative, at low errors, that makes them more normal, not less.
# ### END SOLUTION
