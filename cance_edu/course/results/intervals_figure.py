"""Differences with their intervals: a row for each question, a marker for each system."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from cance_edu.course.style import marker_style
from cance_edu.experiments.panels import Point

__all__ = ["Point", "draw_differences", "draw_differences_in_panels", "draw_intervals"]


def draw_intervals(axes: Axes, points: Sequence[Point]) -> list[ErrorbarContainer]:
    """Draw differences, and a line where there is none.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    points : sequence of Point
        Rows, from top to bottom, and systems are drawn in the order in which they come.

    Returns
    -------
    list of ErrorbarContainer
        One for each system, labelled for a legend.
    """
    rows = list(dict.fromkeys(point.row for point in points))
    systems = list(dict.fromkeys(point.system for point in points))
    bars = []
    for place, system in enumerate(systems):
        of_system = [point for point in points if point.system == system]
        x, low, high = np.array([(p.difference, p.low, p.high) for p in of_system]).T
        shift = (place - (len(systems) - 1) / 2) * 0.8 / len(systems)
        y = np.array([rows.index(point.row) for point in of_system]) + shift
        style = {"linestyle": "none", "label": system} | marker_style(place)
        bars.append(axes.errorbar(x, y, xerr=(x - low, high - x), **style))
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    return bars


def draw_differences(
    axes: Axes, points: Sequence[Point], label: str = "difference, percentage points"
) -> list[ErrorbarContainer]:
    """Draw what `draw_intervals` draws, with a label, and the systems' names if there are several.

    Parameters
    ----------
    axes, points
        As in `draw_intervals`.
    label : str
        Below the axis: what the differences are of, and in which unit.
    """
    bars = draw_intervals(axes, points)
    axes.set_xlabel(label)
    if len(bars) > 1:  # beside the axes: within them it would hide points
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return bars


def draw_differences_in_panels(figure: Figure, panels: Mapping[str, Sequence[Point]]) -> None:
    """Draw differences that are not on one scale, or not of one kind, a panel each.

    Parameters
    ----------
    figure : Figure
        Filled.
    panels : mapping of str to sequence of Point
        By title, from left to right.
    """
    places = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, points) in zip(places, panels.items(), strict=True):
        draw_differences(axes, points)
        axes.set_title(title, fontsize=9)
