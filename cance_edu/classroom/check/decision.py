"""The task of lesson 00: a threshold that a given share of normal scores exceeds."""

import numpy as np
from scipy import stats

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["THRESHOLD"]

_CASES = tuple(
    (np.random.default_rng(n).gamma(2.0, size=n) ** 2 - 3, share)
    for n, share in ((100, 0.1), (50, 0.3), (40, 0.05))
)


def _observe(function: Function) -> Array:
    """Return the share of the scores above the threshold, in each case."""
    thresholds = [as_numbers(function(scores.copy(), share), ()) for scores, share in _CASES]
    return np.array([np.mean(s > t) for (s, _), t in zip(_CASES, thresholds, strict=True)])


THRESHOLD = Task(
    name="threshold for a share of alarms",
    equation="the contamination of Sec. 4, on scores that are set aside",
    minutes=3,
    signature="threshold(scores, share)",
    observe=_observe,
    expected=lambda: np.array([share for _, share in _CASES]),
    misconceptions=(
        Misconception(
            "the wrong end of the scores",
            "Higher is more anomalous. Which scores should raise an alarm?",
            lambda s, share: np.quantile(s, share),
        ),
        Misconception(
            "a share used as if it were percent",
            "What does NumPy's `percentile` take for one half, and what does `quantile`?",
            lambda s, share: np.percentile(s, 1 - share),
        ),
        Misconception(
            "the scores taken for a normal distribution",
            "Count the scores above your threshold: is that the share you were asked for?",
            lambda s, share: s.mean() + stats.norm.isf(share) * s.std(),
        ),
        Misconception(
            "a share of the range, not of the scores",
            "One extreme score moves the range. Should it move the threshold as much?",
            lambda s, share: s.max() - share * (s.max() - s.min()),
        ),
        Misconception(
            "one alarm too few",
            "The score that *is* the threshold does not lie above it.",
            lambda s, share: np.sort(s)[-round(share * len(s))],
        ),
    ),
)
