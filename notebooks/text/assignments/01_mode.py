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
# # Assignment 01 · The most likely error
#
# **Time:** about 40 minutes. **After** lesson 01.
#
# Replace each `...` by your answer. The cell `check.mode(...)` below a task tells you at once
# whether it is right; if it is not, it says what it looks like. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from scipy import stats

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# A reconstruction error has mean 1 and standard deviation 1, and is log-normal. Where is its mode:
# below 0.5, between 0.5 and 1, or above 1? Set `my_prediction` to `"below"`, `"between"` or
# `"above"`. Any of them earns the point; compare with your own function afterwards.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = "below"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert my_prediction in ("below", "between", "above")

# %% [markdown]
# ## 2 · Implement the mode (10 minutes)
#
# Write Eq. 9: the mode of a log-normal variable from its mean and its standard deviation.


# %% nbgrader={"grade": false, "grade_id": "mode", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mode(mean, standard_deviation):
    """Return the most likely value of a log-normal variable."""
    ### BEGIN SOLUTION
    return mean * (standard_deviation**2 / mean**2 + 1) ** -1.5
    ### END SOLUTION


# %%
check.mode(mode)

# %% nbgrader={"grade": true, "grade_id": "mode-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.mode(mode).passed
### BEGIN HIDDEN TESTS
sigma = 0.8
variable = stats.lognorm(sigma, scale=2.0)
assert np.isclose(mode(variable.mean(), variable.std()), 2.0 * np.exp(-(sigma**2)))
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Break it (10 minutes)
#
# A colleague computes `mean * (standard_deviation / mean**2 + 1) ** -1.5`: the root is forgotten, or
# rather taken once too often. Set `colleague_is_right` to a pair (mean, standard deviation) for which
# the colleague is right all the same, and `colleague_is_wrong` to one for which the result is wrong by
# more than a factor of two.

# %% nbgrader={"grade": false, "grade_id": "break", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
colleague_is_right = (2.0, 1.0)
colleague_is_wrong = (0.05, 0.02)
### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
def colleague(mean, standard_deviation):
    return mean * (standard_deviation / mean**2 + 1) ** -1.5


def right(mean, standard_deviation):
    sigma2 = np.log(1 + (standard_deviation / mean) ** 2)
    return np.exp(np.log(mean) - 1.5 * sigma2)


assert np.isclose(colleague(*colleague_is_right), right(*colleague_is_right))
factor = colleague(*colleague_is_wrong) / right(*colleague_is_wrong)
assert factor > 2 or factor < 0.5

# %% [markdown]
# ## 4 · Explain (10 minutes)
#
# Prop. 3.1 needs only that $m_z$ is at most the mean. For which positive variables is the most likely
# value above the mean? Must you look for such variables in your data before you rely on Eq. 9?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# For variables that are skewed to the left, such as one minus a small error. But the method does not
# use their mode, it uses Eq. 9: the mean times a number of at most one. So m_z is at most the mean for
# any sample, and there is nothing to look at. (What is lost for a left-skewed variable is the name:
# m_z is then not the mode. If m_z came from elsewhere, such as a histogram, compare it with the mean.)
# ### END SOLUTION
