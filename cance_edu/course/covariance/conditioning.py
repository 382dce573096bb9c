"""Condition number against detection: what `cance-edu record conditioning` found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cance_edu.course.recordings import Recording

__all__ = ["Pair", "conditioning_pairs"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Collapsed and conditioned latents of one width, the same seeds for both.

    Attributes
    ----------
    latent_dim : int
        d.
    weights : tuple of float
        λ of the collapsed and of the conditioned.
    condition_numbers : array of shape (2, seeds)
        On held-out images.
    aurocs : dict of str to array of shape (2, seeds)
        By detector: the learned ones; and "Gaussian", "wider half", "thinner half", squared
        distances without T along all, half, and the other half of the directions.
    """

    latent_dim: int
    weights: tuple[float, float]
    condition_numbers: Array
    aurocs: dict[str, Array]

    def gain(self, detector: str) -> Array:
        """Return how much better the conditioned latents detect, shape (seeds,); often negative."""
        collapsed, conditioned = self.aurocs[detector]
        difference: Array = conditioned - collapsed
        return difference


def conditioning_pairs(recording: Recording) -> list[Pair]:
    """Return the recorded pairs, one for each width of the bottleneck.

    Parameters
    ----------
    recording : Recording
        "conditioning".
    """
    pairs = []
    models = recording["models"]
    for dim in np.unique(models[:, 0]):
        places = np.flatnonzero(models[:, 0] == dim)
        collapsed, conditioned = models[places, 1].tolist()
        learned = recording["aurocs"][places]
        plain = recording["gaussian_aurocs"][places]
        names = (*recording["variants"].tolist(), "Gaussian", "wider half", "thinner half")
        areas = np.moveaxis(np.concatenate([learned, plain], -1), -1, 0)
        pairs.append(
            Pair(
                latent_dim=int(dim),
                weights=(collapsed, conditioned),
                condition_numbers=recording["condition_numbers"][places],
                aurocs=dict(zip(names, areas, strict=True)),
            )
        )
    return pairs
