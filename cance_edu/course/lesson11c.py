"""Lesson 11c, what was chosen by what: what it reads, and how it is set up. No mathematics."""

import numpy as np

from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.lesson11 import by_class, by_column, column, stored
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_groups_in_panels
from cance_edu.course.results.intervals_figure import draw_differences
from cance_edu.experiments.cell import Comparison
from cance_edu.experiments.comparison import pairs
from cance_edu.experiments.markdown import grid
from cance_edu.experiments.panels import Point
from cance_edu.experiments.paper import AVERAGE
from cance_edu.experiments.statistics import Pairs

__all__ = [
    "AVERAGE",
    "CONTRASTED",
    "Pairs",
    "answer",
    "averages",
    "by_class",
    "by_column",
    "calibration",
    "column",
    "draw_differences",
    "draw_groups_in_panels",
    "figure",
    "gains",
    "grid",
    "in_words",
    "np",
    "pairs",
    "points",
    "predict",
    "recordings",
    "share_of",
    "sorted_by_error",
    "stored",
    "tell",
]

CONTRASTED = {
    "K by Eq. 8 − K = 1.69": ("Eq. 8, paper's", "K = 1.69, paper's"),
    "K by Eq. 12 − K = 1.69": ("Eq. 12, paper's", "K = 1.69, paper's"),
    "K = 1.69 − K = 1": ("K = 1.69, paper's", "K = 1, paper's"),
    "paper's errors − none, K = 1": ("K = 1, paper's", "K = 1, none"),
    "paper's errors − none, K = 1.69": ("K = 1.69, paper's", "K = 1.69, none"),
    "paper's errors − none, Eq. 8": ("Eq. 8, paper's", "Eq. 8, none"),
    "paper's errors − none, Eq. 12": ("Eq. 12, paper's", "Eq. 12, none"),
    "K-aware errors − paper's, Eq. 8": ("Eq. 8, K-aware", "Eq. 8, paper's"),
}
"""Questions to the eleven noise contrasts: which column minus which answers them."""


def averages(cells: list[Comparison]) -> dict[str, float]:
    """Return our averages by column."""
    return {c.column: c.ours.mean for c in cells if c.row == AVERAGE and c.ours}


def gains(after: list[Comparison], before: list[Comparison], name: str) -> Pairs:
    """Return what a column gained from one protocol to another, row by row."""
    a, b = (
        {row: c.ours.mean for row, c in column(cells, name).items() if c.ours}
        for cells in (after, before)
    )
    return Pairs("after", "before", {row: a[row] - b[row] for row in b if row in a})


def share_of(rows: str, found: Pairs) -> float:
    """Return how much of a mean difference some rows carry: digits, written one after the other."""
    return sum(found.differences[row] for row in rows) / sum(found.differences.values())


def sorted_by_error(cells: list[Comparison]) -> dict[str, dict[str, float]]:
    """Return each variant's AUROCs in [0, 1] by row, the row with the lowest of Error first."""
    ours = {(c.column, c.row): c.ours.mean / 100 for c in cells if c.ours}
    rows = sorted({row for _, row in ours}, key=lambda row: ours["Error", row])
    variants = ("Error", "LatNCE", "CNCE", "CANCE")
    return {name: {row: ours[name, row] for row in rows} for name in variants}


def points(found: dict[str, Pairs]) -> list[Point]:
    """Return paired differences as `draw_differences` draws them."""
    return [Point(name, "mean over digits", g.mean, *g.interval) for name, g in found.items()]


def in_words(found: dict[str, Pairs]) -> str:
    """Return paired differences with their intervals as text."""
    return "; ".join(
        f"{k} {g.mean:+.3f} [{g.interval[0]:+.3f}, {g.interval[1]:+.3f}]" for k, g in found.items()
    )
