"""A promised rate of false alarms: the law of their number, and what more held-out images buy."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy.stats import beta

from cance_edu.course.scores.figure import draw_alarm_counts
from cance_edu.course.scores.thresholds import promised_rank
from cance_edu.course.style import ANOMALY, ARTIFICIAL, NORMAL

__all__ = ["draw_promise"]

HELD_OUT = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def draw_promise(
    figure: Figure,
    counts: ArrayLike,
    probabilities: ArrayLike,
    n: int,
    contamination: float,
    said: float | None = None,
) -> None:
    """Draw how many new images raised an alarm with the law of it, and the law's width against n.

    Parameters
    ----------
    figure : Figure
        Filled.
    counts : array_like of int
        Alarms among m new normal inputs, one for each of many held-out sets.
    probabilities : array_like of shape (m + 1,)
        The law's.
    n : int
        Size of the held-out sets.
    contamination : float
        What the threshold promises.
    said : float, optional
        A share that somebody guessed for the upper end.
    """
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
    m = len(np.asarray(probabilities)) - 1
    draw_alarm_counts(left, counts, probabilities, contamination * m)
    if said is not None:
        left.axvline(said * m, color=ARTIFICIAL, linestyle=":", label="your guess")
    left.legend(fontsize=8)
    ranks = np.array([promised_rank(size, contamination) for size in HELD_OUT])
    low, high = beta.ppf([[0.025], [0.975]], np.array(HELD_OUT) + 1 - ranks, ranks)
    right.fill_between(HELD_OUT, low, high, color=NORMAL, alpha=0.3, label="19 times in 20")
    right.axhline(contamination, color=ANOMALY, linestyle="--", label="promised")
    right.axvline(n, color="black", linewidth=0.8, label=f"{n}, as on the left")
    right.set_xscale("log")
    right.set(xlabel="images held out", ylabel="true rate of false alarms")
    right.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    right.legend(fontsize=8)
