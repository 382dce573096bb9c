"""Scores by group: quantiles of each digit, bars over seeds, who misses what, before and after."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.style import ANOMALY, ARTIFICIAL, NORMAL, draw_images

__all__ = [
    "draw_aurocs_against",
    "draw_aurocs_over_seeds",
    "draw_by_digit",
    "draw_changes",
    "draw_missed_by_seeds",
    "draw_misses",
]


def draw_by_digit(
    axes: Axes, scores: ArrayLike, labels: ArrayLike, normal: int, said: str | None = None
) -> list[float]:
    """Draw the scores of each digit as a line from the 5% to the 95% quantile, and its median.

    Parameters
    ----------
    axes : Axes
        Where to draw; digits of low scores come first.
    scores, labels : array_like of shape (n,)
        S(x), and which digit it is.
    normal : int
        The digit that was learned from.
    said : str, optional
        The digit that somebody guessed, which is marked.

    Returns
    -------
    list of float
        The medians, from top to bottom.
    """
    scores, labels = np.asarray(scores), np.asarray(labels)
    groups = {int(digit): scores[labels == digit] for digit in np.unique(labels)}
    order = sorted(groups, key=lambda digit: float(np.median(groups[digit])))
    for row, digit in enumerate(order):
        low, middle, high = np.quantile(groups[digit], [0.05, 0.5, 0.95])
        colour = NORMAL if digit == normal else ANOMALY
        axes.plot([low, high], [row, row], color=colour, linewidth=2)
        axes.plot(middle, row, "o", color=colour)
        if str(digit) == said:
            axes.axhspan(row - 0.4, row + 0.4, color=ARTIFICIAL, alpha=0.25, label="your guess")
            axes.legend(fontsize=8, loc="lower right")
    axes.set(yticks=range(len(order)), yticklabels=[str(digit) for digit in order])
    axes.set(
        xlabel="anomaly score S(x), nats: median, and the middle 90% of the images", ylabel="digit"
    )
    axes.invert_yaxis()
    return [float(np.median(groups[digit])) for digit in order]


def draw_aurocs_over_seeds(
    axes: Axes, names: Sequence[str], aurocs: ArrayLike, said: float | None = None
) -> BarContainer:
    """Draw the mean AUROC of each detector as a bar, and a dot for each seed.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    names : sequence of str
        From top to bottom.
    aurocs : array_like of shape (seeds, detectors)
        In [0, 1].
    said : float, optional
        What somebody guessed.

    Returns
    -------
    BarContainer
        The bars.
    """
    percent = 100 * np.asarray(aurocs, dtype=float)
    bars = axes.barh(names, percent.mean(0), color=NORMAL, alpha=0.8)
    for row, values in enumerate(percent.T):
        axes.plot(values, np.full(len(values), row), "o", color="black", markersize=4)
    if said is not None:
        axes.axvline(100 * said, color=ANOMALY, linestyle=":", label="your guess")
        axes.legend(fontsize=8)
    labels = [f"{value:.1f}" for value in percent.mean(0)]
    axes.bar_label(bars, labels, label_type="center", color="white")
    axes.invert_yaxis()
    axes.set(xlabel="AUROC, percent (50 is chance); a dot for each seed", xlim=(50, 100))
    return bars


def draw_aurocs_against(
    figure: Figure,
    names: Sequence[str],
    aurocs: Mapping[str, ArrayLike],
    said: Mapping[str, float | None],
) -> list[BarContainer]:
    """Draw the AUROCs of several detectors against several kinds of anomalies, a panel for each.

    Parameters
    ----------
    figure : Figure
        Filled.
    names : sequence of str
        Of the detectors, from top to bottom.
    aurocs : mapping of kind to array_like of shape (seeds, detectors)
        In [0, 1].
    said : mapping of kind to float or None
        What somebody guessed; kinds may be missing.

    Returns
    -------
    list of BarContainer
        The bars of each panel.
    """
    panels, bars = figure.subplots(1, len(aurocs), squeeze=False)[0], []
    for axes, (kind, values) in zip(panels, aurocs.items(), strict=True):
        axes.axvline(50, color="black", linewidth=0.8, zorder=0)
        bars.append(draw_aurocs_over_seeds(axes, names, values, said.get(kind)))
        axes.tick_params(labelleft=axes is panels[0])
        axes.set(xlim=(0, 100), xlabel="")
        axes.set_title(f"against {kind}", fontsize=10)
    figure.supxlabel("AUROC, percent; the line at 50 is chance; a dot for each seed", fontsize=9)
    return bars


def draw_missed_by_seeds(axes: Axes, missed: ArrayLike) -> BarContainer:
    """Draw how many of the missed anomalies one, two, ... of several detectors miss.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    missed : array_like of bool, shape (seeds, n)
        Which inputs each detector misses; those that none misses are left out.

    Returns
    -------
    BarContainer
        A bar for each number of detectors.
    """
    missed = np.asarray(missed, dtype=bool)
    by = np.bincount(missed.sum(0), minlength=len(missed) + 1)[1:]
    numbers = np.arange(1, len(missed) + 1)
    bars = axes.bar(numbers, by, color=[ANOMALY] * (len(missed) - 1) + [NORMAL])
    axes.bar_label(bars)
    axes.set(xlabel=f"missed by so many of {len(missed)} seeds", ylabel="anomalies")
    axes.set_xticks(numbers)
    axes.margins(y=0.15)
    return bars


def draw_misses(figure: Figure, missed: ArrayLike, images: ArrayLike) -> BarContainer:
    """Draw how many seeds miss an anomaly, and beside that the images that all of them miss.

    Parameters
    ----------
    figure : Figure
        Filled.
    missed : array_like of bool, shape (seeds, n)
        Which inputs each detector misses.
    images : array_like of shape (n, channels, height, width)
        The inputs, in [0, 1].

    Returns
    -------
    BarContainer
        The bars.
    """
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(3, 2))[0]
    bars = draw_missed_by_seeds(left.subplots(), missed)
    by_all = np.asarray(images)[np.all(missed, axis=0)]
    right.suptitle("missed by all", fontsize=10)
    draw_images(right, by_all, [""] * len(by_all), columns=5)
    return bars


def draw_changes(
    axes: Axes,
    before: Mapping[object, float],
    after: Mapping[object, float],
    words: Sequence[str],
    group: str = "",
) -> list[Line2D]:
    """Draw each group's AUROC before and after a change, joined by a line.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    before, after : mapping of group to AUROC
        In [0, 1]; the same groups, from top to bottom.
    words : sequence of str
        What the two are called.
    group : str
        What the groups are.

    Returns
    -------
    list of Line2D
        The two rows of markers.
    """
    places = np.arange(len(before))
    first, second = (100 * np.array(list(areas.values())) for areas in (before, after))
    axes.hlines(places, first, second, color="0.6")
    points = [
        axes.plot(first, places, "o", color=NORMAL, label=words[0])[0],
        axes.plot(second, places, "s", color=ANOMALY, label=words[1])[0],
    ]
    axes.set(yticks=places, yticklabels=[str(group) for group in before])
    axes.invert_yaxis()
    axes.set(xlabel="AUROC against normal images, percent", ylabel=group)
    axes.legend(fontsize=8)
    return points
