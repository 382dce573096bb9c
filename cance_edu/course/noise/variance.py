r"""How precise an NCE estimate is, against how wide the noise is: a Gaussian, exactly.

The data are N(0, I) in D dimensions, the noise is N(0, K² I), and the model is Gaussian with a
free constant, ln p_θ(z) = c - α |z|²/2 with θ = (c, α). Everything depends on the radius |z|
alone, whose distribution is known, so that expectations are integrals over one number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from cance_edu.course.contrast.logistic_nce import (
    asymptotic_covariance,
    fit_logistic_nce,
    radial_log_odds,
)

__all__ = [
    "EstimateVariance",
    "estimate_covariance",
    "estimate_variance",
    "simulated_variance",
    "variance_of",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EstimateVariance:
    """The variance of the estimated log-density, at some radii, for noise of several widths.

    Attributes
    ----------
    scale : array of shape (k,)
        K, the noise's width over the data's.
    radius : array of shape (r,)
        |z|.
    variance : array of shape (r, k)
        Of ln p_θ(z), times the number of data points: nats squared.
    """

    scale: Array
    radius: Array
    variance: Array

    @property
    def best_scale(self) -> Array:
        """The K of least variance at each radius, shape (r,)."""
        return self.scale[self.variance.argmin(axis=1)]


def estimate_covariance(scale: float, dimension: int = 1, noise_ratio: float = 1.0) -> Array:
    """Return the asymptotic covariance of (c, α), times the number of data points.

    Parameters
    ----------
    scale : float
        K > 0.
    dimension : int
        D.
    noise_ratio : float
        ν, noise points for each data point.

    Returns
    -------
    array of shape (2, 2)
        Of c and α, in this order.
    """
    radius = np.linspace(0, stats.chi.isf(1e-18, dimension), 20_001)
    could_be_noise = expit(-radial_log_odds(radius, scale, dimension, noise_ratio))
    of_radius = stats.chi.pdf(radius, dimension)
    return asymptotic_covariance(
        _gradient(radius).T, could_be_noise, of_radius, radius, noise_ratio
    )


def estimate_variance(
    scale: Sequence[float] | Array,
    radius: Sequence[float],
    dimension: int = 1,
    noise_ratio: float = 1.0,
) -> EstimateVariance:
    """Return the variance of ln p_θ at some radii, g Σ gᵀ with Σ of `estimate_covariance`.

    Parameters
    ----------
    scale, radius : sequence of float
        K, and where the density is estimated.
    dimension, noise_ratio : int, float
        D and ν.
    """
    covariances = [estimate_covariance(float(k), dimension, noise_ratio) for k in scale]
    return variance_of(_gradient(radius), covariances, scale, radius)


def variance_of(
    gradient: Array,
    covariances: Sequence[Array],
    scale: Sequence[float] | Array,
    radius: Sequence[float],
) -> EstimateVariance:
    """Return g Σ gᵀ for each radius' gradient g, a row, and each K's covariance Σ of θ."""
    variance = np.stack([((gradient @ c) * gradient).sum(1) for c in covariances], axis=1)
    return EstimateVariance(np.asarray(scale, dtype=float), np.asarray(radius), variance)


def simulated_variance(
    scale: Sequence[float] | Array,
    radius: Sequence[float],
    *,
    n: int = 500,
    repeats: int = 400,
    random_state: int = 0,
) -> EstimateVariance:
    """Return the same for D = ν = 1, measured: the model is fitted again and again to new draws.

    NCE is logistic regression here, on the features (1, -z²/2) with a known offset.

    Parameters
    ----------
    scale, radius : sequence of float
        As in `estimate_variance`.
    n, repeats : int
        Data points in each fit, and fits.
    random_state : int
        The same integer gives the same draws.
    """
    rng = np.random.default_rng(random_state)
    gradient = _gradient(radius)
    variance = []
    for k in scale:
        z, v = rng.normal(size=(repeats, n)), rng.normal(scale=k, size=(repeats, n))
        estimates = _fit(np.concatenate([z, v], axis=1), n, float(k))
        variance.append(n * (estimates @ gradient.T).var(axis=0))
    return EstimateVariance(
        np.asarray(scale, dtype=float), np.asarray(radius), np.stack(variance, axis=1)
    )


def _fit(points: Array, n_data: int, scale: float) -> Array:
    """Return (c, α) of each row, whose first points are data; c is counted from its truth."""
    radius = np.abs(points)
    gradient, truth = _gradient(radius), np.array([0.0, 1.0])
    known = radial_log_odds(radius, scale, 1, 1.0) - gradient @ truth
    return fit_logistic_nce(gradient, np.arange(points.shape[1]) < n_data, known, truth)


def _gradient(radius: Sequence[float] | Array) -> Array:
    """Return that of ln p_θ by (c, α), in a last axis of two."""
    return np.stack([np.ones(np.shape(radius)), -np.square(radius) / 2], axis=-1)
