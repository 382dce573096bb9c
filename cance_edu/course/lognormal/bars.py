"""The exponential function at work on ten bars: what becomes of a density when z = e^t (App. B)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["TenBars", "ten_bars"]

Array = NDArray[np.float64]

TAIL = 0.005
"""Share of the values that is left out beyond the outermost bars, on either side."""


@dataclass(frozen=True)
class TenBars:
    """Ten bars of the same probability, before and after z = e^t.

    Attributes
    ----------
    mu, sigma : float
        Of t = ln z.
    log_edges, edges : array of shape (11,)
        Where the bars end, on the axis of ln z and on that of z.
    log_heights, heights : array of shape (10,)
        Probability over width, on either axis: the density's mean over the bar.
    share : float
        What each of them holds.
    """

    mu: float
    sigma: float
    log_edges: Array
    edges: Array
    log_heights: Array
    heights: Array
    share: float


def ten_bars(mu: float = 0.0, sigma: float = 0.6) -> TenBars:
    """Return ten bars of a normal t ~ N(μ, σ²), and what e^t makes of them.

    Parameters
    ----------
    mu, sigma : float
        Mean and standard deviation of ln z.
    """
    log_edges = mu + sigma * ndtri(np.linspace(TAIL, 1 - TAIL, 11))
    edges, share = np.exp(log_edges), (1 - 2 * TAIL) / 10
    log_heights, heights = (share / np.diff(ends) for ends in (log_edges, edges))
    return TenBars(mu, sigma, log_edges, edges, log_heights, heights, share)
