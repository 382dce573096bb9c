"""The ellipse that holds a share of a Gaussian in the plane."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from cance_edu.method.noise import GaussianNoise

__all__ = ["COVERAGE", "RADIUS", "ellipse", "noise_ellipse"]

COVERAGE = 0.95
"""Share of a Gaussian in the plane that lies inside its ellipse."""

RADIUS = math.sqrt(-2 * math.log(1 - COVERAGE))
"""Of that ellipse, in standard deviations: r² is chi-squared of 2 degrees, with tail e^(-r²/2)."""


def ellipse(mean: ArrayLike, covariance: ArrayLike) -> NDArray[np.float64]:
    """Return points around 95% of N(mean, covariance) in the plane.

    Parameters
    ----------
    mean : array_like of shape (2,)
        Its centre.
    covariance : array_like of shape (2, 2)
        Positive definite.

    Returns
    -------
    array of shape (2, 181)
        The last point is the first again.
    """
    angle = np.linspace(0, 2 * np.pi, 181)
    circle = RADIUS * np.stack([np.cos(angle), np.sin(angle)])
    curve: NDArray[np.float64] = np.linalg.cholesky(np.asarray(covariance)) @ circle
    return np.asarray(mean)[:, None] + curve


def noise_ellipse(plane: GaussianNoise, scale: Tensor) -> NDArray[np.float64]:
    """Return points around 95% of N(μ, K Σ K) in the plane.

    Parameters
    ----------
    plane : GaussianNoise
        N(μ, Σ), of two coordinates.
    scale : tensor of shape (2,)
        K's diagonal.

    Returns
    -------
    array of shape (2, 181)
        As `ellipse` gives it.
    """
    return ellipse(plane.mean, scale[:, None] * plane.covariance * scale)
