"""The task on two numbers beside each other: what an interval of their difference says (11)."""

from typing import Any

import numpy as np

from cance_edu.classroom.check import (
    Array,
    Function,
    Misconception,
    NotAnswered,
    Task,
    WrongShape,
)

__all__ = ["VERDICT"]

_WORDS = ("reproduced", "better", "worse", "not told apart")

_INTERVALS = (
    *((-0.2, 0.4, 0.5), (0.1, 0.4, 0.5), (-0.4, -0.1, 0.5), (-1.0, 1.5, 2.0)),
    *((0.2, 0.9, 0.5), (0.1, 0.7, 0.5), (0.6, 0.9, 0.5), (-0.9, -0.3, 0.5), (-2.0, -1.0, 0.5)),
    *((-0.3, 0.8, 0.5), (-0.8, 0.3, 0.5), (-3.0, 3.0, 0.5), (-0.2, 3.0, 0.5)),
)
"""Low, high and margin; no end lies on zero or on the margin."""


def _observe(function: Function) -> Array:
    """Return which of the four words is said of each interval."""
    return np.array([_place(function(*interval)) for interval in _INTERVALS], dtype=float)


def _place(said: Any) -> int:
    if said is None or said is Ellipsis:
        raise NotAnswered
    if not isinstance(said, str) or said not in _WORDS:
        raise WrongShape(f"it returned {said!r}; expected one of {', '.join(map(repr, _WORDS))}.")
    return _WORDS.index(said)


def _by_points(low: float, high: float, margin: float) -> int:
    """Return the verdict by asking each of many points of the interval."""
    points = np.linspace(low, high, 1001)
    if (abs(points) <= margin).all():
        return 0
    return 1 if (points > 0).all() else 2 if (points < 0).all() else 3


def _by_zero(low: float, high: float) -> str:
    return "better" if low > 0 else "worse" if high < 0 else "not told apart"


VERDICT = Task(
    name="verdict on an interval",
    equation="the rule of lesson 11",
    minutes=4,
    signature="verdict(low, high, margin)",
    observe=_observe,
    expected=lambda: np.array([_by_points(*interval) for interval in _INTERVALS], dtype=float),
    misconceptions=(
        Misconception(
            "whatever holds zero is reproduced",
            "A wide interval holds zero too. Does it show that the difference is small?",
            lambda low, high, margin: "reproduced" if low <= 0 <= high else _by_zero(low, high),
        ),
        Misconception(
            "zero is asked before the margin",
            "A difference may be real and tiny. Which question comes first?",
            lambda low, high, margin: (
                _by_zero(low, high)
                if not low <= 0 <= high or max(-low, high) > margin
                else "reproduced"
            ),
        ),
        Misconception(
            "the middle is compared, not the interval",
            "How far from zero may the difference be, by your interval?",
            lambda low, high, margin: (
                "reproduced" if abs(low + high) / 2 <= margin else _by_zero(low, high)
            ),
        ),
        Misconception(
            "it is enough to touch the margin",
            "Which end of the interval may lie outside of the margin?",
            lambda low, high, margin: (
                "reproduced" if low <= margin and high >= -margin else _by_zero(low, high)
            ),
        ),
        Misconception(
            "better and worse only beyond the margin",
            "What is said of an interval that leaves out zero and begins within the margin?",
            lambda low, high, margin: (
                "reproduced"
                if -margin <= low and high <= margin
                else _by_zero(low - margin, high + margin)
            ),
        ),
    ),
)
