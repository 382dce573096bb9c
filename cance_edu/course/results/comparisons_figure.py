"""AUROCs side by side: of the variants over seeds, and of each group of anomalies."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.style import marker_style

__all__ = ["draw_ablation", "draw_aurocs_by_group"]


def draw_ablation(
    axes: Axes, names: Sequence[str], aurocs: ArrayLike, deviations: ArrayLike | None = None
) -> list[Line2D]:
    """Draw the AUROC of each variant: one connected row of points a seed, and the means in words.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    names : sequence of str
        The variants, from left to right.
    aurocs : array_like of shape (seeds, variants)
        In [0, 1].
    deviations : array_like of shape (variants,), optional
        In [0, 1]: error bars, where only mean and deviation are known.

    Returns
    -------
    list of Line2D
        One for each seed.
    """
    percent = 100 * np.atleast_2d(aurocs)
    places = np.arange(len(names))
    lines = [
        axes.plot(places, row, linestyle=":", **marker_style(seed))[0]
        for seed, row in enumerate(percent)
    ]
    if deviations is not None:
        axes.errorbar(places, percent[0], 100 * np.asarray(deviations), fmt="none", color="black")
    labels = [f"{name}\n{mean:.1f}" for name, mean in zip(names, percent.mean(0), strict=True)]
    axes.set_xticks(places, labels)
    axes.set(ylabel="AUROC, percent", xlim=(-0.4, len(names) - 0.6))
    return lines


def draw_aurocs_by_group(axes: Axes, aurocs: Mapping[str, Mapping[object, float]]) -> list[Line2D]:
    """Draw each detector's AUROC for each group of anomalies.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    aurocs : mapping of detector to mapping of group to AUROC
        In [0, 1]; the same groups for all, from top to bottom.

    Returns
    -------
    list of Line2D
        The markers, one line for each detector.
    """
    groups = [str(group) for group in next(iter(aurocs.values()))]
    lines = []
    for place, (name, areas) in enumerate(aurocs.items()):
        # Hollow, so that one on top of another can be seen.
        style = {"linestyle": "none", "markerfacecolor": "none"} | marker_style(place)
        percent = [100 * area for area in areas.values()]
        lines += axes.plot(percent, groups, label=name, **style)
    axes.margins(y=0.12)
    axes.yaxis.set_inverted(True)  # once, for panels that share the axis too
    axes.grid(axis="y", alpha=0.4)
    axes.set(xlabel="AUROC against normal images, percent")
    axes.legend()
    return lines
