"""How much an estimate by noise contrast varies."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cance_edu.course.contrast.estimated_mean import VarianceCurve
from cance_edu.course.style import label_log_axis, line_style, marker_style

__all__ = ["draw_mean_variance"]


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
