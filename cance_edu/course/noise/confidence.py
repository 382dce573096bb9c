"""Which way an under- or overconfident T pushes K: the force of Eq. 8 where T = a T*.

At a = 1 there is no force (`noise_force`); here is what there is beside it, for one feature and
for Gaussian features in several dimensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit

from cance_edu.course.contrast.logistic_nce import radial_log_odds
from cance_edu.course.noise.force import KnownFeature, noise_force

__all__ = [
    "ConfidenceSweep",
    "confidence_slope",
    "confidence_sweep",
    "gaussian_confidence_sweep",
    "gaussian_first_force",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ConfidenceSweep:
    """The force on K against how confident T is.

    Attributes
    ----------
    label : str
        The case.
    confidence : array of shape (a,)
        a, with T = a T*.
    force : array of shape (a,)
        The gradient of Eq. 8 in K: where it is positive, minimising Eq. 8 makes K smaller.
    """

    label: str
    confidence: Array
    force: Array


def confidence_sweep(
    feature: KnownFeature, confidence: Sequence[float] | Array, scale: float, noise_ratio: float
) -> ConfidenceSweep:
    """Return the sweep for one feature whose density is known."""
    forces = [
        noise_force(feature, [scale], noise_ratio, confidence=float(a)).total[0] for a in confidence
    ]
    label = f"{feature.name}, K = {scale:g}, ν = {noise_ratio:g}"
    return ConfidenceSweep(label, np.asarray(confidence, dtype=float), np.array(forces))


def gaussian_confidence_sweep(
    dimension: int, confidence: Sequence[float] | Array, scale: float, noise_ratio: float
) -> ConfidenceSweep:
    """Return the sweep for data from N(0, I) and noise from N(0, K² I), one K for all coordinates.

    T* of both depends on the radius r alone, see `radial_log_odds`.
    """
    radius = np.linspace(0, scale * stats.chi.isf(1e-18, dimension), 20_001)
    data = stats.chi.pdf(radius, dimension)
    noise = noise_ratio * stats.chi.pdf(radius / scale, dimension) / scale
    best = radial_log_odds(radius, scale, dimension, noise_ratio)

    def force(a: float) -> float:
        push = -a * (1 - 1 / scale**2) * radius**2 / scale  # T'(r) r / K
        integrand = (data * expit(-a * best) - noise * expit(a * best)) * push
        return float(np.trapezoid(integrand, radius))

    label = f"Gaussian in {dimension} dimensions, K = {scale:g}, ν = {noise_ratio:g}"
    forces = np.array([force(float(a)) for a in confidence])
    return ConfidenceSweep(label, np.asarray(confidence, dtype=float), forces)


def confidence_slope(feature: KnownFeature, scale: float, noise_ratio: float = 1.0) -> float:
    r"""Return how the force on K changes with a at a = 1.

    .. math:: \frac{dF}{da} = -\frac1K \int h\, T^* T^{*\prime} (z - μ)\, dz,
              \qquad h = \frac{p\, ν p_{nK}}{p + ν p_{nK}}

    Since T T' is half the slope of T², it is negative where |T*| grows away from the mean,
    averaged over the region h that data and noise share.

    Parameters
    ----------
    feature : KnownFeature
        The data.
    scale, noise_ratio : float
        K and ν.
    """
    total = 0.0
    for z in feature.intervals(scale):
        log_ratio = feature.optimal_log_ratio(z, scale, noise_ratio)
        shared = np.exp(feature.log_pdf(z)) * expit(-log_ratio)
        outward = log_ratio * np.gradient(log_ratio, z) * (z - feature.mean)
        total -= float(np.trapezoid(shared * outward, z)) / scale
    return total


def gaussian_first_force(
    scale: ArrayLike, noise_ratio: ArrayLike, dimension: int = 1
) -> NDArray[np.float64]:
    r"""Return the slope of the force on K in a at a = 0, for data N(0, I): how a training begins.

    .. math:: F'(0) = \frac{1}{2K} \left(E_p - ν E_{p_{nK}}\right) T^{*\prime} (z - μ)
              = \frac{D}{2K} (K^2 - 1) \left(ν - \frac{1}{K^2}\right)

    Where it is positive, Eq. 8 makes K smaller as long as T has learned little.

    Parameters
    ----------
    scale, noise_ratio : array_like
        K and ν; they broadcast.
    dimension : int
        D.
    """
    k, nu = np.asarray(scale, dtype=float), np.asarray(noise_ratio, dtype=float)
    slope: NDArray[np.float64] = dimension / (2 * k) * (k**2 - 1) * (nu - 1 / k**2)
    return slope
