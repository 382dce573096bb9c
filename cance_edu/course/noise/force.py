r"""The force that Eq. 8 exerts on K, by quadrature, for one feature whose density is known.

With T fixed, the two terms of Eq. 8 have gradients in K that are integrals over z = L_K(v):

.. math:: \frac{d}{dK}: \quad \int p\, σ(-T)\, T' \frac{z - μ}{K}\, dz
          \;-\; ν \int p_{nK}\, σ(T)\, T' \frac{z - μ}{K}\, dz

A positive sum means that minimising Eq. 8 makes K smaller, and minimising Eq. 12 makes it larger.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from cance_edu.method.lognormal import lognormal_log_pdf, lognormal_mode
from cance_edu.method.proposition import augmented_log_pdf, noise_log_pdf

__all__ = [
    "Force",
    "KnownFeature",
    "augmented_error",
    "loss_of_scale",
    "noise_force",
    "sharp_core",
    "skewed_error",
    "two_modes",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class KnownFeature:
    """One feature with a known density; the noise has its mean and K times its deviation.

    Attributes
    ----------
    name : str
        For labels.
    log_pdf : callable
        ln p(z), for arrays.
    mean, standard_deviation : float
        Those of the noise at K = 1.
    breaks : tuple of float
        Ends of the intervals on which p is smooth, in order; it is 0 outside them.
    """

    name: str
    log_pdf: Callable[[Array], Array]
    mean: float
    standard_deviation: float
    breaks: tuple[float, ...] = (-math.inf, math.inf)

    def intervals(self, scale: float, points: int = 40_001) -> list[Array]:
        """Return a grid on each smooth interval, as far as the widened noise reaches."""
        reach = 20 * max(scale, 1) * self.standard_deviation
        ends = np.clip(self.breaks, self.mean - reach, self.mean + reach).tolist()
        # A density that starts or jumps at an end is not evaluated there.
        inside = 1e-9 * self.standard_deviation
        return [np.linspace(low + inside, high - inside, points) for low, high in pairwise(ends)]

    def noise_log_pdf(self, z: Array, scale: float) -> Array:
        """Return ln p_nK(z)."""
        return noise_log_pdf(z, self.mean, self.standard_deviation, scale)

    def optimal_log_ratio(self, z: Array, scale: float, noise_ratio: float = 1.0) -> Array:
        """Return T*(z) = ln p(z) - ln ν - ln p_nK(z), Eq. 4 at its optimum."""
        return self.log_pdf(z) - math.log(noise_ratio) - self.noise_log_pdf(z, scale)


def skewed_error(spread: float = 0.4) -> KnownFeature:
    """Return a log-normal reconstruction error of mean 1 and standard deviation `spread`."""
    return KnownFeature(
        "skewed error", lambda z: lognormal_log_pdf(z, 1.0, spread), 1.0, spread, (0.0, math.inf)
    )


def augmented_error(spread: float = 0.4) -> KnownFeature:
    """Return p_m of Eq. 10 for the same error: it jumps at the mode, and the noise is unchanged."""
    mode = float(lognormal_mode(1.0, spread))
    return KnownFeature(
        "augmented error",
        lambda z: augmented_log_pdf(z, 1.0, spread),
        1.0,
        spread,
        (0.0, mode, math.inf),
    )


def sharp_core(core: float = 0.3, tail: float = 1.5, share: float = 0.8) -> KnownFeature:
    """Return a feature with a sharp core and heavy tails, as a reconstruction error may be.

    Parameters
    ----------
    core, tail : float
        Standard deviations of two Gaussians around 0.
    share : float
        Of the core.
    """

    def log_pdf(z: Array) -> Array:
        parts = [noise_log_pdf(z, 0.0, width) for width in (core, tail)]
        return np.logaddexp(math.log(share) + parts[0], math.log(1 - share) + parts[1])

    deviation = math.sqrt(share * core**2 + (1 - share) * tail**2)
    return KnownFeature("sharp core", log_pdf, 0.0, deviation)


def two_modes(distance: float = 1.5, width: float = 0.6) -> KnownFeature:
    """Return a latent with two equal Gaussian modes at ± `distance`."""

    def log_pdf(z: Array) -> Array:
        modes = [noise_log_pdf(z, sign * distance, width) for sign in (-1, 1)]
        return np.logaddexp(*modes) - math.log(2)

    return KnownFeature("two modes", log_pdf, 0.0, math.hypot(distance, width))


@dataclass(frozen=True)
class Force:
    """The gradient of Eq. 8 in K, at several K.

    Attributes
    ----------
    scale : array of shape (k,)
        K.
    data, noise : array of shape (k,)
        The gradients of the data term and of the noise term, per unit of K.
    """

    scale: Array
    data: Array
    noise: Array

    @property
    def total(self) -> Array:
        """Their sum, the force on K: minimising Eq. 8 moves K against it."""
        return self.data + self.noise


def noise_force(
    feature: KnownFeature,
    scale: Sequence[float] | Array,
    noise_ratio: float = 1.0,
    *,
    confidence: float = 1.0,
    trained_on: KnownFeature | None = None,
) -> Force:
    """Return both gradients of Eq. 8 in K, where T is a known multiple of its optimum.

    Parameters
    ----------
    feature : KnownFeature
        Where the data of Eq. 8 come from.
    scale : sequence of float
        K, each above 0.
    noise_ratio : float
        ν.
    confidence : float
        a, with T = a T*: below 1 it underfits, above 1 it is overconfident.
    trained_on : KnownFeature, optional
        The density in T*, the same `feature` unless told; with the augmentation it is another.
    """
    trained_on = trained_on or feature

    def terms(k: float) -> Array:
        sums = np.zeros(2)
        for z in trained_on.intervals(k):
            log_ratio = confidence * trained_on.optimal_log_ratio(z, k, noise_ratio)
            push = np.gradient(log_ratio, z) * (z - feature.mean) / k
            data = np.exp(feature.log_pdf(z)) * expit(-log_ratio) * push
            noise = -noise_ratio * np.exp(feature.noise_log_pdf(z, k)) * expit(log_ratio) * push
            sums += np.trapezoid([data, noise], z)
        return sums

    data, noise = np.transpose([terms(float(k)) for k in scale])
    return Force(np.asarray(scale, dtype=float), data, noise)


def loss_of_scale(
    feature: KnownFeature,
    scale: Sequence[float] | Array,
    noise_ratio: float = 1.0,
    *,
    trained_at: float | None = None,
) -> Array:
    """Return the NCE loss of Eq. 5, in nats, against K.

    Parameters
    ----------
    feature : KnownFeature
        The data.
    scale : sequence of float
        K of the noise.
    noise_ratio : float
        ν.
    trained_at : float, optional
        The K that T is optimal for, and stays optimal for; unless told, T is optimal at every K,
        and the loss is L*(K), the least there is.
    """

    def loss(k: float) -> float:
        total = 0.0
        # Noise where p is 0 costs nothing: there T* is minus infinity, and right.
        for z in feature.intervals(max(k, trained_at or k)):
            log_ratio = feature.optimal_log_ratio(z, trained_at or k, noise_ratio)
            on_data = np.exp(feature.log_pdf(z)) * log_expit(log_ratio)
            on_noise = np.exp(feature.noise_log_pdf(z, k)) * log_expit(-log_ratio)
            total -= float(np.trapezoid(on_data + noise_ratio * on_noise, z))
        return total

    return np.array([loss(float(k)) for k in scale])
