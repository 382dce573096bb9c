"""How many numbers an image is in each layer of an autoencoder."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cance_edu.method.autoencoder import Autoencoder

__all__ = ["Layer", "layers"]

COMPUTING = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.BatchNorm1d)


@dataclass(frozen=True)
class Layer:
    """A layer of a network.

    Attributes
    ----------
    name : str
        "image", or the layer's class.
    numbers : int
        How many numbers one image is behind it.
    """

    name: str
    numbers: int


@torch.no_grad()
def layers(model: Autoencoder, images: Tensor) -> list[Layer]:
    """Return the layers of an autoencoder in their order, those that have something to compute.

    Parameters
    ----------
    model : Autoencoder
        A convolutional one.
    images : tensor of shape (n, channels, height, width)
        Two at least, for the batch norm.
    """
    found = [Layer("image", images[0].numel())]

    def note(layer: nn.Module, _: object, output: Tensor) -> None:
        found.append(Layer(type(layer).__name__, output[0].numel()))

    hooks = [m.register_forward_hook(note) for m in model.modules() if isinstance(m, COMPUTING)]
    model(images)
    for hook in hooks:
        hook.remove()
    return found
