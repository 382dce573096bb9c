"""How well scores tell anomalies from normal inputs: histograms, curves, AUROC bars, alarms."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike
from sklearn.metrics import roc_curve

from cance_edu.course.scores.summary import DecisionCurves
from cance_edu.course.style import ANOMALY, NORMAL, line_style

__all__ = [
    "draw_alarm_counts",
    "draw_aurocs",
    "draw_precision_recall",
    "draw_roc",
    "draw_scores",
]


def draw_scores(
    axes: Axes,
    scores: ArrayLike,
    is_anomaly: ArrayLike,
    threshold: float,
    right_edge: float | None = None,
) -> Line2D:
    """Draw histograms of the scores of normal and anomalous inputs, and the threshold.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scores : array_like of shape (n,)
        S(x); larger ones than the right edge are drawn there, and counted beside it.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    threshold : float
        Scores above it are called anomalous.
    right_edge : float, optional
        Of the last bar; the 1% largest scores lie beyond it unless told.

    Returns
    -------
    Line2D
        The threshold's line.
    """
    scores, is_anomaly = np.asarray(scores), np.asarray(is_anomaly, dtype=bool)
    right = np.quantile(scores, 0.99) if right_edge is None else right_edge
    edges = np.linspace(scores.min(), right, 40)
    for group, colour, label in (
        (~is_anomaly, NORMAL, "normal"),
        (is_anomaly, ANOMALY, "anomalous"),
    ):
        axes.hist(
            scores[group].clip(max=edges[-1]),
            edges.tolist(),
            density=True,
            histtype="stepfilled",
            color=colour,
            alpha=0.5,
            label=label,
        )
    line = axes.axvline(threshold, color="black", linestyle="--", label="threshold")
    if beyond := int(np.sum(scores > right)):
        note = f"{beyond} more, up to {scores.max():.0f} →"
        axes.text(0.98, 0.45, note, transform=axes.transAxes, ha="right", fontsize=8)
    axes.set(xlabel="anomaly score S(x), nats", ylabel="share of inputs per nat")
    axes.legend()
    return line


def draw_roc(axes: Axes, scores: ArrayLike, is_anomaly: ArrayLike, label: str) -> Line2D:
    """Draw the ROC curve of one detector.

    Parameters
    ----------
    axes : Axes
        Where to draw; call once for each detector.
    scores : array_like of shape (n,)
        Higher is more anomalous.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    label : str
        For the legend.

    Returns
    -------
    Line2D
        The curve.
    """
    false_alarms, found, _ = roc_curve(is_anomaly, scores)
    (line,) = axes.plot(false_alarms, found, label=label, **line_style(len(axes.lines)))
    axes.set(xlabel="share of normal inputs that raise an alarm", ylabel="share of anomalies found")
    axes.set_aspect("equal")
    axes.legend(loc="lower right")
    return line


def draw_aurocs(axes: Axes, names: Sequence[str], aurocs: Sequence[float]) -> BarContainer:
    """Draw one horizontal bar for each detector, with its AUROC in percent written on it.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    names : sequence of str
        From top to bottom.
    aurocs : sequence of float
        In [0, 1].

    Returns
    -------
    BarContainer
        The bars.
    """
    bars = axes.barh(names, 100 * np.asarray(aurocs), color=NORMAL)
    axes.bar_label(bars, fmt="%.1f", padding=-32, color="white")
    axes.invert_yaxis()
    axes.set(xlabel="AUROC, percent (50 is chance)", xlim=(50, 100))
    return bars


def draw_precision_recall(axes: Axes, curves: DecisionCurves, label: str) -> Line2D:
    """Draw the precision-recall curve of one detector at one base rate.

    Parameters
    ----------
    axes : Axes
        Where to draw; call once for each detector or base rate.
    curves : DecisionCurves
        Its true positive rate is the recall.
    label : str
        For the legend, which is left out if it is empty.

    Returns
    -------
    Line2D
        The curve.
    """
    (line,) = axes.plot(
        curves.true_positive_rate, curves.precision, label=label, **line_style(len(axes.lines))
    )
    axes.set(xlabel="recall (share of anomalies found)", ylabel="precision", ylim=(-0.03, 1.03))
    if label:
        axes.legend()
    return line


def draw_alarm_counts(
    axes: Axes, counts: ArrayLike, probabilities: ArrayLike, promised: float
) -> Line2D:
    """Draw how many new normal inputs raised an alarm, over many held-out sets, and the law of it.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    counts : array_like of int
        Alarms among the new inputs, one for each held-out set.
    probabilities : array_like of shape (m + 1,)
        The law's probability of 0, ..., m alarms.
    promised : float
        The number of alarms that the threshold was set for.

    Returns
    -------
    Line2D
        The law's line.
    """
    edges = np.arange(np.max(counts) + 2) - 0.5
    axes.hist(counts, edges.tolist(), density=True, color=NORMAL, alpha=0.5, label="seen")
    (line,) = axes.plot(probabilities, ".-", color="black", label="beta-binomial law")
    axes.axvline(promised, color=ANOMALY, linestyle="--", label="promised")
    axes.set(
        xlabel=f"alarms among {len(np.asarray(probabilities)) - 1} new normal images",
        ylabel="share of held-out sets",
        xlim=(-0.5, edges[-1] + 1),
    )
    axes.legend()
    return line
