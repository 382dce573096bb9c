"""How log-normal real reconstruction features are, and two ways to their mode (App. A and B)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import beta, skew

from cance_edu.course.lognormal.summary import LognormalView, lognormal_view
from cance_edu.method.lognormal import lognormal_mode, lognormal_moments

__all__ = [
    "FeatureFit",
    "OutlierEffect",
    "QuantilePlot",
    "fit_feature",
    "outlier_effect",
    "quantile_plot",
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
        Where the i-th smallest of n normal draws lies 95 times in 100.
    """

    normal: Array
    observed: Array
    low: Array
    high: Array

    @property
    def outside(self) -> float:
        """Share of the values outside [low, high]: about 0.05 or less for normal draws."""
        within = (self.low <= self.observed) & (self.observed <= self.high)
        return float(np.mean(~within))


def quantile_plot(values: ArrayLike) -> QuantilePlot:
    """Compare the quantiles of values with a normal distribution's.

    The i-th smallest of n uniform draws has the distribution Beta(i, n + 1 - i), which Φ⁻¹ turns
    into that of the i-th smallest normal draw.

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
    low, high = (ndtri(beta.ppf(q, rank, rank[::-1])) for q in (0.025, 0.975))
    return QuantilePlot(
        normal=ndtri((rank - 0.5) / len(values)),
        observed=(values - values.mean()) / values.std(),
        low=low,
        high=high,
    )


@dataclass(frozen=True)
class OutlierEffect:
    """What one more value does to mean and mode, as a share of what they are without it.

    Attributes
    ----------
    size : array of shape (k,)
        The added value, in units of the mean.
    mean, mode_by_moments, mode_by_logarithms : array of shape (k,)
        With the value over without it; 1 is no change.
    """

    size: Array
    mean: Array
    mode_by_moments: Array
    mode_by_logarithms: Array


def outlier_effect(values: ArrayLike, size: ArrayLike) -> OutlierEffect:
    """Add one value to a sample, and see how mean and mode move.

    Parameters
    ----------
    values : array_like of shape (n,)
        Positive.
    size : array_like of shape (k,)
        Added values, one at a time, in units of the sample's mean; positive.
    """
    values, size = np.asarray(values, dtype=float), np.asarray(size, dtype=float)
    added = (size * values.mean())[:, None]
    samples = np.hstack([np.broadcast_to(values, (len(size), len(values))), added])
    after, before = _statistics(samples), _statistics(values[None])
    return OutlierEffect(size, *(a / b for a, b in zip(after, before, strict=True)))


def _statistics(samples: Array) -> tuple[Array, Array, Array]:
    """Return mean, mode by moments and mode by logarithms of each row."""
    mean, logarithms = samples.mean(1), np.log(samples)
    mode = lognormal_mode(mean, samples.std(1))
    return mean, mode, np.exp(logarithms.mean(1) - logarithms.var(1))


def _check_spread(values: Array) -> None:
    if not np.isfinite(values).all() or values.std() == 0:
        raise ValueError(f"got {values[:3]}, ... {values[-1]}; expected finite values that differ")
