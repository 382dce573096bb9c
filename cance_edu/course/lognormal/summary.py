"""A log-normal reconstruction feature in numbers, beside the noise with its moments (App. B)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from cance_edu.method.lognormal import lognormal_log_pdf, lognormal_mode, lognormal_parameters
from cance_edu.method.proposition import noise_log_pdf

__all__ = [
    "CentreCurves",
    "LognormalView",
    "SpreadCurves",
    "centre_curves",
    "lognormal_view",
    "spread_curves",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LognormalView:
    """A log-normal variable z, and the Gaussian noise with its mean and standard deviation.

    Attributes
    ----------
    mean, standard_deviation : float
        μ_z and σ_z, in the units of z.
    mu, sigma : float
        Mean and standard deviation of ln z.
    mode, median : float
        In the units of z.
    noise_below_zero : float
        Share of the noise N(μ_z, σ_z²) that lies below zero, where no error can be.
    z, density, noise_density : array of shape (points,)
        Where to draw; p_0 and the noise's density there.
    """

    mean: float
    standard_deviation: float
    mu: float
    sigma: float
    mode: float
    median: float
    noise_below_zero: float
    z: Array
    density: Array
    noise_density: Array


def lognormal_view(
    mean: float, standard_deviation: float, z: ArrayLike | None = None
) -> LognormalView:
    """Return the log-normal variable that has these moments.

    Parameters
    ----------
    mean, standard_deviation : float
        μ_z > 0 and σ_z > 0. From μ and σ, `lognormal_moments` makes them.
    z : array_like of shape (points,), optional
        Where to draw; from 3 deviations below the mean to 4 above unless told.
    """
    if z is None:
        z = np.linspace(mean - 3 * standard_deviation, mean + 4 * standard_deviation, 701)
    z = np.asarray(z, dtype=float)
    mu, sigma = lognormal_parameters(mean, standard_deviation)
    return LognormalView(
        mean=float(mean),
        standard_deviation=float(standard_deviation),
        mu=float(mu),
        sigma=float(sigma),
        mode=float(lognormal_mode(mean, standard_deviation)),
        median=float(np.exp(mu)),
        noise_below_zero=float(ndtr(-mean / standard_deviation)),
        z=z,
        density=np.exp(lognormal_log_pdf(z, mean, standard_deviation)),
        noise_density=np.exp(noise_log_pdf(z, mean, standard_deviation)),
    )


@dataclass(frozen=True)
class SpreadCurves:
    """What the relative spread σ_z / μ_z alone decides.

    Attributes
    ----------
    spread : array of shape (points,)
        σ_z / μ_z.
    mode, median : array of shape (points,)
        As shares of the mean, in (0, 1].
    noise_below_zero : array of shape (points,)
        Share of the noise N(μ_z, σ_z²) below zero.
    """

    spread: Array
    mode: Array
    median: Array
    noise_below_zero: Array


def spread_curves(largest: float = 1.5) -> SpreadCurves:
    """Return the curves for spreads from nearly 0 to the largest."""
    spread = np.linspace(0.01, largest, 150)
    mu, _ = lognormal_parameters(1.0, spread)
    return SpreadCurves(spread, lognormal_mode(1.0, spread), np.exp(mu), ndtr(-1 / spread))


@dataclass(frozen=True)
class CentreCurves:
    """Mode, median and mean of z, where ln z ~ N(0, σ²), against σ.

    Attributes
    ----------
    sigma, mode, median, mean : array of shape (points,)
        σ, e^(-σ²), 1 and e^(σ²/2).
    """

    sigma: Array
    mode: Array
    median: Array
    mean: Array


def centre_curves(largest: float = 1.2) -> CentreCurves:
    """Return the curves for σ from 0 to the largest."""
    sigma = np.linspace(0, largest, 121)
    return CentreCurves(sigma, np.exp(-(sigma**2)), np.ones_like(sigma), np.exp(sigma**2 / 2))
