"""Densities learned by noise contrast: on a line, in the plane, and while they are learned."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.contrast.summary import Learning, LineContrast, Plane
from cance_edu.course.style import NOISE, NORMAL, PALETTE, line_style, marker_style

__all__ = ["draw_learning", "draw_line_contrast", "draw_planes", "draw_pointwise_loss"]

LEVELS = np.arange(-16, -1)
"""Log-densities of the contours, in nats."""


def draw_line_contrast(figure: Figure, line: LineContrast) -> list[Line2D]:
    """Draw data, noise and learned density on the left, and the log-odds on the right.

    Parameters
    ----------
    figure : Figure
        Filled by two axes.
    line : LineContrast
        What to draw.

    Returns
    -------
    list of Line2D
        Data, noise, learned density; best and learned log-odds.
    """
    left, right = figure.subplots(1, 2)
    some = {"color": "black", "linestyle": "", "marker": "o", "markersize": 4, "markevery": 8}
    artists = [
        *left.plot(line.u, line.data_density, color=NORMAL, label="data, $p_d$"),
        *left.plot(line.u, line.noise_density, "--", color=NOISE, label="noise, $p_n$"),
        *left.plot(line.u, line.learned_density, label="$p_n e^T$", **some),
        *right.plot(line.u, line.optimal_log_ratio, color=NORMAL, label=r"$\ln p_d - \ln p_n$"),
        *right.plot(line.u, line.log_ratio, label="learned, $T$", **some),
    ]
    right.axhline(0, color="grey", linewidth=0.8)
    left.set(xlabel="u", ylabel="density, per unit of u")
    right.set(xlabel="u", ylabel="log-odds of data, nats")
    left.legend()
    right.legend()
    return artists


def draw_pointwise_loss(
    axes: Axes, log_odds: ArrayLike, losses: Mapping[str, ArrayLike], minima: ArrayLike
) -> list[Line2D]:
    """Draw by how much the loss at single points is above its least, with each minimum marked.

    All curves touch zero, so that their bends can be compared.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    log_odds : array_like of shape (n,)
        T at the point.
    losses : mapping of str to array_like of shape (n,)
        For each point, its share of the expected loss; at most three.
    minima : array_like of shape (points,)
        Where each is least.

    Returns
    -------
    list of Line2D
        The curves, then the marks.
    """
    curves, marks = [], []
    for place, (name, loss) in enumerate(losses.items()):
        where = np.asarray(minima)[place]
        least = np.interp(where, np.asarray(log_odds), np.asarray(loss))
        above = np.asarray(loss) - least
        curves += axes.plot(log_odds, above, label=name, **line_style(place))
        marks += axes.plot(where, 0, "v", color=PALETTE[place], markersize=8)
    axes.set(
        xlabel="log-odds T at the point, nats", ylabel="loss above its least", ylim=(-0.02, 0.5)
    )
    axes.legend()
    return [*curves, *marks]


def draw_planes(
    figure: Figure, planes: Mapping[str, Plane], mark: ArrayLike | None = None
) -> list[QuadContourSet]:
    """Draw log-densities in the plane side by side, with the same contours.

    Parameters
    ----------
    figure : Figure
        Filled by one square for each, and a scale.
    planes : mapping of str to Plane
        By title.
    mark : array_like of shape (2,), optional
        A place to be marked in each.

    Returns
    -------
    list of QuadContourSet
        One for each.
    """
    row = figure.subplots(1, len(planes), sharex=True, sharey=True, squeeze=False)[0]
    contours = []
    for axes, (title, plane) in zip(row, planes.items(), strict=True):
        contours.append(axes.contourf(plane.x, plane.y, plane.log_density, LEVELS, extend="both"))
        if mark is not None:
            axes.plot(*np.asarray(mark), "+", color="white", markersize=9, markeredgewidth=2)
        axes.set(title=title, xlabel="$z_1$", aspect="equal")
    row[0].set_ylabel("$z_2$")
    figure.colorbar(contours[0], ax=row, label="log-density, nats", shrink=0.85)
    return contours


def draw_learning(figure: Figure, runs: Mapping[str, Learning]) -> list[Line2D]:
    """Draw mass and divergence against the step, for each run.

    Parameters
    ----------
    figure : Figure
        Filled by two axes.
    runs : mapping of str to Learning
        By label; at most three.

    Returns
    -------
    list of Line2D
        Mass and divergence of the first run, then of the next.
    """
    left, right = figure.subplots(1, 2)
    left.axhline(1, color="grey", linewidth=0.8)
    artists = []
    for place, (label, run) in enumerate(runs.items()):
        style = line_style(place) | marker_style(place)
        artists += left.plot(run.step, run.mass, label=label, markersize=3, **style)
        artists += right.plot(run.step, run.divergence, label=label, markersize=3, **style)
    left.set(xlabel="step", ylabel="mass of exp(-S)")
    right.set(xlabel="step", ylabel="divergence from the truth, nats", yscale="log")
    left.legend()
    return artists
