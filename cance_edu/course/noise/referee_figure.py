"""Looks at a table, with their names or without; and K at the end of many trainings."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.noise.referee import Look, holm
from cance_edu.course.style import line_style, marker_style

__all__ = ["draw_ends", "draw_looks"]


def draw_looks(axes: Axes, looks: Sequence[Look], named: bool = True) -> ErrorbarContainer:
    """Draw differences with their intervals, the smallest p-value on top.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    looks : sequence of Look
        In any order.
    named : bool
        Whether to say what they are, with p-value and Holm's.

    Returns
    -------
    ErrorbarContainer
        The intervals.
    """
    p = np.array([look.p_value for look in looks])
    order, adjusted = np.argsort(p), holm(p)
    mean = np.array([looks[i].mean for i in order])
    low, high = np.array([looks[i].interval for i in order]).T
    place = np.arange(len(looks))
    bars = axes.errorbar(
        mean, place, xerr=(mean - low, high - mean), linestyle="none", **marker_style(0)
    )
    names = [f"{looks[i].name}   p {p[i]:.3f}, Holm {adjusted[i]:.2f}" for i in order]
    axes.set_yticks(place, names if named else ["?"] * len(looks), fontsize=8)
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set(xlabel="difference of AUROC, points of 0.01", ylim=(len(looks) - 0.5, -0.5))
    return bars


def draw_ends(axes: Axes, ends: Mapping[str, ArrayLike], start: float) -> list[Line2D]:
    """Draw where K ended: a mark for each coordinate of each training, by objective.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    ends : mapping of str to array_like of shape (trainings, D)
        By objective.
    start : float
        Where K began.

    Returns
    -------
    list of Line2D
        The marks of each objective.
    """
    artists = []
    for place, (label, scale) in enumerate(ends.items()):
        k = np.asarray(scale)
        x = np.arange(k.shape[1]) + np.linspace(-0.3, 0.3, len(k))[:, None]
        style = marker_style(place) | {"linestyle": "none", "markersize": 3, "alpha": 0.7}
        artists += axes.plot(x.ravel(), k.ravel(), label=label, **style)
    axes.axhline(start, label="start", **line_style(6))
    names = [f"$z_{j + 1}$" for j in range(k.shape[1] - 2)]
    axes.set_xticks(range(k.shape[1]), [*names, "$z_e$", "$z_c$"])
    axes.set(ylabel="K at the end")
    axes.legend(fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
    return artists
