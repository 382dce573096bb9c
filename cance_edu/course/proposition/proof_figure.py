"""Curves over one feature: densities, T, scores."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.style import NOISE, NORMAL, PALETTE, line_style

__all__ = ["Z_LABEL", "draw_curves", "draw_low_errors"]

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


def draw_low_errors(
    figure: FigureBase, z: ArrayLike, log_real: ArrayLike, log_ratio: ArrayLike
) -> tuple[Axes, Axes]:
    """Draw the densities of data and noise, and beside them the ideal T.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 7.5 by 2.8 inches with a constrained layout suit it.
    z, log_real, log_ratio : array_like of shape (n,)
        A feature in units of its mean; ln p_0 and ln p_0 - ln p_n there.

    Returns
    -------
    tuple of Axes
        Of the densities, and of T.
    """
    log_real, log_ratio = np.asarray(log_real), np.asarray(log_ratio)
    left, right = figure.subplots(1, 2)
    densities = {"$p_0$, data": np.exp(log_real), "$p_n$, noise": np.exp(log_real - log_ratio)}
    draw_curves(left, z, densities, "density", (NORMAL, NOISE))
    draw_curves(right, z, {"$T^*$": log_ratio}, "log-odds of data, nats")
    right.axhline(0, color="black", linewidth=0.8)
    right.set_ylim(-5, 2)
    return left, right
