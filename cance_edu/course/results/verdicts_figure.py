"""Verdicts: of single numbers with their margin, and of whole tables (lesson 11)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure

from cance_edu.course.results.summary import Judged
from cance_edu.course.style import ANOMALY, ARTIFICIAL, NOISE, NORMAL

__all__ = ["draw_counts", "draw_judged", "draw_readings"]

STYLES: Mapping[str, tuple[str, str, str]] = {
    "reproduced": (NOISE, "o", ""),
    "better": (NORMAL, "^", "//"),
    "not told apart": ("#777777", "s", ".."),
    "worse": (ANOMALY, "v", "\\\\"),
    "fewer than 3 seeds": (ARTIFICIAL, "X", "xx"),
    "not run": ("white", "", ""),
}
"""Colour, marker and hatch of each verdict."""


def draw_judged(
    axes: Axes, points: Sequence[Judged], margin: float, said: float | None = None
) -> list[ErrorbarContainer]:
    """Draw differences from the paper, a row each, and the margin within which they must lie.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    points : sequence of Judged
        From top to bottom; the name of a reading that counts is bold.
    margin : float
        In percentage points.
    said : float, optional
        Half the width that somebody guessed for the first row.

    Returns
    -------
    list of ErrorbarContainer
        One for each row.
    """
    axes.axvspan(-margin, margin, color=NOISE, alpha=0.15, label=f"within {margin:g}")
    axes.axvline(0, color="grey", linewidth=0.8)
    bars = []
    for row, point in enumerate(points):
        color, marker, _ = STYLES[point.verdict]
        reach = [[point.difference - point.low], [point.high - point.difference]]
        style: dict[str, Any] = {"color": color, "marker": marker, "linestyle": "none"}
        bars.append(axes.errorbar([point.difference], [row], xerr=reach, capsize=3, **style))
        bars[-1].set_label(point.verdict)
    if said is not None:
        guess = points[0].difference + said * np.array([-1, 1])
        axes.plot(guess, [-0.3, -0.3], "|-", color="black", label="your guess")
    axes.set_yticks(range(len(points)), [point.name for point in points])
    for label, point in zip(axes.get_yticklabels(), points, strict=True):
        label.set_fontweight("bold" if point.primary else "normal")
    axes.set_ylim(len(points) - 0.5, -0.6)
    axes.set_xlabel("ours − the paper's, percentage points")
    _legend(axes)
    return bars


def _legend(axes: Axes) -> None:
    """Name each verdict once, beside the axes: within them it would hide points."""
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    axes.legend(once.values(), once, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))


def draw_readings(
    figure: Figure, found: Mapping[str, Sequence[Judged]], margins: Mapping[str, float]
) -> None:
    """Draw results by each of their readings, a panel for each unit that they are judged by.

    Parameters
    ----------
    figure : Figure
        Filled.
    found : mapping of str to sequence of Judged
        For each result: its readings.
    margins : mapping of str to float
        For each result: how far it may be from the paper's, in points. Results with the same
        margin share a panel.
    """
    panels = list(dict.fromkeys(margins.values()))
    groups = [[name for name in found if margins[name] == margin] for margin in panels]
    heights = [sum(len(found[name]) for name in names) for names in groups]
    places = figure.subplots(len(panels), squeeze=False, height_ratios=heights).flat
    for axes, names, margin in zip(places, groups, panels, strict=True):
        rows = [(name, point) for name in names for point in found[name]]
        points = [
            Judged(f"{name}: {p.name}", p.difference, p.low, p.high, p.verdict, p.primary)
            for name, p in rows
        ]
        draw_judged(axes, points, margin)
        axes.tick_params(axis="y", labelsize=8)
        starts = np.cumsum([len(found[name]) for name in names])[:-1]
        for start in starts:
            axes.axhline(start - 0.5, color="grey", linewidth=0.5, linestyle=":")


def draw_counts(axes: Axes, counts: Mapping[str, Mapping[str, int]]) -> list[BarContainer]:
    """Draw what share of each table's numbers came out how: a bar a table, its numbers in words.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    counts : mapping of str to mapping of str to int
        For each table: how many numbers have which verdict.

    Returns
    -------
    list of BarContainer
        One for each verdict.
    """
    totals = np.array([sum(of.values()) for of in counts.values()])
    left = np.zeros(len(counts))
    bars = []
    for verdict, (color, _, hatch) in STYLES.items():
        number = np.array([of.get(verdict, 0) for of in counts.values()])
        style: dict[str, Any] = {"hatch": hatch, "edgecolor": "black", "linewidth": 0.5}
        share = 100 * number / totals
        bars.append(
            axes.barh(range(len(counts)), share, left=left, color=color, label=verdict, **style)
        )
        left += share
    axes.set_yticks(range(len(counts)), [f"{k} ({n})" for k, n in zip(counts, totals, strict=True)])
    axes.yaxis.set_inverted(True)
    axes.set(xlim=(0, 100), xlabel="share of the numbers that the paper prints, percent")
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return bars
