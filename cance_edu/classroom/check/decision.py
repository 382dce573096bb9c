"""The tasks on thresholds: a share of alarms (00), a base rate, and a promise (07)."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
from scipy import stats

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["PRECISION", "PROMISED_RANK", "THRESHOLD"]

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
    equation="the `contamination` of lesson 07, on scores that are set aside",
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


_RATES = ((0.9, 0.1, 0.5), (0.9, 0.1, 1e-4), (0.6, 0.01, 0.2), (1.0, 0.3, 0.03))


def _observe_precision(function: Function) -> Array:
    return np.concatenate([as_numbers(function(*case), ()) for case in _RATES])


def _counted(t: float, f: float, anomaly_share: float) -> float:
    """Return the share of real alarms in a town of a million images, counted one by one."""
    anomalies = round(1_000_000 * anomaly_share)
    real, false = round(anomalies * t), round((1_000_000 - anomalies) * f)
    return real / (real + false)


PRECISION = Task(
    name="precision at a base rate",
    equation="Bayes' rule",
    minutes=5,
    signature="precision(t, f, anomaly_share)",
    observe=_observe_precision,
    expected=lambda: np.array([_counted(*case) for case in _RATES]),
    misconceptions=(
        Misconception(
            "the base rate is forgotten",
            "Your answer is the same for a rare and for a frequent anomaly. Should it be?",
            lambda t, f, share: t / (t + f),
        ),
        Misconception(
            "the normal images' share is forgotten",
            "If one image in a hundred is an anomaly, how many are normal?",
            lambda t, f, share: share * t / (share * t + f),
        ),
        Misconception(
            "the two shares are swapped",
            "Which of the two rates belongs to anomalies, and which share do they have?",
            lambda t, f, share: (1 - share) * t / ((1 - share) * t + share * f),
        ),
        Misconception(
            "the share of all images that are real alarms",
            "Divide by the alarms, not by all images.",
            lambda t, f, share: share * t,
        ),
        Misconception(
            "the share of alarms that are false",
            "Which part of the alarms is real?",
            lambda t, f, share: (1 - share) * f / (share * t + (1 - share) * f),
        ),
    ),
)

_PROMISES = ((9, 0.1), (19, 0.1), (99, 0.05), (133, 0.1), (50, 0.25), (1000, 0.01), (12, 0.3))


def _observe_rank(function: Function) -> Array:
    return np.concatenate([as_numbers(function(*case), ()) for case in _PROMISES])


def _least_rank(n: int, contamination: float) -> int:
    """Return the first k, from 1 up, at which the promise is kept: counted with fractions."""
    promise = Fraction(str(contamination))
    return next(k for k in range(1, n + 1) if Fraction(n + 1 - k, n + 1) <= promise)


PROMISED_RANK = Task(
    name="rank that keeps a promise",
    equation="the order statistics of held-out scores",
    minutes=8,
    signature="promised_rank(n, contamination)",
    observe=_observe_rank,
    expected=lambda: np.array([float(_least_rank(*case)) for case in _PROMISES]),
    misconceptions=(
        Misconception(
            "n scores instead of n + 1",
            "The new image has a score too. How many ranks are there for it?",
            lambda n, c: ceil(round(n * (1 - c), 9)),
        ),
        Misconception(
            "a share, not a rank",
            "Which of the n ordered scores do you take, the first, the second, ...?",
            lambda n, c: 1 - c,
        ),
        Misconception(
            "counted from the wrong end",
            "The first score is the smallest. Do alarms lie at that end?",
            lambda n, c: ceil(round((n + 1) * c, 9)),
        ),
        Misconception(
            "one rank too high",
            "Is there a smaller k that keeps the promise too?",
            lambda n, c: floor(round((n + 1) * (1 - c), 9)) + 1,
        ),
    ),
)
