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
# **Time:** about 60 minutes. **After** lesson 06 and, for task 4, sections 2 and 3 of 06b.
#
# Replace each `...` by your answer. Below task 2 a `check` cell says at once whether your function is right, and
# if not, what it looks like. The cells with `assert` give points when the notebook is graded, some by tests that
# you do not see: run them too. Your text in task 4 is read. Nothing is sent anywhere.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import math

import torch

from cance_edu.classroom import check

# %% [markdown]
# ## 1 · Predict (2 minutes)
#
# psi = 0. What is K? Set `my_prediction` to a number with two decimals. Any number earns the point; compare
# with task 3 afterwards.

# %% nbgrader={"grade": false, "grade_id": "predict", "locked": false, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
my_prediction = 1.69
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "predict-test", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
assert float(my_prediction) == my_prediction, "`my_prediction` is not a number"

# %% [markdown]
# ## 2 · Implement Eq. 8 (25 minutes)
#
# `network` is T, from (n, d) to (n,). `z` (data) and `v` (noise, not yet widened) have shape (n, d), each with
# an n of its own. `mean` is $\hat\mu$ and `scale` the diagonal of K, both (d,); `noise_ratio` is nu. Return one
# number that can be differentiated in `scale`. `detach` is torch's stop-gradient.


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
mean = torch.zeros(1, dtype=torch.float64)
value = noise_objective(lambda u: 0 * u[:, 0] + 0.3, points, points, mean, scale, 1.0)
(slope,) = torch.autograd.grad(value, scale, allow_unused=True)
assert slope is None or float(slope.abs().max()) == 0
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Push K both ways (15 minutes)
#
# Where psi = 0, K is $1 + \ln 2 = 1.69$. Write two networks T(u), for points u of shape (n, 1): under
# `pushes_up` a step against the gradient of Eq. 8 makes this K larger, under `pushes_down` smaller. For the
# points below, the gradient in K must be below -0.1, and above 0.1. (From one such set of points to the next, the
# gradient under the optimal T scatters about 0 by 0.02: so small a one is chance.)
#
# `before` are draws of the noise, not yet widened; mean 0, nu = 1, all float64. Each network is called once on
# all data, and once on all widened noise.

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


def pushes_down(u):
    """Return log-odds, shape (n,), under which K shrinks."""
    ### BEGIN SOLUTION
    return 1 - u[:, 0].square()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "break-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from cance_edu.method.nce import noise_objective_eq8


def gradient(network):
    scale = torch.tensor([1 + math.log(2)], dtype=torch.float64, requires_grad=True)
    objective = noise_objective_eq8(network, data, before, torch.zeros(1).double(), scale)
    return torch.autograd.grad(objective, scale)[0].item()


up, down = gradient(pushes_up), gradient(pushes_down)
assert up < -0.1, f"under `pushes_up` the gradient is {up:.3f}, not below -0.1"
assert down > 0.1, f"under `pushes_down` the gradient is {down:.3f}, not above 0.1"

# %% [markdown]
# ## 4 · Explain (15 minutes)
#
# At $T^*$, Eq. 8 and Eq. 12 do not push K, in expectation. In lesson 06 both moved it. Name three things in
# which that training differs from the proof, and an experiment that tells a push from drift.

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# 1. T is not T*: it is still learning, and then learns its few training images by heart.
# 2. A batch is no expectation, and all batches come from one finite training set. What that set differs from
#    p is the same at step after step, so a little push is left, and AdamW, which divides a gradient by its
#    usual size, turns a tiny steady one into drift at full speed.
# 3. The augmented density p_m jumps at the mode. The proof asks for a smooth p and leaves the jump out.
#
# Experiment (06b): hold T at T*, which needs a density that is known; draw a training set once and the batches
# from it; repeat with several sets. Where K then goes is drift, and it scatters from set to set. A push shows
# where trainings on different sets agree more closely than that.
# ### END SOLUTION
