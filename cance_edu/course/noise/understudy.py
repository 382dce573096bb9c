"""An understudy for real composite features, whose density is known: a mixture of Gaussians.

With it T* = ln p - ln ν p_nK is known in closed form at every K, in as many dimensions as the
features have, and with the augmentation of Eq. 10 as well.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.mixture import GaussianMixture
from torch import Tensor
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal, Normal

from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.nce import Network
from cance_edu.method.noise import GaussianNoise

__all__ = [
    "AugmentedUnderstudy",
    "Density",
    "augmented_understudy",
    "optimal_network",
    "understudy",
]


class Density(Protocol):
    """What a known density can do; a torch distribution is one."""

    def log_prob(self, value: Tensor) -> Tensor:
        """Return ln p(z), shape (n,)."""

    def sample(self, sample_shape: torch.Size) -> Tensor:
        """Draw points, by torch's global generator."""


def understudy(
    features: ArrayLike, components: int = 3, random_state: int = 0
) -> MixtureSameFamily:
    """Return a mixture of Gaussians that looks like some composite features.

    Parameters
    ----------
    features : array_like of shape (n, D)
        Composite features of normal data.
    components : int
        Gaussians in the mixture.
    random_state : int
        Where the fit starts.

    Returns
    -------
    MixtureSameFamily
        float64, with the features' mean and, nearly, their variances.
    """
    z = np.asarray(features, dtype=np.float64)
    mean, deviation = z.mean(axis=0), z.std(axis=0)
    # Fitted in units of the deviations, or the small errors would count for nothing.
    fit = GaussianMixture(components, reg_covar=1e-2, random_state=random_state)
    fit.fit((z - mean) / deviation)
    centres = fit.means_ * deviation + mean
    covariances = fit.covariances_ * np.outer(deviation, deviation)
    gaussians = MultivariateNormal(torch.from_numpy(centres), torch.from_numpy(covariances))
    return MixtureSameFamily(Categorical(torch.from_numpy(fit.weights_)), gaussians)


@dataclass(frozen=True)
class AugmentedUnderstudy:
    """The p_m of Eq. 10 for an understudy: half of it, half artificial low errors.

    Attributes
    ----------
    real : MixtureSameFamily
        The understudy.
    augmentation : ReconstructionAugmentation
        Of kind "paper".
    """

    real: MixtureSameFamily
    augmentation: ReconstructionAugmentation

    def log_prob(self, value: Tensor) -> Tensor:
        """Return ln p_m(z), Eq. 10; it jumps where an error passes its mode."""
        latents = self._latents.log_prob(value[:, :-2])
        artificial = latents + self._truncated_log_prob(value[:, -2:]).sum(1)
        return torch.logaddexp(self.real.log_prob(value), artificial) - math.log(2)

    def sample(self, sample_shape: torch.Size) -> Tensor:
        """Draw points of p_m, the artificial ones in the second half."""
        z = self.real.sample(sample_shape)
        return self.augmentation(z, torch.ones(z.shape[1], dtype=z.dtype))

    @cached_property
    def _latents(self) -> MixtureSameFamily:
        gaussians: Any = self.real.component_distribution
        covariance = gaussians.covariance_matrix[:, :-2, :-2]
        marginals = MultivariateNormal(gaussians.mean[:, :-2], covariance)
        return MixtureSameFamily(self.real.mixture_distribution, marginals)

    def _truncated_log_prob(self, errors: Tensor) -> Tensor:
        mode, width = self.augmentation.mode, self.augmentation.standard_deviation
        log_mass = torch.log(torch.erf(mode / (width * math.sqrt(2))) / 2)
        inside = (errors >= 0) & (errors <= mode)
        return torch.where(inside, Normal(mode, width).log_prob(errors) - log_mass, -math.inf)


def augmented_understudy(
    features: ArrayLike, noise: GaussianNoise, random_state: int = 0
) -> AugmentedUnderstudy:
    """Return an understudy for composite features, with the augmentation that their noise implies.

    Parameters
    ----------
    features : array_like of shape (n, D)
        Composite features of normal data.
    noise : GaussianNoise
        Its mean and covariance give the modes of Eq. 9.
    random_state : int
        Where the fit of the mixture starts.
    """
    augmentation = ReconstructionAugmentation.from_moments(noise.mean, noise.covariance)
    return AugmentedUnderstudy(understudy(features, random_state=random_state), augmentation)


def optimal_network(
    density: Density,
    noise: GaussianNoise,
    scale: Tensor,
    noise_ratio: float = 1.0,
) -> Network:
    """Return T*, the log-odds of a known density against ν p_nK, Eq. 4 at its optimum."""

    def network(z: Tensor) -> Tensor:
        log_ratio: Tensor = density.log_prob(z) - noise.log_prob(z, scale) - math.log(noise_ratio)
        return log_ratio

    return network
