"""A threshold whose rate of false alarms can be promised, and how far the promise can be off.

This is split conformal prediction: it asks nothing of the detector, and of the data only that
held-out and new normal inputs come in random order.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import betabinom
from scipy.stats.distributions import rv_frozen

__all__ = ["alarm_count", "held_out_threshold", "promised_rank"]


def held_out_threshold(held_out_scores: ArrayLike, contamination: float) -> float:
    r"""Return a threshold that a new normal input exceeds with probability at most a promised one.

    It is the k-th smallest of n scores, k the least integer with (n + 1 - k) / (n + 1) at most
    `contamination`. Of n + 1 normal inputs that come in random order, the last one is among the
    n + 1 - k highest with just that probability, whatever the scores' distribution.

    Parameters
    ----------
    held_out_scores : array_like of shape (n,)
        S(x) of normal inputs that the detector was not fitted on.
    contamination : float
        The promised rate of alarms among normal inputs, in (0, 1).

    Raises
    ------
    ValueError
        If n scores are too few for so low a rate: it must be at least 1 / (n + 1); if it is no
        rate, or a score is not finite.
    """
    ordered = np.sort(np.asarray(held_out_scores, dtype=float))
    if not np.isfinite(ordered).all():
        raise ValueError(
            f"{(~np.isfinite(ordered)).sum()} of {ordered.size} held-out scores are not finite; "
            "expected numbers that can be ordered"
        )
    k = promised_rank(len(ordered), contamination)
    return float(ordered[k - 1])


def alarm_count(n_held_out: int, n_new: int, contamination: float) -> rv_frozen:
    """Return the distribution of the number of alarms among new normal inputs.

    With the threshold of `held_out_threshold`, the share of all normal inputs above it is
    Beta(n + 1 - k, k) distributed, and the number among m new ones therefore beta-binomial: a
    binomial whose probability is itself uncertain, because n held-out inputs were finitely many.

    Parameters
    ----------
    n_held_out, n_new : int
        n, that the threshold was set on, and m, that it is applied to.
    contamination : float
        As for `held_out_threshold`.

    Returns
    -------
    scipy.stats frozen distribution
        With `pmf`, `cdf`, `ppf` and `mean`.

    Raises
    ------
    ValueError
        If so few held-out scores cannot promise so small a rate, or it is no rate.
    """
    k = promised_rank(n_held_out, contamination)
    return betabinom(n_new, n_held_out + 1 - k, k)


def promised_rank(n: int, contamination: float) -> int:
    """Return k: the k-th smallest of n held-out scores is the threshold that keeps the promise.

    Parameters
    ----------
    n : int
        How many scores are held out.
    contamination : float
        As for `held_out_threshold`.

    Raises
    ------
    ValueError
        If so few held-out scores cannot promise so small a rate, or it is no rate.
    """
    if not 0 < contamination < 1:
        raise ValueError(
            f"contamination is {contamination:g}; expected a rate in (0, 1), such as 0.05"
        )
    # The same rate written as 1 - 0.1 or as 0.9 must not differ by round-off.
    k = math.ceil(round((n + 1) * (1 - contamination), 9))
    if k > n:
        enough = math.ceil(round(1 / contamination, 9)) - 1
        raise ValueError(
            f"{n} held-out scores cannot promise an alarm rate of {contamination:g}; expected at "
            f"least {enough} scores, or a rate of {1 / (n + 1):.2g} or more"
        )
    return k
