"""Tasks of lessons 05 to 07: Eq. 5, Eq. 8 with its stop-gradient, the score, and the AUROC."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy import special, stats
from torch import Tensor
from torch.nn.functional import logsigmoid

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["AUROC", "NCE_LOSS", "NOISE_OBJECTIVE", "SCORE"]

_RNG = np.random.default_rng(0)
_LOGITS = (
    (_RNG.normal(size=5), _RNG.normal(size=5) - 1, 1.0),
    (_RNG.normal(size=4) * 2, _RNG.normal(size=8), 2.0),
    (np.array([-800.0, 3.0]), np.array([800.0, -2.0]), 0.5),
)


def _tensors(*arrays: Any) -> list[Tensor]:
    # Copies: a student's function may change what it is given, and the next one is asked the same.
    return [torch.tensor(array, dtype=torch.float64) for array in arrays]


def _observe_loss(function: Function) -> Array:
    seen = [function(*_tensors(data, noise), nu) for data, noise, nu in _LOGITS]
    return np.concatenate([as_numbers(value, ()) for value in seen])


def _expected_losses() -> Array:
    """Take SciPy's logarithm of the logistic function, which does not overflow."""
    losses = [
        -special.log_expit(data).mean() - nu * special.log_expit(-noise).mean()
        for data, noise, nu in _LOGITS
    ]
    return np.array(losses)


NCE_LOSS = Task(
    name="NCE loss",
    equation="Eq. 5",
    minutes=15,
    signature="nce_loss(on_data, on_noise, noise_ratio)",
    observe=_observe_loss,
    expected=_expected_losses,
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
            "sums instead of means",
            "Should the loss double when the batch does?",
            lambda d, n, nu: -logsigmoid(d).sum() - nu * logsigmoid(-n).sum(),
        ),
    ),
)

_MEAN, _SCALE, _NU = np.array([0.5, -1.0]), np.array([1.5, 2.0]), 2.0
_Z, _V = _RNG.normal(size=(2, 6, 2)) + 0.3


def _network(u: Tensor) -> Tensor:
    """T for the task: a paraboloid whose slope is known."""
    return 0.4 - (u * u).sum(1) / 3


def _observe_objective(function: Function) -> Array:
    """Note the value, and the gradient in K."""
    z, v, mean, scale = _tensors(_Z, _V, _MEAN, _SCALE)
    scale.requires_grad_()
    value = function(_network, z, v, mean, scale, _NU)
    seen = as_numbers(value, ())
    if not isinstance(value, Tensor) or not value.requires_grad:
        return np.concatenate([seen, np.zeros(2)])
    (gradient,) = torch.autograd.grad(value, scale, allow_unused=True)
    return np.concatenate(
        [seen, as_numbers(torch.zeros(2) if gradient is None else gradient, (2,))]
    )


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
            "the stop-gradient is missing: the value is right, the gradient is not",
            "L_K undoes the inverse of L_K. What is left for the gradient of the data term?",
            _objective(lambda z, m, k: k * ((z - m) / k) + m),
        ),
        Misconception(
            "the stop-gradient holds K everywhere",
            "Something outside the stop-gradient must still depend on K.",
            _objective(_tied, lambda v, m, k: (k * (v - m) + m).detach()),
        ),
        Misconception(
            "the sign is Eq. 12's",
            "Eq. 8 is minimised, and has no minus signs. Lesson 06 compares the two.",
            _objective(_tied, sign=-1.0),
        ),
        Misconception(
            "the noise term is not weighted by nu",
            "As in Eq. 5: how often does noise occur?",
            _objective(_tied, weighted=False),
        ),
        Misconception(
            "K was applied before centring",
            "Where does L_K send the mean? It should stay where it is.",
            _objective(_tied, lambda v, m, k: k * v),
        ),
        Misconception(
            "the data are widened, but were never narrowed",
            "The value of the data term must not depend on K at all.",
            _objective(lambda z, m, k: k * (z - m).detach() + m),
        ),
        Misconception(
            "the mean is not added back",
            "L_K moves points away from the mean, not to the origin.",
            _objective(_tied, lambda v, m, k: k * (v - m)),
        ),
        Misconception(
            "only the noise term: the naive objective",
            "What does Eq. 8 add to keep K from merely confusing T?",
            lambda t, z, v, m, k, nu: nu * logsigmoid(-t(k * (v - m) + m)).mean(),
        ),
    ),
)

_POINTS = np.linspace(-2, 3, 7)
_RATIOS = (1.0, 2.0, 0.25)


