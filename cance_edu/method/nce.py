"""Noise contrastive estimation on the composite features (Sec. 3.3 to 3.5, Eq. 3 to 8, 11, 12).

The paper's symbols: T is the network `LogRatio`, the log-odds of data against noise; ν is
`noise_ratio`; K is `scale`; z are data, v are draws of the noise before L_K widens them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from cance_edu.method.equations import equation
from cance_edu.method.noise import narrow, widen

__all__ = [
    "NOISE_OBJECTIVES",
    "LogRatio",
    "Network",
    "NoiseObjective",
    "anomaly_score",
    "nce_loss",
    "noise_objective_eq8",
    "noise_objective_eq12",
    "noise_objective_naive",
    "total_mass",
]

NoiseObjective = Literal["eq8", "eq12", "naive", "fixed"]
Network = Callable[[Tensor], Tensor]
"""Whatever gives T(z), shape (n,), for z of shape (n, dimension)."""


@equation("3", "5", "11", lesson="05")
def nce_loss(on_data: Tensor, on_noise: Tensor, noise_ratio: float = 1.0) -> Tensor:
    r"""Return the NCE loss, the logistic loss of telling data from noise.

    .. math:: L_{NCE} = - E_{z ∼ p_d} \ln σ(T(z)) - ν\, E_{v ∼ p_n} \ln(1 - σ(T(v)))
              \qquad\text{(Eq. 5)}

    Eq. 3 is its negative in terms of probabilities. Eq. 11 is the same over a batch, with z drawn
    from p_m and v widened by L_K.

    Parameters
    ----------
    on_data : tensor of shape (M,)
        T at data.
    on_noise : tensor of shape (N,)
        T at noise.
    noise_ratio : float
        ν = Pr(noise) / Pr(data) > 0.

    Returns
    -------
    tensor of shape ()
        At least 0.
    """
    return -logsigmoid(on_data).mean() - noise_ratio * logsigmoid(-on_noise).mean()


@equation("4", lesson="05")
class LogRatio(nn.Module):
    r"""The network T, the log-odds that a point is data and not noise.

    .. math:: T_θ(u) := \ln p_z^θ(u) - \ln ν p_n(u)   \qquad\text{(Eq. 4)}

    Parameters
    ----------
    mean, standard_deviation : tensor of shape (dimension,)
        The data's, by which the input is standardised.
    hidden : sequence of int
        Widths of the hidden layers.
    """

    mean: Tensor
    standard_deviation: Tensor

    def __init__(
        self, mean: Tensor, standard_deviation: Tensor, hidden: Sequence[int] = (128, 128, 128)
    ) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("standard_deviation", standard_deviation)
        layers: list[nn.Module] = []
        for n_in, n_out in zip([len(mean), *hidden], hidden, strict=False):
            layers += [nn.Linear(n_in, n_out), nn.ELU()]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden[-1], 1))

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> "LogRatio":
        """Return a trained T again, in evaluation mode; how wide it is its weights tell.

        Parameters
        ----------
        weights : mapping of str to tensor
            Its state_dict, as a record of a training's history or a file has it; copied.
        """
        weights = {name: tensor.clone() for name, tensor in weights.items()}
        *hidden, _ = [len(w) for name, w in weights.items() if name.endswith(".weight")]
        with torch.device("meta"):  # no first weights are drawn
            network = cls(weights["mean"], weights["standard_deviation"], hidden)
        network.load_state_dict(weights, assign=True)
        return network.eval()

    def forward(self, z: Tensor) -> Tensor:
        """Return T(z), shape (n,), for composite features of shape (n, dimension)."""
        standard = (z - self.mean) / self.standard_deviation
        log_ratio: Tensor = self.layers(standard.to(next(self.parameters()).dtype))
        return log_ratio.squeeze(1)


@equation("6", "7", lesson="05")
def anomaly_score(log_ratio: Tensor, noise_log_prob: Tensor, noise_ratio: float = 1.0) -> Tensor:
    r"""Return S_C(z); higher is more anomalous.

    .. math:: S_C(z) = -(T(z) + \ln ν + \ln p_{nK}(z))   \qquad\text{(Eq. 6)}

    With the optimal T this is -ln p_d(z), whatever the noise, K and ν (Eq. 7).

    Parameters
    ----------
    log_ratio : tensor of shape (n,)
        T(z).
    noise_log_prob : tensor of shape (n,)
        ln p_nK(z), of the noise that T was trained against.
    noise_ratio : float
        ν.

    Returns
    -------
    tensor of shape (n,)
        Negative log-density, in nats.
    """
    return -(log_ratio + math.log(noise_ratio) + noise_log_prob)


@equation("8", lesson="06")
def noise_objective_eq8(
    network: Network, z: Tensor, v: Tensor, mean: Tensor, scale: Tensor, noise_ratio: float = 1.0
) -> Tensor:
    r"""Return what K minimises by Eq. 8: the negative of the NCE loss, with data tied to K.

    .. math:: E_{z} \ln σ(T(L_K(\operatorname{sg}(L_K^{-1}(z)))))
              + ν\, E_{v} \ln(1 - σ(T(L_K(v))))   \qquad\text{(Eq. 8)}

    The stop-gradient sg leaves the value of the first term alone, since L_K(L_K⁻¹(z)) = z, but
    lets K move the data as it moves the noise.

    Parameters
    ----------
    network : callable
        T.
    z, v : tensor of shape (n, dimension)
        Data, and noise before it is widened.
    mean, scale : tensor of shape (dimension,)
        μ, and K's diagonal with its gradient.
    noise_ratio : float
        ν.

    Returns
    -------
    tensor of shape ()
        To be minimised in K.
    """
    tied = widen(narrow(z, mean, scale).detach(), mean, scale)
    on_both = network(torch.cat([tied, widen(v, mean, scale)]))
    on_data, on_noise = on_both.split([len(z), len(v)])
    return -nce_loss(on_data, on_noise, noise_ratio)


@equation("12", lesson="06")
def noise_objective_eq12(
    network: Network, z: Tensor, v: Tensor, mean: Tensor, scale: Tensor, noise_ratio: float = 1.0
) -> Tensor:
    r"""Return the batch loss for K as Eq. 12 prints it: the negative of Eq. 8.

    .. math:: - \frac1M \sum_i \ln σ(T(L_K(\operatorname{sg}(L_K^{-1}(z_i)))))
              - \frac{ν}{N} \sum_i \ln(1 - σ(T(L_K(v_i))))   \qquad\text{(Eq. 12)}

    Parameters and return value are those of `noise_objective_eq8`; minimising this one moves K
    the other way.
    """
    return -noise_objective_eq8(network, z, v, mean, scale, noise_ratio)


def noise_objective_naive(
    network: Network, z: Tensor, v: Tensor, mean: Tensor, scale: Tensor, noise_ratio: float = 1.0
) -> Tensor:
    """Return the noise term of Eq. 8 alone, the "naive maximization" of Sec. 3.4; z is ignored."""
    return noise_ratio * logsigmoid(-network(widen(v, mean, scale))).mean()


NOISE_OBJECTIVES = {
    "eq8": noise_objective_eq8,
    "eq12": noise_objective_eq12,
    "naive": noise_objective_naive,
}
"""What K minimises under each name; "fixed" learns no K."""


def total_mass(on_noise: Tensor, noise_ratio: float = 1.0) -> float:
    """Return the integral of exp(-S), which is 1 for a density: ν times the mean of exp T.

    Parameters
    ----------
    on_noise : tensor of shape (n,)
        T at draws of p_nK, so that the integral is an expectation over the noise.
    noise_ratio : float
        ν.

    Returns
    -------
    float
        NCE brings it near 1 by itself; far from 1, T is far from its optimum.
    """
    return noise_ratio * on_noise.double().exp().mean().item()
