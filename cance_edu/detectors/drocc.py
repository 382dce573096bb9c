"""DROCC: normal inputs against points at a chosen distance from them (Goyal et al. 2020)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn.functional import softplus

from cance_edu.detectors.drocc_search import search
from cance_edu.detectors.layers import dense, lenet
from cance_edu.detectors.networks import NetworkDetector
from cance_edu.detectors.parameters import TINY
from cance_edu.training.device import generator_on, normal_like
from cance_edu.training.scaling import Scaling
from cance_edu.training.sources import Source

__all__ = ["DROCC", "drocc_loss"]


def drocc_loss(on_normal: Tensor, on_negatives: Tensor, negative_weight: float = 1.0) -> Tensor:
    r"""Return the logistic loss of normal inputs and of the points around them.

    .. math:: \frac1n \sum_i \ln(1 + e^{-f(x_i)}) + μ \ln(1 + e^{f(x_i + h_i)})
              \qquad\text{(Goyal et al. 2020, Eq. 1)}

    Parameters
    ----------
    on_normal, on_negatives : tensor of shape (n,)
        f(x) and f(x + h), higher is more normal.
    negative_weight : float
        μ.
    """
    return softplus(-on_normal).mean() + negative_weight * softplus(on_negatives).mean()


def channel_scaling(source: Source) -> Scaling:
    """Return what gives each channel of all images together mean 0 and deviation 1."""
    scaler = StandardScaler()
    for batch in source.on("cpu").batches():
        scaler.partial_fit(batch.movedim(1, -1).flatten(0, -2).double().numpy())
    centre, spread = (
        torch.as_tensor(v).reshape(-1, 1, 1).float() for v in (scaler.mean_, scaler.scale_)
    )
    return Scaling("unit", centre, spread).to(source.device)


@dataclass(kw_only=True, eq=False, repr=False)
class DROCC(NetworkDetector):
    """Minus the logit of being normal, against points at distance r (Tables 4, 6 and 7).

    Columns are standardised; of images, each channel. Two differences to the released code: inputs
    and negatives share a batch norm, which the search leaves alone; and no epoch is chosen by the
    test part. The paper's settings: tables, one layer of 128, r = 2.5 or 3, γ = 2, batches of 256,
    100 or 200 epochs of which 50 see no negatives; CIFAR-10, γ = 1 and r = 8 to 40 by class, with
    √d / 2 as a rule of thumb.

    Parameters
    ----------
    radius : float, optional
        r; √d / 2 unless told.
    gamma, negative_weight : float
        γ and μ.
    ascent_steps, ascent_rate : int, float
        Of the search.
    warm_up_epochs : int
        Further epochs, before all others, that see no negatives.
    channels, hidden : sequence of int
        Of the convolutions for images, of the ReLU layers for tables.
    """

    radius: float | None = None
    gamma: float = 2.0
    negative_weight: float = 1.0
    ascent_steps: int = 50
    ascent_rate: float = 0.001
    warm_up_epochs: int = 10
    channels: Sequence[int] = (8, 4)
    hidden: Sequence[int] = (128,)

    lowest = NetworkDetector.lowest | {
        "radius": TINY,
        "gamma": 1.0,
        "negative_weight": 0.0,
        "ascent_steps": 0,
        "ascent_rate": 0.0,
        "warm_up_epochs": 0,
    }
    sequences = NetworkDetector.sequences | {"channels": 1, "hidden": 0}

    def _find_scaling(self, source: Source) -> Callable[[Tensor], Tensor]:
        if source.images:
            return channel_scaling(source)
        return super()._find_scaling(source)

    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        if source.images:
            body = lenet(self.image_shape_, self.channels, 128)
            head = dense([128, 64, 1], lambda: nn.LeakyReLU(0.01), bias=False)
            return nn.Sequential(body, nn.LeakyReLU(0.01), head, nn.Flatten(0))
        return nn.Sequential(dense([self.n_features_in_, *self.hidden, 1], nn.ReLU), nn.Flatten(0))

    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        radius = self.radius or math.sqrt(self.n_features_in_) / 2
        ascent = self.ascent_steps, self.ascent_rate
        of_noise = generator_on(self.device_, generator)

        def normal_alone(inputs: Tensor, rows: Tensor) -> Tensor:
            return softplus(-self.network_(inputs)).mean()

        def both(inputs: Tensor, rows: Tensor) -> Tensor:
            noise = normal_like(inputs, of_noise)
            self.network_.eval()
            steps = search(self.network_, inputs, noise, radius, self.gamma, ascent)
            self.network_.train()
            logits = self.network_(torch.cat([inputs, inputs + steps]))
            on_normal, on_negatives = logits.chunk(2)
            return drocc_loss(on_normal, on_negatives, self.negative_weight)

        parameters = list(self.network_.parameters())
        self._descend(source, normal_alone, generator, parameters, self.warm_up_epochs)
        self._descend(source, both, generator, parameters)

    def _score_batch(self, inputs: Tensor) -> Tensor:
        return -self.network_(inputs)
