"""Tasks of lessons 01 and 02: the mode of a log-normal variable, and the truncated normal."""

import numpy as np
from scipy import optimize, stats

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["K_AWARE", "MODE", "TRUNCATED_NORMAL"]

Cases = tuple[tuple[float, ...], ...]

_MOMENTS = ((1.0, 0.5), (2.5, 1.7), (0.3, 0.1), (40.0, 35.0))


def _observe_mode(function: Function) -> Array:
    return np.concatenate([as_numbers(function(*moments), ()) for moments in _MOMENTS])


def _expected_modes() -> Array:
    """Find sigma from SciPy's moments, then the maximum of SciPy's density."""

    def mode(mean: float, deviation: float) -> float:
        sigma = optimize.brentq(
            lambda s: stats.lognorm.std(s) / stats.lognorm.mean(s) - deviation / mean, 1e-3, 5
        )
        unit = stats.lognorm(sigma, scale=mean / stats.lognorm.mean(sigma))
        root = optimize.brentq(
            lambda z: unit.logpdf(z * (1 + 1e-5)) - unit.logpdf(z * (1 - 1e-5)), mean * 1e-3, mean
        )
        return float(root)

    return np.array([mode(*moments) for moments in _MOMENTS])


MODE = Task(
    name="mode of a log-normal variable",
    equation="Eq. 9",
    minutes=10,
    signature="mode(mean, standard_deviation)",
    observe=_observe_mode,
    expected=_expected_modes,
    misconceptions=(
        Misconception(
            "the median of the log-normal, not the mode",
            "Half of the mass lies below it. Where is the *density* largest?",
            lambda m, s: m * (s**2 / m**2 + 1) ** -0.5,
        ),
        Misconception(
            "the mean, not the mode",
            "The density is skewed: the mean lies in the thinning tail.",
            lambda m, s: m + 0 * s,
        ),
        Misconception(
            "the standard deviation used as if it were the variance",
            "What has the units of the mean squared?",
            lambda m, s: m * (s / m**2 + 1) ** -1.5,
        ),
        Misconception(
            "the exponent's sign is flipped",
            "Can the most likely value lie above the mean, if the tail is on the right?",
            lambda m, s: m * (s**2 / m**2 + 1) ** 1.5,
        ),
        Misconception(
            "the logarithm of the mean used as mu",
            "The mean of z is not the exponential of the mean of ln z. What lies between them?",
            lambda m, s: m / (s**2 / m**2 + 1),
        ),
        Misconception(
            "sigma subtracted where its square was meant",
            "Differentiate the log-density once more, and look at the exponent of sigma.",
            lambda m, s: m * (s**2 / m**2 + 1) ** -0.5 * np.exp(-np.sqrt(np.log(s**2 / m**2 + 1))),
        ),
        Misconception(
            "the ratio of deviation and mean is not squared",
            "Which power of sigma_z / mu_z is the exponential of sigma squared minus one?",
            lambda m, s: m * (s / m + 1) ** -1.5,
        ),
        Misconception(
            "the result is halved, not the exponent",
            "In Python a power binds more tightly than a division. Where does that need brackets?",
            lambda m, s: m * (s**2 / m**2 + 1) ** -3 / 2,
        ),
    ),
    cases=tuple(f"mean {m:g} and standard deviation {s:g}" for m, s in _MOMENTS),
)

_U = (np.arange(20) + 0.5) / 20
_TRUNCATIONS = ((1.0, 0.7), (0.5, 2.0), (3.0, 1.2))


def _sorted_draws(function: Function, cases: Cases) -> Array:
    return np.concatenate([_draws(function, case) for case in cases])


def _draws(function: Function, case: tuple[float, ...]) -> Array:
    """Return the draws by their size, all -1 if they do not come from u."""
    # u and 1 - u are equally uniform: a draw may grow or fall with u.
    drawn, again, other = (
        np.sort(as_numbers(function(u.copy(), *case), u.shape)) for u in (_U, _U, _U**2)
    )
    of_u = np.array_equal(drawn, again, equal_nan=True) and not np.array_equal(drawn, other)
    return drawn if of_u else np.full(_U.shape, -1.0)


