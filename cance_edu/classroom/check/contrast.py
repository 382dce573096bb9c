"""Tasks of lessons 05 and 06: Eq. 5, and Eq. 8 with its stop-gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy import special
from torch import Tensor
from torch.nn.functional import logsigmoid

from cance_edu.classroom.check import Array, Function, Misconception, Task, agree, as_numbers

__all__ = ["NCE_LOSS", "NOISE_OBJECTIVE"]

_RNG = np.random.default_rng(0)
_LOGITS = (
    (_RNG.normal(size=5), _RNG.normal(size=5) - 1, 1.0),
    (_RNG.normal(size=4) * 2, _RNG.normal(size=8), 2.0),
)
_EXTREME = (np.array([-800.0, 3.0]), np.array([800.0, -2.0]), 0.5)

_RIGHT, _WRONG, _WRONG_SLOPE = 0.0, 1.0, 2.0


def _tensors(*arrays: Any) -> list[Tensor]:
    # Copies: a student's function may change what it is given, and the next one is asked the same.
    return [torch.tensor(array, dtype=torch.float64) for array in arrays]


def _gradients(value: Any, inputs: list[Tensor]) -> Array:
    """Return the gradients in one row, zeros where nothing depends on an input."""
    if not isinstance(value, Tensor) or not value.requires_grad:
        return np.zeros(sum(one.numel() for one in inputs))
    found = torch.autograd.grad(value, inputs, materialize_grads=True)
    return torch.cat([one.flatten() for one in found]).numpy()


def _loss_and_slope(function: Function, data: Array, noise: Array, nu: float) -> Array:
    log_odds = [one.requires_grad_() for one in _tensors(data, noise)]
    value = function(*log_odds, nu)
    return np.concatenate([as_numbers(value, ()), _gradients(value, log_odds)])


def _observe_loss(function: Function) -> Array:
    """Note values and gradients, and how the extreme case goes."""
    moderate = [_loss_and_slope(function, *case) for case in _LOGITS]
    extreme = _in_a_number(_loss_and_slope(function, *_EXTREME), _right_loss(*_EXTREME))
    return np.concatenate([*moderate, [extreme]])


def _in_a_number(seen: Array, right: Array) -> float:
    """Return how value and gradient compare; each way of clamping has values of its own."""
    if agree(seen, right):
        return _RIGHT
    if agree(seen[:1], right[:1]):
        return _WRONG_SLOPE
    return _WRONG if np.isfinite(seen[0]) else np.nan


def _right_loss(data: Array, noise: Array, nu: float) -> Array:
    """Take SciPy's logarithm of the logistic function, which does not overflow."""
    value = -special.log_expit(data).mean() - nu * special.log_expit(-noise).mean()
    slopes = -special.expit(-data) / len(data), nu * special.expit(noise) / len(noise)
    return np.concatenate([[value], *slopes])


def _loss(on_data: Tensor, on_noise: Tensor, nu: float) -> Tensor:
    return -logsigmoid(on_data).mean() - nu * logsigmoid(-on_noise).mean()


def _branched(log_odds: Tensor) -> Tensor:
    """Return ln σ by a formula for either sign: right, but its gradient far from zero is NaN."""
    positive = -torch.log1p(torch.exp(-log_odds))
    negative = log_odds - torch.log1p(torch.exp(log_odds))
    return torch.where(log_odds > 0, positive, negative)


NCE_LOSS = Task(
    name="NCE loss",
    equation="Eq. 5",
    minutes=15,
    signature="nce_loss(on_data, on_noise, noise_ratio)",
    observe=_observe_loss,
    expected=lambda: np.concatenate([*(_right_loss(*case) for case in _LOGITS), [_RIGHT]]),
    misconceptions=(
        Misconception(
            "the sign is flipped: this is the log-likelihood",
            "A loss should get smaller as the classifier gets better.",
            lambda d, n, nu: logsigmoid(d).mean() + nu * logsigmoid(-n).mean(),
        ),
        Misconception(
            "the noise term is not weighted by nu",
            "Eq. 3 counts noise as often as it occurs.",
            lambda d, n, nu: -logsigmoid(d).mean() - logsigmoid(-n).mean(),
        ),
        Misconception(
            "nu weighs the data term",
            "nu is the ratio of noise to data. Which of the two is counted more often?",
            lambda d, n, nu: -nu * logsigmoid(d).mean() - logsigmoid(-n).mean(),
        ),
        Misconception(
            "noise is labelled as data",
            "What should the classifier say at a draw of the noise?",
            lambda d, n, nu: -logsigmoid(d).mean() - nu * logsigmoid(n).mean(),
        ),
        Misconception(
            "probabilities instead of their logarithms",
            "Which function turns a likelihood's product into a sum?",
            lambda d, n, nu: -d.sigmoid().mean() - nu * (1 - n.sigmoid()).mean(),
        ),
        Misconception(
            "the logarithm of a sigmoid overflows",
            "Try log-odds of 800. Which function of torch takes both steps at once?",
            lambda d, n, nu: -d.sigmoid().log().mean() - nu * (1 - n.sigmoid()).log().mean(),
        ),
        Misconception(
            "right for moderate log-odds, wrong at 800: something was clamped",
            "A clamped loss is flat where the classifier is most wrong. Which function of torch "
            "takes logarithm and sigmoid at once?",
            lambda d, n, nu: _loss(d.clamp(-99, 99), n.clamp(-99, 99), nu),
        ),
        Misconception(
            "the value is right, and nothing depends on the log-odds any more",
            "Training follows the gradient. Where did the tensor become a plain number?",
            lambda d, n, nu: _loss(d.detach(), n.detach(), nu),
        ),
        Misconception(
            "at log-odds of 800 the value is right, the gradient is not",
            "Does `torch.where` differentiate one of its branches, or both?",
            lambda d, n, nu: -_branched(d).mean() - nu * _branched(-n).mean(),
        ),
        Misconception(
            "sums instead of means",
            "Should the loss double when the batch does?",
            lambda d, n, nu: -logsigmoid(d).sum() - nu * logsigmoid(-n).sum(),
        ),
    ),
)

