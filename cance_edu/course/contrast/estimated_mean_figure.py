"""How much an estimate by noise contrast varies."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cance_edu.course.contrast.estimated_mean import VarianceCurve
from cance_edu.course.style import label_log_axis, line_style, marker_style

__all__ = ["draw_budgets", "draw_mean_variance", "draw_widths"]


def draw_mean_variance(axes: Axes, curves: Mapping[str, VarianceCurve], what: str) -> list[Line2D]:
    """Draw the relative variance against one property of the noise, on a logarithmic scale.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    curves : mapping of str to VarianceCurve
        By label; at most seven.
    what : str
        What is varied, for the axis.

    Returns
    -------
    list of Line2D
        For each curve the line of what is expected, and the marks of what was simulated.
    """
    artists = []
    for place, (label, curve) in enumerate(curves.items()):
        line = axes.plot(curve.value, curve.expected, label=label, **line_style(place))
        marks = axes.plot(
            curve.simulated_at, curve.simulated, linestyle="none", **marker_style(place)
        )
        artists += [*line, *marks]
    axes.set(xlabel=what, yscale="log")
    label_log_axis(axes.yaxis)
    axes.legend()
    return artists


def draw_budgets(
    figure: Figure, by_ratio: Mapping[str, VarianceCurve], at_budget: Mapping[str, VarianceCurve]
) -> list[Line2D]:
    """Draw the variance against ν: for equally many data, and for equally many points in all.

    Parameters
    ----------
    figure : Figure
        Filled by two axes.
    by_ratio, at_budget : mapping of str to VarianceCurve
        By label.

    Returns
    -------
    list of Line2D
        Of the left axes, then of the right.
    """
    left, right = figure.subplots(1, 2)
    artists = draw_mean_variance(left, by_ratio, "ν, noise points for each data point")
    artists += draw_mean_variance(right, at_budget, "ν, noise points for each data point")
    left.axhline(1, color="grey", linewidth=0.8)
    left.set(ylabel="n · variance of the mean", xscale="log", title="equally many data")
    right.set(ylabel="N · variance of the mean", xscale="log", title="equally many points in all")
    for axes in (left, right):
        label_log_axis(axes.xaxis)
    return artists


def draw_widths(axes: Axes, curves: Mapping[str, VarianceCurve]) -> list[Line2D]:
    """Draw the variance against the noise's width, the least of each curve marked.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    curves : mapping of str to VarianceCurve
        By label.

    Returns
    -------
    list of Line2D
        The curves.
    """
    artists = draw_mean_variance(axes, curves, "K, width of the noise over that of the data")[::2]
    for place, curve in enumerate(curves.values()):
        least = curve.expected.argmin()
        axes.plot(curve.value[least], curve.expected[least], **marker_style(place))
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.set(xscale="log", ylabel="n · variance of the mean", ylim=(1, 300))
    label_log_axis(axes.xaxis)
    return artists
