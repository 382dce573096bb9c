"""Dense layers in which each number of a code sees those before it alone: LSA's estimator."""

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, linear

__all__ = ["CodeDistribution"]


class _MaskedDense(nn.Module):
    """A dense layer from d groups to d groups of numbers, each seeing earlier groups alone.

    Parameters
    ----------
    d, n_in, n_out : int
        Groups, and numbers in each before and after.
    itself : bool
        Whether a group sees itself too: not in the first layer, or a number saw itself.
    """

    mask: Tensor

    def __init__(self, d: int, n_in: int, n_out: int, itself: bool) -> None:
        super().__init__()
        self.layer = nn.Linear(d * n_in, d * n_out)
        seen = torch.ones(d, d).tril(0 if itself else -1)
        mask = seen.repeat_interleave(n_out, 0).repeat_interleave(n_in, 1)
        self.register_buffer("mask", mask)

    def forward(self, inputs: Tensor) -> Tensor:
        # Masked at each use: a step of the optimiser would fill in what was set to zero once.
        return linear(inputs, self.layer.weight * self.mask, self.layer.bias)


class CodeDistribution(nn.Module):
    """Conditional distributions of a code's numbers, each given those before it.

    Parameters
    ----------
    d, channels, bins : int
        Numbers in a code, numbers for each in the hidden layers, and B.
    """

    def __init__(self, d: int, channels: int, bins: int) -> None:
        super().__init__()
        self.d = d
        self.first = _MaskedDense(d, 1, channels, itself=False)
        self.hidden = nn.ModuleList(
            _MaskedDense(d, channels, channels, itself=True) for _ in range(3)
        )
        self.last = _MaskedDense(d, channels, bins, itself=True)

    def forward(self, code: Tensor) -> Tensor:
        """Return logits, shape (n, d, bins); those of z_i depend on z_1 to z_(i-1) alone."""
        h = leaky_relu(self.first(code))
        for layer in self.hidden:
            h = leaky_relu(layer(h))
        return self.last(h).reshape(len(code), self.d, -1)
