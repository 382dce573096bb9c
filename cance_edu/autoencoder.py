"""The covariance-regularised autoencoder and its decoupled training (Sec. 3.2, Eq. 1 and 2).

An autoencoder here is an encoder that ends in a batch normalisation without affine parameters,
so that each latent has mean 0 and variance 1, and a decoder. Training has two stages: both parts
learn, with the covariance loss; then the encoder is frozen, its batch-norm statistics included,
and the decoder alone goes on with the reconstruction loss.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from cance_edu.descent import Descent
from cance_edu.equations import equation
from cance_edu.moments import moments_of
from cance_edu.sources import Source

__all__ = [
    "Autoencoder",
    "convolutional_autoencoder",
    "covariance_loss",
    "dense_autoencoder",
    "latent_covariance",
    "reconstruction_loss",
    "smallest_well_conditioned",
    "train_autoencoder",
]

WELL_CONDITIONED = 100.0
"""Largest condition number of the latent covariance that we call well conditioned."""

COVARIANCE_WEIGHTS = (0.0, 0.1, 1.0, 10.0, 100.0, 1000.0)
"""The values of λ among which "auto" takes the smallest that conditions the covariance well."""


@equation("1", lesson="03")
def reconstruction_loss(images: Tensor, reconstructions: Tensor) -> Tensor:
    r"""Return the reconstruction loss: squares summed over an image, averaged over the batch.

    .. math:: L_{error} = E_x \|x - D(E(x))\|²   \qquad\text{(Eq. 1)}

    Parameters
    ----------
    images, reconstructions : tensor of shape (n, ...)
        x and x' = D(E(x)).

    Returns
    -------
    tensor of shape ()
        At least 0. It grows with the number of pixels, and the weight λ of Eq. 2 with it.
    """
    return (images - reconstructions).square().flatten(1).sum(1).mean()


@equation("2", lesson="03")
def covariance_loss(latent: Tensor) -> Tensor:
    r"""Return the mean squared off-diagonal element of the latent covariance.

    .. math:: L_{cov} = \frac{1}{d(d-1)} \|\operatorname{off}(Σ)\|_F²,
              \qquad \operatorname{off}(Σ) = Σ - Σ ⊙ I_d   \qquad\text{(Eq. 2)}

    Parameters
    ----------
    latent : tensor of shape (n, d)
        A batch of latents z_l = E(x); Σ is its biased (1/n) covariance.

    Returns
    -------
    tensor of shape ()
        At least 0; exactly 0 for d = 1, where there is nothing off the diagonal.
    """
    d = latent.shape[1]
    centred = latent - latent.mean(0)
    covariance = centred.T @ centred / len(latent)
    off = covariance - torch.diag(covariance.diag())
    return off.square().sum() / max(d * (d - 1), 1)


class Autoencoder(nn.Module):
    """An encoder to d standardised latents and a decoder back.

    Parameters
    ----------
    encoder : nn.Module
        From inputs (n, ...) to (n, latent_dim); a batch normalisation is put behind it.
    decoder : nn.Module
        From (n, latent_dim) to the inputs' shape.
    latent_dim : int
        d, the number of latents.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module, latent_dim: int) -> None:
        super().__init__()
        # Without scale and shift each latent has mean 0 and variance 1: noise can surround it.
        self.encoder = nn.Sequential(encoder, nn.BatchNorm1d(latent_dim, affine=False))
        self.decoder = decoder
        self.latent_dim = latent_dim

    def encode(self, inputs: Tensor) -> Tensor:
        """Return the latents z_l = E(x), shape (n, latent_dim)."""
        latent: Tensor = self.encoder(inputs)
        return latent

    def decode(self, latent: Tensor) -> Tensor:
        """Return the reconstructions x' = D(z_l), of the inputs' shape."""
        reconstruction: Tensor = self.decoder(latent)
        return reconstruction

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the reconstructions x' = D(E(x))."""
        return self.decode(self.encode(inputs))


def convolutional_autoencoder(
    image_shape: Sequence[int],
    latent_dim: int,
    channels: Sequence[int] = (16, 32),
    hidden: int = 256,
    bounded: bool = True,
) -> Autoencoder:
    """Build an autoencoder for images: strided convolutions, one dense layer, and their mirror.

    Each convolution halves height and width (rounded up). ELU, not ReLU: it reconstructs held-out
    digits better, and found more anomalies on MNIST's digit 8 than twice the channels did.

    Parameters
    ----------
    image_shape : (channels, height, width)
        Shape of one image.
    latent_dim : int
        d: 6 for one digit, 10 for all of MNIST, 64 for CIFAR-10 (Sec. 4).
    channels : sequence of int
        Output channels of the convolutions.
    hidden : int
        Width of the dense layer between convolutions and latents.
    bounded : bool
        Whether a sigmoid keeps reconstructions in [0, 1]; standardised images need any values.

    Returns
    -------
    Autoencoder
        Untrained; its weights are drawn from torch's global generator.
    """
    sizes = [tuple(image_shape[1:])]
    for _ in channels:
        height, width = sizes[-1]
        sizes.append(((height + 1) // 2, (width + 1) // 2))
    widths = [image_shape[0], *channels]
    encoder: list[nn.Module] = []
    for c_in, c_out in pairwise(widths):
        encoder += [nn.Conv2d(c_in, c_out, 3, stride=2, padding=1), nn.ELU()]
    flat = widths[-1] * math.prod(sizes[-1])
    encoder += [nn.Flatten(), nn.Linear(flat, hidden), nn.ELU(), nn.Linear(hidden, latent_dim)]
    decoder: list[nn.Module] = [nn.Linear(latent_dim, hidden), nn.ELU(), nn.Linear(hidden, flat)]
    decoder += [nn.ELU(), nn.Unflatten(1, (widths[-1], *sizes[-1]))]
    for c_in, c_out, size in reversed(list(zip(widths[1:], widths, sizes, strict=False))):
        # Kernel 4 and stride 2 double the size; an odd size loses its last row or column again.
        decoder += [nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1), _Crop(size), nn.ELU()]
    decoder[-1] = nn.Sigmoid() if bounded else nn.Identity()
    model = Autoencoder(nn.Sequential(*encoder), nn.Sequential(*decoder), latent_dim)
    # The same numbers in an order that convolutions on a CPU work through a quarter faster.
    model.to(memory_format=torch.channels_last)
    return model


def dense_autoencoder(
    n_features: int, latent_dim: int, hidden: Sequence[int] = (64, 32)
) -> Autoencoder:
    """Build an autoencoder for tables: dense layers and their mirror, with a linear output.

    Parameters
    ----------
    n_features : int
        Number of columns.
    latent_dim : int
        d, the number of latents.
    hidden : sequence of int
        Widths of the hidden layers, from input to latent.

    Returns
    -------
    Autoencoder
        Untrained; its weights are drawn from torch's global generator.
    """
    widths = [n_features, *hidden]
    encoder = [*_dense(widths), nn.Linear(widths[-1], latent_dim)]
    decoder = [*_dense([latent_dim, *reversed(hidden)]), nn.Linear(widths[1], n_features)]
    return Autoencoder(nn.Sequential(*encoder), nn.Sequential(*decoder), latent_dim)


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


class _Crop(nn.Module):
    """Cut images down to a height and width: odd sizes come back one too large."""

    def __init__(self, size: tuple[int, ...]) -> None:
        super().__init__()
        self.size = size

    def forward(self, images: Tensor) -> Tensor:
        return images[..., : self.size[0], : self.size[1]]


def _dense(widths: Sequence[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ELU()]
    return layers
