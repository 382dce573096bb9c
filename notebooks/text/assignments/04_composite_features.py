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
# # Assignment 04 · What z is made of
#
# **Time:** about 50 minutes. **After** lesson 04 and, for task 3, section 2 of 04b.
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
# You add 0.1 to each pixel of an image *and* of its reconstruction. Which of z_e and z_c changes?
# Set `my_prediction` to `"z_e"`, `"z_c"`, `"both"` or `"neither"`; any of them earns the point. After
# task 2 compare `reconstruction_features(x, y)` with `reconstruction_features(x + 0.1, y + 0.1)`, for
# `x, y = np.random.default_rng(0).random((2, 1, 3, 5))`.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = "z_c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert my_prediction in ("z_e", "z_c", "both", "neither")

# %% [markdown]
# ## 2 · The two reconstruction features (15 minutes)
#
# Images of shape (n, height, width), with any real numbers. Return an array (n, 2): z_e and z_c of
# Sec. 3.2. If the image or its reconstruction is all zero, take the cosine as 0 (so z_c = 1/2).


# %% nbgrader={"grade": false, "grade_id": "features", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reconstruction_features(inputs, reconstructions):
    """Return z_e and z_c, one row for each image."""
    ### BEGIN SOLUTION
    x, y = inputs.reshape(len(inputs), -1), reconstructions.reshape(len(inputs), -1)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosine = (x * y).sum(1) / np.where(lengths == 0, 1, lengths)
    return np.column_stack([((x - y) ** 2).mean(1), (1 - cosine) / 2])
    ### END SOLUTION


# %%
check.reconstruction_features(reconstruction_features)

# %% nbgrader={"grade": true, "grade_id": "features-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.reconstruction_features(reconstruction_features).passed
### BEGIN HIDDEN TESTS
one = np.array([[[1.0, 0.0], [0.0, 0.0]]])
other = np.array([[[0.0, 0.0], [0.0, 2.0]]])
assert np.allclose(reconstruction_features(one, other), [[1.25, 0.5]])
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Moments of two groups (15 minutes)
#
# Write Eq. 14 (04b, section 2): the covariance of two groups together, from their sizes, their means of
# shape (d,) and their covariances of shape (d, d). All three covariances are divided by the number of
# points. The paper writes points as rows, so its $\Delta^T \Delta$ is a d × d matrix.


# %% nbgrader={"grade": false, "grade_id": "merge", "locked": false, "schema_version": 3, "solution": true, "task": false}
def merge_covariances(n_t, mean_t, covariance_t, n_b, mean_b, covariance_b):
    """Return the covariance of both groups taken together."""
    ### BEGIN SOLUTION
    n = n_t + n_b
    between = np.outer(mean_t - mean_b, mean_t - mean_b)
    return (n_t * covariance_t + n_b * covariance_b) / n + n_t * n_b / n**2 * between
    ### END SOLUTION


# %%
check.merge_covariances(merge_covariances)

# %% nbgrader={"grade": true, "grade_id": "merge-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.merge_covariances(merge_covariances).passed
### BEGIN HIDDEN TESTS
points = np.random.default_rng(1).normal(size=(11, 2))
parts = [(len(p), p.mean(0), np.cov(p.T, bias=True)) for p in (points[:4], points[4:])]
assert np.allclose(merge_covariances(*parts[0], *parts[1]), np.cov(points.T, bias=True))
### END HIDDEN TESTS

# %% [markdown]
# ## 4 · Explain (10 minutes)
#
# Describe one anomaly that the latents miss and the error sees, and one the other way round.

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# From lesson 04, on the digits with principal components. Noise on each pixel: the latents' AUROC is
# 47%, the error's 97%. Half the brightness: the error's is 46%, the latents' 87%.
# Other examples count, if the student says why each half sees what it sees. One from MNIST: of ones among
# eights the error's AUROC is 33%, the latents' 92%.
# ### END SOLUTION
