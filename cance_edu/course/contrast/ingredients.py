"""What T is shown in training, by kind: real points, artificial ones, and noise (one feature)."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cance_edu.detectors.cance import CANCE
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.noise import widen

__all__ = ["Ingredients", "ingredients"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ingredients:
    """The reconstruction errors of one batch that T learns from.

    Attributes
    ----------
    real, artificial, noise : array
        z_e of training images; drawn from the truncated normal; of the noise, K wide.
    mode : float
        m_z, where the artificial ones end.
    """

    real: Array
    artificial: Array
    noise: Array
    mode: float


def ingredients(detector: CANCE, images: NDArray[np.float32], seed: int = 0) -> Ingredients:
    """Draw one batch as a fitted detector was shown them, as many of each kind.

    Parameters
    ----------
    detector : CANCE
        Fitted, of variant "cance", on a CPU.
    images : array of shape (n, channels, height, width)
        Its training images.
    seed : int
        For the draws.
    """
    generator = torch.Generator().manual_seed(seed)
    z = torch.from_numpy(detector.composite_features(images))
    noise, scale = detector.noise_, detector.scale_.double()
    augment = ReconstructionAugmentation.from_moments(noise.mean, noise.covariance)
    artificial = augment(torch.cat([z, z]), scale, generator)[len(z) :]
    drawn = widen(noise.sample(len(z), generator), noise.mean, scale)
    real, drawn_low, drawn_noise = (p[:, -2].numpy() for p in (z, artificial, drawn))
    return Ingredients(real, drawn_low, drawn_noise, float(augment.mode[0]))
