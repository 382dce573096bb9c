"""How much an estimate by noise contrast varies, in a model that is solved exactly (lesson 05).

The data are N(0, 1). The model knows their shape, but neither where they lie nor the normaliser:

    ln p_θ(u) = c + b u - u² / 2,        θ = (c, b),     in truth c = -ln √(2π) and b = 0,

so that b is the mean, which maximum likelihood estimates with variance 1 / n. With T = ln p_θ -
ln ν p_n, NCE is a logistic regression with two weights: its loss is convex.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import chi, norm

from cance_edu.course.contrast.logistic_nce import (
    asymptotic_covariance,
    fit_logistic_nce,
    radial_log_odds,
)

__all__ = [
    "NoiseSetting",
    "VarianceCurve",
    "at_equal_budget",
    "covariance_of_estimates",
    "fit_mean_and_normaliser",
    "in_dimensions",
    "simulate",
    "variance_against",
]

Array = NDArray[np.float64]

GRID = np.linspace(-12, 12, 4801)


@dataclass(frozen=True)
class NoiseSetting:
    """The noise N(mean, scale²) that data N(0, 1) are told from.

    Attributes
    ----------
    ratio : float
        ν, noise points for each data point.
    mean, scale : float
        Its mean and standard deviation, in standard deviations of the data.
    """

    ratio: float = 1.0
    mean: float = 0.0
    scale: float = 1.0

    def log_prob(self, u: Array) -> Array:
        """Return ln ν p_n(u), of u's shape."""
        return math.log(self.ratio) + norm.logpdf(u, self.mean, self.scale)


def covariance_of_estimates(setting: NoiseSetting) -> Array:
    """Return n times the covariance of the estimates (c, b), for many data.

    Parameters
    ----------
    setting : NoiseSetting
        The noise.

    Returns
    -------
    array of shape (2, 2)
        For the log-normaliser c, then the mean b.
    """
    gradient = np.stack([np.ones_like(GRID), GRID])
    could_be_noise = expit(setting.log_prob(GRID) - norm.logpdf(GRID))
    return asymptotic_covariance(gradient, could_be_noise, norm.pdf(GRID), GRID, setting.ratio)


def fit_mean_and_normaliser(z: Array, v: Array, setting: NoiseSetting) -> Array:
    """Return the estimates (c, b) that minimise the NCE loss, for many data sets at once.

    Parameters
    ----------
    z : array of shape (repetitions, n)
        Data.
    v : array of shape (repetitions, ν n)
        Noise.
    setting : NoiseSetting
        What the noise was drawn from.

    Returns
    -------
    array of shape (repetitions, 2)
        c and b.

    Raises
    ------
    ArithmeticError
        If a loss has no minimum, because a single point separates data from noise.
    """
    u = np.concatenate([z, v], axis=1)
    is_data = np.arange(u.shape[1]) < z.shape[1]
    known = -(u**2) / 2 - setting.log_prob(u)
    truth = [-math.log(2 * math.pi) / 2, 0.0]
    return fit_logistic_nce(np.stack([np.ones_like(u), u], axis=-1), is_data, known, truth)


def simulate(setting: NoiseSetting, n_data: int, repetitions: int, random_state: int = 0) -> Array:
    """Return estimates (c, b) from new data and new noise each time, shape (repetitions, 2)."""
    rng = np.random.default_rng(random_state)
    n_noise = round(setting.ratio * n_data)
    z = rng.normal(size=(repetitions, n_data))
    v = rng.normal(setting.mean, setting.scale, size=(repetitions, n_noise))
    return fit_mean_and_normaliser(z, v, setting)


@dataclass(frozen=True)
class VarianceCurve:
    """The variance of the estimated mean, relative to maximum likelihood's.

    Attributes
    ----------
    value, expected : array of shape (n,)
        What was varied, and the relative variance for many data.
    simulated_at, simulated : array of shape (m,)
        The same from simulations.
    """

    value: Array
    expected: Array
    simulated_at: Array
    simulated: Array


def variance_against(
    what: Literal["ratio", "mean", "scale"],
    values: Sequence[float] | Array,
    setting: NoiseSetting = NoiseSetting(),
    *,
    simulated_at: Sequence[float] = (),
    n_data: int = 200,
    repetitions: int = 2000,
    random_state: int = 0,
) -> VarianceCurve:
    """Return how the variance of the estimated mean depends on one property of the noise.

    Parameters
    ----------
    what : {"ratio", "mean", "scale"}
        What is varied.
    values : sequence of float
        Its values, for the expected variance.
    setting : NoiseSetting
        The other properties.
    simulated_at : sequence of float
        Its values for the simulations.
    n_data, repetitions, random_state : int
        Data in each simulated set, simulated sets, and their random state.
    """

    def at(value: float) -> NoiseSetting:
        return replace(setting, **{what: value})

    def simulated(value: float) -> float:
        means = simulate(at(value), n_data, repetitions, random_state)[:, 1]
        return n_data * float(means.var())

    return VarianceCurve(
        np.asarray(values, dtype=float),
        np.array([covariance_of_estimates(at(value))[1, 1] for value in values]),
        np.asarray(simulated_at, dtype=float),
        np.array([simulated(value) for value in simulated_at]),
    )


def in_dimensions(
    dimension: int, scale: Sequence[float] | Array, noise_ratio: float = 1.0
) -> VarianceCurve:
    r"""Return how the variance of one coordinate's mean depends on the noise's width.

    Data N(0, I) and noise N(0, K² I) in D dimensions; the model knows the data's shape, but neither
    the normaliser nor the mean of the first coordinate. The probability of noise, w, depends on the
    radius alone, and by symmetry the mean has nothing to do with the normaliser:

    .. math:: n\, \mathrm{Var}(\hat b) = 1 / E_p[w\, u_1^2] = D / E_p[w\, r^2], \qquad
              w = \frac{ν p_n}{p_d + ν p_n}

    Parameters
    ----------
    dimension : int
        D.
    scale : sequence of float
        K, the noise's width over the data's.
    noise_ratio : float
        ν.
    """
    radius = np.linspace(0, chi.isf(1e-18, dimension), 20_001)
    squared = radius**2 * chi.pdf(radius, dimension)
    widths = np.asarray(scale, dtype=float)
    could_be_noise = [
        expit(-radial_log_odds(radius, float(k), dimension, noise_ratio)) for k in widths
    ]
    expected = [dimension / float(np.trapezoid(w * squared, radius)) for w in could_be_noise]
    return VarianceCurve(widths, np.array(expected), np.empty(0), np.empty(0))


def at_equal_budget(against_ratio: VarianceCurve) -> VarianceCurve:
    """Return the variance for equally many points in all, where ν was varied.

    Of N points, N / (1 + ν) are data; N times the variance is (1 + ν) times what it was.

    Parameters
    ----------
    against_ratio : VarianceCurve
        For equally many data.
    """
    curve = against_ratio
    expected = curve.expected * (1 + curve.value)
    simulated = curve.simulated * (1 + curve.simulated_at)
    return replace(curve, expected=expected, simulated=simulated)
