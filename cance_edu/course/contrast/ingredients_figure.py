"""What T is shown in training: three rows of points, and which of them it is to call data."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from cance_edu.course.contrast.ingredients import Ingredients
from cance_edu.course.style import ARTIFICIAL, NOISE, NORMAL

__all__ = ["draw_ingredients"]


def draw_ingredients(axes: Axes, shown: Ingredients) -> list[Line2D]:
    """Draw each kind of point in a row of its own, along the axis of the reconstruction error.

    Parameters
    ----------
    axes : Axes
        Where to draw; 6.5 by 2.4 inches suit it.
    shown : Ingredients
        What to draw.

    Returns
    -------
    list of Line2D
        The points of each row, from top to bottom.
    """
    spread = np.random.default_rng(0)
    rows = (
        ("real errors", shown.real, NORMAL, "o"),
        ("artificial, 0 to the mode", shown.artificial, ARTIFICIAL, "^"),
        ("noise", shown.noise, NOISE, "x"),
    )
    points = []
    for place, (_, values, colour, marker) in enumerate(rows):
        height = -place + spread.uniform(-0.28, 0.28, len(values))
        points += axes.plot(values, height, marker, color=colour, markersize=4, alpha=0.6)
    axes.axvline(0, color="black", linewidth=1)
    axes.axvline(shown.mode, color="black", linewidth=1, linestyle=":")
    axes.axhline(-1.5, color="grey", linewidth=0.8)
    axes.text(1.01, 0.67, "T is told: data", transform=axes.transAxes, va="center", fontsize=9)
    axes.text(1.01, 0.17, "T is told: noise", transform=axes.transAxes, va="center", fontsize=9)
    axes.set(yticks=[0, -1, -2], yticklabels=[name for name, *_ in rows], ylim=(-2.5, 0.5))
    axes.set(xlabel="reconstruction error $z_e$; the dotted line is the mode $m_z$")
    axes.xaxis.set_major_locator(MaxNLocator(6))
    return points
