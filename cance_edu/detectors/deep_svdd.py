"""Deep SVDD: a network that maps normal inputs close to a point (Ruff et al. 2018)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cance_edu.detectors.layers import dense, lenet, mirrored_lenet
from cance_edu.detectors.networks import NetworkDetector
from cance_edu.method.autoencoder import reconstruction_loss
from cance_edu.training.sources import Source

__all__ = ["ContrastNormalized", "DeepSVDD", "first_pass_centre", "svdd_loss"]


def svdd_loss(outputs: Tensor, centre: Tensor) -> Tensor:
    r"""Return the mean squared distance to the centre: the one-class objective.

    .. math:: \frac1n \sum_i \|φ(x_i) - c\|²   \qquad\text{(Ruff et al. 2018, Eq. 4)}

    Its weight decay is the optimiser's: AdamW's own, 0.01, where the released code has 5e-7.

    Parameters
    ----------
    outputs : tensor of shape (n, m)
        φ(x), the network's.
    centre : tensor of shape (m,)
        c.
    """
    return (outputs - centre).square().sum(1).mean()


def first_pass_centre(outputs: Tensor) -> Tensor:
    """Return the mean of the first outputs, before the objective is trained, moved away from zero.

    Zero weights give zero outputs: with c = 0 they were a perfect and useless solution. So a
    component nearer to 0 than 0.1 is set to that size, with its sign.

    Parameters
    ----------
    outputs : tensor of shape (n, m)
        Of the training inputs.
    """
    mean, least = outputs.mean(0), 0.1
    return torch.where(mean.abs() < least, torch.where(mean < 0, -least, least), mean)


class ContrastNormalized:
    """Images minus their mean, over their mean absolute deviation, brought to [0, 1] together.

    As in Ruff et al.'s released code, by the training images' extremes: others may leave [0, 1].
    """

    def __init__(self, source: Source) -> None:
        extremes = torch.stack([torch.stack(self._contrast(b).aminmax()) for b in source.batches()])
        self.low, self.range = extremes.min().item(), (extremes.max() - extremes.min()).item()

    def __call__(self, images: Tensor) -> Tensor:
        """Return scaled images, of the same shape."""
        return (self._contrast(images) - self.low) / self.range

    @staticmethod
    def _contrast(images: Tensor) -> Tensor:
        centred = images - images.mean((1, 2, 3), keepdim=True)
        # A constant image stays 0 but for round-off.
        return centred / centred.abs().mean((1, 2, 3), keepdim=True).clamp(min=1e-6)


@dataclass(kw_only=True, eq=False, repr=False)
class DeepSVDD(NetworkDetector):
    r"""Squared distance of a trained network's output to a fixed centre (Tables 4, 6 and 7).

    .. math:: s(x) = \|φ(x) - c\|²

    The one-class objective; images are contrast-normalised and the network is pretrained as an
    encoder, both as in the released code. The paper's settings: MNIST (8, 4) channels and 32
    outputs, CIFAR-10 (32, 64, 128) and 128; 150 epochs of batches of 200 at 1e-4, pretrained for
    150 or 350. Here the rate rises and falls once instead of dropping to a tenth, and tables have
    the dense layers of PyOD.

    Parameters
    ----------
    outputs : int
        m, the dimension of the ball.
    channels, hidden : sequence of int
        Of the convolutions for images, of the dense layers for tables.
    pretraining_epochs : int
        Passes of an autoencoder whose encoder the network then is.
    bias : bool
        Whether layers have biases. With them everything can be mapped to c: a collapse.

    Attributes
    ----------
    centre_ : tensor of shape (m,)
        c.
    """

    outputs: int = 32
    channels: Sequence[int] = (8, 4)
    hidden: Sequence[int] = (64, 32)
    pretraining_epochs: int = 50
    bias: bool = False

    lowest = NetworkDetector.lowest | {"outputs": 1, "pretraining_epochs": 0}
    sequences = NetworkDetector.sequences | {"channels": 1, "hidden": 0}

    def _find_scaling(self, source: Source) -> Callable[[Tensor], Tensor]:
        return ContrastNormalized(source) if source.images else super()._find_scaling(source)

    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        if source.images:
            return lenet(self.image_shape_, self.channels, self.outputs, self.bias)
        widths = [self.n_features_in_, *self.hidden, self.outputs]
        return dense(widths, lambda: nn.LeakyReLU(0.01), self.bias)

    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        if self.pretraining_epochs:
            self._pretrain(source, generator)
        self.network_.eval()
        with torch.no_grad():
            outputs = [self.network_(self.scaling_(batch)) for batch in source.batches()]
        self.centre_ = first_pass_centre(torch.cat(outputs))

        def loss(inputs: Tensor, rows: Tensor) -> Tensor:
            return self._objective(self.network_(inputs), labels[rows])

        self._descend(source, loss, generator, self.network_.parameters())

    def _objective(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return svdd_loss(outputs, self.centre_)

    def _pretrain(self, source: Source, generator: torch.Generator) -> None:
        if source.images:
            decoder: nn.Module = mirrored_lenet(self.image_shape_, self.channels, self.outputs)
        else:
            widths = [self.outputs, *reversed(self.hidden), self.n_features_in_]
            decoder = dense(widths, lambda: nn.LeakyReLU(0.01), bias=False)
        decoder = self._on_device(decoder, source)

        def loss(inputs: Tensor, rows: Tensor) -> Tensor:
            return reconstruction_loss(inputs, decoder(self.network_(inputs)))

        parameters = [*self.network_.parameters(), *decoder.parameters()]
        self._descend(source, loss, generator, parameters, self.pretraining_epochs)

    def _score_batch(self, inputs: Tensor) -> Tensor:
        return (self.network_(inputs) - self.centre_).square().sum(1)
