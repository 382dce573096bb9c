"""K's path where the optimal T is known: beside T*, with nothing to learn, or a T that learns.

A walk takes the steps of `train_nce` on data whose density is known, with T* for the network or
with a network that is trained as usual.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cance_edu.course.dial.rope import FixedSample, pulls
from cance_edu.course.noise.understudy import Density, optimal_network
from cance_edu.method.nce import LogRatio, Network
from cance_edu.method.noise import GaussianNoise, widen
from cance_edu.training.contrast import Contrast, MovingScale, train_nce
from cance_edu.training.device import private_randomness

__all__ = ["ScaleWalk", "TrainedWalk", "optimal_walk", "trained_walk"]

DRAWS = 2000
"""Fresh points, and noise, at which T is looked at."""

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
    """K and the T that is trained with it, at the recorded steps.

    Attributes
    ----------
    length : array of shape (r, D)
        |w_j|, of the weights by which T's first layer reads coordinate j.
    confidence : array of shape (r,)
        a, the slope of T against T*: below 1, T is underconfident.
    fresh_pull : array of shape (r, D)
        How Eq. 8 pulls on ln K_j at this T where data are fresh draws, and not the training set:
        `pulls`, both terms; above 0 it widens.
    """

    length: Array
    confidence: Array
    fresh_pull: Array


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
    sample: FixedSample, noise: GaussianNoise, contrast: Contrast, *, random_state: int = 0
) -> TrainedWalk:
    """Train T and K on a training set of a known density, and compare T with T* as it learns.

    Parameters
    ----------
    sample : FixedSample
        The training set.
    noise, contrast : GaussianNoise, Contrast
        As in `optimal_walk`; here T's settings matter.
    random_state : int
        The same integer gives the same training.
    """
    truth = sample.density
    with private_randomness(random_state) as generator:
        network, _, history = train_nce(
            sample.rows, noise, contrast, generator=generator, augmentation=truth.augmentation
        )
        fresh, v = truth.sample(torch.Size([DRAWS])), noise.sample(DRAWS)
    lengths, confidences, fresh_pulls = [], [], []
    for scale, weights in zip(history.scale, history.weights, strict=True):
        network.load_state_dict(weights)
        optimal = optimal_network(truth, noise, scale, contrast.noise_ratio)
        points = torch.cat([fresh, widen(v, noise.mean, scale)])
        lengths.append(next(network.parameters()).detach().norm(dim=0).numpy())
        confidences.append(_confidence(network, optimal, points))
        both = pulls(network, fresh, v, noise.mean, scale, contrast.noise_ratio)
        fresh_pulls.append(both.sum(0))
    arrays = map(np.array, (lengths, confidences, fresh_pulls))
    return TrainedWalk(np.array(history.step), torch.stack(history.scale).numpy(), *arrays)


@torch.no_grad()
def _confidence(network: LogRatio, optimal: Network, points: Tensor) -> float:
    """Return the least-squares slope of T against T*, weighted by how unsure T* is."""
    log_ratio, best = network(points).double(), optimal(points)
    unsure = best.sigmoid() * (-best).sigmoid()
    return float((unsure * log_ratio * best).sum() / (unsure * best * best).sum())
