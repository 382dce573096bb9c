r"""NCE where the log-density is linear in its parameters: a logistic regression, solved exactly.

With ln p_θ(u) = θᵀ g(u) + h(u) and the constant among the parameters, g's first entry is 1, and
T = ln p_θ - ln ν p_n is linear in θ too: the NCE loss is convex.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

__all__ = ["asymptotic_covariance", "fit_logistic_nce", "radial_log_odds"]

Array = NDArray[np.float64]


def asymptotic_covariance(
    gradient: Array, could_be_noise: Array, density: Array, grid: Array, noise_ratio: float
) -> Array:
    r"""Return n times the covariance of the estimated θ, for n data points, n large.

    .. math:: I^{-1} - \left(1 + \tfrac1ν\right) e_c e_c^T, \qquad
              I = \int g g^T \frac{ν p_n}{p_d + ν p_n}\, p_d\, du

    Source: Gutmann and Hyvärinen (2012), the theorem on the asymptotic distribution. The fraction
    is the probability of noise at u: a data point counts as far as it could have been noise.

    Parameters
    ----------
    gradient : array of shape (parameters, m)
        g on the grid; its first row is 1, the constant's.
    could_be_noise, density : array of shape (m,)
        The fraction and p_d, on the grid.
    grid : array of shape (m,)
        Where the integrand is known; outside it vanishes.
    noise_ratio : float
        ν, noise points for each data point.

    Returns
    -------
    array of shape (parameters, parameters)
        The constant's row and column first.
    """
    information = np.trapezoid(gradient[:, None] * gradient * could_be_noise * density, grid)
    covariance: Array = np.linalg.inv(information).astype(float)
    covariance[0, 0] -= 1 + 1 / noise_ratio
    return covariance


def fit_logistic_nce(
    gradient: Array, is_data: NDArray[np.bool_], offset: Array, start: ArrayLike
) -> Array:
    """Return the θ that minimise the NCE loss, for many data sets at once, by Newton's method.

    The loss is convex, so that the start decides only how soon it ends. No step moves a parameter
    by more than 1.

    Parameters
    ----------
    gradient : array of shape (repetitions, n, parameters)
        g at data and noise.
    is_data : array of bool, shape (n,)
        Which are data; the same in all sets.
    offset : array of shape (repetitions, n)
        The part of T that is known: T is θᵀ g + offset.
    start : array_like of shape (parameters,)
        The first θ.

    Returns
    -------
    array of shape (repetitions, parameters)
        θ of each set.

    Raises
    ------
    ArithmeticError
        If a loss has no minimum, because a single point separates data from noise.
    """
    transposed = gradient.swapaxes(1, 2)
    theta = np.tile(np.asarray(start, dtype=float), (len(gradient), 1))[..., None]
    for _ in range(30):
        posterior = expit(gradient @ theta + offset[..., None])
        slope = transposed @ (is_data[:, None] - posterior)
        curvature = transposed @ (gradient * posterior * (1 - posterior))
        try:
            step = np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError:  # every posterior is 0 or 1
            break
        theta += step.clip(-1, 1)
        if np.abs(step).max() < 1e-9:
            return theta[..., 0]
    raise ArithmeticError(
        "Newton's method found no minimum: a point separates data from noise; take more points, or "
        "noise that overlaps the data"
    )


def radial_log_odds(radius: Array, scale: float, dimension: int, noise_ratio: float) -> Array:
    r"""Return T* of N(0, I) against ν N(0, K² I), which depends on the radius alone.

    .. math:: T^*(r) = D \ln K - (1 - 1 / K²) \frac{r²}{2} - \ln ν

    Parameters
    ----------
    radius : array of shape (n,)
        |z|.
    scale, dimension, noise_ratio : float, int, float
        K, D and ν.

    Returns
    -------
    array of shape (n,)
        In nats.
    """
    narrower = -(radius**2) / 2 * (1 - 1 / scale**2)
    return narrower + dimension * np.log(scale) - np.log(noise_ratio)
