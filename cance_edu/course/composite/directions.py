"""How much images and a disturbance vary along each principal direction of the images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Directions", "along_directions"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Directions:
    """Two spreads along the same directions, as many as there are pixels.

    Attributes
    ----------
    data : array of shape (pixels,)
        Variances of the images, largest first.
    disturbance : array of shape (pixels,)
        Mean squares of what was added to them.
    """

    data: Array
    disturbance: Array

    def share(self, latent_dim: int) -> float:
        """Return the share of the disturbance that lies in the first directions."""
        return float(self.disturbance[:latent_dim].sum() / self.disturbance.sum())


def along_directions(training: ArrayLike, images: ArrayLike, disturbed: ArrayLike) -> Directions:
    """Return how much images and their disturbance vary along principal directions.

    Parameters
    ----------
    training : array_like of shape (n, ...)
        Images, whose principal directions are taken.
    images, disturbed : array_like of shape (m, ...)
        Other images, before and after something was done to them.
    """
    flat, before, after = (
        np.asarray(each, dtype=float).reshape(len(np.asarray(each)), -1)
        for each in (training, images, disturbed)
    )
    centred = flat - flat.mean(0)
    variances, directions = np.linalg.eigh(centred.T @ centred / len(flat))
    added = (after - before) @ directions[:, ::-1]
    return Directions(data=variances[::-1].clip(min=0), disturbance=(added**2).mean(0))