def _in_words(names: tuple[str, ...], cases: Cases) -> tuple[str, ...]:
    return tuple(
        ", ".join(f"{name} {value:g}" for name, value in zip(names, case, strict=True))
        + f" and u from {_U[0]:g} to {_U[-1]:g}, the draw of rank {rank},"
        for case in cases
        for rank in range(1, len(_U) + 1)
    )


_NOT_OF_U = Misconception(
    "u is not used",
    "The same u should give the same draws, and another u others. Where does yours come in?",
    lambda u, *_: np.zeros(u.shape),
)


def _truncated(u: Array, mode: float, scale: float, low: float, high: float) -> Array:
    """SciPy's truncated normal around `mode`, between `low` and `high`."""
    draws: Array = stats.truncnorm.ppf(u, (low - mode) / scale, (high - mode) / scale, mode, scale)
    return draws


TRUNCATED_NORMAL = Task(
    name="truncated normal by the inverse of its CDF",
    equation="the p_t of Sec. 3.4",
    minutes=15,
    signature="truncated_normal(u, mode, scale)",
    observe=lambda function: _sorted_draws(function, _TRUNCATIONS),
    expected=lambda: np.concatenate([_truncated(_U, m, s, 0, m) for m, s in _TRUNCATIONS]),
    misconceptions=(
        Misconception(
            "nothing is truncated",
            "An error below zero, or above the mode: does your function ever draw one?",
            lambda u, m, s: stats.norm.ppf(u, m, s),
        ),
        Misconception(
            "draws are clipped, not truncated",
            "Count how many draws lie exactly at 0 or at the mode.",
            lambda u, m, s: stats.norm.ppf(u, m, s).clip(0, m),
        ),
        Misconception(
            "the upper end is forgotten",
            "Artificial errors should be low. Where does the interval of Sec. 3.4 end?",
            lambda u, m, s: _truncated(u, m, s, 0, np.inf),
        ),
        Misconception(
            "the lower end is forgotten",
            "Which values can a squared error never have?",
            lambda u, m, s: _truncated(u, m, s, -np.inf, m),
        ),
        Misconception(
            "centred on zero instead of the mode",
            "At which end of the interval should the density be largest?",
            lambda u, m, s: stats.truncnorm.ppf(u, 0, m / s, 0, s),
        ),
        Misconception(
            "the variance used as if it were the scale",
            "Try another unit: if errors are given in other units, does your draw follow?",
            lambda u, m, s: _truncated(u, m, s**2, 0, m),
        ),
        Misconception(
            "uniform on the interval",
            "Right interval. Are all values in it equally likely?",
            lambda u, m, s: u * m + 0 * s,
        ),
        Misconception(
            "the bounds are not standardised",
            "SciPy counts the bounds of `truncnorm` in deviations from the centre. And yours?",
            lambda u, m, s: stats.truncnorm.ppf(u, 0, m, m, s),
        ),
        _NOT_OF_U,
    ),
    cases=_in_words(("mode", "scale"), _TRUNCATIONS),
)

_WIDENED = ((1.0, 0.7, 1.69), (0.5, 0.3, 4.0), (3.0, 1.2, 1.1))

K_AWARE = Task(
    name="K-aware truncated normal",
    equation="lesson 02's repair of Prop. 3.1",
    minutes=5,
    signature="k_aware(u, mode, standard_deviation, noise_scale)",
    observe=lambda function: _sorted_draws(function, _WIDENED),
    expected=lambda: np.concatenate([_truncated(_U, m, k * s, 0, m) for m, s, k in _WIDENED]),
    misconceptions=(
        Misconception(
            "K is not used",
            "This is the paper's augmentation. What widens with the noise?",
            lambda u, m, s, k: _truncated(u, m, s + 0 * k, 0, m),
        ),
        Misconception(
            "K is squared",
            "The noise's *variance* is K squared times sigma squared. What is its scale?",
            lambda u, m, s, k: _truncated(u, m, k**2 * s, 0, m),
        ),
        Misconception(
            "K moves the mode",
            "The interval must stay where Prop. 3.1 speaks of it.",
            lambda u, m, s, k: _truncated(u, k * m, s, 0, k * m),
        ),
        Misconception(
            "K narrows instead of widening",
            "As the noise gets wider, what must the artificial points do?",
            lambda u, m, s, k: _truncated(u, m, s / k, 0, m),
        ),
        _NOT_OF_U,
    ),
    cases=_in_words(("mode", "standard deviation", "K"), _WIDENED),
)