_MEAN, _SCALE, _NU = np.array([0.5, -1.0]), np.array([1.5, 2.0]), 2.0
_Z, _V = _RNG.normal(size=(6, 2)) + 0.3, _RNG.normal(size=(4, 2)) + 0.3


def _network(u: Tensor) -> Tensor:
    """T for the task: a paraboloid whose slope is known."""
    return 0.4 - (u * u).sum(1) / 3


def _observe_objective(function: Function) -> Array:
    """Note the value, and the gradient in K."""
    z, v, mean, scale = _tensors(_Z, _V, _MEAN, _SCALE)
    scale.requires_grad_()
    value = function(_network, z, v, mean, scale, _NU)
    return np.concatenate([as_numbers(value, ()), _gradients(value, [scale])])


def _expected_objective() -> Array:
    """Apply the chain rule by hand: dT/du = -2u/3, and du/dK is the point before K, centred."""
    widened = _SCALE * (_V - _MEAN) + _MEAN
    on_data, on_noise = (0.4 - (u * u).sum(1) / 3 for u in (_Z, widened))
    value = special.log_expit(on_data).mean() + _NU * special.log_expit(-on_noise).mean()
    data = special.expit(-on_data)[:, None] * (-2 / 3 * _Z) * (_Z - _MEAN) / _SCALE
    noise = -special.expit(on_noise)[:, None] * (-2 / 3 * widened) * (_V - _MEAN)
    return np.concatenate([[value], data.mean(0) + _NU * noise.mean(0)])


def _objective(
    tie: Callable[[Tensor, Tensor, Tensor], Tensor],
    widen: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda v, m, k: k * (v - m) + m,
    *,
    sign: float = 1.0,
    weighted: bool = True,
) -> Function:
    """Return Eq. 8 with a slip: `tie` is what T sees of the data, `widen` of the noise."""

    def objective(
        network: Function, z: Tensor, v: Tensor, mean: Tensor, scale: Tensor, nu: float
    ) -> Tensor:
        on_data = logsigmoid(network(tie(z, mean, scale))).mean()
        on_noise = logsigmoid(-network(widen(v, mean, scale))).mean()
        value: Tensor = sign * (on_data + (nu if weighted else 1.0) * on_noise)
        return value

    return objective


def _tied(z: Tensor, m: Tensor, k: Tensor) -> Tensor:
    return k * ((z - m) / k).detach() + m


NOISE_OBJECTIVE = Task(
    name="what K minimises",
    equation="Eq. 8",
    minutes=25,
    signature="noise_objective(network, z, v, mean, scale, noise_ratio)",
    observe=_observe_objective,
    expected=_expected_objective,
    misconceptions=(
        Misconception(
            "the data term has no gradient in K: the stop-gradient is missing or around too much",
            "Without it, L_K undoes the inverse of L_K. Which of the two stands inside of it?",
            _objective(lambda z, m, k: k * ((z - m) / k) + m),
        ),
        Misconception(
            "the noise term has no gradient in K",
            "Eq. 8 has one stop-gradient. In which of its terms?",
            _objective(_tied, lambda v, m, k: (k * (v - m) + m).detach()),
        ),
        Misconception(
            "nothing depends on K any more",
            "The value is right, but K could not learn from it. What may still depend on K?",
            _objective(lambda z, m, k: z, lambda v, m, k: (k * (v - m) + m).detach()),
        ),
        Misconception(
            "the sign is Eq. 12's",
            "Eq. 8 is minimised, with no minus in front of its terms. Lesson 06 compares the two.",
            _objective(_tied, sign=-1.0),
        ),
        Misconception(
            "the noise term is not weighted by nu",
            "As in Eq. 5: how often does noise occur?",
            _objective(_tied, weighted=False),
        ),
        Misconception(
            "K was applied to the noise before centring",
            "Where does L_K send the mean? It should stay where it is.",
            _objective(_tied, lambda v, m, k: k * v),
        ),
        Misconception(
            "the data are widened, but were never narrowed",
            "The value of the data term must not depend on K at all.",
            _objective(lambda z, m, k: k * (z - m).detach() + m),
        ),
        Misconception(
            "the mean is not added back to the noise",
            "L_K moves points away from the mean, not to the origin.",
            _objective(_tied, lambda v, m, k: k * (v - m)),
        ),
        Misconception(
            "the mean is not added back in either term",
            "Without K, L_K should leave every point where it is. Does yours?",
            _objective(lambda z, m, k: k * ((z - m) / k).detach(), lambda v, m, k: k * (v - m)),
        ),
        Misconception(
            "the mean is not used at all",
            "From where does L_K measure how far away a point is?",
            _objective(lambda z, m, k: k * (z / k).detach(), lambda v, m, k: k * v),
        ),
        Misconception(
            "only the noise term: the naive objective",
            "What does Eq. 8 add to keep K from merely confusing T?",
            lambda t, z, v, m, k, nu: nu * logsigmoid(-t(k * (v - m) + m)).mean(),
        ),
    ),
)
