"""How well scores tell anomalies from normal inputs: histograms, ROC curves, AUROC bars."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike
from sklearn.metrics import roc_curve

from cance_edu.figures import ANOMALY, NORMAL

__all__ = ["draw_aurocs", "draw_roc", "draw_scores"]


def draw_scores(axes: Axes, scores: ArrayLike, is_anomaly: ArrayLike, threshold: float) -> Line2D:
    """Draw histograms of the scores of normal and anomalous inputs, and the threshold.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scores : array_like of shape (n,)
        S(x); the 1% largest are drawn at the right edge.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    threshold : float
        Scores above it are called anomalous.

    Returns
    -------
    Line2D
        The threshold's line.
    """
    scores, is_anomaly = np.asarray(scores), np.asarray(is_anomaly, dtype=bool)
    edges = np.linspace(scores.min(), np.quantile(scores, 0.99), 40)
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
    (line,) = axes.plot(false_alarms, found, label=label)
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
