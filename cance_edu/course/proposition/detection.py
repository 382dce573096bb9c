"""What the augmentation does to detection, on one feature whose densities are known (Eq. 10).

Normal errors are log-normal with mean 1 and a given spread; anomalous ones are too, with a larger
mean and the same spread. Scores are the optimal ones, and everything is computed by quadrature.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_expit

from cance_edu.method.lognormal import lognormal_log_pdf, lognormal_mode
from cance_edu.method.proposition import augmented_log_pdf, dominance

__all__ = [
    "Ends",
    "Thresholds",
    "best_log_ratio",
    "ends_of_artificial_errors",
    "optimal_score",
    "thresholds",
]

Array = NDArray[np.float64]
Score = Callable[[Array], Array]

Z = np.geomspace(1e-3, 40, 40_001)
"""Errors in units of the normal mean, fine enough for three digits of every share."""


def best_log_ratio(data: float, noise: float, noise_ratio: float) -> float:
    """Minimise the logistic loss at one point by trial, without a formula for T (Eq. 5).

    Parameters
    ----------
    data, noise : float
        Their densities there, p and q.
    noise_ratio : float
        ν.
    """

    def loss(t: float) -> float:
        return float(-data * log_expit(t) - noise_ratio * noise * log_expit(-t))

    return float(minimize_scalar(loss, tol=1e-10).x)


def optimal_score(z: ArrayLike, spread: float, end: float | None = None) -> Array:
    """Return the optimal score of errors with the augmentation, -ln p_m, or without, -ln p_0.

    Parameters
    ----------
    z : array_like
        Errors in units of their mean.
    spread : float
        σ_z / μ_z.
    end : float, optional
        Where the artificial errors end, in units of the mean: m_z in the paper; none without them.
    """
    if end is None:
        return -lognormal_log_pdf(z, 1.0, spread)
    return -augmented_log_pdf(z, 1.0, spread, mode=end)


@dataclass(frozen=True)
class Thresholds:
    """The score with and without Eq. 10, at three rules for the threshold.

    Attributes
    ----------
    z, without, augmented : array of shape (points,)
        Errors in units of their mean; -ln p_0 and -ln p_m.
    mode : float
        m_z, where the artificial errors end.
    threshold, alarms, found : dict of str to float
        By rule: "without" Eq. 10, and with it the "same" threshold, "raised" by ln 2, and "again"
        as many false alarms: the threshold, and the shares of normal and of anomalous errors that
        exceed it.
    step : float
        By how much -ln p_m jumps at m_z, in nats.
    """

    z: Array
    without: Array
    augmented: Array
    mode: float
    threshold: dict[str, float]
    alarms: dict[str, float]
    found: dict[str, float]
    step: float


def thresholds(spread: float, anomalous_mean: float, alarms: float = 0.05) -> Thresholds:
    """Compare the scores with and without Eq. 10 at three rules for the threshold.

    Parameters
    ----------
    spread : float
        σ_z / μ_z of normal and of anomalous errors.
    anomalous_mean : float
        Of anomalous errors, in units of the normal mean.
    alarms : float
        Share of normal errors above the threshold that is set without Eq. 10.
    """
    mode = float(lognormal_mode(1.0, spread))
    without, augmented = optimal_score(Z, spread), optimal_score(Z, spread, mode)
    normal, anomalous = _masses(spread, 1.0), _masses(spread, anomalous_mean)
    before = _threshold(without, normal, alarms)
    after = _threshold(augmented, normal, alarms)
    rules = {
        "without": (without, before),
        "same": (augmented, before),
        "raised": (augmented, before + np.log(2)),
        "again": (augmented, after),
    }
    return Thresholds(
        z=Z,
        without=without,
        augmented=augmented,
        mode=mode,
        threshold={rule: float(threshold) for rule, (_, threshold) in rules.items()},
        alarms={rule: _above(*each, normal) for rule, each in rules.items()},
        found={rule: _above(*each, anomalous) for rule, each in rules.items()},
        step=float(np.subtract(*optimal_score([np.nextafter(mode, 2), mode], spread, mode))),
    )


@dataclass(frozen=True)
class Ends:
    """What depends on where the artificial errors end.

    Attributes
    ----------
    end : array of shape (k,)
        In units of the mean; m_z in the paper.
    mode : float
        m_z.
    auroc, found : array of shape (k,)
        Of the optimal score: the AUROC, and the share of anomalies found at the given false alarms.
    margin : array of shape (k,)
        The least margin of Prop. 3.1 on [0, end] at K = 1, in nats.
    auroc_without, found_without : float
        Without artificial errors.
    """

    end: Array
    mode: float
    auroc: Array
    found: Array
    margin: Array
    auroc_without: float
    found_without: float


def ends_of_artificial_errors(
    spread: float, anomalous_mean: float, ends: Sequence[float] | Array, alarms: float = 0.05
) -> Ends:
    """Let the artificial errors end elsewhere than at m_z, and see what changes.

    Parameters
    ----------
    spread, anomalous_mean, alarms : float
        As in `thresholds`.
    ends : sequence of float
        In units of the normal mean.
    """
    normal, anomalous = _masses(spread, 1.0), _masses(spread, anomalous_mean)

    def judged(score: Array) -> tuple[float, float]:
        at = _threshold(score, normal, alarms)
        return _area(score, normal, anomalous), _above(score, at, anomalous)

    auroc, found = np.array([judged(optimal_score(Z, spread, end)) for end in ends]).T
    auroc_without, found_without = judged(optimal_score(Z, spread))
    return Ends(
        end=np.asarray(ends, dtype=float),
        mode=float(lognormal_mode(1.0, spread)),
        auroc=auroc,
        found=found,
        margin=np.array([dominance(1.0, spread, mode=end).margin.min() for end in ends]),
        auroc_without=auroc_without,
        found_without=found_without,
    )


def _masses(spread: float, mean: float) -> Array:
    """Return the probability of each grid point."""
    masses = np.exp(lognormal_log_pdf(Z, mean, spread * mean)) * np.gradient(Z)
    return masses / masses.sum()


def _above(score: Array, threshold: float, masses: Array) -> float:
    return float(masses[score > threshold].sum())


def _threshold(score: Array, normal: Array, alarms: float) -> float:
    """Return the score that the given share of normal errors exceeds."""
    order = np.argsort(score)[::-1]
    return float(np.interp(alarms, np.cumsum(normal[order]), score[order]))


def _area(score: Array, normal: Array, anomalous: Array) -> float:
    """Return the probability that an anomaly scores higher than a normal error."""
    order = np.argsort(score)[::-1]
    return float(np.trapezoid(np.cumsum(anomalous[order]), np.cumsum(normal[order])))
