"""Lesson 03, the covariance-regularised autoencoder: what it shows, and how it trains."""

import copy
from collections.abc import Iterator

import numpy as np
import torch

from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.covariance.bound import chance_loss, least_eigenvalue, smallest_eigenvalues
from cance_edu.course.covariance.bound_figure import draw_bound
from cance_edu.course.covariance.chance import root_mean_square
from cance_edu.course.covariance.collapse_figure import draw_collapse
from cance_edu.course.covariance.conditioning import conditionings
from cance_edu.course.covariance.conditioning_figure import draw_conditioning
from cance_edu.course.covariance.explorer import CovarianceExplorer
from cance_edu.course.covariance.figure import draw_path, draw_schedules
from cance_edu.course.covariance.summary import latent_spread, schedule_comparison, weight_path
from cance_edu.course.covariance.walk import latent_walk
from cance_edu.course.covariance.walk_figure import draw_walk
from cance_edu.course.over_seeds import lesson_dataset, lesson_seed, over_seeds
from cance_edu.course.page import lesson_split
from cance_edu.course.picture import figure, show, tell
from cance_edu.course.predict import answer, guess, predict
from cance_edu.course.strip import strip
from cance_edu.method.autoencoder import (
    Autoencoder,
    convolutional_autoencoder,
    covariance_loss,
    reconstruction_loss,
)
from cance_edu.method.moments import condition_number
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.autoencoder import latent_covariance, train_autoencoder
from cance_edu.training.device import private_randomness
from cance_edu.training.sources import Source

__all__ = [
    "CANCE",
    "EPOCHS",
    "CovarianceExplorer",
    "Source",
    "answer",
    "calibration",
    "chance_loss",
    "condition_number",
    "conditionings",
    "covariance_loss",
    "descend",
    "draw_bound",
    "draw_collapse",
    "draw_conditioning",
    "draw_path",
    "draw_schedules",
    "draw_walk",
    "figure",
    "guess",
    "in_batches",
    "in_training",
    "latent_covariance",
    "latent_spread",
    "latent_walk",
    "least_eigenvalue",
    "lesson_split",
    "narrow",
    "np",
    "over_seeds",
    "predict",
    "reconstruction_loss",
    "recordings",
    "refusal",
    "root_mean_square",
    "schedule_comparison",
    "seed",
    "show",
    "smallest_eigenvalues",
    "strip",
    "strong",
    "tell",
    "torch",
    "trained",
    "untrained",
    "weight_path",
    "wide",
]

seed = lesson_seed()
"""The lesson's random state."""

wide = {"digits": 32, "mnist": 128}[lesson_dataset()]
"""More latents than the images need; MNIST has twelve times as many pixels."""

strong = {"digits": (16, 100), "mnist": (32, 1000)}[lesson_dataset()]
"""Latents, and a λ that they feel."""

EPOCHS = (24, 6)
"""Passes over the images with everything learning, and with the decoder alone."""


def untrained(images: Source, latent_dim: int) -> Autoencoder:
    """Return an autoencoder for these images; the same first weights for the same latents."""
    with private_randomness(seed):
        return convolutional_autoencoder(images.shape, latent_dim)


def trained(
    images: Source, latent_dim: int, covariance_weight: float, batch_norm: bool = True
) -> Autoencoder:
    """Train an autoencoder in two stages; the images come in the same order every time.

    Parameters
    ----------
    images : Source
        To learn from.
    latent_dim : int
        d.
    covariance_weight : float
        λ.
    batch_norm : bool
        Whether there is one before the latents, as in the paper.
    """
    model = untrained(images, latent_dim)
    if not batch_norm:
        model.encoder[1] = torch.nn.Identity()
    train_autoencoder(
        model,
        images,
        generator=torch.Generator().manual_seed(seed),
        covariance_weight=covariance_weight,
        epochs=EPOCHS,
        batch_size=32,
    )
    return model


def narrow(images: Source, latent_dim: int, hidden: int, covariance_weight: float) -> Autoencoder:
    """Train, for two passes, a model with a dense layer of few units before its latents."""
    with private_randomness(seed):
        model = convolutional_autoencoder(images.shape, latent_dim, hidden=hidden)
    train_autoencoder(
        model,
        images,
        generator=torch.Generator().manual_seed(seed),
        covariance_weight=covariance_weight,
        epochs=(2, 0),
        batch_size=32,
    )
    return model


def descend(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """Take one step down a loss."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def refusal(covariance: torch.Tensor) -> str:
    """Return what the noise says of a covariance that is singular; empty if it is fine with it."""
    try:
        GaussianNoise(torch.zeros(len(covariance)).double(), covariance)
    except ValueError as error:
        return str(error)
    return ""


def in_batches(images: Source, passes: int) -> Iterator[torch.Tensor]:
    """Give out the images in batches of about 32, in a new order in each pass."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(passes):
        for rows in images.shuffled_rows(round(len(images) / 32), generator):
            yield images.batch(rows)


def in_training(model: Autoencoder) -> Autoencoder:
    """Return a copy in training mode: its batch norm looks at each batch."""
    return copy.deepcopy(model).train()
