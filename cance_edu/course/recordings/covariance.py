"""Autoencoders of the digits for a grid of λ: what the covariance explorer shows.

Each is trained for three widths of the bottleneck and three seeds, and measured on images that it
was not trained on. Six schedules of training are compared too, for what the second stage buys, and
which part of it: that the encoder's weights stand still, or that its batch norm does.
"""

import copy
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm.auto import tqdm

from cance_edu.course.recordings.rows import kept_row
from cance_edu.datasets import Split, load_one_class
from cance_edu.method.autoencoder import (
    Autoencoder,
    convolutional_autoencoder,
    covariance_loss,
    reconstruction_loss,
)
from cance_edu.training.autoencoder import latent_covariance, train_autoencoder
from cance_edu.training.device import private_randomness
from cance_edu.training.sources import Source

SETTINGS: dict[str, Any] = {
    "normal": [0, 2, 4, 6, 8],
    "latent_dims": [6, 16, 32],
    "covariance_weights": [0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0],
    "seeds": [0, 1, 2],
    "epochs": [24, 6],
    "batch_size": 32,
    "schedules": {
        "latent_dim": 16,
        "covariance_weights": [0.0, 1.0, 100.0],
        "seeds": [0, 1, 2, 3, 4],
    },
}

SCHEDULES = (
    "first stage alone",
    "joint",
    "joint, restarted",
    "decoder alone, batch norm live",
    "everything learns, batch norm frozen",
    "decoupled",
)
"""24 epochs of everything; 30 of everything; and, after the 24, another 6 with a new learning rate:
of everything; of the decoder while the batch norm still follows each batch; of everything while
the batch norm keeps to its running averages; of the decoder, with both frozen."""


def record() -> dict[str, NDArray[Any]]:
    """Train and measure all models, on the digits.

    Returns
    -------
    dict of str to array
        For each model of the grid `covariance_6`, `_16` and `_32` (weights, seeds, d, d) of the
        held-out latents, their `covariance_losses` (dims, weights, seeds) and the
        `reconstruction_losses` (dims, weights, seeds, 2) on training and held-out images;
        `schedule_losses` (weights, seeds, schedules, 2); what the axes stand for; and
        `held_out_images`, their number.
    """
    dims, weights = SETTINGS["latent_dims"], SETTINGS["covariance_weights"]
    seeds, schedules = SETTINGS["seeds"], SETTINGS["schedules"]
    compared = [
        [_kept(schedule_losses, weight, seed)["losses"] for seed in schedules["seeds"]]
        for weight in tqdm(schedules["covariance_weights"], desc="schedules")
    ]
    grid = [(d, weight, seed) for d in dims for weight in weights for seed in seeds]
    rows = [_kept(grid_row, *row) for row in tqdm(grid, desc="grid")]
    shape = (len(dims), len(weights), len(seeds))
    of_each_width = np.split(np.arange(len(rows)), len(dims))
    covariances = {
        f"covariance_{d}": np.stack([rows[i]["covariance"] for i in places]).reshape(
            *shape[1:], d, d
        )
        for d, places in zip(dims, of_each_width, strict=True)
    }
    return covariances | {
        "covariance_losses": np.reshape([row["covariance_loss"] for row in rows], shape),
        "reconstruction_losses": np.reshape([row["losses"] for row in rows], (*shape, 2)),
        "latent_dims": np.array(dims),
        "covariance_weights": np.array(weights),
        "seeds": np.array(seeds),
        "held_out_images": np.array(len(held_out(digits(seeds[0])))),
        "schedule_losses": np.array(compared),
        "schedule_weights": np.array(schedules["covariance_weights"]),
        "schedules": np.array(SCHEDULES),
    }


def grid_row(latent_dim: int, covariance_weight: float, seed: int) -> dict[str, Any]:
    """Train one model of the grid in two stages, and measure it.

    Parameters
    ----------
    latent_dim : int
        d, the width of the bottleneck.
    covariance_weight : float
        λ.
    seed : int
        Of the split, the first weights and the order of the images.

    Returns
    -------
    dict
        `covariance` (d, d) and `covariance_loss` of the held-out latents, and `losses`, the
        reconstruction loss on training and on held-out images.
    """
    split = digits(seed)
    model = new_model(split, latent_dim, seed)
    train(model, split, covariance_weight, seed, tuple(SETTINGS["epochs"]))
    with torch.no_grad():
        latent = torch.cat([model.encode(batch) for batch in held_out(split).batches()])
    return {
        "covariance": latent_covariance(model, held_out(split)).numpy(),
        "covariance_loss": covariance_loss(latent.double()).item(),
        "losses": losses(model, split),
    }


