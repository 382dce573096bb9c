r"""The rope: what pulls on K, coordinate by coordinate, term by term (Eq. 8 and 12).

Both terms of Eq. 8 move K through points z = L_K(v), for which ∂z_j / ∂ ln K_j = z_j - μ_j.
Minimised, they pull ln K_j by minus their gradients:

.. math:: \underbrace{-E_{z}\, σ(-T)\, ∂_j T\, (z_j - μ_j)}_{\text{data term}}
          \qquad \underbrace{+ν\, E_{z ∼ p_{nK}}\, σ(T)\, ∂_j T\, (z_j - μ_j)}_{\text{noise term}}

A positive pull widens the noise. Eq. 12 is minus Eq. 8 and pulls the other way; the naive objective
has the noise term alone.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cance_edu.course.noise.understudy import AugmentedUnderstudy, optimal_network
from cance_edu.method.nce import Network, NoiseObjective
from cance_edu.method.noise import GaussianNoise, widen

__all__ = ["LEARNING", "FixedSample", "optimal_pulls", "pulls", "pulls_on"]

LEARNING: tuple[NoiseObjective, ...] = ("eq8", "eq12", "naive")
"""The objectives under which K learns."""

PART = 20_000
"""Points through the network at a time."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FixedSample:
    """A training set of a known density: its draws are the set's rows, again and again.

    Attributes
    ----------
    density : AugmentedUnderstudy
        The truth.
    rows : tensor of shape (n, D)
        What was drawn of it once, before the augmentation.
    """

    density: AugmentedUnderstudy
    rows: Tensor

    def log_prob(self, value: Tensor) -> Tensor:
        """Return ln p_m(z) of the truth: a T* made of it knows nothing of the set."""
        return self.density.log_prob(value)

    def sample(self, sample_shape: torch.Size) -> Tensor:
        """Draw rows with replacement, and augment half of them, as training does."""
        return self._augmented(self.rows[torch.randint(len(self.rows), sample_shape)])

    def all(self, times: int) -> Tensor:
        """Return every row as it is and augmented, equally often, `times` times each."""
        rows = self.rows.repeat(times, 1)
        return self._augmented(torch.cat([rows, rows]))

    def _augmented(self, z: Tensor) -> Tensor:
        return self.density.augmentation(z, torch.ones(z.shape[1], dtype=z.dtype))


def pulls(
    network: Network, z: Tensor, v: Tensor, mean: Tensor, scale: Tensor, noise_ratio: float = 1.0
) -> Array:
    """Return how the two terms of Eq. 8 pull on ln K, whatever T is.

    Parameters
    ----------
    network : callable
        T.
    z, v : tensor of shape (n, D), (m, D)
        Data, and noise before it is widened.
    mean, scale : tensor of shape (D,)
        μ and K's diagonal.
    noise_ratio : float
        ν.

    Returns
    -------
    array of shape (2, D)
        The data term's pull and the noise term's, in nats per unit of ln K.
    """
    on_data, data_pushes = _pushes(network, z, mean)
    on_noise, noise_pushes = _pushes(network, widen(v, mean, scale), mean)
    data = -((-on_data).sigmoid() * data_pushes).mean(1)
    noise = noise_ratio * (on_noise.sigmoid() * noise_pushes).mean(1)
    return torch.stack([data, noise]).numpy()


def optimal_pulls(
    density: AugmentedUnderstudy | FixedSample,
    noise: GaussianNoise,
    scale: Tensor,
    n: int,
    noise_ratio: float = 1.0,
) -> Array:
    """Return how the terms of Eq. 8 pull at T*: in expectation, or with a fixed training set.

    Both integrals are taken over the same points, half of them data and half noise, weighted by
    their densities: what cancels under the integral cancels to round-off. With a `FixedSample`, the
    data term is the mean over its rows instead.

    Parameters
    ----------
    density : AugmentedUnderstudy or FixedSample
        Of the data.
    noise, scale : GaussianNoise, tensor of shape (D,)
        Of p_nK.
    n : int
        Data points and noise points to average over.
    noise_ratio : float
        ν.

    Returns
    -------
    array of shape (2, D)
        As `pulls`. Draws are by torch's global generator.
    """
    truth = density.density if isinstance(density, FixedSample) else density
    network = optimal_network(truth, noise, scale, noise_ratio)
    drawn = widen(noise.sample(n), noise.mean, scale)
    points = torch.cat([truth.sample(torch.Size([n])), drawn])
    log_data, log_noise = truth.log_prob(points), noise.log_prob(points, scale)
    log_both = torch.logaddexp(log_data, log_noise) - np.log(2)
    log_ratio, pushes = _pushes(network, points, noise.mean)
    data = -((log_data - log_both).exp() * (-log_ratio).sigmoid() * pushes).mean(1)
    against = (log_noise - log_both).exp() * log_ratio.sigmoid() * pushes
    if isinstance(density, FixedSample):
        on_set, set_pushes = _pushes(
            network, density.all(-(-n // len(density.rows) // 2)), noise.mean
        )
        data = -((-on_set).sigmoid() * set_pushes).mean(1)
    return torch.stack([data, noise_ratio * against.mean(1)]).numpy()


def pulls_on(objective: NoiseObjective, pulled: Array) -> Array:
    """Return the pulls of the terms that an objective has, with its sign.

    Parameters
    ----------
    objective : {"eq8", "eq12", "naive"}
        What K minimises.
    pulled : array of shape (2, D)
        The data term's pull and the noise term's under Eq. 8.

    Returns
    -------
    array of shape (3, D)
        The data term's, the noise term's and their sum's.
    """
    sign, has_data = {"eq8": (1, 1), "eq12": (-1, 1), "naive": (1, 0), "fixed": (0, 0)}[objective]
    data, noise = sign * pulled * np.array([[has_data], [1]])
    return np.stack([data, noise, data + noise])


def _pushes(network: Network, z: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
    """Return T, shape (n,), and how it changes with each ln K_j, ∂_j T (z_j - μ_j): (D, n)."""
    values, pushes = [], []
    for part in z.split(PART):
        part = part.detach().requires_grad_()
        log_ratio = network(part).double()
        (slope,) = torch.autograd.grad(log_ratio.sum(), part)
        values.append(log_ratio.detach())
        pushes.append((slope * (part - mean)).detach().T)
    return torch.cat(values), torch.cat(pushes, 1)
