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
# Replace each `...` by your answer. The cell `check.covariance_loss(...)` below a task tells you at once
# whether it is right; if it is not, it says what it looks like. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# Batch normalisation gives every latent variance 1. Can their covariance still be singular? Set
# `my_prediction` to `True` or `False`; either earns the point.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = True
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert my_prediction in (True, False)

# %% [markdown]
# ## 2 · Implement Eq. 2 (15 minutes)
#
# `latent` is an array (n, d). Use the biased covariance, as the paper does.


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
# singular (condition number above a million). What does your loss give for it?

# %% nbgrader={"grade": false, "grade_id": "break", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
first = np.random.default_rng(0).normal(size=(100, 2))
first = (first - first.mean(0)) / first.std(0)
third = first.sum(1)
latents = np.column_stack([first, third / third.std()])
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
assert latents.shape == (100, 3)
assert np.allclose(np.var(latents, axis=0), 1, atol=0.01)
assert np.linalg.cond(np.cov(latents.T)) > 1e6
assert covariance_loss(latents) > 0.1

# %% [markdown]
# ## 4 · Explain (10 minutes)
#
# Eq. 1 sums over pixels here. What happens to the right lambda if somebody averages instead, and
# how would you notice?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The reconstruction loss shrinks by the number of pixels, so the same lambda weighs that much more;
# the condition number is better and the reconstructions are worse than expected.
# ### END SOLUTION
