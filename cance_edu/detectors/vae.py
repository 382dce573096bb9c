"""Variational autoencoder: the ELBO as a score (Kingma and Welling 2014)."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from cance_edu.detectors.layers import encoder_and_decoder
from cance_edu.detectors.networks import NetworkDetector
from cance_edu.detectors.parameters import check_number
from cance_edu.training.device import generator_on, normal_like
from cance_edu.training.sources import Source

__all__ = ["VAE", "gaussian_kl", "gaussian_nll"]


def gaussian_nll(inputs: Tensor, reconstructions: Tensor, noise_variance: Tensor) -> Tensor:
    r"""Return the first term of -ELBO, the toll for what is not reconstructed, in nats.

    .. math:: -\ln p(x|z) = \frac{\|x - x'\|²}{2 σ²} + \frac{d_0}{2} \ln 2πσ²

    A sum over pixels: their mean would make the other term d_0 times as heavy.

    Parameters
    ----------
    inputs, reconstructions : tensor of shape (n, ...)
        x and x', with d_0 numbers each.
    noise_variance : tensor of shape ()
        σ² of the decoder.

    Returns
    -------
    tensor of shape (n,)
    """
    squared = (inputs - reconstructions).flatten(1).square()
    constant = squared.shape[1] / 2 * (math.log(2 * math.pi) + noise_variance.log())
    return squared.sum(1) / (2 * noise_variance) + constant


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    r"""Return the second term of -ELBO, the toll for an unusual code, in nats.

    .. math:: KL(N(μ, \operatorname{diag} s²) \,\|\, N(0, I)) = \tfrac12 \sum_j (μ_j² + s_j² - 1 -
              \ln s_j²)   \qquad\text{(Kingma and Welling 2014, App. B)}

    Parameters
    ----------
    mean, log_variance : tensor of shape (n, d)
        μ and ln s² of the code's posterior.

    Returns
    -------
    tensor of shape (n,)
        At least 0.
    """
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2


class _Network(nn.Module):
    """An encoder to mean and log-variance of a code, and a decoder."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def posterior(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the code, each of shape (n, d)."""
        mean, log_variance = self.encoder(inputs).chunk(2, dim=1)
        # Unbounded, one step too far makes an infinite variance.
        return mean, log_variance.clamp(-20, 10)


@dataclass(kw_only=True, eq=False, repr=False)
class VAE(NetworkDetector):
    """Negative ELBO, in nats, of a variational autoencoder with a Gaussian decoder (Table 3).

    Trained on one random code for each input; scored at the posterior's mean, so that a score is
    not random. The paper takes its column from LSA's, whose VAE has 64 latents; LSA states neither
    its likelihood nor σ².

    Parameters
    ----------
    latent_dim : int
        d, the length of the code.
    noise_variance : float or "learned"
        σ² of the decoder. It decides how much the error counts beside the code. "learned": what
        makes the data likeliest, the mean squared error; of a step's batch, then of the training
        data (Rybkin et al. 2021).

    Attributes
    ----------
    noise_variance_ : tensor of shape ()
        σ².
    """

    latent_dim: int = 6
    noise_variance: float | Literal["learned"] = "learned"

    lowest = NetworkDetector.lowest | {"latent_dim": 1}

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.noise_variance != "learned":
            expected = "a number above 0, or 'learned'"
            check_number("noise_variance", self.noise_variance, 1e-300, expected=expected)

    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        d = self.latent_dim
        return _Network(*encoder_and_decoder(self._input_shape(), 2 * d, d))

    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        of_codes = generator_on(self.device_, generator)

        def loss(inputs: Tensor, rows: Tensor) -> Tensor:
            reconstructions, kl = self._reconstruct(inputs, of_codes)
            noise_variance = self._noise_variance((inputs - reconstructions).square().mean())
            return (gaussian_nll(inputs, reconstructions, noise_variance) + kl).mean()

        self._descend(source, loss, generator, self.network_.parameters())
        self.network_.eval()
        errors = []
        with torch.no_grad():
            for inputs in map(self.scaling_, source.batches()):
                difference = inputs - self._reconstruct(inputs, of_codes)[0]
                errors.append(difference.square().flatten(1).mean(1))
        self.noise_variance_ = self._noise_variance(torch.cat(errors).mean())

    def _noise_variance(self, squared_error: Tensor) -> Tensor:
        if self.noise_variance != "learned":
            return torch.full_like(squared_error, self.noise_variance)
        # Of data that are reconstructed exactly a density would be infinite.
        return squared_error.clamp(min=1e-12)

    def _reconstruct(
        self, inputs: Tensor, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return reconstructions and the KL term; of random codes, or of the posterior's means."""
        code, log_variance = self.network_.posterior(inputs)
        kl = gaussian_kl(code, log_variance)
        if generator is not None:
            code = code + normal_like(code, generator) * (log_variance / 2).exp()
        return self.network_.decoder(code), kl

    def _score_batch(self, inputs: Tensor) -> Tensor:
        reconstructions, kl = self._reconstruct(inputs)
        return gaussian_nll(inputs, reconstructions, self.noise_variance_) + kl
