"""Gated PixelCNN: the likelihood of an image, pixel by pixel (van den Oord et al. 2016)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad, relu

from cance_edu.detectors.networks import NetworkDetector
from cance_edu.training.sources import Source

__all__ = ["GatedPixelCNN", "PixelCNN", "image_nll", "raster"]


def raster(images: Tensor) -> Tensor:
    """Return images with a pixel's channels side by side, so that one order holds for all.

    R comes before G, and G before B, in the same row: a grey image of three times the width.

    Parameters
    ----------
    images : tensor of shape (n, channels, height, width)

    Returns
    -------
    tensor of shape (n, 1, height, width * channels)
    """
    return images.permute(0, 2, 3, 1).flatten(2)[:, None]


def image_nll(levels: Tensor, logits: Tensor) -> Tensor:
    r"""Return how surprising an image is, in nats.

    .. math:: -\ln p(x) = -\sum_i \ln p(x_i | x_{<i})
              \qquad\text{(van den Oord et al. 2016, Eq. 1)}

    Parameters
    ----------
    levels : tensor of int, shape (n, height, width)
        The images, in raster order.
    logits : tensor of shape (n, L, height, width)
        Of each pixel's L levels.

    Returns
    -------
    tensor of shape (n,)
        At least 0.
    """
    return cross_entropy(logits, levels, reduction="none").flatten(1).sum(1)


def _gate(inputs: Tensor) -> Tensor:
    signal, gate = inputs.chunk(2, dim=1)
    return signal.tanh() * gate.sigmoid()


class _GatedLayer(nn.Module):
    """Two stacks: the rows above, and the pixels to the left, which also see the rows above.

    Nothing is masked: images are padded above and on the left, so a convolution of a `reach` cannot
    see what comes later. In the first layer inputs are pixels, which must not see themselves.
    """

    def __init__(self, n_in: int, n_out: int, reach: int, first: bool) -> None:
        super().__init__()
        self.reach, self.first = reach, first
        self.vertical = nn.Conv2d(n_in, 2 * n_out, (reach + 1, 2 * reach + 1))
        self.horizontal = nn.Conv2d(n_in, 2 * n_out, (1, reach + 1))
        self.across = nn.Conv2d(2 * n_out, 2 * n_out, 1)
        self.out = nn.Conv2d(n_out, n_out, 1)

    def forward(self, above: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
        n = self.reach
        rows = self.vertical(pad(above, (n, n, n, 0)))
        # One row down: what a pixel's own row knows includes the pixels to its right.
        rows_above = pad(rows, (0, 0, 1, 0))[:, :, :-1]
        shifted = pad(left, (n + 1, 0))[..., :-1] if self.first else pad(left, (n, 0))
        row = self.out(_gate(self.horizontal(shifted) + self.across(rows_above)))
        return _gate(rows), row if self.first else left + row


class GatedPixelCNN(nn.Module):
    """The distribution of each pixel's levels, given the pixels before it.

    Parameters
    ----------
    levels, channels, layers : int
        L, and the width and number of the layers; the first reaches four pixels up and
        to the left and three to the right, each further one a pixel more.
    """

    def __init__(self, levels: int, channels: int, layers: int) -> None:
        super().__init__()
        self.levels = levels
        first = _GatedLayer(1, channels, 3, first=True)
        others = [_GatedLayer(channels, channels, 1, first=False) for _ in range(layers - 1)]
        self.layers = nn.ModuleList([first, *others])
        self.hidden = nn.Conv2d(channels, channels, 1)
        self.output = nn.Conv2d(channels, levels, 1)

    def quantize(self, images: Tensor) -> Tensor:
        """Return the levels, shape (n, height, width), of raster images in [0, 1]."""
        return (images[:, 0] * (self.levels - 1)).round().long()

    def forward(self, levels: Tensor) -> Tensor:
        """Return logits, shape (n, L, height, width); a pixel's depend on earlier pixels alone."""
        above = left = 2 * levels[:, None].to(self.output.weight.dtype) / (self.levels - 1) - 1
        for layer in self.layers:
            above, left = layer(above, left)
        return self.output(relu(self.hidden(relu(left))))


@dataclass(kw_only=True, eq=False, repr=False)
class PixelCNN(NetworkDetector):
    """Negative log-likelihood of an image, in nats (Table 3); not for tables.

    How easily an image is coded, not whether it belongs. The paper's column is LSA's, which states
    no settings. Table 3 has 6 layers of 32 channels; the defaults are for the bundled digits.

    Parameters
    ----------
    levels : int
        L, to which pixels are rounded: 256 for MNIST and CIFAR-10, 17 for the bundled digits.
    channels, layers : int
        Of the network.
    """

    levels: int = 17
    channels: int = 16
    layers: int = 4

    lowest = NetworkDetector.lowest | {"levels": 2, "channels": 1, "layers": 1}

    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        if not source.images:
            raise ValueError("got a table; PixelCNN needs images, (n, channels, height, width)")
        return GatedPixelCNN(self.levels, self.channels, self.layers)

    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        parameters = self.network_.parameters()
        self._descend(source, lambda images, rows: self._nll(images).mean(), generator, parameters)

    def _nll(self, images: Tensor) -> Tensor:
        levels = self.network_.quantize(raster(images))
        return image_nll(levels, self.network_(levels))

    def _score_batch(self, inputs: Tensor) -> Tensor:
        # In parts: a thousand images of 784 pixels have 200 million logits.
        return torch.cat([self._nll(part) for part in inputs.split(100)])
