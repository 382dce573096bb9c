"""How well a feature's spread σ_z / μ_z is known from a sample."""

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["spread_interval"]


def spread_interval(
    values: ArrayLike, draws: int = 1000, random_state: int = 0
) -> tuple[float, float, float]:
    """Return a feature's spread, with the interval that 95 in 100 resampled ones lie in.

    Parameters
    ----------
    values : array_like of shape (n,)
        One feature of n images.
    draws : int
        How often n images are drawn again, with replacement.
    random_state : int
        The same integer gives the same interval.

    Returns
    -------
    (float, float, float)
        Low end, spread, high end.
    """
    values = np.asarray(values, dtype=float)
    rng = np.random.default_rng(random_state)
    again = values[rng.integers(len(values), size=(draws, len(values)))]
    low, high = np.quantile(again.std(1) / again.mean(1), [0.025, 0.975])
    return float(low), float(values.std() / values.mean()), float(high)
