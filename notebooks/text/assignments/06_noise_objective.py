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
# # Assignment 06 · Which way does K go?
#
# **Time:** about 60 minutes. **After** lesson 06.
#
# Replace each `...` by your answer. The cell `check.noise_objective(...)` below a task tells you at once
# whether it is right; if it is not, it says what it looks like. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import torch

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# psi = 0. What is K? Set `my_prediction` to a number with two decimals.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = 1.69
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert float(my_prediction) >= 0

# %% [markdown]
# ## 2 · Implement Eq. 8 (25 minutes)
#
# `network` is T; `z` are data, `v` draws of the noise before they are widened; `scale` is K's diagonal and
# wants its gradient. `detach` is torch's stop-gradient.


# %% nbgrader={"grade": false, "grade_id": "objective", "locked": false, "schema_version": 3, "solution": true, "task": false}
def noise_objective(network, z, v, mean, scale, noise_ratio):
    """Return what K minimises by Eq. 8."""
    ### BEGIN SOLUTION
    logsigmoid = torch.nn.functional.logsigmoid
    before = ((z - mean) / scale).detach()
    on_data = network(scale * before + mean)
    on_noise = network(scale * (v - mean) + mean)
    return logsigmoid(on_data).mean() + noise_ratio * logsigmoid(-on_noise).mean()
    ### END SOLUTION


# %%
check.noise_objective(noise_objective)

# %% nbgrader={"grade": true, "grade_id": "objective-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
assert check.noise_objective(noise_objective).passed
### BEGIN HIDDEN TESTS
scale = torch.tensor([1.3], dtype=torch.float64, requires_grad=True)
points = torch.tensor([[1.0], [2.0]], dtype=torch.float64)
value = noise_objective(lambda u: 0 * u[:, 0] + 0.3, points, points, torch.zeros(1), scale, 1.0)
(slope,) = torch.autograd.grad(value, scale, allow_unused=True)
assert slope is None or float(slope.abs().max()) == 0
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Break it (15 minutes)
#
# Write a network T(u), for points u of shape (n, 1), for which Eq. 8 pushes K *up*: its gradient in K
# is negative at K = 1.5 for the points below.

# %%
generator = torch.Generator().manual_seed(0)
data = torch.randn(500, 1, generator=generator, dtype=torch.float64) * 0.5
before = torch.randn(500, 1, generator=generator, dtype=torch.float64) * 0.5


# %% nbgrader={"grade": false, "grade_id": "break", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pushes_up(u):
    """Return log-odds, shape (n,), under which K grows."""
    ### BEGIN SOLUTION
    return u[:, 0].square()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from cance_edu.method.nce import noise_objective_eq8

scale = torch.tensor([1.5], dtype=torch.float64, requires_grad=True)
objective = noise_objective_eq8(pushes_up, data, before, torch.zeros(1).double(), scale)
(slope,) = torch.autograd.grad(objective, scale)
assert float(slope) < 0

# %% [markdown]
# ## 4 · Explain (15 minutes)
#
# At the optimal T nothing pushes K. What, then, moved K in lesson 06?

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The error of T, whose sign depends on whether it under- or overfits, and the optimiser's own noise;
# the zero-force control shows how much the latter does alone.
# ### END SOLUTION
