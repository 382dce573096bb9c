"""The log-normal reconstruction feature and its mode (Sec. 3.4, App. B).

One reconstruction feature z, the error z_e or the dissimilarity z_c, is described by its mean
(μ_z) and its standard deviation (σ_z) alone. Everything here is a function of these two numbers
and of z: NumPy arrays in, NumPy arrays out, and densities as logarithms.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf

from cance_edu.method.equations import equation

__all__ = [
    "lognormal_log_pdf",
    "lognormal_mode",
    "lognormal_moments",
    "lognormal_parameters",
    "normal_log_pdf",
    "truncated_normal_log_pdf",
]

Array = NDArray[np.float64]

_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


def lognormal_parameters(mean: ArrayLike, standard_deviation: ArrayLike) -> tuple[Array, Array]:
    r"""Return (μ, σ), the mean and standard deviation of ln z, from the moments of z.

    .. math:: σ² = \ln(1 + σ_z² / μ_z²), \qquad μ = \ln μ_z - σ² / 2   \qquad\text{(App. B)}

    Parameters
    ----------
    mean, standard_deviation : array_like
        μ_z > 0 and σ_z ≥ 0, in the units of z.

    Returns
    -------
    tuple of arrays
        μ and σ, without units.

    Raises
    ------
    ValueError
        If a mean is not positive or a standard deviation is negative.
    """
    mean, standard_deviation = _moments(mean, standard_deviation)
    variance_of_log = np.log1p((standard_deviation / mean) ** 2)
    return np.log(mean) - variance_of_log / 2, np.sqrt(variance_of_log)


def lognormal_moments(mu: ArrayLike, sigma: ArrayLike) -> tuple[Array, Array]:
    r"""Return (μ_z, σ_z), the mean and standard deviation of z, where ln z ~ N(μ, σ²).

    .. math:: μ_z = e^{μ + σ²/2}, \qquad σ_z² = (e^{σ²} - 1)\, e^{2μ + σ²}   \qquad\text{(App. B)}

    Parameters
    ----------
    mu, sigma : array_like
        Mean and standard deviation (not variance) of ln z.

    Returns
    -------
    tuple of arrays
        μ_z and σ_z, in the units of z.
    """
    mean = np.exp(np.asarray(mu, dtype=float) + np.square(sigma) / 2)
    return mean, mean * np.sqrt(np.expm1(np.square(sigma)))


@equation("9", lesson="01")
def lognormal_mode(mean: ArrayLike, standard_deviation: ArrayLike) -> Array:
    r"""Return the mode m_z of a log-normal variable from its moments.

    .. math:: m_z = μ_z \left(\frac{σ_z²}{μ_z²} + 1\right)^{-3/2}   \qquad\text{(Eq. 9, App. B)}

    Parameters
    ----------
    mean, standard_deviation : array_like
        μ_z > 0 and σ_z ≥ 0, in the units of z. The paper calls σ_z a variance; it is its root.

    Returns
    -------
    array
        The most likely value, in (0, μ_z], in the units of z.

    Raises
    ------
    ValueError
        If a mean is not positive or a standard deviation is negative.

    Examples
    --------
    >>> lognormal_mode(mean=1.0, standard_deviation=0.5).round(3).item()
    0.716
    """
    mean, standard_deviation = _moments(mean, standard_deviation)
    return mean * (standard_deviation**2 / mean**2 + 1) ** -1.5


def lognormal_log_pdf(z: ArrayLike, mean: ArrayLike, standard_deviation: ArrayLike) -> Array:
    r"""Return ln p_0(z), the log-density that Sec. 3.4 assumes for a reconstruction feature.

    .. math:: p_0(z) = \frac{1}{z σ \sqrt{2π}} \exp\left[-\frac{(\ln z - μ)²}{2σ²}\right]

    Parameters
    ----------
    z : array_like
        Where to evaluate; the density is 0, its logarithm -inf, for z ≤ 0.
    mean, standard_deviation : array_like
        The moments μ_z > 0 and σ_z > 0 of z.

    Returns
    -------
    array
        Natural logarithm of the density; NaN where z is.

    Raises
    ------
    ValueError
        If a moment is not above 0: of what does not vary there is no density.
    """
    mu, sigma = lognormal_parameters(mean, standard_deviation)
    _check_positive("standard deviation", np.asarray(standard_deviation))
    z = np.asarray(z, dtype=float)
    log_z = np.log(np.where(z <= 0, 1.0, z))
    log_density = -((log_z - mu) ** 2) / (2 * sigma**2) - np.log(sigma) - log_z - _LOG_SQRT_2PI
    return np.where(z <= 0, -np.inf, log_density)


def truncated_normal_log_pdf(z: ArrayLike, mode: ArrayLike, scale: ArrayLike) -> Array:
    r"""Return ln p_t(z): a normal N(m_z, scale²), kept on [0, m_z] only (Sec. 3.4).

    .. math:: p_t(z) = \frac{N(z;\, m_z, s²)}{Φ(0) - Φ(-m_z / s)},
              \qquad Φ(0) - Φ(-m_z / s) = \tfrac12 \operatorname{erf}\frac{m_z}{s\sqrt2}

    The normaliser is computed by erf: the difference of two values of Φ is exactly 0 in floating
    point once s is much larger than m_z.

    Parameters
    ----------
    z : array_like
        Where to evaluate; -inf outside [0, m_z].
    mode, scale : array_like
        m_z > 0 and s > 0, in the units of z.

    Returns
    -------
    array
        Natural logarithm of the density; NaN where z is.

    Raises
    ------
    ValueError
        If a mode or a scale is not above 0.
    """
    z, mode, scale = (np.asarray(a, dtype=float) for a in (z, mode, scale))
    _check_positive("mode", mode)
    _check_positive("scale", scale)
    log_normaliser = np.log(erf(mode / (scale * np.sqrt(2))) / 2)
    outside = (z < 0) | (z > mode)
    return np.where(outside, -np.inf, normal_log_pdf(z, mode, scale) - log_normaliser)


def normal_log_pdf(z: Array, mean: Array, scale: Array) -> Array:
    """Return the log-density of N(mean, scale²) at z; arrays that can be broadcast."""
    return -(((z - mean) / scale) ** 2) / 2 - np.log(scale) - _LOG_SQRT_2PI


def _check_positive(what: str, value: Array) -> None:
    if not np.all(value > 0):
        raise ValueError(f"the {what} is {value}; the density needs one above 0")


def _moments(mean: ArrayLike, standard_deviation: ArrayLike) -> tuple[Array, Array]:
    mean = np.asarray(mean, dtype=float)
    standard_deviation = np.asarray(standard_deviation, dtype=float)
    if not np.all(mean > 0):
        raise ValueError(f"the mean is {mean}; a log-normal variable needs a positive mean (Eq. 9)")
    if not np.all(standard_deviation >= 0):
        raise ValueError(f"the standard deviation is {standard_deviation}; expected at least 0")
    return mean, standard_deviation
