"""How much an estimate by noise contrast varies."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from cance_edu.figures import PALETTE
from cance_edu.summaries.estimated_mean import VarianceCurve

__all__ = ["draw_variance"]

DASHES = ("-", "--", ":")
MARKERS = "os^"


def draw_variance(axes: Axes, curves: Mapping[str, VarianceCurve], what: str) -> list[Line2D]:
    """Draw the relative variance against one property of the noise, on a logarithmic scale.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    curves : mapping of str to VarianceCurve
        By label; at most three.
    what : str
        What is varied, for the axis.

    Returns
    -------
    list of Line2D
        For each curve the line of what is expected, and the marks of what was simulated.
    """
    artists = []
    for place, (label, curve) in enumerate(curves.items()):
        colour = PALETTE[place]
        line = axes.plot(curve.value, curve.expected, DASHES[place], color=colour, label=label)
        marks = axes.plot(curve.simulated_at, curve.simulated, MARKERS[place], color=colour)
        artists += [*line, *marks]
    axes.set(xlabel=what, yscale="log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.legend()
    return artists
