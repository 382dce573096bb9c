"""The proof of Proposition 3.1 in pictures: curves, two sides of an inequality, the margin."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.style import ANOMALY, NORMAL, PALETTE, line_style

__all__ = ["Z_LABEL", "draw_curves", "draw_inequality", "draw_margin"]

Z_LABEL = "$z / μ_z$, the feature in units of its mean"


def draw_curves(
    axes: Axes,
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    ylabel: str,
    colours: Sequence[str] = PALETTE,
) -> list[Line2D]:
    """Draw curves over one axis, each with a colour and a dash of its own.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    x : array_like of shape (n,)
        What they have in common.
    curves : mapping of str to array_like of shape (n,)
        By their names in the legend.
    ylabel : str
        With its unit; the other axis is a feature in units of its mean.
    colours : sequence of str
        In the order of the curves; after the last the first again.

    Returns
    -------
    list of Line2D
        One for each curve.
    """
    lines = [
        axes.plot(
            x,
            y,
            linewidth=2,
            label=name,
            **line_style(place) | {"color": colours[place % len(colours)]},
        )[0]
        for place, (name, y) in enumerate(curves.items())
    ]
    axes.set(xlabel=Z_LABEL, ylabel=ylabel)
    axes.legend(fontsize=8)
    return lines


def draw_inequality(
    axes: Axes, z: ArrayLike, larger: ArrayLike, smaller: ArrayLike, names: tuple[str, str]
) -> tuple[Line2D, Line2D]:
    """Draw the two sides of one inequality, and the gap between them.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    z : array_like of shape (n,)
        In units of μ_z.
    larger, smaller : array_like of shape (n,)
        The two sides.
    names : (str, str)
        What they are.

    Returns
    -------
    (Line2D, Line2D)
        The larger and the smaller side.
    """
    (upper,) = axes.plot(z, larger, color=NORMAL, linewidth=2, label=names[0])
    (lower,) = axes.plot(z, smaller, "--", color=ANOMALY, linewidth=2, label=names[1])
    axes.fill_between(np.asarray(z), np.asarray(larger), np.asarray(smaller), color="0.9")
    axes.set(xlabel=Z_LABEL, ylabel="density", ylim=(0, None))
    axes.legend(fontsize=8)
    return upper, lower


def draw_margin(axes: Axes, z: ArrayLike, margin: ArrayLike, title: str) -> Line2D:
    """Draw the margin of Prop. 3.1, filled where the noise is denser.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    z : array_like of shape (n,)
        From 0 to where the guarantee ends, in units of μ_z.
    margin : array_like of shape (n,)
        ln p_m - ln p_nK.
    title : str
        What was changed.

    Returns
    -------
    Line2D
        The margin.
    """
    z, margin = np.asarray(z), np.asarray(margin)
    (line,) = axes.plot(z, margin, color=NORMAL, linewidth=2)
    axes.fill_between(
        z, margin, 0, where=margin < 0, color=ANOMALY, alpha=0.4, hatch="///", linewidth=0
    )
    axes.axhline(0, color="black", linewidth=1)
    axes.set(xlabel="$z / μ_z$", ylabel="margin, nats")
    axes.set_title(title, fontsize=9)
    return line
