"""Why errors should be log-normal at all: what is made of many factors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Products", "products", "without_common_factors"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Products:
    """The same factors, added up and multiplied.

    Attributes
    ----------
    total, product : array of shape (draws,)
        Mean 1 both: the mean of the factors, and their product.
    """

    total: Array
    product: Array


def products(count: int = 6, draws: int = 20_000, random_state: int = 0) -> Products:
    """Draw factors, uniform between one half and one and a half, independent of each other.

    Parameters
    ----------
    count : int
        Factors of each draw.
    draws : int
        How often.
    random_state : int
        The same integer gives the same draws.
    """
    factors = np.random.default_rng(random_state).uniform(0.5, 1.5, size=(draws, count))
    return Products(factors.mean(1), factors.prod(1))


def without_common_factors(squares: ArrayLike, random_state: int = 0) -> Array:
    """Return errors whose pixels come from different images, and so share nothing.

    Parameters
    ----------
    squares : array_like of shape (n, pixels)
        Squared pixel differences of n images.
    random_state : int
        The same integer shuffles in the same way.

    Returns
    -------
    array of shape (n,)
        Mean squared differences, each pixel shuffled among the images.
    """
    squares = np.asarray(squares, dtype=float)
    return np.random.default_rng(random_state).permuted(squares, axis=0).mean(1)
