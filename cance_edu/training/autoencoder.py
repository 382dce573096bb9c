"""The autoencoder's decoupled training, and the choice of λ (Sec. 3.2).

Training has two stages: both parts learn, with the covariance loss; then the encoder is frozen,
its batch-norm statistics included, and the decoder alone goes on with the reconstruction loss.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from cance_edu.method.autoencoder import Autoencoder, covariance_loss, reconstruction_loss
from cance_edu.method.moments import moments_of
from cance_edu.training.descent import Descent
from cance_edu.training.sources import Source

__all__ = [
    "latent_covariance",
    "smallest_well_conditioned",
    "train_autoencoder",
]

WELL_CONDITIONED = 100.0
"""Largest condition number of the latent covariance that we call well conditioned."""

COVARIANCE_WEIGHTS = (0.0, 0.1, 1.0, 10.0, 100.0, 1000.0)
"""The values of λ among which "auto" takes the smallest that conditions the covariance well."""


def train_autoencoder(
    model: Autoencoder,
    source: Source,
    *,
    generator: torch.Generator,
    covariance_weight: float = 1.0,
    epochs: tuple[int, int] = (20, 5),
    batch_size: int = 128,
    learning_rate: float = 5e-3,
    verbose: bool = False,
) -> list[float]:
    """Train in two stages: all on Eq. 1 + λ Eq. 2, then the decoder alone on Eq. 1 (Sec. 3.2).

    Parameters
    ----------
    model : Autoencoder
        Trained in place, and left in evaluation mode.
    source : Source
        Normal data; no more than a batch of it is in memory at a time.
    generator : torch.Generator
        Draws the order of the data.
    covariance_weight : float
        λ, the weight of Eq. 2.
    epochs : (int, int)
        Passes over the data with everything learning, and with the encoder frozen.
    batch_size : int
        Inputs a step, about: an epoch is cut into equal batches.
    learning_rate : float
        Peak of AdamW's one-cycle rate, in either stage.
    verbose : bool
        Whether to show a progress bar.

    Returns
    -------
    list of float
        The mean loss of each epoch, the first stage's and then the second's.

    Raises
    ------
    FloatingPointError
        If the loss is not finite.
    """

    def both(inputs: Tensor) -> Tensor:
        latent = model.encode(inputs)
        reconstruction = reconstruction_loss(inputs, model.decode(latent))
        return reconstruction + covariance_weight * covariance_loss(latent)

    def decoder_alone(inputs: Tensor) -> Tensor:
        with torch.no_grad():
            latent = model.encode(inputs)
        return reconstruction_loss(inputs, model.decode(latent))

    # Batch norm cannot train on a batch of one.
    steps_an_epoch = max(1, min(round(len(source) / batch_size), len(source) // 2))
    losses: list[float] = []
    for stage, loss, parameters, description in (
        (0, both, model.parameters(), "autoencoder"),
        (1, decoder_alone, model.decoder.parameters(), "decoder alone"),
    ):
        model.decoder.train()
        # In evaluation mode the batch norm's statistics stay as they are: frozen is frozen.
        model.encoder.train(stage == 0)
        steps = epochs[stage] * steps_an_epoch
        descent = Descent(parameters, learning_rate, steps, description, verbose)
        for _ in range(epochs[stage]):
            shuffled = source.shuffled_batches(steps_an_epoch, generator)
            epoch = [descent.step(loss(batch)) for batch in shuffled]
            losses.append(sum(epoch) / len(epoch))
    model.eval()
    return losses


def latent_covariance(model: Autoencoder, source: Source) -> Tensor:
    """Return the covariance of the latents of all inputs, batch by batch (App. A).

    Parameters
    ----------
    model : Autoencoder
        In evaluation mode.
    source : Source
        The inputs, held-out normal data for choosing λ.

    Returns
    -------
    tensor of shape (d, d)
        float64, biased (1/n).
    """
    with torch.no_grad():
        return moments_of(model.encode(batch).cpu() for batch in source.batches()).covariance


def smallest_well_conditioned(
    train: Callable[[float], tuple[Autoencoder, float]],
    weights: Sequence[float] = COVARIANCE_WEIGHTS,
) -> tuple[Autoencoder, dict[float, float]]:
    """Train with growing λ until the latent covariance is well conditioned (Sec. 3.2).

    Parameters
    ----------
    train : callable
        Takes λ; returns a trained model and the condition number of its latent covariance.
    weights : sequence of float
        The grid, growing.

    Returns
    -------
    model : Autoencoder
        The first with a condition number below 100, or the last of the grid.
    conditions : dict
        The condition number found with each λ that was tried.
    """
    conditions: dict[float, float] = {}
    for weight in weights:
        model, conditions[weight] = train(weight)
        if conditions[weight] < WELL_CONDITIONED:
            break
    return model, conditions
