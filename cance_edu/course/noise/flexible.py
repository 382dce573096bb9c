"""Where noise should lie, for a model that is free at each radius and for one that is not (06b).

Data N(0, I), noise N(0, K² I). The rigid model is `estimate_variance`'s: ln p = c - α |z|²/2, two
numbers. The flexible one is a broken line in |z|: a height at each of several knots.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from cance_edu.course.contrast.logistic_nce import asymptotic_covariance, radial_log_odds
from cance_edu.course.noise.variance import EstimateVariance, variance_of

__all__ = ["flexible_variance", "knots_of"]

Array = NDArray[np.float64]


def knots_of(knots: int, dimension: int) -> Array:
    """Return the radii of the knots, from 0 to where one data point in a million is farther."""
    return np.linspace(0, stats.chi.isf(1e-6, dimension), knots)


def flexible_variance(
    scale: Sequence[float] | Array,
    radius: Sequence[float],
    knots: int,
    dimension: int = 1,
    noise_ratio: float = 1.0,
) -> EstimateVariance:
    """Return the variance of the estimated ln p at some radii, for the broken line.

    Parameters
    ----------
    scale, radius : sequence of float
        K, and where the density is estimated.
    knots : int
        How many heights the model has.
    dimension, noise_ratio : int, float
        D and ν.
    """
    places = knots_of(knots, dimension)
    grid = np.linspace(0, places[-1], 20_001)
    slopes, at_radius = _slopes(grid, places), _slopes(np.asarray(radius), places)
    of_radius = stats.chi.pdf(grid, dimension)

    def covariance(k: float) -> Array:
        could_be_noise = expit(-radial_log_odds(grid, k, dimension, noise_ratio))
        return asymptotic_covariance(slopes, could_be_noise, of_radius, grid, noise_ratio)

    covariances = [covariance(float(k)) for k in scale]
    return variance_of(at_radius.T, covariances, scale, radius)


def _slopes(radius: Array, places: Array) -> Array:
    """Return the gradient of ln p in its numbers: 1 for the constant, then each hat but the first.

    The hats add up to 1, so that the constant stands for the one that is left out.
    """
    hats = np.stack([np.interp(radius, places, row) for row in np.eye(len(places))])
    return np.concatenate([np.ones((1, len(radius))), hats[1:]])
