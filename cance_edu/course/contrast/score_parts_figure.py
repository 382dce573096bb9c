"""How well each part of the score finds anomalies: brought, learned, and their sum."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.contrast.heavy_tails import HeavyTails
from cance_edu.course.style import ANOMALY, NOISE, NORMAL

__all__ = ["draw_heavy_tails", "draw_parts_against_scale"]

PARTS = (
    (r"brought, $-\ln p_{nK}$", NOISE, "s", "--"),
    (r"learned, $-T - \ln\nu$", NORMAL, "^", ":"),
    ("their sum, $S$", "black", "o", "-"),
)


def draw_parts_against_scale(axes: Axes, scale: ArrayLike, areas: ArrayLike) -> list[Line2D]:
    """Draw the AUROC of each part against K: a line through the means, a mark for each seed.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scale : array_like of shape (s,)
        K.
    areas : array_like of shape (seeds, s, 3)
        AUROC of what was brought, of what was learned, and of S; in [0, 1].

    Returns
    -------
    list of Line2D
        The three lines.
    """
    percent, lines = 100 * np.asarray(areas), []
    for place, (label, colour, marker, dash) in enumerate(PARTS):
        of_part = percent[..., place]
        lines += axes.plot(scale, of_part.mean(0), color=colour, linestyle=dash, label=label)
        for seed in of_part:
            axes.plot(scale, seed, marker, color=colour, markersize=4, alpha=0.7)
    axes.axhline(50, color="grey", linewidth=0.8)
    axes.set(xlabel="K, width of the noise over that of the data", ylabel="AUROC, percent")
    axes.legend(loc="lower right")
    return lines


def draw_heavy_tails(axes: Axes, tails: HeavyTails) -> list[Line2D]:
    """Draw T* and S against the distance, on which alone they depend, and where the points lie.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    tails : HeavyTails
        What to draw.

    Returns
    -------
    list of Line2D
        T* and S, from the nearest point to the farthest.
    """
    order = np.argsort(tails.distance)
    shares = axes.twinx()
    edges = np.linspace(0, tails.distance.max(), 60).tolist()
    for group, colour, label in (
        (~tails.is_anomaly, NORMAL, "normal points"),
        (tails.is_anomaly, ANOMALY, "anomalies"),
    ):
        shares.hist(tails.distance[group], edges, color=colour, alpha=0.35, label=label)
    shares.set(yticks=[], ylim=(0, len(order) / 4))
    lines = [
        *axes.plot(tails.distance[order], tails.score[order], "k-", label="$S$"),
        *axes.plot(tails.distance[order], tails.log_ratio[order], "k--", label="$T^*$"),
    ]
    axes.axhline(0, color="grey", linewidth=0.8)
    axes.set(xlabel="distance from the mean, standard deviations", ylabel="nats", ylim=(-5, 60))
    axes.legend(loc="upper left")
    shares.legend(loc="upper center")
    return lines
