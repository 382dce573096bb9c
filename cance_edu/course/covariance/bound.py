"""How small an eigenvalue may be under a given value of Eq. 2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu.course.recordings import Recording

__all__ = ["SmallestEigenvalues", "chance_loss", "least_eigenvalue", "smallest_eigenvalues"]

Array = NDArray[np.float64]


def least_eigenvalue(covariance_loss: ArrayLike, latent_dim: int) -> Array:
    r"""Return what the smallest eigenvalue cannot be below, for latents of variance 1.

    .. math:: e_{min} ≥ 1 - (d - 1) \sqrt{L_{cov}}

    Parameters
    ----------
    covariance_loss : array_like
        Eq. 2.
    latent_dim : int
        d.

    Returns
    -------
    array
        Negative where it says nothing; equality is reached by d - 1 equal eigenvalues.
    """
    bound: Array = 1 - (latent_dim - 1) * np.sqrt(covariance_loss)
    return bound


def chance_loss(n: int) -> float:
    """Return what Eq. 2 is on average in a batch of n with variances of 1, of independent latents.

    The square of a sample correlation is 1 / (n - 1) on average: over the permutations of one of
    the two, exactly.
    """
    return 1 / (n - 1)


@dataclass(frozen=True)
class SmallestEigenvalues:
    """Recorded models, as points of Eq. 2 and smallest eigenvalue, both of the correlations.

    Attributes
    ----------
    weights : array of shape (weights,)
        λ.
    losses, eigenvalues : array of shape (weights, seeds)
        A row for each λ.
    """

    weights: Array
    losses: Array
    eigenvalues: Array


def smallest_eigenvalues(recording: Recording, latent_dim: int) -> SmallestEigenvalues:
    """Return the points of all recorded models with one width of the bottleneck.

    Parameters
    ----------
    recording : Recording
        "covariance".
    latent_dim : int
        d, one of the recorded.
    """
    covariances = recording[f"covariance_{latent_dim}"]
    deviations = np.sqrt(np.diagonal(covariances, axis1=-2, axis2=-1))
    correlations = covariances / (deviations[..., :, None] * deviations[..., None, :])
    off = (correlations**2).sum((-2, -1)) - latent_dim
    return SmallestEigenvalues(
        weights=recording["covariance_weights"],
        losses=off / (latent_dim * (latent_dim - 1)),
        eigenvalues=np.linalg.eigvalsh(correlations)[..., 0],
    )
