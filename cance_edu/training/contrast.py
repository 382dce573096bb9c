"""Training T and K in turns (Sec. 3.5)."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import torch
from torch import Tensor

from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.nce import (
    NOISE_OBJECTIVES,
    LogRatio,
    Network,
    NoiseObjective,
    nce_loss,
    total_mass,
)
from cance_edu.method.noise import (
    SCALE_AT_ZERO,
    GaussianNoise,
    noise_scale,
    psi_of_noise_scale,
    widen,
)
from cance_edu.training.descent import Descent, EagerAdamW
from cance_edu.training.device import drawing_from, one_thread

__all__ = [
    "Batches",
    "Contrast",
    "History",
    "MovingScale",
    "train_nce",
]


@dataclass(frozen=True)
class Batches:
    """Where a step's data z and noise v come from.

    Attributes
    ----------
    composite : tensor of shape (n, dimension)
        The features that z is drawn from, with replacement.
    noise : GaussianNoise
        What v is drawn from.
    augmentation : ReconstructionAugmentation or None
        With it, z is of p_m (Eq. 10); without it, of p_d.
    n_data, n_noise : int
        Points a step.
    """

    composite: Tensor
    noise: GaussianNoise
    augmentation: ReconstructionAugmentation | None
    n_data: int
    n_noise: int

    def draw(self, scale: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw z, and v before K of this scale widens it."""
        z = self.composite[torch.randint(len(self.composite), (self.n_data,), generator=generator)]
        z = z if self.augmentation is None else self.augmentation(z, scale, generator)
        return z, self.noise.sample(self.n_noise, generator)


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
        T's weights; empty after a file or a pickle, which leave them out.
    """

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    held_out_loss: list[float] = field(default_factory=list)
    mass: list[float] = field(default_factory=list)
    scale: list[Tensor] = field(default_factory=list)
    weights: list[dict[str, Tensor]] = field(default_factory=list)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle keeps: as in a file, all but T's weights, nine tenths of it."""
        return vars(self) | {"weights": []}

    def __deepcopy__(self, memo: dict[int, Any]) -> "History":
        return History(**copy.deepcopy(vars(self), memo))

    @torch.no_grad()
    def record(
        self,
        step: int,
        loss: float,
        network: LogRatio,
        scale: Tensor,
        looks: Batches,
        noise_ratio: float,
    ) -> None:
        """Add a record of T and K, which have taken so many steps."""
        # The same draws for every record, so that records differ by T and K alone.
        z, v = looks.draw(scale, torch.Generator().manual_seed(0))
        on_data, on_noise = network(z), network(widen(v, looks.noise.mean, scale))
        self.step.append(step)
        self.loss.append(loss)
        self.held_out_loss.append(nce_loss(on_data, on_noise, noise_ratio).item())
        self.mass.append(total_mass(on_noise, noise_ratio))
        self.scale.append(scale)
        self.weights.append({name: w.clone() for name, w in network.state_dict().items()})

    def best_weights(self, rest: int) -> dict[str, Tensor]:
        """Return T's weights of the record with the least held-out loss, while K rested."""
        resting = [i for i, step in enumerate(self.step) if step > rest]
        return self.weights[min(resting, key=self.held_out_loss.__getitem__)]


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

    Raises
    ------
    ValueError
        If the objective is another.
    """

    noise_ratio: float = 1.0
    noise_objective: NoiseObjective = "eq8"
    initial_scale: float = SCALE_AT_ZERO
    steps: int = 500
    batch_size: int = 256
    learning_rate: float = 2e-3
    scale_rate: float = 2e-3
    hidden: Sequence[int] = (128, 128, 128)

    def __post_init__(self) -> None:
        if self.noise_objective not in (known := get_args(NoiseObjective)):
            raise ValueError(
                f"noise_objective is {self.noise_objective!r}; expected one of "
                + ", ".join(map(repr, known))
            )

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
    mean, scale : tensor of shape (dimension,)
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
            self.optimizer = EagerAdamW([self.psi], lr=contrast.scale_rate, weight_decay=0.0)

    def move(self, step: int, network: Network, z: Tensor, v: Tensor) -> None:
        """Take a step down Eq. 8 or 12, with a batch of data z and of unwidened noise v."""
        if not self.learns or step > self.contrast.rest:
            return
        objective = NOISE_OBJECTIVES[self.contrast.noise_objective](
            network, z, v, self.mean, noise_scale(self.psi), self.contrast.noise_ratio
        )
        (self.psi.grad,) = torch.autograd.grad(objective, self.psi)
        self.optimizer.step()
        self.scale = noise_scale(self.psi).detach()


def train_nce(
    composite: Tensor,
    noise: GaussianNoise,
    contrast: Contrast,
    *,
    generator: torch.Generator,
    first_weights: torch.Generator | None = None,
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
        Features of the normal data, float64, in main memory: T is so small that it trains there,
        on one thread, as fast as anywhere.
    noise : GaussianNoise
        With their mean and covariance.
    contrast : Contrast
        The settings.
    generator : torch.Generator
        The only source of randomness apart from T's first weights.
    first_weights : torch.Generator, optional
        Draws T's first weights; torch's global generator unless told.
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
    with drawing_from(first_weights):
        network = LogRatio(noise.mean, noise.standard_deviation, contrast.hidden)
    batches = Batches(composite, noise, augmentation, contrast.batch_size, contrast.noise_size)
    others = composite if held_out is None else held_out
    looks = Batches(others, noise, augmentation, 2000, 2000)
    history = History()
    moving = MovingScale(noise.mean, torch.full_like(noise.mean, contrast.initial_scale), contrast)
    descent = Descent(
        network.parameters(), contrast.learning_rate, contrast.steps, "noise contrast", verbose
    )
    with descent, one_thread():
        for step in range(1, contrast.steps + 1):
            z, v = batches.draw(moving.scale, generator)
            on_both = network(torch.cat([z, widen(v, noise.mean, moving.scale)]))
            on_data, on_noise = on_both.split([len(z), len(v)])
            loss = descent.step(nce_loss(on_data, on_noise, contrast.noise_ratio))
            moving.move(step, network, z, v)
            if contrast.is_recorded(step):
                history.record(
                    step, loss.item(), network, moving.scale, looks, contrast.noise_ratio
                )
    if held_out is not None:
        network.load_state_dict(history.best_weights(contrast.rest))
    return network.eval(), moving.scale, history
