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
# # Assignment 08 · Write one loss, break one detector
#
# **Time:** about 50 minutes. **After** lesson 08.
#
# Replace each `...` by your answer. Below task 2 a `check` cell says at once whether your function is right, and
# if not, what it looks like. The cells with `assert` give points when the notebook is graded, some by tests that
# you do not see: run them too. Your text in task 4 is read. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import numpy as np

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# A Deep SVDD is trained twice: once its loss ends at 0.001, once at 0. Which is the better detector?
# Set `my_prediction` to `"the first"`, `"the second"` or `"cannot tell"`. Any of them earns the point;
# compare with task 3 afterwards.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = "cannot tell"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert my_prediction in ("the first", "the second", "cannot tell"), "it is none of the three"

# %% [markdown]
# ## 2 · Implement Deep SAD's loss (15 minutes)
#
# With $d_i = \|\phi(x_i) - c\|^2$, $n$ inputs without a label and $m$ with a label $y_i$,
#
# $$ \frac{1}{n+m} \Big[\sum_\text{unlabelled} d_i + \eta \sum_\text{labelled} d_i^{\,y_i}\Big]. $$
#
# `outputs` is an array (n + m, k) of $\phi(x_i)$, `centre` one of shape (k,). `labels` has 1 for an
# input that is known to be normal, -1 for a known anomaly, 0 for one that nobody looked at.
# `label_weight` is $\eta$.


# %% nbgrader={"grade": false, "grade_id": "loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sad_loss(outputs, centre, labels, label_weight):
    """Return Deep SAD's loss."""
    ### BEGIN SOLUTION
    distance = ((outputs - centre) ** 2).sum(axis=1)
    powered = np.where(labels < 0, 1 / distance, distance)
    return np.where(labels == 0, powered, label_weight * powered).mean()
    ### END SOLUTION


# %%
check.sad_loss(sad_loss)

# %% nbgrader={"grade": true, "grade_id": "loss-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert check.sad_loss(sad_loss).passed
### BEGIN HIDDEN TESTS
square = np.array([[2.0, 0.0], [0.0, 2.0], [0.0, 0.5]])
assert np.isclose(sad_loss(square, np.zeros(2), np.array([0, 1, -1]), 3.0), (4 + 12 + 12) / 3)
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Break Deep SVDD (15 minutes)
#
# Below is a network of two layers with biases. Set its weights `W1` (64, 8) and `W2` (8, 2), and its
# biases `b1` (8,) and `b2` (2,), so that the mean squared distance to `centre` is 0 for *any* images, bright
# ones too: that is Deep SVDD's loss with $\lambda = 0$. The centre is given.
#
# Then set `constant_score` to the score that your detector gives every image.
#
# So a loss of 0 may be a collapse. It need not be: a network may also fit the training images alone.

# %%
centre = np.array([0.4, -0.2])


def network(x, W1, b1, W2, b2):
    return np.maximum(x @ W1 + b1, 0) @ W2 + b2


# %% nbgrader={"grade": false, "grade_id": "break", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
W1, b1 = np.ones((64, 8)), np.zeros(8)
W2, b2 = np.zeros((8, 2)), centre
constant_score = 0.0
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
shapes = [np.shape(part) for part in (W1, b1, W2, b2)]
assert shapes == [(64, 8), (8,), (8, 2), (2,)], f"W1, b1, W2 and b2 have the shapes {shapes}"
images = np.random.default_rng(0).normal(size=(50, 64))
for brightness in (1, 1e6, 1e100):
    scores = ((network(brightness * images, W1, b1, W2, b2) - centre) ** 2).sum(1)
    assert scores.max() < 1e-20, f"images times {brightness:g} have scores up to {scores.max():.2g}"
assert float(constant_score) == 0, "`constant_score` is not the score of every image"

# %% [markdown]
# ## 4 · Explain (15 minutes)
#
# A paper prints an AUROC of 84.0 for Deep SAD and 82.8 for Deep SVDD, and does not say how many labels
# there were. A colleague concludes that Deep SAD is the better method. What do you answer, and what
# would you ask the authors? And why could you not have solved task 3 without `b1` and `b2`?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Without labels both have the same loss, so the difference would be preprocessing, seeds or settings;
# with labels Deep SAD has seen anomalies and Deep SVDD has not. Ask how many labels, of which kinds of
# anomaly, whether these kinds are in the test part, and for the spread over seeds. Without biases an
# image of zeros is mapped to zero, whatever the weights, and the centre is not zero: the loss of that
# image cannot be 0.
# ### END SOLUTION
