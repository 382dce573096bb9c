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
# # Assignment 03 · Uncorrelated latents
#
# **Time:** about 40 minutes. **After** lesson 03.
#
# Replace each `...` by your answer, and `YOUR ANSWER HERE` in the last cell. Below a function that
# you write a `check` cell says at once whether it is right, and if not what it looks like. Further
# tests run when it is graded. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# Batch normalisation gives every latent variance 1. Can their covariance still be singular? Set
# `my_prediction` to `True` or `False`; either earns the point. Compare in task 3, by
# `np.linalg.cond(np.cov(latents.T))`.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = True
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert my_prediction in (True, False)

# %% [markdown]
# ## 2 · Implement Eq. 2 (15 minutes)
#
# `latent` is an array (n, d), a row for each image. Use the biased covariance, divided by n, as in the
# paper's App. A.


# %% nbgrader={"grade": false, "grade_id": "loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def covariance_loss(latent):
    """Return the mean squared off-diagonal element of the latent covariance."""
    ### BEGIN SOLUTION
    d = latent.shape[1]
    covariance = np.cov(latent.T, bias=True)
    off = covariance - np.diag(np.diag(covariance))
    return (off**2).sum() / (d * (d - 1))
    ### END SOLUTION


# %%
check.covariance_loss(covariance_loss)

# %% nbgrader={"grade": true, "grade_id": "loss-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.covariance_loss(covariance_loss).passed
### BEGIN HIDDEN TESTS
points = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [3.0, 3.0], [-3.0, -3.0]])
assert np.isclose(covariance_loss(points), 9.0)
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Break it (10 minutes)
#
# Make an array `latents` of shape (100, 3), each column with variance 1 to within 1%, whose covariance is
# nearly singular (condition number above a million). Run the cell below yours: it says what is missing.

# %% nbgrader={"grade": false, "grade_id": "break", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
first = np.random.default_rng(0).normal(size=(100, 2))
first = (first - first.mean(0)) / first.std(0)
third = first.sum(1)
latents = np.column_stack([first, third / third.std()])
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
assert latents.shape == (100, 3), f"the shape is {latents.shape}"
variances = np.var(latents, axis=0)
assert np.allclose(variances, 1, rtol=0, atol=0.01), f"the variances are {variances.round(3)}"
condition_number = np.linalg.cond(np.cov(latents.T))
assert condition_number > 1e6, f"the condition number is {condition_number:.3g}"

# %% [markdown]
# ## 4 · Explain (10 minutes)
#
# Lesson 03 sums Eq. 1 over the pixels. Somebody averages instead. By which factor must they change
# lambda to train the same model? What would show that they kept the old number?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Divide lambda by the number of pixels d0: 64 on the digits, 784 on MNIST. With the old number lambda is
# in effect d0 times as large, and condition number and held-out loss, summed as before, are those of 64
# lambda in lesson 03's figure. With 16 latents and lambda = 3 the loss rises, from 0.37 to 0.5 or more,
# and the condition number, 3 already, does not tell. With 32 collapsed latents and lambda = 1 the loss
# falls, from 0.31 to between 0.22 and 0.25, and the condition number from 43,000 to about 600: lambda
# puts wasted latents to use. (If the loss that is printed is d0 times as small, that shows the mean, not
# which lambda they took.)
# ### END SOLUTION
