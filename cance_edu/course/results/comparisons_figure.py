"""AUROCs side by side: of the variants over seeds, and of each group of anomalies."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.style import ARTIFICIAL, marker_style

__all__ = ["draw_ablation", "draw_ablations", "draw_aurocs_by_group", "draw_groups_in_panels"]


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


def draw_ablations(
    figure: Figure,
    names: Sequence[str],
    aurocs: Mapping[str, ArrayLike],
    deviations: Mapping[str, ArrayLike] | None = None,
    measure: str = "AUROC",
    stretched: bool = False,
) -> None:
    """Draw the same variants on several tasks, a panel each, on one axis.

    Parameters
    ----------
    figure : Figure
        Filled.
    names : sequence of str
        The variants, from left to right.
    aurocs : mapping of task to array_like of shape (seeds, variants)
        In [0, 1].
    deviations : mapping of task to array_like of shape (variants,), optional
        Of tasks of which only mean and deviation are known.
    measure : str
        What the numbers are.
    stretched : bool
        Whether the axis is logarithmic in what is missing to 100, so that 97 and 98 lie apart.
    """
    panels = figure.subplots(1, len(aurocs), sharey=True, squeeze=False)[0]
    for axes, (task, table) in zip(panels, aurocs.items(), strict=True):
        draw_ablation(axes, names, table, (deviations or {}).get(task))
        axes.set_title(task, fontsize=9)
        axes.set_ylabel(f"{measure}, percent")
        axes.tick_params(axis="x", labelsize=8)
        axes.label_outer()
    if stretched:
        _stretch(panels[0], min(100 * np.min(table) for table in aurocs.values()))


def _stretch(axes: Axes, lowest: float) -> None:
    """Give as much room to what lies between 98 and 99 as to what lies between 80 and 90."""
    axes.set_yscale(
        "function",
        functions=(
            lambda percent: -np.log(np.maximum(100 - percent, 1e-9)),
            lambda place: 100 - np.exp(-place),
        ),
    )
    ticks = (70, 80, 90, 95, 98, 99)
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.set_ylim(min(lowest - 3, 70), 99.2)


def draw_groups_in_panels(
    figure: Figure,
    aurocs: Mapping[str, Mapping[str, Mapping[object, float]]],
    group: str,
    said: str | None = None,
    beside: bool = False,
    label: str = "AUROC against normal images, percent",
    one_scale: bool = False,
) -> None:
    """Draw each detector's AUROC for each group of anomalies, on several tasks, a panel each.

    Parameters
    ----------
    figure : Figure
        Filled.
    aurocs : mapping of task to mapping of detector to mapping of group to AUROC
        In [0, 1].
    group : str
        What the groups are, "anomalous digit".
    said : str, optional
        The group that somebody guessed, which is marked where it is.
    beside : bool
        Whether the panels have the same groups and detectors: then the groups are named once, and
        the detectors beside the panels, where they hide no points.
    label : str
        What the numbers are.
    one_scale : bool
        Whether the panels have the same range of AUROCs, so that one can compare across them.
    """
    panels = figure.subplots(1, len(aurocs), squeeze=False, sharex=one_scale, sharey=beside)[0]
    for axes, (task, table) in zip(panels, aurocs.items(), strict=True):
        draw_aurocs_by_group(axes, table)
        axes.set_title(task, fontsize=9)
        axes.set_xlabel(label)
        groups = [str(each) for each in next(iter(table.values()))]
        if said in groups:
            row = groups.index(said)
            axes.axhspan(row - 0.4, row + 0.4, color=ARTIFICIAL, alpha=0.25, label="your guess")
        axes.legend(fontsize=8)
        if beside:
            axes.get_legend().remove()
    if beside:
        panels[-1].legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    panels[0].set_ylabel(group)
