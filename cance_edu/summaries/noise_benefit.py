"""What a change is worth over seeds: paired differences, with the interval that the seeds allow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

__all__ = ["PairedDifference", "paired_difference"]


@dataclass(frozen=True)
class PairedDifference:
    """The mean of a difference over seeds, and its confidence interval.

    Attributes
    ----------
    mean, low, high : float
        In the units of what was compared.
    seeds : int
        How many pairs there were.
    """

    mean: float
    low: float
    high: float
    seeds: int

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out 0: a difference that these seeds can show."""
        return self.low > 0 or self.high < 0


def paired_difference(
    changed: ArrayLike, reference: ArrayLike, level: float = 0.95
) -> PairedDifference:
    r"""Return the mean of changed - reference with Student's interval.

    .. math:: \bar d \pm t_{n-1} \frac{s_d}{\sqrt n}

    Parameters
    ----------
    changed, reference : array_like of shape (seeds,)
        The same seeds in the same order: what a seed's images and autoencoder do to both cancels.
    level : float
        Share of such intervals that hold the truth, if the differences are Gaussian.

    Raises
    ------
    ValueError
        If there are fewer than two pairs, or not as many of one as of the other.
    """
    first, second = np.asarray(changed, dtype=float), np.asarray(reference, dtype=float)
    if first.shape != second.shape or first.ndim != 1 or len(first) < 2:
        raise ValueError(
            f"got {first.shape} and {second.shape} values; expected as many of both, at least 2"
        )
    difference = first - second
    mean, n = float(difference.mean()), len(difference)
    half = float(stats.t.ppf((1 + level) / 2, n - 1) * difference.std(ddof=1) / np.sqrt(n))
    return PairedDifference(mean, mean - half, mean + half, n)
