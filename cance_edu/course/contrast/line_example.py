"""Lesson 05's example on a line: two Gaussians, one known and one to be learned."""

import numpy as np
import torch
from scipy import stats
from torch import Tensor

__all__ = ["DATA_LAW", "NOISE_LAW", "line_draws"]

DATA_LAW, NOISE_LAW = stats.norm(1.0, 0.6), stats.norm(0.0, 1.5)
"""p_d, which nobody is to know, and p_n."""


def line_draws(random_state: int = 0, n_data: int = 20_000) -> tuple[Tensor, Tensor]:
    """Draw data, and four times as much noise.

    Parameters
    ----------
    random_state : int
        The same integer gives the same draws.
    n_data : int
        Data points.

    Returns
    -------
    tensor of shape (n,), tensor of shape (4 n,)
        z and v, float64.
    """
    rng = np.random.default_rng(random_state)
    z = DATA_LAW.rvs(n_data, random_state=rng)
    return torch.from_numpy(z), torch.from_numpy(NOISE_LAW.rvs(4 * n_data, random_state=rng))
