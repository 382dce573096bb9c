"""DROCC's search: points at a chosen distance from normal inputs that look most normal."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import softplus

__all__ = ["project", "search"]


def project(steps: Tensor, radius: float, gamma: float) -> Tensor:
    """Return steps whose length is brought into [r, γ r], each in its own direction.

    Parameters
    ----------
    steps : tensor of shape (n, ...)
        h, none of them 0.
    radius, gamma : float
        r and γ, at least 1.
    """
    length = steps.flatten(1).norm(dim=1).clamp(min=1e-12)
    factor = length.clamp(radius, gamma * radius) / length
    return steps * factor.reshape(-1, *[1] * (steps.ndim - 1))


def search(
    network: Callable[[Tensor], Tensor],
    inputs: Tensor,
    steps: Tensor,
    radius: float,
    gamma: float,
    ascent: tuple[int, float],
) -> Tensor:
    """Return where around the inputs the network is surest that something is normal.

    Each step goes a fixed length along the gradient of ln(1 + exp f(x + h)); every tenth is
    followed by a projection. The path is no longer than their number times their length: at the
    released 50 times 0.001 it hardly moves, and the points are noise on a sphere.

    Parameters
    ----------
    network : callable
        f.
    inputs, steps : tensor of shape (n, ...)
        x, and h to begin with.
    radius, gamma : float
        r and γ.
    ascent : (int, float)
        Number of steps, and the length of one.

    Returns
    -------
    tensor of shape (n, ...)
        h, in [r, γ r].
    """
    steps = project(steps, radius, gamma)
    for step in range(ascent[0]):
        at = steps.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(softplus(network(inputs + at)).sum(), at)
        # Where all units are dead there is no direction to go.
        length = gradient.flatten(1).norm(dim=1).clamp(min=1e-30)
        steps = steps + ascent[1] * gradient / length.reshape(-1, *[1] * (steps.ndim - 1))
        if step % 10 == 9:
            steps = project(steps, radius, gamma)
    return project(steps, radius, gamma)
