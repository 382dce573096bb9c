"""Proposition 3.1 on two coordinates together: the joint margin, which the paper does not bound.

Each feature has mean 1, and z is in units of it, as in `proposition.summary`.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from cance_edu.method.augmentation import Augmentation, truncation_scale
from cance_edu.method.lognormal import (
    lognormal_mode,
    lognormal_parameters,
    truncated_normal_log_pdf,
)
from cance_edu.method.noise import GaussianNoise
from cance_edu.method.proposition import dominance_margin, noise_log_pdf

__all__ = ["PlaneMargin", "square_margin", "two_cluster_margin"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlaneMargin:
    """The margin ln p_m - ln p_nK of the joint density of two coordinates.

    Attributes
    ----------
    x, y : array of shape (n,), (m,)
        Equally spaced.
    margin, log_noise : array of shape (m, n)
        The margin, and ln p_nK.
    """

    x: Array
    y: Array
    margin: Array
    log_noise: Array

    @property
    def lost_noise_share(self) -> float:
        """Of the noise's mass on the grid, the share that lies where the noise is denser."""
        noise = np.exp(self.log_noise)
        return float(noise[self.margin < 0].sum() / noise.sum())


def square_margin(
    spread: ArrayLike,
    correlation: float,
    noise_scale: float = 1.0,
    augmentation: Augmentation = "paper",
    points: int = 61,
) -> PlaneMargin:
    """Return the joint margin on the square of low errors and low dissimilarities.

    Eq. 10 draws z'_e and z'_c independently; the noise, like the data, correlates them. The data
    are taken as jointly log-normal.

    Parameters
    ----------
    spread : array_like of shape (2,)
        σ_z / μ_z of z_e (x) and z_c (y).
    correlation : float
        Of z_e and z_c.
    noise_scale : float
        K of both.
    augmentation : {"paper", "k-aware"}
        The scale of the truncated normals.
    points : int
        Along each side of [0, m_e] x [0, m_c].

    Raises
    ------
    ValueError
        If log-normals of such spreads cannot have this correlation.
    """
    spread = np.asarray(spread, dtype=float)
    _check_correlation(spread, correlation)
    mode = lognormal_mode(np.ones(2), spread)
    x, y = (np.linspace(0, m, points) for m in mode)
    z = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    covariance = np.outer(spread, spread) * np.array([[1, correlation], [correlation, 1]])
    scale = truncation_scale(spread, np.full(2, noise_scale), augmentation)
    artificial = truncated_normal_log_pdf(z, mode, scale).sum(axis=1)
    augmented = np.logaddexp(_lognormal_pair(z, spread, covariance), artificial) - np.log(2)
    noise = _normal_log_pdf(z, np.ones(2), covariance, noise_scale)
    shape = (points, points)
    return PlaneMargin(x, y, (augmented - noise).reshape(shape), noise.reshape(shape))


def two_cluster_margin(
    spread: float, distance: float = 0.95, noise_scale: float = 1.0, points: int = 121
) -> PlaneMargin:
    """Return the joint margin of one latent in two clusters (x) and one low error (y).

    The latent has mean 0 and variance 1, half of it around -`distance`, half around `distance`;
    the error is independent of it, in the data and in the noise.

    Parameters
    ----------
    spread : float
        σ_z / μ_z of the error.
    distance : float
        Of the clusters from zero, below 1.
    noise_scale : float
        K of both.
    points : int
        Along each side: the latent in [-3, 3], the error in [0, m_z].
    """
    x, y = np.linspace(-3, 3, points), np.linspace(0, lognormal_mode(1.0, spread), points)
    width = np.sqrt(1 - distance**2)
    clusters = np.logaddexp(noise_log_pdf(x, -distance, width), noise_log_pdf(x, distance, width))
    latent_noise = noise_log_pdf(x, 0.0, 1.0, noise_scale)
    margin = dominance_margin(y, 1.0, spread, noise_scale)
    return PlaneMargin(
        x,
        y,
        margin=margin[:, None] + clusters - np.log(2) - latent_noise,
        log_noise=noise_log_pdf(y, 1.0, spread, noise_scale)[:, None] + latent_noise,
    )


def _check_correlation(spread: Array, correlation: float) -> None:
    # The extremes have ln z_e and ln z_c on one line, rising or falling.
    _, sigma = lognormal_parameters(np.ones(2), spread)
    low, high = np.expm1([-sigma.prod(), sigma.prod()]) / spread.prod()
    if not low < correlation < high:
        raise ValueError(
            f"correlation is {correlation}; log-normals of spreads {spread[0]:g} and {spread[1]:g} "
            f"have one in ({low:.3f}, {high:.3f})"
        )


def _lognormal_pair(z: Array, spread: Array, covariance: Array) -> Array:
    """Return ln p_0(z_e, z_c) of two log-normal features with means 1 and this covariance."""
    mu, _ = lognormal_parameters(np.ones(2), spread)
    positive = z.min(axis=1) > 0
    log_z = np.log(np.where(positive[:, None], z, 1.0))
    # For means 1, the covariance of ln z_i and ln z_j is ln(1 + that of z_i and z_j).
    log_pdf = _normal_log_pdf(log_z, mu, np.log1p(covariance)) - log_z.sum(axis=1)
    return np.where(positive, log_pdf, -np.inf)


def _normal_log_pdf(z: Array, mean: Array, covariance: Array, scale: float = 1.0) -> Array:
    noise = GaussianNoise(torch.as_tensor(mean), torch.as_tensor(covariance))
    return noise.log_prob(torch.as_tensor(z), scale).numpy()
