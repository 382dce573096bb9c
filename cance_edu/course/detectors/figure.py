"""Figures of lesson 08: how well, against a choice, time and what an image shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from cance_edu.course.style import ANOMALY, NORMAL, label_log_axis, line_style, marker_style

__all__ = [
    "draw_areas",
    "draw_belonging",
    "draw_endings",
    "draw_mixture",
    "draw_rankings",
    "draw_systems",
]

CHANCE = 50

SIDES = (
    *((7, 0, "left"), (-7, 0, "right"), (7, 8, "left"), (7, -8, "left")),
    *((0, 11, "center"), (0, -11, "center"), (-7, 8, "right"), (-7, -8, "right")),
    *((7, 17, "left"), (7, -17, "left"), (-7, 17, "right"), (-7, -17, "right")),
)
"""Where a point's name may stand, the first choice first: points to the right, up, and how."""


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
        In [0, 1]; a thick line through their mean, and a thin one for each of several.
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
        # Hollow and dashed, so that one on top of another can be seen.
        style = marker_style(place) | line_style(place) | {"markerfacecolor": "none"}
        size = 5 + 2.5 * place
        lines += axes.plot(range(len(x)), percent.mean(0), **style, markersize=size, label=name)
        for row in percent if len(percent) > 1 else ():
            axes.plot(range(len(x)), row, color=style["color"], alpha=0.3, linewidth=0.8)
    _lines_across(axes, baseline, said)
    axes.set_xticks(range(len(x)), [v if isinstance(v, str) else f"{v:g}" for v in x])
    axes.set(xlabel=xlabel, ylabel="AUROC, percent")
    axes.legend(fontsize=8)
    return lines


def _lines_across(axes: Axes, baseline: float | None, said: float | None = None) -> None:
    if baseline is not None:
        axes.axhline(100 * baseline, color="black", linestyle="--", linewidth=1, label="1-NN")
    if said is not None:
        axes.axhline(100 * said, color=ANOMALY, linestyle=":", label="your guess")


def draw_belonging(
    figure: Figure,
    below_blank: Mapping[str, ArrayLike],
    by_variation: ArrayLike,
    printed: ArrayLike,
) -> list[PathCollection]:
    """Draw how normal a blank image looks, and a likelihood's AUROC beside a score without a model.

    Parameters
    ----------
    figure : Figure
        Filled.
    below_blank : mapping of str to array_like of shape (10,)
        By detector and normal digit, the share of images that look more normal than a blank image.
    by_variation, printed : array_like of shape (10,)
        AUROC in [0, 1] of MNIST's total variation, and of the paper's PixelCNN.

    Returns
    -------
    list of PathCollection
        The points of the left panel, a collection for each detector, and those of the right one.
    """
    left, right = figure.subplots(1, 2)
    digits = np.arange(10)
    blank = [
        left.scatter(
            *(digits, 100 * (1 - np.asarray(share))), **marker_style(place), zorder=3, label=name
        )
        for place, (name, share) in enumerate(below_blank.items())
    ]
    left.legend(fontsize=8)
    left.set_xticks(digits, [str(digit) for digit in digits])
    left.set(xlabel="normal digit", ylabel="less normal than a blank image, percent")
    left.grid(axis="x", alpha=0.4)
    x, y = (100 * np.asarray(values, dtype=float) for values in (by_variation, printed))
    points = right.scatter(x, y, color=NORMAL)
    for digit in digits:
        right.annotate(str(digit), (x[digit], y[digit]), xytext=(4, 4), textcoords="offset points")
    right.margins(0.1)
    right.set(xlabel="AUROC of total variation, percent", ylabel="AUROC as printed, percent")
    return [*blank, points]


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
    figure: Figure,
    latents: Sequence[int],
    errors: ArrayLike,
    areas: ArrayLike,
    baseline: float | None = None,
) -> None:
    """Draw how well features that are trained with a mixture rebuild, and how good it all is.

    Parameters
    ----------
    figure : Figure
        Filled.
    latents : sequence of length k
        d.
    errors, areas : array_like of shape (runs, 2, k)
        The mean error of normal images, and AUROC in [0, 1]; with the penalty, and without. What
        fell apart is NaN.
    baseline : float, optional
        The AUROC of 1-NN.
    """
    left, right = figure.subplots(1, 2)
    names = ("with the penalty", "without it")
    for place, name in enumerate(names):
        style = marker_style(place) | {"linestyle": "none", "alpha": 0.7}
        for axes, values in ((left, errors), (right, 100 * np.asarray(areas))):
            values = np.asarray(values)[:, place]
            x = np.tile(range(len(latents)), len(values)) + 0.16 * place
            axes.plot(x, values.ravel(), **style, label=name)
    for axes in (left, right):
        axes.set_xticks(range(len(latents)), [str(d) for d in latents])
        axes.set_xlabel("latents")
    left.set(yscale="log", ylabel="mean error of normal images")
    label_log_axis(left.yaxis)
    right.set_ylabel("AUROC, percent")
    _lines_across(right, baseline)
    right.legend(fontsize=8)


