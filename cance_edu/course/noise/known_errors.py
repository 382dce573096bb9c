"""How far a fitted T is from the best one, where the truth is known: integrals over the plane."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.method.nce import Network
from cance_edu.method.noise import GaussianNoise

__all__ = ["NOISE", "Errors", "errors", "optimal_log_ratio"]

NOISE = GaussianNoise(EXAMPLE.mean, EXAMPLE.covariance)
"""N(μ, Σ) with the exact mean and covariance of the known density."""


def optimal_log_ratio(z: Tensor, scale: Tensor) -> Tensor:
    r"""Return the T that no training can beat.

    .. math:: T^*(z) = \ln p(z) - \ln p_{nK}(z)   \qquad\text{(Eq. 4, with ν = 1)}

    Parameters
    ----------
    z : tensor of shape (n, 2)
        Points.
    scale : tensor of shape (2,)
        K's diagonal.

    Returns
    -------
    tensor of shape (n,)
        In nats.
    """
    return EXAMPLE.log_prob(z) - NOISE.log_prob(z, scale)


@dataclass(frozen=True)
class Errors:
    """How far a fitted T is from the best one.

    Attributes
    ----------
    least_loss : float
        Expected NCE loss of T*, in nats.
    classifier : float
        Expected NCE loss of T, less that: at least 0.
    density : float
        Kullback-Leibler divergence of the truth from the normalised estimate, in nats: at least 0.
    mass : float
        Integral of the estimate exp(-S) before it is normalised.
    """

    least_loss: float
    classifier: float
    density: float
    mass: float


@torch.no_grad()
def errors(log_ratio: Network, scale: Tensor, spacing: float = 0.15) -> Errors:
    r"""Return the errors of a fitted T, as sums over a grid.

    .. math:: L(T) = \int p \ln(1 + e^{-T}) + p_{nK} \ln(1 + e^T) \, dz, \qquad
              KL = \int p \, (T^* - T) \, dz + \ln \int p_{nK} e^T \, dz

    Parameters
    ----------
    log_ratio : callable
        T, from points (n, 2) to log-odds (n,), float64.
    scale : tensor of shape (2,)
        K's diagonal, of the noise that T was trained against; ν = 1.
    spacing : float
        Of the grid, which reaches six deviations of the noise: half of the narrowest component's.
    """
    reach = 6 * scale * NOISE.standard_deviation
    rows, columns = (
        torch.arange(-far, far, spacing, dtype=torch.float64) for far in reach.tolist()
    )
    z = torch.cartesian_prod(rows, columns) + NOISE.mean
    log_p, log_noise = EXAMPLE.log_prob(z), NOISE.log_prob(z, scale)
    fitted, best = log_ratio(z), log_p - log_noise  # T*, of what is needed anyway
    p, noise = log_p.exp(), log_noise.exp()

    def integral(values: Tensor) -> float:
        return values.sum().item() * spacing**2

    def loss(t: Tensor) -> float:
        return integral(p * softplus(-t) + noise * softplus(t))

    mass = integral((fitted + log_noise).exp())
    least = loss(best)
    return Errors(
        least_loss=least,
        classifier=loss(fitted) - least,
        density=integral(p * (best - fitted)) + math.log(mass),
        mass=mass,
    )
