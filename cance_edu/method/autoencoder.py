"""The covariance-regularised autoencoder and its two losses (Sec. 3.2, Eq. 1 and 2).

An autoencoder here is an encoder that ends in a batch normalisation without affine parameters,
so that each latent has mean 0 and variance 1, and a decoder. How the two are trained stands in
`cance_edu.training.autoencoder`.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pixel_shuffle

from cance_edu.method.equations import equation

__all__ = [
    "Autoencoder",
    "channels_for",
    "convolutional_autoencoder",
    "covariance_loss",
    "dense_autoencoder",
    "reconstruction_loss",
]


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

    Raises
    ------
    ValueError
        If their shapes differ: they would be subtracted each from each.
    """
    if images.shape != reconstructions.shape:
        raise ValueError(
            f"images have shape {tuple(images.shape)}, reconstructions "
            f"{tuple(reconstructions.shape)}; expected the same: reshape the reconstructions"
        )
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
    config : dict, optional
        How it was built, so that it can be built again; None for one of your own.

    Attributes
    ----------
    scaling : nn.Module or None
        How its inputs were scaled before they were encoded, if whoever trained it says so.
    """

    scaling: nn.Module | None

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        latent_dim: int,
        config: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.config, self.scaling = config, None
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


def channels_for(image_shape: Sequence[int]) -> tuple[int, ...]:
    """Return the channels of as many convolutions as bring an image's sides down to at most 8.

    Parameters
    ----------
    image_shape : (channels, height, width)
        Shape of one image.

    Returns
    -------
    tuple of int
        16, and twice as many with each convolution, up to 64; at least two, so (16, 32) up to 32 x
        32 pixels. Whatever the size, the dense layer behind them has at most 64 x 8 x 8 inputs.
    """
    halvings = math.ceil(math.log2(max(image_shape[1:]) / 8))
    return tuple(min(16 * 2**i, 64) for i in range(max(halvings, 2)))


def convolutional_autoencoder(
    image_shape: Sequence[int],
    latent_dim: int,
    channels: Sequence[int] | Literal["auto"] = "auto",
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
    channels : sequence of int or "auto"
        Output channels of the convolutions; "auto": `channels_for` this shape.
    hidden : int
        Width of the dense layer between convolutions and latents.
    bounded : bool
        Whether a sigmoid keeps reconstructions in [0, 1]; standardised images need any values.

    Returns
    -------
    Autoencoder
        Untrained; its weights are drawn from torch's global generator.
    """
    channels = channels_for(image_shape) if isinstance(channels, str) else [*map(int, channels)]
    config = {
        "kind": "convolutional",
        "image_shape": [*image_shape],
        "latent_dim": latent_dim,
        "channels": [*channels],
        "hidden": hidden,
        "bounded": bounded,
    }
    sizes = _halved(image_shape[1:], len(channels))
    widths = [image_shape[0], *channels]
    encoder: list[nn.Module] = []
    for c_in, c_out in pairwise(widths):
        encoder += [nn.Conv2d(c_in, c_out, 3, stride=2, padding=1), nn.ELU()]
    flat = widths[-1] * math.prod(sizes[-1])
    encoder += [nn.Flatten(), nn.Linear(flat, hidden), nn.ELU(), nn.Linear(hidden, latent_dim)]
    decoder: list[nn.Module] = [nn.Linear(latent_dim, hidden), nn.ELU(), nn.Linear(hidden, flat)]
    decoder += [nn.ELU(), nn.Unflatten(1, (widths[-1], *sizes[-1]))]
    for c_in, c_out, size in reversed(list(zip(widths[1:], widths, sizes, strict=False))):
        # Few channels of many pixels, as in the last layer: there the convolution is faster.
        layer = _Doubling if c_out <= 4 and max(size) > 16 else nn.ConvTranspose2d
        # Kernel 4 and stride 2 double the size; an odd size loses its last row or column again.
        decoder += [layer(c_in, c_out, 4, stride=2, padding=1), _Crop(size), nn.ELU()]
    decoder[-1] = nn.Sigmoid() if bounded else nn.Identity()
    model = Autoencoder(nn.Sequential(*encoder), nn.Sequential(*decoder), latent_dim, config)
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
        Widths of the hidden layers, from input to latent; at least one.

    Returns
    -------
    Autoencoder
        Untrained; its weights are drawn from torch's global generator.

    Raises
    ------
    ValueError
        If there is no hidden layer.
    """
    if not hidden:
        raise ValueError("got no hidden layer; expected the width of at least one, as in (64, 32)")
    config = {
        "kind": "dense",
        "n_features": n_features,
        "latent_dim": latent_dim,
        "hidden": [*hidden],
    }
    widths = [n_features, *hidden]
    encoder = [*_dense(widths), nn.Linear(widths[-1], latent_dim)]
    decoder = [*_dense([latent_dim, *reversed(hidden)]), nn.Linear(widths[1], n_features)]
    return Autoencoder(nn.Sequential(*encoder), nn.Sequential(*decoder), latent_dim, config)


def _halved(size: Sequence[int], times: int) -> list[tuple[int, ...]]:
    """Return a height and width, and what each of so many convolutions leaves of them."""
    sizes = [tuple(size)]
    for _ in range(times):
        sizes.append(tuple((side + 1) // 2 for side in sizes[-1]))
    return sizes


class _Doubling(nn.ConvTranspose2d):
    """A transposed convolution of kernel 4, stride 2, padding 1; on a CPU done by a convolution.

    The same function of the same weights, to round-off. Every other output pixel, from one of two
    in each direction, sees its own 2 x 2 of the 4 x 4 weights: so a convolution gives four channels
    for each, which then take their places between each other.
    """

    TAPS = ((2, 0), (3, 1))
    """The weights along a side that the first, and the second, of two output pixels see."""

    def forward(self, inputs: Tensor, output_size: list[int] | None = None) -> Tensor:
        if inputs.device.type != "cpu":  # GPUs have a fast one of their own
            return super().forward(inputs, output_size)
        taps = torch.tensor(self.TAPS)
        # From (in, out, 4, 4) to (in, out, which row, tap, which column, tap) to (4 out, in, 2, 2).
        kernels = self.weight[:, :, taps][..., taps].permute(1, 2, 4, 0, 3, 5).flatten(0, 2)
        bias = None if self.bias is None else self.bias.repeat_interleave(4)
        quarters = conv2d(inputs, kernels, bias, padding=1)
        return pixel_shuffle(quarters, 2)[..., 1:-1, 1:-1]


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
