"""Tasks of lessons 05 and 07: the anomaly score of Eq. 6, and the AUROC that judges it."""

import numpy as np
from scipy import stats

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["AUROC", "SCORE"]

_POINTS = np.linspace(-2, 3, 7)
_RATIOS = (1.0, 2.0, 0.25)


def _optimal(nu: float) -> tuple[Array, Array, Array]:
    """Return ln p, ln p_n and the optimal T at the task's points."""
    log_p, log_noise = stats.norm.logpdf(_POINTS, 0.4, 0.7), stats.norm.logpdf(_POINTS, 0, 1.5)
    return log_p, log_noise, log_p - np.log(nu) - log_noise


def _observe_score(function: Function) -> Array:
    seen = []
    for nu in _RATIOS:
        _, log_noise, log_ratio = _optimal(nu)
        seen.append(as_numbers(function(log_ratio.copy(), log_noise.copy(), nu), _POINTS.shape))
    return np.concatenate(seen)


SCORE = Task(
    name="anomaly score",
    equation="Eq. 6",
    minutes=10,
    signature="anomaly_score(log_ratio, noise_log_prob, noise_ratio)",
    observe=_observe_score,
    # With the optimal T the score is -ln p, whatever nu: Eq. 7.
    expected=lambda: np.tile(-_optimal(1.0)[0], len(_RATIOS)),
    misconceptions=(
        Misconception(
            "the score's sign is flipped",
            "An anomaly should score high. Is a density high or low there?",
            lambda t, n, nu: t + np.log(nu) + n,
        ),
        Misconception(
            "nu is forgotten",
            "T is the log-odds: with twice the noise it is lower everywhere.",
            lambda t, n, nu: -(t + n),
        ),
        Misconception(
            "the logarithm of nu has the wrong sign",
            "Solve Eq. 4 for ln p once more.",
            lambda t, n, nu: -(t - np.log(nu) + n),
        ),
        Misconception(
            "nu itself instead of its logarithm",
            "Everything else in the sum is a logarithm.",
            lambda t, n, nu: -(t + nu + n),
        ),
        Misconception(
            "the noise's density is forgotten",
            "T alone compares with the noise. Far from the data, what does it know?",
            lambda t, n, nu: -(t + np.log(nu)),
        ),
        Misconception(
            "the noise's log-density has the wrong sign",
            "T is a ratio, with the noise in the denominator. How do you get rid of it?",
            lambda t, n, nu: -(t + np.log(nu) - n),
        ),
    ),
)

_SCORES = (
    (np.array([0.1, 0.9, 0.4, 0.4, 0.7, 0.2]), np.array([0, 1, 0, 1, 1, 0], bool)),
    (np.array([3.0, 1.0, 2.0, 2.0, 5.0]), np.array([1, 0, 0, 1, 0], bool)),
    (np.array([1.0, 1.0, 2.0, 0.0]), np.array([1, 0, 1, 0], bool)),
    (np.array([0.9, 0.9, 0.1, 0.5]), np.array([0, 1, 1, 0], bool)),  # 0.375; highest is a tie
)


def _observe_auroc(function: Function) -> Array:
    return np.concatenate([as_numbers(function(s.copy(), a.copy()), ()) for s, a in _SCORES])


def _wins(scores: Array, is_anomaly: Array, tie: float) -> float:
    """Return how often an anomaly outscores a normal input, a tie counting for `tie`."""
    anomalies, normal = scores[is_anomaly.astype(bool)], scores[~is_anomaly.astype(bool)]
    pairs = [(a > b) + tie * (a == b) for a in anomalies for b in normal]
    return float(np.mean(pairs))


def _average_precision(scores: Array, is_anomaly: Array) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(is_anomaly, scores))


def _without_start(scores: Array, is_anomaly: Array) -> float:
    """Return the area under the ROC curve from its first threshold on."""
    anomaly, levels = is_anomaly.astype(bool), np.unique(scores)[::-1, None]
    false, true = ((scores[of] >= levels).mean(1) for of in (~anomaly, anomaly))
    return float(np.trapezoid(true, false))


AUROC = Task(
    name="area under the ROC curve",
    equation="Sec. 4.1's AUROC",
    minutes=15,
    signature="auroc(scores, is_anomaly)",
    observe=_observe_auroc,
    # The Mann-Whitney statistic, by SciPy.
    expected=lambda: np.array(
        [stats.mannwhitneyu(s[a], s[~a]).statistic / (a.sum() * (~a).sum()) for s, a in _SCORES]
    ),
    misconceptions=(
        Misconception(
            "the direction is flipped",
            "Higher is more anomalous. What should a perfect detector get?",
            lambda s, a: 1 - _wins(s, a, 0.5),
        ),
        Misconception(
            "a tie counts as a win",
            "A detector that gives everything the same score: what should it get?",
            lambda s, a: _wins(s, a, 1.0),
        ),
        Misconception(
            "a tie counts as a loss",
            "A detector that gives everything the same score: what should it get?",
            lambda s, a: _wins(s, a, 0.0),
        ),
        Misconception(
            "the average precision, not the AUROC",
            "That is the area under another curve. Does yours change if normal inputs are doubled?",
            _average_precision,
        ),
        Misconception(
            "a ranking that is upside down is turned over",
            "You would need labels to know. What should a detector get that is always wrong?",
            lambda s, a: max(_wins(s, a, 0.5), 1 - _wins(s, a, 0.5)),
        ),
        Misconception(
            "the curve starts without (0, 0)",
            "With a threshold above all scores, how many alarms are there?",
            _without_start,
        ),
    ),
)
