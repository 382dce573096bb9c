"""Differences with their intervals, as the report's figure shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Panel", "Point"]


@dataclass(frozen=True)
class Point:
    """A difference: of which row and system, its size, and where its interval begins and ends."""

    row: str
    system: str
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Panel:
    """The differences of one data set.

    Attributes
    ----------
    title, unit : str
        Above the axes, and of the differences.
    points : sequence of Point
        Rows and systems are drawn in the order in which they come.
    """

    title: str
    unit: str
    points: Sequence[Point]
