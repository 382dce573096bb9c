"""How far our results are from the paper's, row by row."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from cance_edu.course.results.intervals_figure import draw_intervals
from cance_edu.experiments.panels import Panel
from cance_edu.experiments.report import Report
from cance_edu.files import written_beside

__all__ = ["Panel", "draw_panel", "draw_panels", "write_report"]


def draw_panels(figure: Figure, panels: Sequence[Panel]) -> list[list[ErrorbarContainer]]:
    """Draw panels below each other, as high as their points need.

    Parameters
    ----------
    figure : Figure
        Filled by the panels; its size is set for them.
    panels : sequence of Panel
        What to draw.

    Returns
    -------
    list of list of ErrorbarContainer
        For each panel, one for each system.
    """
    heights = [1.2 + 0.12 * len(panel.points) for panel in panels]
    figure.set_size_inches(9, sum(heights) or 1)
    if not panels:
        return []
    places = figure.subplots(len(panels), squeeze=False, height_ratios=heights).flat
    return [draw_panel(axes, panel) for axes, panel in zip(places, panels, strict=True)]


def draw_panel(axes: Axes, panel: Panel) -> list[ErrorbarContainer]:
    """Draw a panel: a row a line, and in it each system with a marker of its own.

    A marker is filled where the interval leaves zero out, and empty where it holds it.
    """
    bars = draw_intervals(axes, panel.points)
    for bar in bars:
        _empty_where_zero_is_possible(axes, bar)
    axes.set(title=panel.title, xlabel=f"ours − the paper's, {panel.unit}")
    # Beside the axes: within them it would hide points.
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return bars


def _empty_where_zero_is_possible(axes: Axes, bar: ErrorbarContainer) -> None:
    markers, _, (reach,) = bar.lines
    holds = np.array([low <= 0 <= high for (low, _), (high, _) in reach.get_segments()])
    x, y = np.asarray(markers.get_data())[:, holds]
    (empty,) = axes.plot(x, y, linestyle="none", zorder=markers.get_zorder() + 0.1)
    empty.set(marker=markers.get_marker(), color=markers.get_color(), markerfacecolor="white")


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write report.md, report.csv and report.png, and return where they are."""
    written = report.write(folder, figure="report.png")
    figure = Figure(layout="constrained")
    draw_panels(figure, report.panels())
    with written_beside(folder / "report.png") as beside:
        figure.savefig(beside, format="png", dpi=100)
    return [*written, folder / "report.png"]