def draw_endings(
    axes: Axes, endings: Mapping[str, tuple[float, float]], baseline: float | None = None
) -> list[Line2D]:
    """Draw how good a detector is against how near its training images ended to the centre.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    endings : mapping of str to (float, float)
        For each way of training: mean squared distance, above 0, and AUROC in [0, 1].
    baseline : float, optional
        The AUROC of 1-NN.

    Returns
    -------
    list of Line2D
        A point for each.
    """
    points = [
        axes.plot(loss, 100 * area, **marker_style(place), linestyle="none", label=way)[0]
        for place, (way, (loss, area)) in enumerate(endings.items())
    ]
    axes.axhline(CHANCE, color="grey", linewidth=0.8, label="a coin")
    _lines_across(axes, baseline)
    axes.set(xscale="log", xlabel="mean squared distance at the end", ylabel="AUROC, percent")
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return points


def draw_systems(
    figure: Figure,
    seconds: Mapping[str, float],
    areas: Mapping[str, float],
    baseline: str = "1-NN",
) -> list[Text]:
    """Draw what each system misses against what it costs.

    Parameters
    ----------
    figure : Figure
        Filled.
    seconds, areas : mapping of str to float
        CPU seconds a class, and mean AUROC in [0, 1], by system.
    baseline : str
        The line to beat.

    Returns
    -------
    list of Text
        The systems' names, none on top of another.
    """
    axes = figure.subplots()
    x = [seconds[name] for name in areas]
    y = [100 * (1 - area) for area in areas.values()]
    is_learned = np.array(x) > 1
    for which, place in ((~is_learned, 1), (is_learned, 0)):
        style = marker_style(place) | {"linestyle": "none", "markersize": 5}
        axes.plot(np.array(x)[which], np.array(y)[which], **style)
    axes.axhline(100 * (1 - areas[baseline]), color="black", linestyle="--", linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel="CPU seconds to fit and to score one class")
    axes.set_ylabel("100 - AUROC, percent (mean of ten classes)")
    axes.set(xlim=(min(x) / 1.6, max(x) * 6), ylim=(1.5 * max(y), min(y) / 1.5))
    label_log_axis(axes.xaxis)
    label_log_axis(axes.yaxis)
    figure.draw_without_rendering()  # from here on places are those of the picture
    return _labels_apart(axes, list(zip(x, y, areas, strict=True)), 100 * (1 - areas[baseline]))


def _labels_apart(
    axes: Axes, points: Sequence[tuple[float, float, str]], line: float
) -> list[Text]:
    """Write a name beside each point and off a line, in the first place that is free."""
    dots = [axes.transData.transform(point[:2]) for point in points]
    taken = [Bbox.from_bounds(x - 6, y - 6, 12, 12) for x, y in dots]
    (left, _), (right, _) = axes.transAxes.transform([(0, 0), (1, 1)])
    height = axes.transData.transform((1, line))[1]
    taken.append(Bbox.from_extents(left, height - 1, right, height + 1))
    return [_label_off(axes, point, taken) for point in points]


def _label_off(axes: Axes, point: tuple[float, float, str], taken: list[Bbox]) -> Text:
    """Write a name where no box is taken, and take that place."""
    x, y, name = point
    for dx, dy, side in SIDES:
        label = axes.annotate(
            *(name, (x, y), (dx, dy)),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8,
        )
        box = label.get_window_extent().padded(1)
        if not any(box.overlaps(other) for other in taken):
            break
        label.remove()
    else:
        raise ValueError(f"no place for {name!r}: take a larger figure")
    taken.append(box)
    if abs(dy) > 8:  # too far off to see whose it is
        line_to = {"arrowstyle": "-", "linewidth": 0.6, "color": "grey", "shrinkB": 0}
        near = dx, dy - np.sign(dy) * 5
        axes.annotate("", (x, y), xytext=near, textcoords="offset points", arrowprops=line_to)
    return label
