"""What scores are worth: counts and rates at a threshold, precision at a base rate, AUROCs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu.experiments import auroc

__all__ = [
    "NEAREST",
    "Decision",
    "DecisionCurves",
    "ScoredImages",
    "aurocs_by_group",
    "average_precision_at_share",
    "decide",
    "decision_curves",
    "f1_at_share",
    "precision",
]

NEAREST = 4
"""How many inputs are named on either side of a threshold, in the order of their scores."""


@dataclass(frozen=True)
class ScoredImages:
    """Images, what a detector made of them, and the truth.

    Attributes
    ----------
    scores : array of shape (n,)
        S(x), higher is more anomalous.
    is_anomaly : array of bool, shape (n,)
        The truth, with both kinds.
    images : array of shape (n, channels, height, width)
        In [0, 1].
    """

    scores: NDArray[np.float64]
    is_anomaly: NDArray[np.bool_]
    images: NDArray[np.float32]

    @property
    def largest_normal_score(self) -> float:
        """Above it no false alarm is left: a higher threshold only misses more anomalies."""
        return float(self.scores[~self.is_anomaly].max())


@dataclass(frozen=True)
class Decision:
    """What a threshold does with scored inputs.

    Attributes
    ----------
    threshold : float
        Scores above it raise an alarm.
    true_positives, false_positives, true_negatives, false_negatives : int
        Anomalies found, false alarms, normal inputs passed, anomalies missed.
    precision : float
        Share of anomalies among the alarms, at the base rate that was asked for; nan without an
        alarm.
    nearest_below, nearest_above : array of int
        The inputs closest to the threshold on either side: the first to change side.
    """

    threshold: float
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int
    precision: float
    nearest_below: NDArray[np.int64]
    nearest_above: NDArray[np.int64]

    @property
    def true_positive_rate(self) -> float:
        """Share of the anomalies that raise an alarm: recall."""
        return self.true_positives / (self.true_positives + self.false_negatives)

    @property
    def false_positive_rate(self) -> float:
        """Share of the normal inputs that raise an alarm."""
        return self.false_positives / (self.false_positives + self.true_negatives)


@dataclass(frozen=True)
class DecisionCurves:
    """All thresholds at once.

    Attributes
    ----------
    false_positive_rate, true_positive_rate : array of shape (t,)
        Growing from 0 to 1: the ROC curve.
    precision : array of shape (t,)
        Beside `true_positive_rate`, the precision-recall curve; nan where there is no alarm.
    """

    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    precision: NDArray[np.float64]


def precision(
    true_positive_rate: ArrayLike, false_positive_rate: ArrayLike, anomaly_share: float
) -> NDArray[np.float64]:
    r"""Return the probability that an alarm is an anomaly, by Bayes' rule.

    .. math:: \Pr(\text{anomaly} \mid \text{alarm})
              = \frac{\pi \, t}{\pi \, t + (1 - \pi) \, f}

    Parameters
    ----------
    true_positive_rate, false_positive_rate : array_like
        t and f, in [0, 1].
    anomaly_share : float
        π, the base rate: the share of anomalies among all inputs, in (0, 1).

    Returns
    -------
    array
        In [0, 1]; nan where both rates are 0.
    """
    found = anomaly_share * np.asarray(true_positive_rate, dtype=float)
    false_alarms = (1 - anomaly_share) * np.asarray(false_positive_rate, dtype=float)
    alarms = found + false_alarms
    return np.divide(found, alarms, out=np.full_like(alarms, np.nan), where=alarms > 0)


def decide(
    scores: ArrayLike,
    is_anomaly: ArrayLike,
    threshold: float,
    *,
    anomaly_share: float | None = None,
) -> Decision:
    """Call every score above a threshold an alarm, and count.

    Parameters
    ----------
    scores : array_like of shape (n,)
        Higher is more anomalous.
    is_anomaly : array_like of bool, shape (n,)
        The truth, with both kinds.
    threshold : float
        In the scores' unit.
    anomaly_share : float, optional
        Base rate for the precision; that of `is_anomaly` unless told.
    """
    scores, is_anomaly = np.asarray(scores), np.asarray(is_anomaly, dtype=bool)
    share = is_anomaly.mean() if anomaly_share is None else anomaly_share
    alarm = scores > threshold
    order = np.argsort(scores, kind="stable")
    passed = int((~alarm).sum())
    found, false_alarms = int((alarm & is_anomaly).sum()), int((alarm & ~is_anomaly).sum())
    return Decision(
        threshold=threshold,
        true_positives=found,
        false_positives=false_alarms,
        true_negatives=int((~is_anomaly).sum()) - false_alarms,
        false_negatives=int(is_anomaly.sum()) - found,
        precision=float(precision(alarm[is_anomaly].mean(), alarm[~is_anomaly].mean(), share)),
        nearest_below=order[max(0, passed - NEAREST) : passed],
        nearest_above=order[passed : passed + NEAREST],
    )


def decision_curves(
    scores: ArrayLike, is_anomaly: ArrayLike, anomaly_share: float | None = None
) -> DecisionCurves:
    """Return both rates and the precision at every threshold that makes a difference.

    Parameters
    ----------
    scores, is_anomaly : array_like of shape (n,)
        As for `decide`.
    anomaly_share : float, optional
        Base rate for the precision; that of `is_anomaly` unless told.
    """
    scores, is_anomaly = np.asarray(scores), np.asarray(is_anomaly, dtype=bool)
    share = is_anomaly.mean() if anomaly_share is None else anomaly_share
    # From no alarm at all down to the lowest score; equal scores fall together.
    thresholds = np.unique(scores)[::-1]
    false_alarms, found = (
        np.append(1 - np.searchsorted(np.sort(group), thresholds, side="right") / len(group), 1.0)
        for group in (scores[~is_anomaly], scores[is_anomaly])
    )
    return DecisionCurves(false_alarms, found, precision(found, false_alarms, share))


def aurocs_by_group(
    scores: ArrayLike, is_anomaly: ArrayLike, groups: Sequence[int] | Sequence[str]
) -> dict[int | str, float]:
    """Return, for each group of anomalies, its AUROC against all normal inputs.

    Parameters
    ----------
    scores : array_like of shape (n,) or (seeds, n)
        Higher is more anomalous; of several seeds the mean AUROC is taken.
    is_anomaly : array_like of bool, shape (n,)
        The truth, with both kinds.
    groups : sequence of shape (n,)
        What each input is; that of a normal input does not matter.

    Returns
    -------
    dict of group to float
        Sorted; their mean, weighted by their sizes, is the AUROC of all together.
    """
    is_anomaly, of = np.asarray(is_anomaly, dtype=bool), np.asarray(groups)
    areas = {}
    for group in np.unique(of[is_anomaly]).tolist():
        rows = ~is_anomaly | (of == group)
        of_seeds = [auroc(is_anomaly[rows], seed[rows]) for seed in np.atleast_2d(scores)]
        areas[group] = float(np.mean(of_seeds))
    return areas


def f1_at_share(
    scores: ArrayLike, is_anomaly: ArrayLike, anomaly_share: float | None = None
) -> float:
    r"""Return F1 at the true number of anomalies, if they were another share of the inputs.

    As many alarms as anomalies means :math:`\pi t + (1 - \pi) f = \pi`: a line through the corner
    :math:`(f, t) = (0, 1)`, and F1 is the height :math:`t` at which the ROC curve crosses it.

    Parameters
    ----------
    scores, is_anomaly : array_like of shape (n,)
        As for `decide`.
    anomaly_share : float, optional
        π, the share of anomalies; that of `is_anomaly` unless told.
    """
    share = np.asarray(is_anomaly).mean() if anomaly_share is None else anomaly_share
    curves = decision_curves(scores, is_anomaly)
    found, false_alarms = curves.true_positive_rate, curves.false_positive_rate
    alarms = share * found + (1 - share) * false_alarms
    return float(np.interp(share, alarms, found))


def average_precision_at_share(
    scores: ArrayLike, is_anomaly: ArrayLike, anomaly_share: float | None = None
) -> float:
    """Return the mean precision over the anomalies, if they were another share of the inputs.

    Parameters
    ----------
    scores, is_anomaly, anomaly_share
        As for `f1_at_share`.
    """
    curves = decision_curves(scores, is_anomaly, anomaly_share)
    return float(np.diff(curves.true_positive_rate) @ curves.precision[1:])
