"""What T says where it never saw a point, and what is left of S there (lesson 05)."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit
from torch import Tensor

from cance_edu.course.noise.gaussian_mixture import GaussianMixture2D
from cance_edu.method.nce import LogRatio, anomaly_score
from cance_edu.method.noise import GaussianNoise

__all__ = ["Ray", "Reach", "along_ray", "reach"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ray:
    """What T and S say from the middle of the data outwards.

    Attributes
    ----------
    distance : array of shape (n,)
        From the noise's mean, in the units of z.
    log_ratio, noise_log_prob, score, true_log_prob : array of shape (n,)
        T, ln p_n, S and ln p_d, in nats.
    """

    distance: Array
    log_ratio: Array
    noise_log_prob: Array
    score: Array
    true_log_prob: Array

    @property
    def probability(self) -> Array:
        """The classifier's probability of data, σ(T)."""
        probability: Array = expit(self.log_ratio)
        return probability


@torch.no_grad()
def along_ray(
    network: LogRatio,
    noise: GaussianNoise,
    truth: GaussianMixture2D,
    direction: tuple[float, float],
    distance: Array,
) -> Ray:
    """Return T, S and their parts along a straight line, for K = 1 and ν = 1.

    Parameters
    ----------
    network, noise : LogRatio, GaussianNoise
        T, and what it was trained against.
    truth : GaussianMixture2D
        For comparison.
    direction : (float, float)
        From the noise's mean; of any length above 0.
    distance : array of shape (n,)
        At least 0.
    """
    unit = torch.tensor(direction, dtype=torch.float64)
    points = noise.mean + torch.from_numpy(distance)[:, None] * unit / unit.norm()
    log_ratio, noise_log_prob = network(points), noise.log_prob(points)
    score = anomaly_score(log_ratio, noise_log_prob)
    parts = (log_ratio, noise_log_prob, score, truth.log_prob(points))
    return Ray(distance, *(part.double().numpy() for part in parts))


@dataclass(frozen=True)
class Reach:
    """Which points lie where T was never trained, and what T says there.

    Attributes
    ----------
    distance : array of shape (n,)
        From the noise's mean, in its standard deviations (Mahalanobis).
    log_ratio : array of shape (n,)
        T.
    is_anomaly : array of bool, shape (n,)
        The truth.
    edge : float
        The distance that all but one in a thousand draws of the noise keep within.
    """

    distance: Array
    log_ratio: Array
    is_anomaly: NDArray[np.bool_]
    edge: float

    @property
    def beyond(self) -> NDArray[np.bool_]:
        """Which points lie beyond the edge."""
        return self.distance > self.edge


@torch.no_grad()
def reach(
    network: LogRatio, noise: GaussianNoise, features: Tensor, is_anomaly: NDArray[np.bool_]
) -> Reach:
    """Return how far points lie from the noise, with K = 1, and T there.

    Parameters
    ----------
    network, noise : LogRatio, GaussianNoise
        T, and what it was trained against.
    features : tensor of shape (n, dimension)
        Composite features.
    is_anomaly : array of bool, shape (n,)
        The truth.
    """
    distance = noise.squared_distance(features).sqrt().numpy()
    edge = math.sqrt(stats.chi2.ppf(0.999, features.shape[1]))
    log_ratio = network(features).double().numpy()
    return Reach(distance, log_ratio, is_anomaly, edge)
