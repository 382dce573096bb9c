"""A density learned by noise contrast, beside the truth where that is known (lesson 05)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cance_edu.course.noise.gaussian_mixture import GaussianMixture2D
from cance_edu.method.nce import LogRatio, anomaly_score
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import History

__all__ = [
    "Learning",
    "LineContrast",
    "Plane",
    "divergence",
    "line_contrast",
    "on_plane",
    "watch_learning",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LineContrast:
    """Data and noise on a line, and what a classifier of the two knows.

    Attributes
    ----------
    u : array of shape (n,)
        Points.
    data_density, noise_density, learned_density : array of shape (n,)
        p_d, p_n and exp(-S).
    optimal_log_ratio, log_ratio : array of shape (n,)
        ln p_d - ln ν p_n, and the classifier's T.
    """

    u: Array
    data_density: Array
    noise_density: Array
    learned_density: Array
    optimal_log_ratio: Array
    log_ratio: Array


def line_contrast(
    u: Tensor, log_data: Tensor, log_noise: Tensor, log_ratio: Tensor, noise_ratio: float = 1.0
) -> LineContrast:
    """Return a classifier's log-odds and density beside the true ones.

    Parameters
    ----------
    u, log_data, log_noise, log_ratio : tensor of shape (n,)
        Points, and ln p_d, ln p_n and T there.
    noise_ratio : float
        ν, with which T was trained.
    """
    learned = (-anomaly_score(log_ratio, log_noise, noise_ratio)).exp()
    best = log_data - log_noise - math.log(noise_ratio)
    columns = (u, log_data.exp(), log_noise.exp(), learned, best, log_ratio)
    return LineContrast(*(column.numpy() for column in columns))


@dataclass(frozen=True)
class Plane:
    """A log-density on a square of the plane.

    Attributes
    ----------
    x, y : array of shape (n,)
        Middles of the cells.
    log_density : array of shape (n, n)
        In nats; rows belong to y.
    """

    x: Array
    y: Array
    log_density: Array

    @property
    def points(self) -> Tensor:
        """The middles of the cells, shape (n², 2), in the order of `log_density`."""
        x, y = np.meshgrid(self.x, self.y)
        return torch.from_numpy(np.stack([x.ravel(), y.ravel()], 1))

    @property
    def mass(self) -> float:
        """The integral of the density over the square, as a sum over its cells."""
        cell = (self.x[1] - self.x[0]) * (self.y[1] - self.y[0])
        return float(np.exp(self.log_density).sum() * cell)


def on_plane(
    log_density: Callable[[Tensor], Tensor], half_width: float = 7.0, n: int = 141
) -> Plane:
    """Return a log-density on a square around the origin.

    Parameters
    ----------
    log_density : callable
        From points (m, 2), float64, to log-densities (m,).
    half_width : float
        Distance from the origin to the middles of the outermost cells.
    n : int
        Cells a side.
    """
    x = torch.linspace(-half_width, half_width, n, dtype=torch.float64)
    points = torch.cartesian_prod(x, x).flip(1)
    return Plane(x.numpy(), x.numpy(), log_density(points).reshape(n, n).numpy())


def divergence(true_log_prob: Tensor, score: Tensor, mass: float) -> float:
    r"""Return the Kullback-Leibler divergence of the learned density from the true one, in nats.

    .. math:: KL(p_d \,\|\, e^{-S} / m) = E_{z ∼ p_d} [\ln p_d(z) + S(z)] + \ln m

    Parameters
    ----------
    true_log_prob, score : tensor of shape (n,)
        ln p_d and S at draws of p_d, so that the expectation is their mean.
    mass : float
        m, the integral of exp(-S). Without it, a density of too much mass would look good.
    """
    return (true_log_prob + score).mean().item() + math.log(mass)


@dataclass(frozen=True)
class Learning:
    """How a learned density came near to the truth.

    Attributes
    ----------
    step : array of int, shape (records,)
        Steps taken.
    mass : array of shape (records,)
        Integral of exp(-S), over the square of `on_plane`.
    divergence : array of shape (records,)
        From the truth, in nats.
    """

    step: NDArray[np.int64]
    mass: Array
    divergence: Array


@torch.no_grad()
def watch_learning(
    history: History, truth: GaussianMixture2D, noise: GaussianNoise, noise_ratio: float, z: Tensor
) -> Learning:
    """Return mass and divergence at every record of a training.

    Parameters
    ----------
    history : History
        Of `train_nce`.
    truth : GaussianMixture2D
        The density that the data came from.
    noise : GaussianNoise
        What T was trained against.
    noise_ratio : float
        ν.
    z : tensor of shape (n, 2)
        New draws of the data; more of them make the divergence more exact.
    """
    true_log_prob = truth.log_prob(z)

    def at(record: int) -> tuple[float, float]:
        network = LogRatio.from_weights(history.weights[record]).double()

        def log_density(u: Tensor) -> Tensor:
            noise_log_prob = noise.log_prob(u, history.scale[record])
            return -anomaly_score(network(u), noise_log_prob, noise_ratio)

        mass = on_plane(log_density, n=71).mass
        return mass, divergence(true_log_prob, -log_density(z), mass)

    masses, divergences = zip(*map(at, range(len(history.step))), strict=True)
    return Learning(np.array(history.step), np.array(masses), np.array(divergences))
