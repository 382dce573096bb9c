"""Where noise should lie, and what moves K: curves of variances, losses and forces."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.noise.confidence import ConfidenceSweep, gaussian_first_force
from cance_edu.course.noise.force import Force
from cance_edu.course.noise.variance import EstimateVariance
from cance_edu.course.style import (
    ARTIFICIAL,
    NOISE,
    NORMAL,
    label_log_axis,
    line_style,
    marker_style,
)
from cance_edu.method.noise import SCALE_AT_ZERO

__all__ = [
    "draw_first_force",
    "draw_force",
    "draw_losses",
    "draw_precision",
    "draw_sweeps",
    "draw_two_forces",
]

SCALE_LABEL = "K, width of the noise over that of the data"


def draw_precision(
    axes: Axes, curves: Mapping[str, EstimateVariance], guess: float | None = None
) -> list[Line2D]:
    """Draw how precise a log-density is against K: its variance over that at K = 1.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    curves : mapping of str to EstimateVariance
        By model, over the same K, 1 among them; of the last radius of each. Least values are
        marked.
    guess : float, optional
        A K that somebody chose.

    Returns
    -------
    list of Line2D
        The curves.
    """
    drawn: list[Line2D] = []
    reach = guess or 0.0
    for place, (label, exact) in enumerate(curves.items()):
        variance = exact.variance[-1]
        ratio = variance / variance[np.abs(exact.scale - 1).argmin()]
        drawn += axes.plot(exact.scale, ratio, label=label, **line_style(place))
        axes.plot(exact.best_scale[-1], ratio.min(), **marker_style(place))
        reach = max(reach, exact.scale[ratio <= 2].max())
    axes.axhline(1, color="black", linestyle=":", linewidth=1)
    if guess is not None:
        axes.axvline(guess, color=ARTIFICIAL, linestyle="-.", label=f"your K, {guess:.2f}")
    axes.set(xlabel=SCALE_LABEL, ylabel="variance, over that at K = 1", ylim=(0, 2))
    axes.set_xlim(right=reach + 0.2)
    axes.legend(fontsize=8)
    return drawn


def draw_losses(
    axes: Axes,
    scale: ArrayLike,
    least: ArrayLike,
    kept: ArrayLike,
    *,
    trained_at: float,
    guessing: float,
) -> list[Line2D]:
    """Draw the NCE loss against K: with T optimal at every K, and with T kept.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scale : array_like of shape (k,)
        K.
    least, kept : array_like of shape (k,)
        L*(K), and the loss with the T that is optimal at `trained_at`.
    trained_at : float
        Where the two touch.
    guessing : float
        The loss of a T that is 0 everywhere.

    Returns
    -------
    list of Line2D
        The two curves and the point where they touch.
    """
    lines = axes.plot(scale, least, "-", color=NORMAL, label="T optimal at every K")
    label = f"T kept from K = {trained_at:g}"
    lines += axes.plot(scale, kept, "--", color=NOISE, label=label)
    touch = np.interp(trained_at, np.asarray(scale), np.asarray(least))
    lines += axes.plot([trained_at], [touch], "o", color="black")
    axes.axhline(guessing, color="0.5", linestyle="-.", linewidth=1, label="guessing")
    axes.axvline(1, color="black", linestyle=":", linewidth=1)
    axes.set(xlabel=SCALE_LABEL, ylabel="NCE loss, nats")
    axes.legend(fontsize=8)
    return lines


def draw_force(axes: Axes, force: Force) -> list[Line2D]:
    """Draw the gradients of Eq. 8's two terms against K, and their sum.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    force : Force
        What was integrated.

    Returns
    -------
    list of Line2D
        Data term, noise term, sum.
    """
    parts = (
        (force.data, "-", NORMAL, "data term"),
        (force.noise, "--", NOISE, "noise term"),
        (force.total, "-.", "black", "sum: the force"),
    )
    lines = []
    for values, dash, colour, label in parts:
        lines += axes.plot(force.scale, values, dash, color=colour, label=label)
    axes.margins(y=0.3)
    axes.set(xlabel=SCALE_LABEL, ylabel="gradient in K, nats")
    axes.legend(fontsize=8, ncols=3, loc="upper center")
    return lines


def draw_two_forces(figure: Figure, first: Force, second: Force, titles: Sequence[str]) -> None:
    """Draw two cases side by side, on one scale.

    Parameters
    ----------
    figure : Figure
        Filled by two axes.
    first, second : Force
        What was integrated.
    titles : sequence of str
        Of the two.
    """
    row = figure.subplots(1, 2, sharey=True)
    for axes, force, title in zip(row, (first, second), titles, strict=True):
        draw_force(axes, force)
        axes.set_title(title, fontsize=10)


def draw_sweeps(axes: Axes, sweeps: Sequence[ConfidenceSweep]) -> list[Line2D]:
    """Draw the force on K against T's confidence, each case in units of its largest force.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    sweeps : sequence of ConfidenceSweep
        No more than four.

    Returns
    -------
    list of Line2D
        One for each case.
    """
    lines = []
    for place, sweep in enumerate(sweeps):
        force = sweep.force / np.abs(sweep.force).max()
        lines += axes.plot(sweep.confidence, force, label=sweep.label, **line_style(place))
    axes.axhline(0, color="black", linewidth=1)
    axes.axvline(1, color="black", linewidth=0.5)
    axes.set(
        xlabel="confidence a, where T = a T*",
        ylabel="force on K, share of its largest\n(Eq. 8 narrows where it is above 0)",
    )
    axes.legend(fontsize=8)
    return lines


def draw_first_force(axes: Axes) -> QuadContourSet:
    """Draw which way Eq. 8 moves K while T has learned little, for Gaussian data, by ν and K.

    Parameters
    ----------
    axes : Axes
        Where to draw: the sign does not depend on the number of dimensions.

    Returns
    -------
    QuadContourSet
        Its two halves; the course's own place is marked.
    """
    nu, k = np.meshgrid(np.geomspace(0.1, 10, 200), np.linspace(1.001, 4, 200))
    sign = np.sign(gaussian_first_force(k, nu))
    halves = axes.contourf(nu, k, sign, [-1.5, 0, 1.5], colors=["#E69F00", "#56B4E9"], alpha=0.5)
    axes.plot(nu[0], nu[0] ** -0.5, "k--", label=r"$\nu = 1 / K^2$")
    axes.plot(1, SCALE_AT_ZERO, "ko", label=r"the course: $\nu = 1$, $K = 1.69$")
    axes.text(2, 3, "Eq. 8 narrows", ha="center")
    axes.text(0.17, 1.4, "Eq. 8 widens", ha="center")
    axes.set(xscale="log", xlabel="ν, noise points for each data point", ylabel="K", ylim=(1, 4))
    label_log_axis(axes.xaxis)
    axes.legend(fontsize=8)
    return halves
