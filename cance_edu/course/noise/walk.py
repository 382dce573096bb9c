"""K's path where the optimal T is known: what is left of learning when there is nothing to learn.

A walk takes the steps of `train_nce` on data whose density is known, with T* for the network or
with a network that is trained as usual and compared with T*.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cance_edu.course.noise.understudy import Density, optimal_network
from cance_edu.method.nce import LogRatio, Network
from cance_edu.method.noise import GaussianNoise, widen
from cance_edu.training.contrast import Contrast, MovingScale, train_nce
from cance_edu.training.device import private_randomness

__all__ = [
    "ScaleWalk",
    "TrainedWalk",
    "optimal_walk",
    "trained_walk",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ScaleWalk:
    """K along the steps of a training, or of what stands for one.

    Attributes
    ----------
    step : array of shape (r,)
        Steps taken.
    scale : array of shape (r, D)
        K's diagonal.
    """

    step: NDArray[np.int64]
    scale: Array


@dataclass(frozen=True)
class TrainedWalk(ScaleWalk):
    """K and a trained T, on data whose T* is known.

    Attributes
    ----------
    confidence : array of shape (r,)
        a, the slope of T against T*: below 1, T underfits; above 1, it is overconfident.
    """

    confidence: Array


def optimal_walk(
    density: Density,
    noise: GaussianNoise,
    contrast: Contrast,
    *,
    random_state: int = 0,
) -> ScaleWalk:
    """Let K take the steps of `train_nce`, with the T* for the network that is right at every K.

    The expected force on K is zero at every step: whatever K does is the optimiser's own noise.

    Parameters
    ----------
    density : Density
        Of the data, over points of D coordinates.
    noise : GaussianNoise
        With their mean and covariance.
    contrast : Contrast
        The settings; `hidden` and `learning_rate` are T's and do not matter here.
    random_state : int
        The same integer gives the same walk.
    """
    moving = MovingScale(noise.mean, torch.full_like(noise.mean, contrast.initial_scale), contrast)
    batch, scales = torch.Size([contrast.batch_size]), []
    with private_randomness(random_state):
        for step in range(1, contrast.rest + 1):
            network = optimal_network(density, noise, moving.scale, contrast.noise_ratio)
            z, v = density.sample(batch), noise.sample(contrast.noise_size)
            moving.move(step, network, z, v)
            scales.append(moving.scale.numpy())
    return ScaleWalk(np.arange(1, len(scales) + 1), np.stack(scales))


def trained_walk(
    density: Density,
    noise: GaussianNoise,
    contrast: Contrast,
    *,
    n: int = 1000,
    random_state: int = 0,
) -> TrainedWalk:
    """Train T and K by `train_nce` on draws of a known density; compare T with T* as it learns.

    Parameters
    ----------
    density, noise, contrast : Density, GaussianNoise, Contrast
        As in `optimal_walk`.
    n : int
        Training points.
    random_state : int
        The same integer gives the same training.
    """
    with private_randomness(random_state) as generator:
        z, fresh = density.sample(torch.Size([n])), density.sample(torch.Size([2000]))
        network, _, history = train_nce(z, noise, contrast, generator=generator)
        v = noise.sample(2000, generator)
    confidences = []
    for scale, weights in zip(history.scale, history.weights, strict=True):
        network.load_state_dict(weights)
        optimal = optimal_network(density, noise, scale, contrast.noise_ratio)
        points = torch.cat([fresh, widen(v, noise.mean, scale)])
        confidences.append(_confidence(network, optimal, points))
    scales = torch.stack(history.scale).numpy()
    return TrainedWalk(np.array(history.step), scales, np.array(confidences))


@torch.no_grad()
def _confidence(network: LogRatio, optimal: Network, points: Tensor) -> float:
    """Return the least-squares slope of T against T*, weighted by how unsure T* is."""
    log_ratio, best = network(points).double(), optimal(points)
    unsure = best.sigmoid() * (-best).sigmoid()
    return float((unsure * log_ratio * best).sum() / (unsure * best * best).sum())
