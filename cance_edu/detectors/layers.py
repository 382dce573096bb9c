"""Networks that several detectors share, untrained; weights come from torch's global generator."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import nn

from cance_edu.method.autoencoder import convolutional_autoencoder, dense_autoencoder

__all__ = ["dense", "encoder_and_decoder", "lenet", "mirrored_lenet"]


def dense(
    widths: Sequence[int], activation: Callable[[], nn.Module], bias: bool = True
) -> nn.Sequential:
    """Build dense layers with an activation between them, none behind the last.

    Parameters
    ----------
    widths : sequence of int
        From the inputs' numbers to the outputs'.
    activation : callable
        Makes one.
    bias : bool
        Whether the layers have one.
    """
    layers: list[nn.Module] = [nn.Flatten()]
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out, bias=bias), activation()]
    return nn.Sequential(*layers[:-1])


def encoder_and_decoder(
    shape: Sequence[int], outputs: int, latent_dim: int
) -> tuple[nn.Module, nn.Module]:
    """Return the course's encoder and decoder, without the batch norm between them.

    Parameters
    ----------
    shape : sequence of int
        Of one image, or (columns,).
    outputs : int
        How many numbers the encoder gives.
    latent_dim : int
        How many the decoder takes.

    Returns
    -------
    (nn.Module, nn.Module)
        Reconstructions of images are in [0, 1].
    """
    if len(shape) == 1:
        encoding, decoding = (dense_autoencoder(shape[0], d) for d in (outputs, latent_dim))
    else:
        encoding, decoding = (convolutional_autoencoder(shape, d) for d in (outputs, latent_dim))
    return encoding.encoder[0], decoding.decoder


def lenet(
    image_shape: Sequence[int], channels: Sequence[int], outputs: int, bias: bool = False
) -> nn.Sequential:
    """Build the network of Deep SVDD (Ruff et al. 2018), which DROCC and Deep SAD take over.

    5 x 5 convolutions, each followed by a batch norm without scale and shift, a leaky ReLU and
    max-pooling, then one dense layer. Without biases it cannot output a constant.

    Parameters
    ----------
    image_shape : (channels, height, width)
        Sides of at least 2 to the power of the number of convolutions.
    channels : sequence of int
        Of the convolutions: (8, 4) for MNIST, (32, 64, 128) for CIFAR-10.
    outputs : int
        32 for MNIST, 128 for CIFAR-10.
    bias : bool
        Whether convolutions and the dense layer have one.

    Raises
    ------
    ValueError
        If the images are too small.
    """
    if min(image_shape[1:]) < 2 ** len(channels):
        raise ValueError(
            f"got images of shape {tuple(image_shape)}; {len(channels)} convolutions, which halve "
            f"the sides, need at least {2 ** len(channels)} pixels: take fewer channels"
        )
    layers: list[nn.Module] = []
    for c_in, c_out in pairwise([image_shape[0], *channels]):
        layers += [
            nn.Conv2d(c_in, c_out, 5, padding=2, bias=bias),
            nn.BatchNorm2d(c_out, eps=1e-4, affine=False),
            nn.LeakyReLU(0.01),
            nn.MaxPool2d(2),
        ]
    height, width = (side // 2 ** len(channels) for side in image_shape[1:])
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(channels[-1] * height * width, outputs, bias=bias)
    )


def mirrored_lenet(
    image_shape: Sequence[int], channels: Sequence[int], inputs: int
) -> nn.Sequential:
    """Build the decoder with which `lenet` is pretrained: upsampling where it pools.

    Parameters
    ----------
    image_shape, channels
        Of the encoder.
    inputs : int
        The encoder's outputs.

    Returns
    -------
    nn.Sequential
        Its outputs are in [0, 1].
    """
    sizes = [[side // 2**i for side in image_shape[1:]] for i in range(len(channels) + 1)]
    height, width = sizes.pop()
    layers: list[nn.Module] = [
        nn.Linear(inputs, channels[-1] * height * width, bias=False),
        nn.Unflatten(1, (channels[-1], height, width)),
    ]
    widths = [*reversed(channels), image_shape[0]]
    for (c_in, c_out), size in zip(pairwise(widths), reversed(sizes), strict=True):
        layers += [
            nn.BatchNorm2d(c_in, eps=1e-4, affine=False),
            nn.LeakyReLU(0.01),
            nn.Upsample(tuple(size)),
            nn.Conv2d(c_in, c_out, 5, padding=2, bias=False),
        ]
    return nn.Sequential(*layers, nn.Sigmoid())