def schedule_losses(covariance_weight: float, seed: int) -> dict[str, Any]:
    """Train from the same first weights by each of the `SCHEDULES`.

    Parameters
    ----------
    covariance_weight : float
        λ, wherever the encoder learns.
    seed : int
        Of the split, the first weights and the order of the images.

    Returns
    -------
    dict
        `losses`: for each schedule the reconstruction loss on training and on held-out images.
    """
    split = digits(seed)
    first, second = SETTINGS["epochs"]
    start = new_model(split, SETTINGS["schedules"]["latent_dim"], seed)

    def trained(model: Autoencoder, *epochs: int) -> Autoencoder:
        model = copy.deepcopy(model)
        train(model, split, covariance_weight, seed, epochs)
        return model

    halfway = trained(start, first, 0)
    models = (
        halfway,
        trained(start, first + second, 0),
        trained(halfway, second, 0),
        trained(with_frozen_weights(halfway), second, 0),
        trained(with_frozen_norm(halfway), second, 0),
        trained(halfway, 0, second),
    )
    return {"losses": [losses(model, split) for model in models]}


def with_frozen_weights(model: Autoencoder) -> Autoencoder:
    """Return a copy whose encoder does not learn; its batch norm still follows each batch."""
    model = copy.deepcopy(model)
    model.encoder.requires_grad_(False)
    return model


def with_frozen_norm(model: Autoencoder) -> Autoencoder:
    """Return a copy that learns as before, but for its batch norm, which stays as it is."""
    model = copy.deepcopy(model)
    model.encoder[1] = FrozenNorm(model.encoder[1])
    return model


class FrozenNorm(torch.nn.Module):
    """A batch norm that uses its running averages, in training too.

    Parameters
    ----------
    norm : nn.BatchNorm1d
        With the averages of a training that is over.
    """

    def __init__(self, norm: torch.nn.Module) -> None:
        super().__init__()
        self.norm = norm

    def train(self, mode: bool = True) -> Self:
        """Change nothing: the norm stays in evaluation mode."""
        super().train(mode)
        self.norm.eval()
        return self

    def forward(self, latent: Tensor) -> Tensor:
        """Return the latents with the variance of the running averages taken out."""
        normed: Tensor = self.norm(latent)
        return normed


def digits(seed: int) -> Split:
    """Return the even digits as one normal class."""
    return load_one_class("digits", SETTINGS["normal"], seed)


def held_out(split: Split) -> Source:
    """Return the normal images that are not trained on."""
    return Source(split.test[~split.is_anomaly])


def new_model(split: Split, latent_dim: int, seed: int) -> Autoencoder:
    """Return an untrained autoencoder, and leave the global random state as it was found."""
    with private_randomness(seed):
        return convolutional_autoencoder(split.train.shape[1:], latent_dim)


def train(
    model: Autoencoder, split: Split, covariance_weight: float, seed: int, epochs: Any
) -> None:
    """Train a model in place, in as many epochs of the two stages as it is told."""
    train_autoencoder(
        model,
        Source(split.train),
        generator=torch.Generator().manual_seed(seed),
        covariance_weight=covariance_weight,
        epochs=epochs,
        batch_size=SETTINGS["batch_size"],
    )


def losses(model: Autoencoder, split: Split) -> tuple[float, float]:
    """Return Eq. 1 on the training and on the held-out images."""

    def of(images: Source) -> float:
        batch: Tensor = images.batch(torch.arange(len(images)))
        with torch.no_grad():
            return reconstruction_loss(batch, model(batch)).item()

    return of(Source(split.train)), of(held_out(split))


def _kept(compute: Callable[..., dict[str, Any]], *row: Any) -> dict[str, NDArray[Any]]:
    settings = {name: SETTINGS[name] for name in ("normal", "epochs", "batch_size")}
    about = settings | {"of": compute.__name__, "row": row}
    if compute is schedule_losses:
        about |= {"latent_dim": SETTINGS["schedules"]["latent_dim"], "schedules": SCHEDULES}
    return kept_row("covariance", about, lambda: compute(*row))
