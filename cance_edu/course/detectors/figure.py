"""Figures of lesson 08: how well, against a choice, time and what an image shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from cance_edu.course.style import ANOMALY, NORMAL, PALETTE, label_log_axis, marker_style

__all__ = [
    "draw_areas",
    "draw_belonging",
    "draw_collapse",
    "draw_mixture",
    "draw_rankings",
    "draw_systems",
]

CHANCE = 50


def draw_areas(
    axes: Axes,
    x: Sequence[Any],
    areas: Mapping[str, ArrayLike],
    xlabel: str,
    baseline: float | None = None,
    said: float | None = None,
) -> list[Line2D]:
    """Draw AUROCs against a choice that somebody has to make.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    x : sequence of length k
        The choices, equally far apart.
    areas : mapping of str to array_like of shape (..., k)
        In [0, 1]; a line through their mean, and a dot for each.
    xlabel : str
        What is chosen.
    baseline : float, optional
        The AUROC of 1-NN.
    said : float, optional
        What somebody guessed.

    Returns
    -------
    list of Line2D
        The lines.
    """
    lines = []
    for place, (name, values) in enumerate(areas.items()):
        percent = 100 * np.asarray(values, dtype=float).reshape(-1, len(x))
        style = marker_style(place) | {"label": name}
        lines += axes.plot(range(len(x)), percent.mean(0), **style)
        for row in percent if len(percent) > 1 else ():
            axes.plot(range(len(x)), row, ".", color=style["color"], alpha=0.4, markersize=4)
    _lines_across(axes, baseline, said)
    axes.set_xticks(range(len(x)), [str(value) for value in x])
    axes.set(xlabel=xlabel, ylabel="AUROC, percent")
    axes.legend(fontsize=8)
    return lines


def _lines_across(axes: Axes, baseline: float | None, said: float | None) -> None:
    if baseline is not None:
        axes.axhline(100 * baseline, color="black", linestyle="--", linewidth=1, label="1-NN")
    if said is not None:
        axes.axhline(100 * said, color=ANOMALY, linestyle=":", label="your guess")


def draw_belonging(
    axes: Axes, by_variation: ArrayLike, by_model: ArrayLike, normal: Sequence[Any]
) -> PathCollection:
    """Draw a detector's AUROC for each class against that of a score without any model.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    by_variation, by_model : array_like of shape (classes,)
        AUROCs in [0, 1].
    normal : sequence of length classes
        Their names.

    Returns
    -------
    PathCollection
        A point for each class.
    """
    x, y = (100 * np.asarray(values, dtype=float) for values in (by_variation, by_model))
    points = axes.scatter(x, y, color=NORMAL)
    for name, here, there in zip(normal, x, y, strict=True):
        axes.annotate(str(name), (here, there), xytext=(4, 4), textcoords="offset points")
    axes.axhline(CHANCE, color="grey", linewidth=0.8)
    axes.axvline(CHANCE, color="grey", linewidth=0.8)
    axes.set(xlabel="AUROC of the total variation, percent", ylabel="AUROC of PixelCNN, percent")
    return points


def draw_rankings(figure: Figure, pairs: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> None:
    """Draw the ranks that two scores give the same inputs, a panel for each pair.

    Parameters
    ----------
    figure : Figure
        Filled.
    pairs : mapping of str to (array_like of shape (n,), array_like of shape (n,))
        Of a one-class SVM, and of what it should rank like.
    """
    for axes, (name, (svm, other)) in zip(
        figure.subplots(1, len(pairs), squeeze=False).flat, pairs.items(), strict=True
    ):
        axes.plot(rankdata(other), rankdata(svm), ".", color=NORMAL, markersize=2)
        limit, _, what = name.partition(": ")
        axes.set(title=limit, xlabel=f"rank by {what}")
        axes.title.set_fontsize(9)
    figure.axes[0].set_ylabel("rank by the SVM")


def draw_mixture(
    figure: Figure, latents: Sequence[int], narrowest: ArrayLike, areas: ArrayLike
) -> None:
    """Draw how narrow a mixture of Gaussians gets that is trained with its features, and how good.

    Parameters
    ----------
    figure : Figure
        Filled.
    latents : sequence of length k
        d.
    narrowest, areas : array_like of shape (runs, 2, k)
        The smallest eigenvalue of a covariance, and AUROC in [0, 1]; with the penalty, and without.
        What fell apart is 0 and NaN.
    """
    left, right = figure.subplots(1, 2)
    names = ("with the penalty", "without it")
    for place, name in enumerate(names):
        style = marker_style(place) | {"linestyle": "none", "alpha": 0.7}
        for axes, values in ((left, narrowest), (right, 100 * np.asarray(areas))):
            values = np.asarray(values)[:, place]
            x = np.tile(range(len(latents)), len(values)) + 0.16 * place
            axes.plot(x, values.ravel(), **style, label=name)
    for axes in (left, right):
        axes.set_xticks(range(len(latents)), [str(d) for d in latents])
        axes.set_xlabel("latents")
    left.set(yscale="log", ylabel="narrowest variance of the mixture")
    right.set_ylabel("AUROC, percent")
    left.legend(fontsize=8)


def draw_collapse(figure: Figure, collapse: Mapping[str, ArrayLike]) -> None:
    """Draw how far a network's outputs lie apart, and how well they tell anomalies.

    Parameters
    ----------
    figure : Figure
        Filled.
    collapse : mapping of str to array_like of shape (runs, 3)
        For each way: spread over the centre's length, largest distance (not drawn), AUROC.
    """
    left, right = figure.subplots(1, 2, sharey=True)
    for row, values in enumerate(collapse.values()):
        spread, _, area = np.asarray(values).T
        style = marker_style(row) | {"linestyle": "none", "alpha": 0.7}
        left.plot(spread, np.full(len(spread), row), **style)
        right.plot(100 * area, np.full(len(area), row), **style)
    left.set_yticks(range(len(collapse)), list(collapse))
    left.set(xscale="log", xlabel="spread of the outputs, in lengths of $c$")
    right.set(xlabel="AUROC, percent")
    right.axvline(CHANCE, color="grey", linewidth=0.8)
    left.invert_yaxis()


def draw_systems(
    axes: Axes,
    seconds: Mapping[str, float],
    areas: Mapping[str, float],
    baseline: str = "1-NN",
    said: str | None = None,
) -> PathCollection:
    """Draw what each system reaches against what it costs.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    seconds, areas : mapping of str to float
        CPU seconds a class, and mean AUROC in [0, 1], by system.
    baseline : str
        The line to beat.
    said : str, optional
        The system that somebody guessed, which is marked.

    Returns
    -------
    PathCollection
        A point for each system.
    """
    x = np.array([max(seconds[name], 1e-3) for name in areas])
    y = np.array([100 * area for area in areas.values()])
    colours = [PALETTE[4] if name == said else NORMAL for name in areas]
    points = axes.scatter(x, y, color=colours, zorder=3)
    axes.axhline(100 * areas[baseline], color="black", linestyle="--", linewidth=1)
    for place, name in enumerate(areas):
        right = x[place] < np.exp(np.log(x).mean())
        axes.annotate(
            name,
            (x[place], y[place]),
            xytext=(6 if right else -6, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=7,
        )
    axes.set(xscale="log", xlabel="CPU seconds to fit and score one class")
    axes.set_ylabel("mean AUROC over ten classes, percent")
    label_log_axis(axes.xaxis)
    return points
