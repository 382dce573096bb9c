r"""Why -T is no score, even for the T that no training can beat (lesson 05).

The data have heavier tails than the Gaussian noise that has their mean and covariance: Student's t
with six degrees of freedom. Far out T* = ln p_d - ln ν p_n then *rises*: of the few points that lie
there nearly all are data. Anomalies lie there too, but T* was never asked about them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import multivariate_normal, multivariate_t

__all__ = ["HeavyTails", "heavy_tails"]

Array = NDArray[np.float64]

FREEDOM = 6
"""Degrees of freedom of the data's t; its covariance is its shape times 6 / 4."""


@dataclass(frozen=True)
class HeavyTails:
    """What the best T and its score say of normal points and of anomalies.

    Attributes
    ----------
    is_anomaly : array of bool, shape (n,)
        The truth.
    distance : array of shape (n,)
        From the mean, in standard deviations of the data.
    log_ratio : array of shape (n,)
        T* = ln p_d - ln p_n, for ν = 1.
    score : array of shape (n,)
        S = -ln p_d.
    """

    is_anomaly: NDArray[np.bool_]
    distance: Array
    log_ratio: Array
    score: Array


def heavy_tails(
    n: int = 4000, dimension: int = 8, spread: float = 3.0, random_state: int = 0
) -> HeavyTails:
    """Draw data with heavy tails and anomalies far out, and return T* and S of both.

    Parameters
    ----------
    n : int
        Points of each kind.
    dimension : int
        Coordinates.
    spread : float
        Standard deviation of the anomalies, N(0, spread² I), in standard deviations of the data.
    random_state : int
        For the draws.
    """
    rng = np.random.default_rng(random_state)
    centre, unit = np.zeros(dimension), np.eye(dimension)
    # Of covariance I, like the noise.
    data = multivariate_t(centre, unit * (FREEDOM - 2) / FREEDOM, FREEDOM)
    noise = multivariate_normal(centre, unit)
    points = np.concatenate([data.rvs(n, rng), spread * rng.normal(size=(n, dimension))])
    log_data = data.logpdf(points)
    distance = np.linalg.norm(points, axis=1)
    return HeavyTails(np.arange(2 * n) >= n, distance, log_data - noise.logpdf(points), -log_data)
