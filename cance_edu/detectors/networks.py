"""What the detectors that train a network share: the layers, the descent, and the scoring."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cance_edu.detectors.skeleton import Skeleton
from cance_edu.method.autoencoder import convolutional_autoencoder, dense_autoencoder
from cance_edu.training.descent import Descent
from cance_edu.training.sources import Source

__all__ = ["Loss", "NetworkDetector", "dense", "encoder_and_decoder", "lenet", "mirrored_lenet"]

Loss = Callable[[Tensor, Tensor], Tensor]
"""Takes a batch of scaled inputs and their row numbers; returns a number to make small."""


@dataclass(kw_only=True, eq=False, repr=False)
class NetworkDetector(Skeleton):
    """A detector that trains a network by the course's one optimiser.

    Parameters
    ----------
    epochs : int
        Passes over the data.
    batch_size : int
        Inputs a step, about: an epoch is cut into equal batches.
    learning_rate : float
        Peak of AdamW's one-cycle rate.
    verbose : bool
        Whether to show a progress bar.

    Attributes
    ----------
    network_ : nn.Module
        Trained, in evaluation mode.
    losses_ : list of float
        Mean loss of each epoch.
    """

    epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 1e-3
    verbose: bool = False

    lowest = Skeleton.lowest | {"epochs": 1, "batch_size": 2, "learning_rate": 1e-12}

    def _learn(
        self, source: Source, labels: Tensor, generator: torch.Generator
    ) -> NDArray[np.float64]:
        self.losses_: list[float] = []
        self.network_: Any = self._on_device(self._new_network(source, generator), source)
        self._train(source, labels, generator)
        self.network_.eval()
        return self._score(source)

    @abstractmethod
    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        """Return a network with first weights, drawn from torch's global generator."""

    @abstractmethod
    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        """Train `network_`."""

    @abstractmethod
    def _score_batch(self, inputs: Tensor) -> Tensor:
        """Return the scores of scaled inputs, shape (n,)."""

    @torch.no_grad()
    def _score(self, source: Source) -> NDArray[np.float64]:
        scores = [self._score_batch(self.scaling_(batch)) for batch in source.batches()]
        return torch.cat(scores).double().cpu().numpy()

    def _on_device(self, network: nn.Module, source: Source) -> nn.Module:
        """Return a network where batches are, in their precision: float64 for tables."""
        return network.to(self.device_, torch.float32 if source.images else torch.float64)

    def _input_shape(self) -> tuple[int, ...]:
        """Return the shape of one input: of an image, or of a row."""
        return getattr(self, "image_shape_", (self.n_features_in_,))

    def _descend(
        self,
        source: Source,
        loss: Loss,
        generator: torch.Generator,
        parameters: Iterable[Tensor],
        epochs: int | None = None,
    ) -> None:
        """Take as many steps down a loss as the epochs have, with `network_` in training mode."""
        epochs = self.epochs if epochs is None else epochs
        # Batch norm cannot train on a batch of one.
        an_epoch = max(1, min(round(len(source) / self.batch_size), len(source) // 2))
        steps, name = epochs * an_epoch, type(self).__name__
        descent = Descent(parameters, self.learning_rate, steps, name, self.verbose)
        for _ in range(epochs):
            order = torch.randperm(len(source), generator=generator)
            losses = []
            for rows in order.tensor_split(an_epoch):
                self.network_.train()
                losses.append(descent.step(loss(self.scaling_(source.batch(rows)), rows)))
            self.losses_.append(float(sum(losses)) / an_epoch)


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
    """
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
