"""How latents spread, what λ does to that, and what the second stage of training buys."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cance_edu.course.recordings import Recording
from cance_edu.method.autoencoder import Autoencoder, covariance_loss, reconstruction_loss
from cance_edu.method.moments import condition_number
from cance_edu.training.autoencoder import WELL_CONDITIONED, latent_covariance
from cance_edu.training.sources import Source

__all__ = [
    "SCHEDULE_NAMES",
    "LatentSpread",
    "ScheduleComparison",
    "WeightPath",
    "independent_eigenvalues",
    "latent_spread",
    "recorded_spread",
    "schedule_comparison",
    "weight_path",
]

Array = NDArray[np.float64]

SCHEDULE_NAMES = {
    "first stage alone": "no second stage",
    "joint": "joint",
    "joint, restarted": "nothing frozen",
    "decoder alone, batch norm live": "weights frozen",
    "everything learns, batch norm frozen": "batch norm frozen",
    "decoupled": "both frozen",
}
"""What we call a recorded schedule: by what the second stage freezes of the encoder."""


@dataclass(frozen=True)
class LatentSpread:
    """The covariance of held-out latents, seen from four sides, and what it cost.

    Attributes
    ----------
    correlations : array of shape (d, d)
        The covariance over the standard deviations.
    eigenvalues : array of shape (d,)
        Of the covariance, largest first: variances along the principal directions.
    independent : array of shape (d,)
        What to compare them with: see `independent_eigenvalues`.
    condition_number : float
        Largest eigenvalue over smallest.
    covariance_loss : float
        Eq. 2.
    reconstruction_loss : float
        Eq. 1, on the same images.
    """

    correlations: Array
    eigenvalues: Array
    independent: Array
    condition_number: float
    covariance_loss: float
    reconstruction_loss: float


@dataclass(frozen=True)
class WeightPath:
    """What λ does to models with one width of the bottleneck; figures on held-out images.

    Attributes
    ----------
    latent_dim : int
        d.
    weights : array of shape (weights,)
        λ, growing.
    condition_numbers, covariance_losses, reconstruction_losses : array of shape (weights, seeds)
        Of the latents' covariance, Eq. 2 and Eq. 1.
    smallest : array of shape (seeds,)
        The smallest λ with a well-conditioned covariance; NaN where there is none.
    """

    latent_dim: int
    weights: Array
    condition_numbers: Array
    covariance_losses: Array
    reconstruction_losses: Array
    smallest: Array


@dataclass(frozen=True)
class ScheduleComparison:
    """Reconstruction losses after several schedules of training from the same first weights.

    Attributes
    ----------
    schedules : tuple of str
        Their names.
    weights : array of shape (weights,)
        λ.
    losses : array of shape (weights, seeds, schedules, 2)
        Eq. 1 on training and on held-out images.
    """

    schedules: tuple[str, ...]
    weights: Array
    losses: Array

    def change(self, schedule: str, reference: str = "joint") -> Array:
        """Return the relative change of the losses, shape (weights, seeds, 2): -0.05 is 5% less."""
        ours, theirs = self.schedules.index(schedule), self.schedules.index(reference)
        relative: Array = self.losses[:, :, ours] / self.losses[:, :, theirs] - 1
        return relative


@lru_cache
def independent_eigenvalues(latent_dim: int, n: int) -> Array:
    """Return the eigenvalues to expect of n points with independent latents of variance 1.

    Even these are not all 1: a sample's covariance spreads them. No training can do better.

    Parameters
    ----------
    latent_dim : int
        d.
    n : int
        Points, more than d.

    Returns
    -------
    array of shape (latent_dim,)
        Largest first; the mean over 100 draws of n standard normal points.
    """
    rng = np.random.default_rng(0)
    draws = (np.cov(rng.normal(size=(n, latent_dim)).T, bias=True) for _ in range(100))
    eigenvalues = [np.linalg.eigvalsh(np.atleast_2d(draw))[::-1] for draw in draws]
    expected: Array = np.mean(eigenvalues, axis=0)
    return expected


@torch.no_grad()
def latent_spread(model: Autoencoder, images: Source) -> LatentSpread:
    """Return how the latents of images spread.

    Parameters
    ----------
    model : Autoencoder
        Trained, in evaluation mode.
    images : Source
        Normal images that it was not trained on, few enough for one batch.

    Returns
    -------
    LatentSpread
        Of this model on these images.
    """
    inputs = images.batch(torch.arange(len(images)))
    latent = model.encode(inputs)
    return _spread(
        latent_covariance(model, images),
        len(images),
        covariance_loss(latent.double()).item(),
        reconstruction_loss(inputs, model.decode(latent)).item(),
    )


def recorded_spread(
    recording: Recording, latent_dim: int, covariance_weight: float, seed: int
) -> LatentSpread:
    """Return how the latents of one recorded model spread.

    Parameters
    ----------
    recording : Recording
        "covariance".
    latent_dim, covariance_weight, seed
        The model; each must be on the recording's grid.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    dim, weight, column = (
        _place(recording, "latent_dims", latent_dim),
        _place(recording, "covariance_weights", covariance_weight),
        _place(recording, "seeds", seed),
    )
    return _spread(
        torch.from_numpy(recording[f"covariance_{latent_dim}"][weight, column]),
        int(recording["held_out_images"]),
        float(recording["covariance_losses"][dim, weight, column]),
        float(recording["reconstruction_losses"][dim, weight, column, 1]),
    )


def weight_path(recording: Recording, latent_dim: int) -> WeightPath:
    """Return what λ does to the recorded models with one width of the bottleneck.

    Parameters
    ----------
    recording : Recording
        "covariance".
    latent_dim : int
        d, one of the recorded.

    Raises
    ------
    ValueError
        If that width was not recorded.
    """
    dim, weights = _place(recording, "latent_dims", latent_dim), recording["covariance_weights"]
    covariances = torch.from_numpy(recording[f"covariance_{latent_dim}"])
    conditions = np.array([[condition_number(c) for c in row] for row in covariances])
    well = conditions < WELL_CONDITIONED
    return WeightPath(
        latent_dim=latent_dim,
        weights=weights,
        condition_numbers=conditions,
        covariance_losses=recording["covariance_losses"][dim],
        reconstruction_losses=recording["reconstruction_losses"][dim, ..., 1],
        smallest=np.where(well.any(0), weights[well.argmax(0)], np.nan),
    )


def schedule_comparison(recording: Recording) -> ScheduleComparison:
    """Return the recorded losses of all schedules ("covariance"), under their `SCHEDULE_NAMES`."""
    return ScheduleComparison(
        schedules=tuple(SCHEDULE_NAMES[name] for name in recording["schedules"].tolist()),
        weights=recording["schedule_weights"],
        losses=recording["schedule_losses"],
    )


def _spread(covariance: Tensor, n: int, loss: float, error: float) -> LatentSpread:
    deviation = covariance.diag().sqrt()
    return LatentSpread(
        correlations=(covariance / torch.outer(deviation, deviation)).numpy(),
        eigenvalues=torch.linalg.eigvalsh(covariance).flip(0).numpy(),
        independent=independent_eigenvalues(len(covariance), n),
        condition_number=condition_number(covariance),
        covariance_loss=loss,
        reconstruction_loss=error,
    )


def _place(recording: Recording, axis: str, value: Any) -> int:
    values = recording[axis].tolist()
    if value not in values:
        raise ValueError(f"{value} is none of the recorded {axis}: {values}")
    return int(values.index(value))
