"""How well each part of the score finds anomalies: brought, learned, and their sum."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from cance_edu.course.contrast.heavy_tails import HeavyTails
from cance_edu.course.style import ANOMALY, NOISE, NORMAL

__all__ = ["draw_heavy_tails", "draw_parts_against_scale"]

PARTS = (
    (r"brought, $-\ln p_{nK}$", NOISE, "s", "--"),
    (r"learned, $-T - \ln\nu$", NORMAL, "^", ":"),
    ("their sum, $S$", "black", "o", "-"),
)


def draw_parts_against_scale(
    figure: Figure, scale: ArrayLike, areas: ArrayLike, standing: ArrayLike
) -> list[Line2D]:
    """Draw of each part against K its AUROC, and by how much the anomalies stand out in it.

    Lines go through the means; there is a mark for each seed. What lies close together near the
    top is drawn larger.

    Parameters
    ----------
    figure : Figure
        Filled by two axes.
    scale : array_like of shape (s,)
        K.
    areas : array_like of shape (seeds, s, 3)
        AUROC of what was brought, of what was learned, and of S; in [0, 1].
    standing : array_like of shape (seeds, s, 3)
        Mean of the anomalies less that of the normal inputs, in standard deviations of the normal
        inputs' S.

    Returns
    -------
    list of Line2D
        The three lines of the AUROC, then of the standing.
    """
    left, right = figure.subplots(1, 2)
    percent = 100 * np.asarray(areas)
    lines = _draw_parts(left, scale, percent) + _draw_parts(right, scale, np.asarray(standing))
    left.axhline(50, color="grey", linewidth=0.8)
    right.axhline(0, color="grey", linewidth=0.8)
    close = left.inset_axes((0.42, 0.2, 0.55, 0.38))
    _draw_parts(close, scale, percent)
    close.set(ylim=(94, 97), xticks=[1, 3, 5], yticks=[94, 95, 96, 97])
    close.tick_params(labelsize=8)
    left.set(xlabel="K, width of the noise", ylabel="AUROC, percent")
    right.set(xlabel="K, width of the noise", ylabel="how far anomalies stand out")
    right.legend()
    return lines


def _draw_parts(axes: Axes, scale: ArrayLike, values: NDArray[np.float64]) -> list[Line2D]:
    """Draw each part's values (seeds, s, 3): a line through the means, a mark for each seed."""
    lines = []
    for place, (label, colour, marker, dash) in enumerate(PARTS):
        of_part = values[..., place]
        lines += axes.plot(scale, of_part.mean(0), color=colour, linestyle=dash, label=label)
        for seed in of_part:
            axes.plot(scale, seed, marker, color=colour, markersize=4, alpha=0.7)
    return lines


def draw_heavy_tails(axes: Axes, tails: HeavyTails) -> list[Line2D]:
    """Draw S and -T* against the distance, on which alone they depend, and where the points lie.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    tails : HeavyTails
        What to draw.

    Returns
    -------
    list of Line2D
        S and -T*, from the nearest point to the farthest.
    """
    order = np.argsort(tails.distance)
    bars = axes.twinx()
    edges = np.linspace(0, tails.distance.max(), 60).tolist()
    for group, colour, label in (
        (~tails.is_anomaly, NORMAL, "normal points"),
        (tails.is_anomaly, ANOMALY, "anomalies"),
    ):
        bars.hist(tails.distance[group], edges, color=colour, alpha=0.35, label=label)
    most = int(len(order) / 16)
    bars.set(yticks=[0, most], ylim=(0, 4 * most), ylabel="points in a bar")
    lines = [
        *axes.plot(tails.distance[order], tails.score[order], "k-", label="$S$"),
        *axes.plot(tails.distance[order], -tails.log_ratio[order], "k--", label="$-T^*$"),
    ]
    axes.axhline(0, color="grey", linewidth=0.8)
    axes.set(xlabel="distance from the mean, standard deviations", ylabel="nats", ylim=(-60, 60))
    axes.legend(loc="upper left")
    bars.legend(loc="upper right")
    return lines
