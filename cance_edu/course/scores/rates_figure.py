"""What an AUROC hides: the beginning of the ROC curve, and what a base rate makes of it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.scores.figure import draw_roc
from cance_edu.course.scores.summary import decide, decision_curves
from cance_edu.course.style import ANOMALY, line_style

__all__ = ["draw_base_rates", "draw_roc_and_beginning", "draw_roc_and_threshold"]


def draw_roc_and_beginning(
    figure: Figure, scores: Mapping[str, ArrayLike], is_anomaly: ArrayLike, rate: float
) -> None:
    """Draw whole ROC curves, and beside them their beginning, with a line at one rate.

    Parameters
    ----------
    figure : Figure
        Filled.
    scores : mapping of detector to array_like of shape (n,)
        Higher is more anomalous.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    rate : float
        A false positive rate below 0.05.
    """
    whole, beginning = figure.subplots(1, 2)
    for name, values in scores.items():
        draw_roc(whole, values, is_anomaly, name)
        draw_roc(beginning, values, is_anomaly, name)
    whole.set_title("all thresholds", fontsize=9)
    beginning.axvline(rate, color="black", linewidth=0.8, label=f"{rate:.0%} false alarms")
    beginning.set(xlim=(0, 0.05), ylim=(0, 0.8), ylabel="", aspect="auto")
    beginning.set_title("their beginning: at most 5% false alarms", fontsize=9)
    beginning.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    beginning.legend(fontsize=8, loc="lower right")


def draw_roc_and_threshold(
    axes: Axes, scores: ArrayLike, is_anomaly: ArrayLike, label: str, threshold: float
) -> Line2D:
    """Draw the ROC curve of one detector, one threshold as a point on it, and chance.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scores : array_like of shape (n,)
        Higher is more anomalous.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    label : str
        For the legend.
    threshold : float
        Scores above it raise an alarm.

    Returns
    -------
    Line2D
        The point.
    """
    draw_roc(axes, scores, is_anomaly, label)
    alarms, anomalous = np.asarray(scores) > threshold, np.asarray(is_anomaly, dtype=bool)
    axes.plot([0, 1], [0, 1], ":", color="grey", label="chance")
    (point,) = axes.plot(
        alarms[~anomalous].mean(), alarms[anomalous].mean(), "o", color=ANOMALY, label="threshold"
    )
    axes.legend(loc="lower right", fontsize=8)
    return point


def draw_base_rates(
    axes: Axes,
    scores: ArrayLike,
    is_anomaly: ArrayLike,
    threshold: float,
    shares: Sequence[float],
) -> list[Line2D]:
    """Draw one detector's precision against recall at several base rates, and one threshold on it.

    Parameters
    ----------
    axes : Axes
        Where to draw; the precision gets a logarithmic scale.
    scores : array_like of shape (n,)
        Higher is more anomalous.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    threshold : float
        A dot on each curve.
    shares : sequence of float
        Shares of anomalies, the base rates.

    Returns
    -------
    list of Line2D
        The curves.
    """
    lines = []
    for place, share in enumerate(shares):
        curves = decision_curves(scores, is_anomaly, share)
        label = f"1 anomaly in {round(1 / share):,}" if share < 0.5 else f"as tested, {share:.0%}"
        (line,) = axes.plot(
            curves.true_positive_rate, curves.precision, label=label, **line_style(place)
        )
        here = decide(scores, is_anomaly, threshold, anomaly_share=share)
        axes.plot(here.true_positive_rate, here.precision, "o", color=line.get_color())
        axes.annotate(
            f"{here.precision:.2g}",
            (here.true_positive_rate, here.precision),
            (-8, -4),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=8,
        )
        lines.append(line)
    axes.axhline(0.5, color=ANOMALY, linewidth=0.8, linestyle=":")
    axes.text(0, 0.5, " every second alarm is real", fontsize=8, va="bottom", color=ANOMALY)
    axes.set_yscale("log")
    axes.set(xlabel="recall (share of anomalies found)", ylabel="precision", ylim=(5e-5, 1.5))
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.legend(fontsize=8, loc="lower left")
    return lines
