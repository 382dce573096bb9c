"""DAGMM: composite features and a mixture of Gaussians, trained together (Zong et al. 2018)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from cance_edu.detectors.layers import dense
from cance_edu.detectors.mixture import energy, mixture_moments
from cance_edu.detectors.networks import NetworkDetector
from cance_edu.method.autoencoder import Autoencoder, reconstruction_loss
from cance_edu.method.autoencoder import convolutional_autoencoder as convolutional
from cance_edu.method.composite import composite, cosine_dissimilarity
from cance_edu.training.device import generator_on
from cance_edu.training.sources import Source

__all__ = ["DAGMM", "dagmm_loss", "relative_features"]


def relative_features(latent: Tensor, inputs: Tensor, reconstructions: Tensor) -> Tensor:
    r"""Return DAGMM's z: latents, relative distance and cosine similarity (Zong et al. Sec. 3.2).

    .. math:: z = \Big(z_c, \frac{\|x - x'\|}{\|x\|}, \frac{x^T x'}{\|x\| \|x'\|}\Big)

    Parameters
    ----------
    latent, inputs, reconstructions : tensor of shape (n, d), (n, ...), (n, ...)
        z_c, x and x'.
    """
    x, y = inputs.flatten(1), reconstructions.flatten(1)
    distance = (x - y).norm(dim=1) / x.norm(dim=1).clamp(min=1e-12)
    similarity = 1 - 2 * cosine_dissimilarity(inputs, reconstructions)
    return torch.cat([latent, distance[:, None], similarity[:, None]], dim=1)


def dagmm_loss(
    reconstruction: Tensor, energies: Tensor, covariances: Tensor, weights: tuple[float, float]
) -> Tensor:
    r"""Return DAGMM's objective (Zong et al. 2018, Eq. 7).

    .. math:: \frac1n \sum_i \|x_i - x_i'\|² + \frac{λ_1}{n} \sum_i E(z_i)
              + λ_2 \sum_k \sum_j \frac{1}{Σ_{kjj}}

    Parameters
    ----------
    reconstruction : tensor of shape ()
        The first term, `cance_edu.method.autoencoder.reconstruction_loss`.
    energies, covariances : tensor of shape (n,), (k, d, d)
        E(z) and Σ.
    weights : (float, float)
        λ₁ and λ₂.
    """
    penalty = (1 / covariances.diagonal(dim1=-2, dim2=-1)).sum()
    return reconstruction + weights[0] * energies.mean() + weights[1] * penalty


class _Joint(nn.Module):
    """An autoencoder, and a network that says which component its features belong to."""

    def __init__(self, autoencoder: Autoencoder, dimension: int, components: int) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        self.hidden = nn.Sequential(nn.Linear(dimension, 10), nn.Tanh())
        self.output = nn.Linear(10, components)

    def membership(self, z: Tensor, kept: Tensor | float = 1.0) -> Tensor:
        """Return γ, shape (n, k), of features; `kept` is the dropout's mask."""
        return self.output(self.hidden(z) * kept).softmax(1)


@dataclass(kw_only=True, eq=False, repr=False)
class DAGMM(NetworkDetector):
    """Energy of composite features in a mixture that was trained with them (Tables 3, 7 and 8).

    DAGMM-0 is `features="relative"`, as published; DAGMM-1 is `features="composite"`, with two of
    App. D's changes, and `epochs=10`, the third. Settings of KDDCUP99: batches of 1024 at a rate of
    1e-4, 200 epochs, tanh layers of 60, 30 and 10, dropout 0.5, the other defaults (Zong et al.
    2018; λ as in a public reimplementation). The mixture is fitted once more after training, to all
    inputs and without dropout.

    Parameters
    ----------
    features : {"relative", "composite"}
        Relative distance and cosine similarity; or z_e and z_c of Sec. 3.2.
    latent_dim : int, optional
        1 unless told, for images 6, as CANCE has.
    hidden : sequence of int
        Widths of the tanh layers for tables; images get the course's autoencoder.
    components : int
        k.
    energy_weight, covariance_penalty : float
        λ₁ and λ₂.
    """

    features: Literal["relative", "composite"] = "composite"
    latent_dim: int | None = None
    hidden: Sequence[int] = (60, 30, 10)
    components: int = 4
    energy_weight: float = 0.1
    covariance_penalty: float = 0.005

    lowest = NetworkDetector.lowest | {
        "latent_dim": 1,
        "components": 1,
        "energy_weight": 0.0,
        "covariance_penalty": 0.0,
    }
    sequences = NetworkDetector.sequences | {"hidden": 0}
    choices = NetworkDetector.choices | {"features": ("relative", "composite")}

    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        d = self.latent_dim or (6 if source.images else 1)
        if source.images:
            autoencoder = convolutional(self.image_shape_, d)
        else:
            widths = [self.n_features_in_, *self.hidden, d]
            encoder, decoder = dense(widths, nn.Tanh), dense(widths[::-1], nn.Tanh)
            autoencoder = Autoencoder(encoder, decoder, d)
            # Zong et al. have no batch norm behind the latents.
            autoencoder.encoder = autoencoder.encoder[:1]
        return _Joint(autoencoder, d + 2, self.components)

    def _encode(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        latent = self.network_.autoencoder.encode(inputs)
        reconstructions = self.network_.autoencoder.decode(latent)
        kind = relative_features if self.features == "relative" else composite
        return kind(latent, inputs, reconstructions), reconstructions

    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        weights = self.energy_weight, self.covariance_penalty
        of_masks = generator_on(self.device_, generator)

        def loss(inputs: Tensor, rows: Tensor) -> Tensor:
            z, reconstructions = self._encode(inputs)
            # Dropout of one half, by a mask of the detector's own draws.
            kept = 2.0 * (torch.rand(len(z), 10, generator=of_masks, device=z.device) < 0.5).to(z)
            mixture = mixture_moments(self.network_.membership(z, kept).double(), z.double())
            reconstruction = reconstruction_loss(inputs, reconstructions)
            return dagmm_loss(reconstruction, energy(z.double(), *mixture), mixture[2], weights)

        self._descend(source, loss, generator, self.network_.parameters())
        self.network_.eval()
        with torch.no_grad():
            z = torch.cat([self._encode(self.scaling_(batch))[0] for batch in source.batches()])
            self.mixture_ = mixture_moments(self.network_.membership(z).double(), z.double())

    def _score_batch(self, inputs: Tensor) -> Tensor:
        return energy(self._encode(inputs)[0].double(), *self.mixture_)
