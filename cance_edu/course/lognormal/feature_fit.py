"""How log-normal real reconstruction features are, and two ways to their mode (App. A and B)."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import gamma, invgauss, lognorm, skew

from cance_edu.course.lognormal.summary import LognormalView, lognormal_view
from cance_edu.method.lognormal import lognormal_mode, lognormal_moments

__all__ = [
    "FeatureFit",
    "QuantilePlot",
    "RemovalEffect",
    "fit_feature",
    "log_likelihoods",
    "quantile_plot",
    "removal_effect",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FeatureFit:
    """One reconstruction feature of real images, described as log-normal in two ways.

    Attributes
    ----------
    values : array of shape (n,)
        z_e or z_c, sorted.
    by_moments : LognormalView
        With the sample mean and deviation of z: the paper's way (App. A).
    by_logarithms : LognormalView
        With the sample mean and deviation of ln z: maximum likelihood.
    skewness, log_skewness : float
        Of z and of ln z; 0 for what is symmetric.
    skewness_error : float
        Standard deviation of the skewness of n draws from a normal distribution.
    """

    values: Array
    by_moments: LognormalView
    by_logarithms: LognormalView
    skewness: float
    log_skewness: float
    skewness_error: float


def fit_feature(values: ArrayLike) -> FeatureFit:
    """Describe a reconstruction feature as log-normal, and measure what is left of its skewness.

    Parameters
    ----------
    values : array_like of shape (n,)
        z_e or z_c of n > 2 images, all positive.

    Raises
    ------
    ValueError
        If a value is not positive: it has no logarithm; or all are the same.
    """
    values = np.sort(np.asarray(values, dtype=float))
    if not np.all(values > 0):
        raise ValueError(f"the smallest value is {values.min()}; a log-normal variable is positive")
    _check_spread(values)
    n, logarithms = len(values), np.log(values)
    moments_of_fit = lognormal_moments(logarithms.mean(), logarithms.std())
    return FeatureFit(
        values=values,
        by_moments=lognormal_view(values.mean(), values.std()),
        by_logarithms=lognormal_view(*map(float, moments_of_fit)),
        skewness=float(skew(values)),
        log_skewness=float(skew(logarithms)),
        skewness_error=float(np.sqrt(6 * (n - 2) / ((n + 1) * (n + 3)))),
    )


def log_likelihoods(values: ArrayLike) -> dict[str, float]:
    """Return the log-likelihood of three skewed families, each at its maximum.

    Parameters
    ----------
    values : array_like of shape (n,)
        Positive.

    Returns
    -------
    dict of str to float
        Of "log-normal", "inverse Gaussian" and "gamma", in nats; each has two parameters.
    """
    families = {"log-normal": lognorm, "inverse Gaussian": invgauss, "gamma": gamma}
    return {
        name: float(family.logpdf(values, *family.fit(values, floc=0)).sum())
        for name, family in families.items()
    }


@dataclass(frozen=True)
class QuantilePlot:
    """Sorted values against those that as many normal draws would have.

    Attributes
    ----------
    normal : array of shape (n,)
        Quantiles of the standard normal.
    observed : array of shape (n,)
        The sorted values, with mean 0 and deviation 1.
    low, high : array of shape (n,)
        Where the i-th smallest of n normal draws lies 95 times in 100, once they have mean 0 and
        deviation 1 too.
    """

    normal: Array
    observed: Array
    low: Array
    high: Array

    @property
    def outside(self) -> float:
        """Share of the values outside [low, high]: on average 0.05 for normal draws."""
        within = (self.low <= self.observed) & (self.observed <= self.high)
        return float(np.mean(~within))


def quantile_plot(values: ArrayLike) -> QuantilePlot:
    """Compare the quantiles of values with a normal distribution's.

    The band comes from 2,000 normal samples of the same size, each standardised by its own mean
    and deviation, as the values are: what is standardised keeps closer to the diagonal.

    Parameters
    ----------
    values : array_like of shape (n,)
        z, or ln z: z is log-normal if the points of ln z lie on the diagonal.

    Raises
    ------
    ValueError
        If a value is not finite, or all are the same.
    """
    values = np.sort(np.asarray(values, dtype=float))
    _check_spread(values)
    rank = np.arange(1, len(values) + 1)
    low, high = _band(len(values))
    return QuantilePlot(
        normal=ndtri((rank - 0.5) / len(values)),
        observed=(values - values.mean()) / values.std(),
        low=low,
        high=high,
    )


@cache
def _band(n: int) -> tuple[Array, Array]:
    """Return where 95 in 100 of the i-th smallest values of a standardised normal sample lie."""
    draws = np.sort(np.random.default_rng(0).normal(size=(2000, n)), axis=1)
    draws = (draws - draws.mean(1, keepdims=True)) / draws.std(1, keepdims=True)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return low, high


@dataclass(frozen=True)
class RemovalEffect:
    """What taking the largest values away does to mean and mode.

    Attributes
    ----------
    removed : array of shape (k,)
        How many of the largest: 0, 1, ...
    mean, mode_by_moments, mode_by_logarithms : array of shape (k,)
        Without them over with them; 1 is no change.
    """

    removed: NDArray[np.int64]
    mean: Array
    mode_by_moments: Array
    mode_by_logarithms: Array


def removal_effect(values: ArrayLike, most: int = 10) -> RemovalEffect:
    """Take the largest values away, one after the other, and see how mean and mode move.

    Parameters
    ----------
    values : array_like of shape (n,)
        Positive, more than `most`.
    most : int
        How many are taken away in the end.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    removed = np.arange(most + 1)
    found = np.array([_statistics(ordered[: len(ordered) - k]) for k in removed])
    return RemovalEffect(removed, *(found / found[0]).T)


def _statistics(values: Array) -> tuple[float, float, float]:
    """Return mean, mode by moments and mode by logarithms."""
    mean, logarithms = values.mean(), np.log(values)
    mode = float(lognormal_mode(mean, values.std()))
    return mean, mode, np.exp(logarithms.mean() - logarithms.var())


def _check_spread(values: Array) -> None:
    if not np.isfinite(values).all() or values.std() == 0:
        raise ValueError(f"got {values[:3]}, ... {values[-1]}; expected finite values that differ")
