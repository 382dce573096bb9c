"""What the share of anomalies, and so the split of a table, does to a measure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from cance_edu.course.scores.summary import DecisionCurves
from cance_edu.course.style import ANOMALY, MARKERS, NORMAL, PALETTE, line_style, marker_style

__all__ = [
    "draw_by_share",
    "draw_by_split",
    "draw_errors",
    "draw_errors_by_latents",
    "draw_f1_and_shares",
    "draw_f1_on_roc",
    "draw_tables_by_split",
]


def draw_f1_on_roc(
    axes: Axes, curves: DecisionCurves, f1_by_share: Mapping[float, float]
) -> list[Line2D]:
    """Draw a ROC curve, and for each share of anomalies the line of as many alarms as anomalies.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    curves : DecisionCurves
        The detector's.
    f1_by_share : mapping of share to F1
        F1 is the height at which the share's line crosses the curve; shares of at most 1/2.

    Returns
    -------
    list of Line2D
        The lines, which all begin in the corner where every anomaly is found and nothing else.
    """
    axes.plot(curves.false_positive_rate, curves.true_positive_rate, color="grey")
    lines = []
    for place, (share, f1) in enumerate(f1_by_share.items()):
        odds = share / (1 - share)
        label = f"{share:.1%} anomalies: F1 {f1:.2f}"
        lines += axes.plot([0, odds], [1, 0], marker="", label=label, **line_style(place))
        axes.plot(odds * (1 - f1), f1, **marker_style(place))
    axes.set(xlabel="share of normal inputs that raise an alarm", ylabel="share of anomalies found")
    axes.set(xlim=(-0.004, 0.15), ylim=(-0.03, 1.03))
    axes.legend(fontsize=8)
    return lines


def draw_by_share(axes: Axes, shares: ArrayLike, measures: Mapping[str, ArrayLike]) -> list[Line2D]:
    """Draw measures of the same scores against the share of anomalies.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    shares : array_like of shape (n,)
        In (0, 1).
    measures : mapping of name to array_like of shape (n,)
        In [0, 1].

    Returns
    -------
    list of Line2D
        One for each measure.
    """
    lines = []
    for place, (name, values) in enumerate(measures.items()):
        lines += axes.plot(np.asarray(shares), np.asarray(values), label=name, **line_style(place))
    axes.set_xscale("log")
    axes.set(xlabel="share of anomalies among the tested", ylabel="measure", ylim=(-0.03, 1.03))
    axes.legend(fontsize=8)
    return lines


def draw_by_split(
    axes: Axes,
    splits: Sequence[str],
    values: Mapping[str, NDArray[np.float64]],
    printed: tuple[float, float] | None = None,
) -> list[Line2D]:
    """Draw what each system gets on each split, and the number that a paper prints.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    splits : sequence of str
        From left to right.
    values : mapping of system to array of shape (splits,)
        In [0, 1].
    printed : (float, float), optional
        Mean and deviation: a band over all splits, for a paper that does not say which is its own.

    Returns
    -------
    list of Line2D
        The markers, one line for each system.
    """
    if printed is not None:
        mean, deviation = printed
        axes.axhspan(mean - deviation, mean + deviation, color="black", alpha=0.12)
        axes.axhline(mean, color="black", linewidth=0.8, label="the paper's CANCE")
    lines = []
    for place, (system, of_splits) in enumerate(values.items()):
        # Side by side, so that none hides another.
        x = np.arange(len(splits)) + (place - (len(values) - 1) / 2) * 0.1
        style: dict[str, Any] = {
            "color": PALETTE[place],
            "marker": MARKERS[place],
            "linestyle": "none",
        }
        lines += axes.plot(x, of_splits, label=system, **style)
    axes.set_xticks(range(len(splits)), list(splits))
    axes.set(xlim=(-0.5, len(splits) - 0.5), ylim=(0, 1.03))
    return lines


def draw_errors(
    axes: Axes, distances: ArrayLike, errors: ArrayLike, is_anomaly: ArrayLike
) -> list[PathCollection]:
    """Draw each row's reconstruction error against its distance from the normal rows' centre.

    Parameters
    ----------
    axes : Axes
        Where to draw; both scales become logarithmic.
    distances, errors : array_like of shape (n,)
        Above 0.
    is_anomaly : array_like of bool, shape (n,)
        The truth.

    Returns
    -------
    list of PathCollection
        The normal rows' points and the anomalies'.
    """
    truth = np.asarray(is_anomaly, dtype=bool)
    points = [
        axes.scatter(
            np.asarray(distances)[rows],
            np.asarray(errors)[rows],
            s=10,
            color=colour,
            marker=marker,
            label=name,
            alpha=0.6,
        )
        for name, rows, colour, marker in (
            ("normal", ~truth, NORMAL, "o"),
            ("anomaly", truth, ANOMALY, "x"),
        )
    ]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set(xlabel="squared Mahalanobis distance", ylabel="reconstruction error $z_e$")
    axes.legend(fontsize=8)
    return points


def draw_f1_and_shares(
    figure: Figure,
    curves: DecisionCurves,
    f1_by_share: Mapping[float, float],
    shares: ArrayLike,
    measures: Mapping[str, ArrayLike],
) -> None:
    """Draw on the left where F1 is read off a ROC curve, on the right measures against the share.

    Parameters
    ----------
    figure : Figure
        Filled.
    curves, f1_by_share
        As in `draw_f1_on_roc`.
    shares, measures
        As in `draw_by_share`.
    """
    left, right = figure.subplots(1, 2)
    draw_f1_on_roc(left, curves, f1_by_share)
    draw_by_share(right, shares, measures)


def draw_tables_by_split(
    figure: Figure,
    splits: Sequence[str],
    values: Mapping[str, Mapping[str, NDArray[np.float64]]],
    printed: Mapping[str, tuple[float, float]],
) -> None:
    """Draw F1 on each split, a panel for each table; arguments as in `draw_by_split`, by table."""
    panels = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
    for axes, (table, of_table) in zip(panels, values.items(), strict=True):
        draw_by_split(axes, splits, of_table, printed[table])
        axes.set_title(table)
    panels[0].set_ylabel("F1 at the true number of anomalies")
    panels[-1].legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))


def draw_errors_by_latents(
    figure: Figure,
    distances: ArrayLike,
    errors: Mapping[int, ArrayLike],
    is_anomaly: ArrayLike,
) -> None:
    """Draw errors against distances as `draw_errors` does, a panel for each number of latents."""
    panels = figure.subplots(1, len(errors), squeeze=False, sharey=True)[0]
    for axes, (latents, of_latents) in zip(panels, errors.items(), strict=True):
        draw_errors(axes, distances, of_latents, is_anomaly)
        axes.set_title(f"6 columns, {latents} latents")
        axes.label_outer()
