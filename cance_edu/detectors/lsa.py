"""LSA: reconstruction error plus the surprise of an autoregressive model of the code.

Latent Space Autoregression, Abati et al. 2019.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from cance_edu.detectors.layers import encoder_and_decoder
from cance_edu.detectors.masked_dense import CodeDistribution
from cance_edu.detectors.networks import NetworkDetector
from cance_edu.detectors.parameters import check_number
from cance_edu.method.autoencoder import reconstruction_loss
from cance_edu.training.sources import Source

__all__ = ["LSA", "code_nll", "lsa_loss"]


def code_nll(code: Tensor, logits: Tensor) -> Tensor:
    r"""Return the surprise of a code, in nats: each number falls in one of B equal bins.

    .. math:: -\sum_i \ln h(z_i | z_{<i})   \qquad\text{(Abati et al. 2019, Eq. 5)}

    Parameters
    ----------
    code : tensor of shape (n, d)
        z, in [0, 1].
    logits : tensor of shape (n, d, B)
        Of each number's conditional distribution; they may depend on the code.

    Returns
    -------
    tensor of shape (n,)
        At least 0; d ln B for conditionals that know nothing.
    """
    bins = logits.shape[2]
    # Which bin it is has no gradient; the encoder learns through the logits alone.
    target = (code.detach() * bins).long().clamp(max=bins - 1)
    return cross_entropy(logits.movedim(2, 1), target, reduction="none").sum(1)


def lsa_loss(
    inputs: Tensor,
    reconstructions: Tensor,
    code: Tensor,
    logits: Tensor,
    surprise_weight: float = 1.0,
) -> Tensor:
    r"""Return LSA's objective: the error, and the weighted surprise of the code.

    .. math:: \frac1n \sum_i \|x_i - x_i'\|² - \frac{λ}{n} \sum_i \ln h(z_i)
              \qquad\text{(Abati et al. 2019)}

    Parameters
    ----------
    inputs, reconstructions : tensor of shape (n, ...)
        x and x'.
    code, logits : tensor of shape (n, d), (n, d, B)
        As `code_nll` takes them.
    surprise_weight : float
        λ.
    """
    error = reconstruction_loss(inputs, reconstructions)
    return error + surprise_weight * code_nll(code, logits).mean()


@dataclass(kw_only=True, eq=False, repr=False)
class LSA(NetworkDetector):
    r"""Reconstruction error and surprise of the code, each scaled by held-out data (Table 3).

    .. math:: s(x) = \frac{\|x - x'\|² - \min}{\max - \min} + \frac{NLL(z) - \min}{\max - \min}

    The extremes are those of held-out normal inputs. LSA's settings for MNIST: a code of 64, 100
    bins, 32 channels; its training's length, rate and λ are in a supplement that we could not read,
    1 is its code's λ. The autoencoder is the course's, where LSA has residual blocks; as in LSA's a
    batch norm comes before the code, without which codes may stop varying.

    Parameters
    ----------
    latent_dim, bins, channels : int
        d, B, and the estimator's numbers for each of the code's.
    surprise_weight : float
        λ, the weight of the code's surprise beside the reconstruction error.
    validation_fraction : float
        Share of the normal data held out for the extremes, at least two inputs.
    """

    latent_dim: int = 8
    bins: int = 16
    channels: int = 8
    surprise_weight: float = 1.0
    validation_fraction: float = 0.1

    lowest = NetworkDetector.lowest | {
        "latent_dim": 1,
        "bins": 2,
        "channels": 1,
        "surprise_weight": 0.0,
    }

    def _check_parameters(self) -> None:
        super()._check_parameters()
        expected = "a number in [0, 1)"
        check_number("validation_fraction", self.validation_fraction, 0.0, 1 - 1e-9, expected)

    def _fewest(self) -> int:
        return 4

    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        d = self.latent_dim
        encoder, decoder = encoder_and_decoder(self._input_shape(), d, d)
        estimator = CodeDistribution(d, self.channels, self.bins)
        # Without the batch norm codes soon vary too little to fall into different bins.
        squashed = nn.Sequential(encoder, nn.BatchNorm1d(d), nn.Sigmoid())
        parts = {"encoder": squashed, "decoder": decoder}
        return nn.ModuleDict({**parts, "estimator": estimator})

    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        order = torch.randperm(len(source), generator=generator)
        held_out = max(2, int(self.validation_fraction * len(source)))
        held_out = min(held_out, len(source) - 2)

        def loss(inputs: Tensor, rows: Tensor) -> Tensor:
            code = self.network_["encoder"](inputs)
            reconstructions = self.network_["decoder"](code)
            logits = self.network_["estimator"](code)
            return lsa_loss(inputs, reconstructions, code, logits, self.surprise_weight)

        train = source.subset(order[held_out:])
        self._descend(train, loss, generator, self.network_.parameters())
        self.network_.eval()
        with torch.no_grad():
            batches = source.subset(order[:held_out]).batches()
            terms = torch.cat([self._terms(self.scaling_(batch)) for batch in batches])
        low, high = terms.aminmax(dim=0)
        # A term that does not vary stays as it is.
        self.extremes_ = low, torch.where(high > low, high - low, 1.0)

    def _terms(self, inputs: Tensor) -> Tensor:
        """Return error and surprise, shape (n, 2)."""
        code = self.network_["encoder"](inputs)
        error = (inputs - self.network_["decoder"](code)).flatten(1).square().sum(1)
        return torch.stack([error, code_nll(code, self.network_["estimator"](code))], dim=1)

    def _score_batch(self, inputs: Tensor) -> Tensor:
        low, spread = self.extremes_
        return ((self._terms(inputs) - low) / spread).sum(1)
