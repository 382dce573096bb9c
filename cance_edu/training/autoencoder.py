"""The autoencoder's decoupled training, and the choice of λ (Sec. 3.2).

Training has two stages: both parts learn, with the covariance loss; then the encoder is frozen,
its batch-norm statistics included, and the decoder alone goes on with the reconstruction loss.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from cance_edu.method.autoencoder import Autoencoder, covariance_loss, reconstruction_loss
from cance_edu.method.moments import condition_number, moments_of
from cance_edu.training.descent import Descent
from cance_edu.training.device import Randomness, drawing_from
from cance_edu.training.scaling import Scaling, scaling_of
from cance_edu.training.schedule import Schedule
from cance_edu.training.sources import Source, gathered

__all__ = [
    "COVARIANCE_WEIGHTS",
    "latent_covariance",
    "smallest_well_conditioned",
    "train_autoencoder",
    "train_until_well_conditioned",
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
        Trained in place, on the source's device, and left in evaluation mode. Its `scaling`, if it
        has one, is applied to the inputs.
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
    scaling = scaling_of(model)
    passes = _Passes(source, batch_size, learning_rate, generator, verbose)

    def both(batch: Tensor, rows: Tensor) -> Tensor:
        inputs = scaling(batch)
        latent = model.encode(inputs)
        reconstruction = reconstruction_loss(inputs, model.decode(latent))
        return reconstruction + covariance_weight * covariance_loss(latent)

    def decoder_alone(batch: Tensor, rows: Tensor) -> Tensor:
        return reconstruction_loss(scaling(batch), model.decode(latents[rows]))

    model.train()
    losses = passes.descend(both, model.parameters(), epochs[0], "autoencoder")
    # In evaluation mode the batch norm's statistics stay as they are: frozen is frozen.
    model.encoder.eval()
    if epochs[1]:
        latents = gathered(_latents(model, source), len(source))
        losses += passes.descend(
            decoder_alone, model.decoder.parameters(), epochs[1], "decoder alone"
        )
    model.zero_grad()  # gradients take as much memory as the weights
    model.eval()
    return losses


@dataclass(frozen=True)
class _Passes:
    """Passes over data in batches of a new order each: what both stages share."""

    source: Source
    batch_size: int
    learning_rate: float
    generator: torch.Generator
    verbose: bool

    def descend(
        self,
        loss: Callable[[Tensor, Tensor], Tensor],
        parameters: Iterable[Tensor],
        epochs: int,
        description: str,
    ) -> list[float]:
        """Take a step down the loss of each batch and its rows; return each epoch's mean."""
        # Batch norm cannot train on a batch of one.
        n = len(self.source)
        a_pass = max(1, min(round(n / self.batch_size), n // 2))
        losses = []
        with Descent(
            parameters, self.learning_rate, epochs * a_pass, description, self.verbose
        ) as descent:
            for _ in range(epochs):
                rows = self.source.shuffled_rows(a_pass, self.generator)
                steps = (descent.step(loss(*batch))[None] for batch in self.source.numbered(rows))
                epoch = gathered(steps, a_pass)
                losses.append(epoch.cpu().double().mean().item())
        return losses


@torch.no_grad()
def _latents(model: Autoencoder, source: Source) -> Iterator[Tensor]:
    """Give out the latents of all inputs, in order, batch by batch."""
    scaling = scaling_of(model)
    for batch in source.batches():
        yield model.encode(scaling(batch))


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
    return moments_of(latent.cpu() for latent in _latents(model, source)).covariance


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

    Raises
    ------
    ValueError
        If the grid is empty.
    """
    if not len(weights):
        raise ValueError("weights is empty; expected at least one λ to train with, such as (1.0,)")
    conditions: dict[float, float] = {}
    for weight in weights:
        model, conditions[weight] = train(weight)
        if conditions[weight] < WELL_CONDITIONED:
            break
    return model, conditions


def train_until_well_conditioned(
    build: Callable[[], Autoencoder],
    train: Source,
    test: Source,
    scaling: Scaling,
    random: Randomness,
    *,
    weights: Sequence[float],
    schedule: Schedule,
    verbose: bool = False,
) -> tuple[Autoencoder, list[float], dict[float, float]]:
    """Train autoencoders of one kind for growing λ, as `smallest_well_conditioned` asks for them.

    Parameters
    ----------
    build : callable
        Returns a new one.
    train, test : Source
        Normal data to train on, and to judge the latents' covariance by.
    scaling : Scaling
        What is done to inputs before; it becomes a part of each.
    random : Randomness
        Draws first weights and orders.
    weights : sequence of float
        λ, growing; of a single one the model is taken as it comes.
    schedule : Schedule
        Epochs and batch size.
    verbose : bool
        Whether to show progress bars.

    Returns
    -------
    model : Autoencoder
        In main memory.
    losses : list of float
        Its mean loss of each epoch.
    conditions : dict
        The condition number found with each λ that was tried; the last is the model's.
    """
    seed = int(torch.randint(2**62, (1,), generator=random.order))
    losses: list[float] = []

    def train_with(weight: float) -> tuple[Autoencoder, float]:
        # The same first weights and the same order for every λ: only λ differs.
        with drawing_from(random.weights.manual_seed(seed)):
            model = build()
        model.scaling = scaling
        losses[:] = train_autoencoder(
            model.to(train.device),
            train,
            generator=torch.Generator().manual_seed(seed),
            covariance_weight=weight,
            epochs=schedule.epochs,
            batch_size=schedule.batch_size,
            verbose=verbose,
        )
        condition = condition_number(latent_covariance(model, test))
        return model.cpu(), condition

    model, conditions = smallest_well_conditioned(train_with, weights)
    return model, losses, conditions
