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
# Replace each `...` by your answer, and `YOUR ANSWER HERE` in the last cell. Below a function that
# you write a `check` cell says at once whether it is right, and if not what it looks like. Further
# tests run when it is graded. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
from scipy import stats

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# A reconstruction error has mean 1 and standard deviation 1, and is log-normal. Where is its mode:
# below 0.5, between 0.5 and 1, or above 1? Set `my_prediction` to `"below"`, `"between"` or
# `"above"`. Any of them earns the point; compare with your `mode(1, 1)` after task 2.

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
# A colleague computes `mean * (standard_deviation / mean**2 + 1) ** -1.5`: the standard deviation is
# not squared. Set `colleague_is_right` to a pair (mean, standard deviation) for which the colleague is
# right all the same, and `colleague_is_wrong` to one for which the result is wrong by more than a
# factor of two. Both numbers are positive, and the deviation is at least a tenth of the mean. Run the
# cell below yours: it says what is missing.

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


for mean, deviation in (colleague_is_right, colleague_is_wrong):
    assert min(mean, deviation) > 0, "mean and standard deviation must both be positive"
    assert deviation >= mean / 10, "the deviation must be at least a tenth of the mean"
factor = colleague(*colleague_is_right) / right(*colleague_is_right)
assert np.isclose(factor, 1), f"colleague_is_right: the result is {factor:.3g} times the mode"
factor = colleague(*colleague_is_wrong) / right(*colleague_is_wrong)
assert factor > 2 or factor < 0.5, f"colleague_is_wrong: only {factor:.3g} times the mode"

# %% [markdown]
# ## 4 · Explain (10 minutes)
#
# Of $m_z$ the proposition of lesson 02 asks one thing: that it is at most the mean. Give a positive
# variable whose most likely value is above its mean. Does Eq. 9 keep that promise for it? What else do
# you need the true mode for?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# A share that is mostly close to one: the beta density with parameters 5 and 2 has its mode at 0.80 and
# its mean at 0.71. (Most such densities are skewed to the left, but not all: a Weibull variable of shape
# 3.4 is skewed a little to the right, and has its mode at 0.903, its mean at 0.898.)
# The guarantee: Eq. 9 is the mean times a number of at most one, so it keeps the promise for any sample
# of positive mean; for the beta variable it gives 0.66. For this there is nothing to look at. (That the
# guarantee also hangs on the spread and on K is for lesson 02.)
# Detection: it wants artificial errors that end near the mode, and Eq. 9 is not the mode of such a
# variable. For this you have to look: draw m_z into the histogram of your errors.
# ### END SOLUTION
