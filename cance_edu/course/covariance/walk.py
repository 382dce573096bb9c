"""A walk through the latents, along their widest and their thinnest direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cance_edu.method.autoencoder import Autoencoder, reconstruction_loss
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.sources import Source

__all__ = ["DIRECTIONS", "LatentWalk", "latent_walk"]

Array = NDArray[np.float64]

DIRECTIONS = ("widest", "thinnest")
"""The axis of two in every array of a walk."""


@dataclass(frozen=True)
class LatentWalk:
    """What happens when latents are moved along a principal direction.

    Attributes
    ----------
    lengths : array of shape (n,)
        How far they are moved.
    eigenvalues : array of shape (2,)
        Variances of the latents along the widest and the thinnest direction.
    images : array of shape (2, n, height, width)
        One image's latents, moved and decoded.
    falls : array of shape (2, n)
        By how many nats ln p_n falls, the mean over all images.
    changes : array of shape (2, n)
        Squared distance of moved and unmoved decoded images, as in Eq. 1, the mean over all.
    """

    lengths: Array
    eigenvalues: Array
    images: Array
    falls: Array
    changes: Array


@torch.no_grad()
def latent_walk(
    model: Autoencoder, images: Source, lengths: Sequence[float], row: int = 0
) -> LatentWalk:
    """Move latents along their widest and thinnest direction, and decode them.

    Parameters
    ----------
    model : Autoencoder
        Trained, in evaluation mode; its latents' covariance must not be singular.
    images : Source
        Grey images, few enough for one batch: their latents give the directions and p_n, a
        Gaussian with their moments.
    lengths : sequence of float
        How far to go.
    row : int
        Whose decoded images are kept.
    """
    z = model.encode(images.batch(torch.arange(len(images)))).double()
    noise = GaussianNoise(z.mean(0), z.T.cov(correction=0))
    variances, directions = torch.linalg.eigh(noise.covariance)
    still, here = noise.log_prob(z).mean(), model.decode(z.float())
    pictures, falls, changes = [], [], []
    for direction in (directions[:, -1], directions[:, 0]):
        for length in lengths:
            moved = z + length * direction
            decoded = model.decode(moved.float())
            pictures.append(decoded[row, 0].numpy())
            falls.append((still - noise.log_prob(moved).mean()).item())
            changes.append(reconstruction_loss(here, decoded).item())
    shape = (len(DIRECTIONS), len(lengths))
    return LatentWalk(
        lengths=np.array(lengths, dtype=float),
        eigenvalues=variances[[-1, 0]].numpy(),
        images=np.reshape(pictures, (*shape, *pictures[0].shape)),
        falls=np.reshape(falls, shape),
        changes=np.reshape(changes, shape),
    )