def _optimal(nu: float) -> tuple[Array, Array, Array]:
    """Return ln p, ln p_n and the optimal T at the task's points."""
    log_p, log_noise = stats.norm.logpdf(_POINTS, 0.4, 0.7), stats.norm.logpdf(_POINTS, 0, 1.5)
    return log_p, log_noise, log_p - np.log(nu) - log_noise


def _observe_score(function: Function) -> Array:
    seen = []
    for nu in _RATIOS:
        _, log_noise, log_ratio = _optimal(nu)
        seen.append(as_numbers(function(log_ratio.copy(), log_noise.copy(), nu), _POINTS.shape))
    return np.concatenate(seen)


SCORE = Task(
    name="anomaly score",
    equation="Eq. 6",
    minutes=10,
    signature="anomaly_score(log_ratio, noise_log_prob, noise_ratio)",
    observe=_observe_score,
    # With the optimal T the score is -ln p, whatever nu: Eq. 7.
    expected=lambda: np.tile(-_optimal(1.0)[0], len(_RATIOS)),
    misconceptions=(
        Misconception(
            "the score's sign is flipped",
            "An anomaly should score high. Is a density high or low there?",
            lambda t, n, nu: t + np.log(nu) + n,
        ),
        Misconception(
            "nu is forgotten",
            "T is the log-odds: with twice the noise it is lower everywhere.",
            lambda t, n, nu: -(t + n),
        ),
        Misconception(
            "the logarithm of nu has the wrong sign",
            "Solve Eq. 4 for ln p once more.",
            lambda t, n, nu: -(t - np.log(nu) + n),
        ),
        Misconception(
            "nu itself instead of its logarithm",
            "Everything else in the sum is a logarithm.",
            lambda t, n, nu: -(t + nu + n),
        ),
        Misconception(
            "the noise's density is forgotten",
            "T alone compares with the noise. Far from the data, what does it know?",
            lambda t, n, nu: -(t + np.log(nu)),
        ),
        Misconception(
            "the noise's log-density has the wrong sign",
            "T is a ratio, with the noise in the denominator. How do you get rid of it?",
            lambda t, n, nu: -(t + np.log(nu) - n),
        ),
    ),
)

_SCORES = (
    (np.array([0.1, 0.9, 0.4, 0.4, 0.7, 0.2]), np.array([0, 1, 0, 1, 1, 0], bool)),
    (np.array([3.0, 1.0, 2.0, 2.0, 5.0]), np.array([1, 0, 0, 1, 0], bool)),
    (np.array([1.0, 1.0, 2.0, 0.0]), np.array([1, 0, 1, 0], bool)),
)


def _observe_auroc(function: Function) -> Array:
    return np.concatenate([as_numbers(function(s.copy(), a.copy()), ()) for s, a in _SCORES])


def _wins(scores: Array, is_anomaly: Array, tie: float) -> float:
    """Return how often an anomaly outscores a normal input, a tie counting for `tie`."""
    anomalies, normal = scores[is_anomaly.astype(bool)], scores[~is_anomaly.astype(bool)]
    pairs = [(a > b) + tie * (a == b) for a in anomalies for b in normal]
    return float(np.mean(pairs))


def _average_precision(scores: Array, is_anomaly: Array) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(is_anomaly, scores))


AUROC = Task(
    name="area under the ROC curve",
    equation="Sec. 4.1's AUROC",
    minutes=15,
    signature="auroc(scores, is_anomaly)",
    observe=_observe_auroc,
    # The Mann-Whitney statistic, by SciPy.
    expected=lambda: np.array(
        [stats.mannwhitneyu(s[a], s[~a]).statistic / (a.sum() * (~a).sum()) for s, a in _SCORES]
    ),
    misconceptions=(
        Misconception(
            "the direction is flipped",
            "Higher is more anomalous. What should a perfect detector get?",
            lambda s, a: 1 - _wins(s, a, 0.5),
        ),
        Misconception(
            "a tie counts as a win",
            "A detector that gives everything the same score: what should it get?",
            lambda s, a: _wins(s, a, 1.0),
        ),
        Misconception(
            "a tie counts as a loss",
            "A detector that gives everything the same score: what should it get?",
            lambda s, a: _wins(s, a, 0.0),
        ),
        Misconception(
            "the average precision, not the AUROC",
            "That is the area under another curve. Does yours change if normal inputs are doubled?",
            _average_precision,
        ),
    ),
)
