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
# # Assignment 05 · A classifier that knows a density
#
# **Time:** about 45 minutes. **After** lesson 05.
#
# Replace each `...` by your answer. Below task 2 a `check` cell says at once whether your function is right, and
# if not, what it looks like. The cells with `assert` give points when the notebook is graded, some by tests that
# you do not see: run them too. Your text in task 4 is read. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np
import torch
from scipy import stats

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# T = 0 everywhere and nu = 1: the classifier has no opinion. What is the loss of Eq. 5? Set
# `my_prediction` to a number. Any number earns the point; after task 2 compare with
# `nce_loss(torch.zeros(1), torch.zeros(1), 1.0)`.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = 2 * np.log(2)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert float(my_prediction) == my_prediction, "`my_prediction` is not a number"

# %% [markdown]
# ## 2 · Implement Eq. 5 (15 minutes)
#
# `on_data` (n,) and `on_noise` (m,) are tensors with T at data and at noise, `noise_ratio` is nu. Return one
# number. It must be differentiable in both tensors, and right for log-odds of 800 and -800, its gradient too.


# %% nbgrader={"grade": false, "grade_id": "loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def nce_loss(on_data, on_noise, noise_ratio):
    """Return the NCE loss."""
    ### BEGIN SOLUTION
    logsigmoid = torch.nn.functional.logsigmoid
    return -logsigmoid(on_data).mean() - noise_ratio * logsigmoid(-on_noise).mean()
    ### END SOLUTION


# %%
check.nce_loss(nce_loss)

# %% nbgrader={"grade": true, "grade_id": "loss-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.nce_loss(nce_loss).passed
### BEGIN HIDDEN TESTS
zeros = torch.zeros(4, dtype=torch.float64)
assert np.isclose(float(nce_loss(zeros, zeros, 3.0)), 4 * np.log(2))
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · The optimal T (15 minutes)
#
# Data are $N(0.5, 0.8^2)$, noise is $N(0, 1.5^2)$: 0.8 and 1.5 are standard deviations. nu is 2. Set
# `optimal` to the optimal T at the points `z`, an array.

# %%
z = np.linspace(-2, 3, 11)

# %% nbgrader={"grade": false, "grade_id": "optimal", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
optimal = stats.norm.logpdf(z, 0.5, 0.8) - np.log(2) - stats.norm.logpdf(z, 0, 1.5)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "optimal-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
p, q = stats.norm.pdf(z, 0.5, 0.8), 2 * stats.norm.pdf(z, 0, 1.5)
assert np.shape(optimal) == z.shape, "`optimal` has one number for each point of `z`"
assert np.allclose(p / (p + q), 1 / (1 + np.exp(-np.asarray(optimal)))), (
    "its sigmoid is not the probability that a point there is data"
)

# %% [markdown]
# ## 4 · Explain (10 minutes)
#
# Nothing in Eq. 5 says that exp(-S) integrates to 1. Why does it, nearly, after training?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The minimiser over all T is the true log-ratio, and the true density has mass 1; a normaliser that
# is off by a factor shifts T everywhere and costs loss.
# ### END SOLUTION
