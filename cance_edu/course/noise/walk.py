"""K's path where the optimal T is known: what is left of learning when there is nothing to learn.

A walk takes the steps of `train_nce` on data whose density is known, with T* for the network.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cance_edu.course.noise.understudy import Density, optimal_network
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast, MovingScale
from cance_edu.training.device import private_randomness

__all__ = ["ScaleWalk", "optimal_walk"]

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
