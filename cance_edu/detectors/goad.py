"""GOAD: a normal row is one on which you can tell which question was asked (Bergman, Hoshen 2020).

Random linear maps ask the questions; a network is trained to tell them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cance_edu.detectors.goad_loss import goad_loss, goad_score
from cance_edu.detectors.layers import dense
from cance_edu.detectors.networks import NetworkDetector
from cance_edu.training.sources import Source

__all__ = ["GOAD"]


class _Network(nn.Module):
    """Random maps that stay, features of each, and a guess which map it was."""

    def __init__(self, maps: Tensor, widths: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("maps", maps)
        layers = dense([maps.shape[2], *widths], lambda: nn.LeakyReLU(0.2), bias=False)
        # Behind an activation: linear features of centred rows have the same centre, 0, for all
        # maps. In the released code the activation works in place, and so they lie behind it too.
        self.features = nn.Sequential(*layers[1:], nn.LeakyReLU(0.2))
        self.guess = nn.Linear(widths[-1], len(maps))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return f(W_m x), shape (n, k, d)."""
        return self.features(torch.einsum("nc,kcr->nkr", inputs.flatten(1), self.maps))


@dataclass(kw_only=True, eq=False, repr=False)
class GOAD(NetworkDetector):
    """How surely random maps of a row are mistaken for each other (Table 7).

    Settings of Thyroid: 256 maps to 32 dimensions, one layer of 8, batches of 64, 1 epoch at 1e-3;
    the mean of 500 runs is published. Here the centres are those of all training rows after the
    training, not means over its last epoch. Images are taken as rows of pixels.

    Parameters
    ----------
    maps, dimensions : int
        k random linear maps, and of how many dimensions their results are.
    widths : sequence of int
        Of the layers behind a map; the last is d.
    margin, triplet_weight : float
        s, and the weight of the triplet loss beside the cross-entropy.
    """

    maps: int = 64
    dimensions: int = 32
    widths: Sequence[int] = (8,)
    margin: float = 1.0
    triplet_weight: float = 0.1

    lowest = NetworkDetector.lowest | {
        "maps": 2,
        "dimensions": 1,
        "margin": 0.0,
        "triplet_weight": 0.0,
    }
    sequences = NetworkDetector.sequences | {"widths": 1}

    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        shape = self.maps, self.n_features_in_, self.dimensions
        return _Network(torch.randn(shape, generator=generator), self.widths)

    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        def loss(inputs: Tensor, rows: Tensor) -> Tensor:
            features = self.network_(inputs)
            guesses = self.network_.guess(features)
            return goad_loss(features, guesses, self.margin, self.triplet_weight)

        self._descend(source, loss, generator, self.network_.parameters())
        self.network_.eval()
        with torch.no_grad():
            sums = [self.network_(self.scaling_(b)).sum(0) for b in source.batches()]
            self.centres_ = torch.stack(sums).sum(0) / len(source)

    def _score_batch(self, inputs: Tensor) -> Tensor:
        # In parts: the distances of 256 maps to 256 centres are 65,536 numbers a row.
        parts = [goad_score(self.network_(part), self.centres_) for part in inputs.split(100)]
        return torch.cat(parts)
