"""Noise contrastive estimation on the composite features (Sec. 3.3 to 3.5, Eq. 3 to 8, 11, 12).

The paper's symbols: T is the network `LogRatio`, the log-odds of data against noise; ν is
`noise_ratio`; K is `scale`; z are data, v are draws of the noise before L_K widens them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid
from torch.optim import AdamW

from cance_edu.augmentation import ReconstructionAugmentation
from cance_edu.descent import Descent
from cance_edu.equations import equation
from cance_edu.noise import GaussianNoise, narrow, noise_scale, psi_of_noise_scale, widen

__all__ = [
    "NOISE_OBJECTIVES",
    "Contrast",
    "History",
    "LogRatio",
    "MovingScale",
    "NCEFit",
    "NoiseObjective",
    "anomaly_score",
    "nce_loss",
    "noise_objective_eq8",
    "noise_objective_eq12",
    "noise_objective_naive",
    "total_mass",
    "train_nce",
]

NoiseObjective = Literal["eq8", "eq12", "naive", "fixed"]
Network = Callable[[Tensor], Tensor]


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
    return -nce_loss(network(tied), network(widen(v, mean, scale)), noise_ratio)


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


@dataclass
class History:
    """What happened in training, at no more than 40 recorded steps.

    Attributes
    ----------
    step : list of int
        Steps taken when the record was made.
    loss, held_out_loss, mass : list of float
        Eq. 11 on the step's batch and on held-out data (without any: on training data), and the
        integral of exp(-S).
    scale : list of tensors of shape (dimension,)
        K's diagonal.
    weights : list of dict
        T's weights.
    """

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    held_out_loss: list[float] = field(default_factory=list)
    mass: list[float] = field(default_factory=list)
    scale: list[Tensor] = field(default_factory=list)
    weights: list[dict[str, Tensor]] = field(default_factory=list)


@dataclass(frozen=True)
class Contrast:
    """How T and K are trained.

    Attributes
    ----------
    noise_ratio : float
        ν: noise points for each data point.
    noise_objective : {"eq8", "eq12", "naive", "fixed"}
        What K minimises.
    initial_scale : float
        K at the start: 1 + ln 2, where ψ = 0, unless told.
    steps, batch_size : int
        Steps of T, and data points a step (even). K stops at 80% of the steps.
    learning_rate, scale_rate : float
        Peak rate for T's weights, and the rate for ψ.
    hidden : sequence of int
        Widths of T's hidden layers.
    """

    noise_ratio: float = 1.0
    noise_objective: NoiseObjective = "eq8"
    initial_scale: float = 1 + math.log(2)
    steps: int = 1500
    batch_size: int = 256
    learning_rate: float = 2e-3
    scale_rate: float = 2e-3
    hidden: Sequence[int] = (128, 128, 128)

    @property
    def noise_size(self) -> int:
        """Noise points a step."""
        return max(1, round(self.noise_ratio * self.batch_size))

    @property
    def rest(self) -> int:
        """The last step at which K moves."""
        return self.steps * 4 // 5

    def is_recorded(self, step: int) -> bool:
        """Whether the step gets a record: every so many, and the last."""
        return step % -(-self.steps // 40) == 0 or step == self.steps


class MovingScale:
    """K as it learns: ψ, its AdamW, and what K minimises (Sec. 3.5).

    Parameters
    ----------
    mean, scale : tensor of shape (dimension,), or (fits, 1, dimension) for several fits at once
        μ, and K's diagonal at the start.
    contrast : Contrast
        The settings.

    Attributes
    ----------
    scale : tensor of mean's shape
        K's diagonal now, without gradient.

    Raises
    ------
    ValueError
        If K is to learn, and does not start above 1.
    """

    def __init__(self, mean: Tensor, scale: Tensor, contrast: Contrast) -> None:
        self.mean, self.scale, self.contrast = mean, scale, contrast
        self.learns = contrast.noise_objective != "fixed"
        if self.learns:
            self.psi = psi_of_noise_scale(scale).requires_grad_()
            # AdamW's default decay would pull ψ to 0, that is K to 1.69, whatever the objective is.
            self.optimizer = AdamW([self.psi], lr=contrast.scale_rate, weight_decay=0.0)

    def move(self, step: int, network: Network, z: Tensor, v: Tensor) -> None:
        """Take a step down Eq. 8 or 12, with z and v of mean's shape but for the points' axis."""
        if not self.learns or step > self.contrast.rest:
            return
        objective = NOISE_OBJECTIVES[self.contrast.noise_objective](
            network, z, v, self.mean, noise_scale(self.psi), self.contrast.noise_ratio
        )
        # The objective is the mean over the fits; each is to feel its own force, not a part of it.
        (self.psi.grad,) = torch.autograd.grad(z.shape[:-2].numel() * objective, self.psi)
        self.optimizer.step()
        self.scale = noise_scale(self.psi).detach()


@dataclass(frozen=True)
class NCEFit:
    """What one fit of T and K is of; the attributes are the parameters of `train_nce`."""

    composite: Tensor
    noise: GaussianNoise
    contrast: Contrast
    generator: torch.Generator
    augmentation: ReconstructionAugmentation | None = None
    held_out: Tensor | None = None

    def new_network(self) -> LogRatio:
        """Return a T with random weights, on the data's device."""
        noise, hidden = self.noise, self.contrast.hidden
        network = LogRatio(noise.mean, noise.standard_deviation, hidden)
        return network.to(self.composite.device)

    def draw(self, scale: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a step's data z, of p_m or p_d, and its noise v before K of this scale widens it."""
        sizes = self.contrast.batch_size, self.contrast.noise_size
        return self._draw(self.composite, scale, *sizes, self.generator)

    def _draw(
        self, features: Tensor, scale: Tensor, n_data: int, n_noise: int, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        rows = torch.randint(len(features), (n_data,), generator=generator)
        z = features[rows.to(features.device)]
        z = z if self.augmentation is None else self.augmentation(z, scale, generator)
        return z, self.noise.sample(n_noise, generator)

    @torch.no_grad()
    def record(
        self, history: History, step: int, loss: float, network: LogRatio, scale: Tensor
    ) -> None:
        """Add a record of T and K, which have taken so many steps, to the history."""
        # The same draws for every record, so that records differ by T and K alone.
        same = torch.Generator().manual_seed(0)
        features = self.composite if self.held_out is None else self.held_out
        z, v = self._draw(features, scale, 2000, 2000, same)
        on_data, on_noise = network(z), network(widen(v, self.noise.mean, scale))
        noise_ratio = self.contrast.noise_ratio
        history.step.append(step)
        history.loss.append(loss)
        history.held_out_loss.append(nce_loss(on_data, on_noise, noise_ratio).item())
        history.mass.append(total_mass(on_noise, noise_ratio))
        history.scale.append(scale.cpu())
        weights = network.state_dict()
        history.weights.append({name: w.cpu().clone() for name, w in weights.items()})

    def finish(self, network: LogRatio, history: History) -> LogRatio:
        """Return T for use: with held-out data the best that there was while K rested."""
        if self.held_out is not None:
            resting = [i for i, step in enumerate(history.step) if step > self.contrast.rest]
            best = min(resting, key=history.held_out_loss.__getitem__)
            network.load_state_dict(history.weights[best])
        return network.eval()


def train_nce(
    composite: Tensor,
    noise: GaussianNoise,
    contrast: Contrast,
    *,
    generator: torch.Generator,
    augmentation: ReconstructionAugmentation | None = None,
    held_out: Tensor | None = None,
    verbose: bool = False,
) -> tuple[LogRatio, Tensor, History]:
    """Train T by Eq. 11 and K by Eq. 8 or 12 in turns, with AdamW for both (Sec. 3.5).

    In the last fifth of the steps K rests and T alone goes on, so that T fits the noise that the
    score will use. T is then taken from the record of that phase with the least held-out loss.

    Parameters
    ----------
    composite : tensor of shape (n, dimension)
        Features of the normal data, float64, on the device to train on.
    noise : GaussianNoise
        With their mean and covariance.
    contrast : Contrast
        The settings.
    generator : torch.Generator
        The only source of randomness apart from T's first weights; on the CPU.
    augmentation : ReconstructionAugmentation, optional
        With it, data are drawn from p_m of Eq. 10; without it, from p_d.
    held_out : tensor of shape (m, dimension), optional
        Features of other normal data; without them the last record is taken.
    verbose : bool
        Whether to show a progress bar.

    Returns
    -------
    network : LogRatio
        T, in evaluation mode.
    scale : tensor of shape (dimension,)
        K's diagonal.
    history : History
        The records.

    Raises
    ------
    ValueError
        If K is to learn and does not start above 1, or if an augmentation is to halve an odd batch.
    FloatingPointError
        If the loss is not finite.
    """
    fit = NCEFit(composite, noise, contrast, generator, augmentation, held_out)
    network, history = fit.new_network(), History()
    descent = Descent(
        network.parameters(), contrast.learning_rate, contrast.steps, "noise contrast", verbose
    )
    moving = MovingScale(noise.mean, torch.full_like(noise.mean, contrast.initial_scale), contrast)
    for step in range(1, contrast.steps + 1):
        z, v = fit.draw(moving.scale)
        on_both = network(torch.cat([z, widen(v, noise.mean, moving.scale)]))
        on_data, on_noise = on_both.split([len(z), len(v)])
        loss = descent.step(nce_loss(on_data, on_noise, contrast.noise_ratio))
        moving.move(step, network, z, v)
        if contrast.is_recorded(step):
            fit.record(history, step, loss, network, moving.scale)
    return fit.finish(network, history), moving.scale, history
