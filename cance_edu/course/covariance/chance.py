"""Correlations of latents beside those of as many independent ones: how much is chance."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["independent_correlations", "root_mean_square"]

Array = NDArray[np.float64]


def independent_correlations(latent_dim: int, n: int) -> Array:
    """Return the correlations that n points with independent latents happen to have.

    Parameters
    ----------
    latent_dim : int
        d.
    n : int
        Points.

    Returns
    -------
    array of shape (latent_dim, latent_dim)
        Of one draw of n standard normal points; ones on the diagonal.
    """
    draw = np.random.default_rng(0).normal(size=(latent_dim, n))
    correlations: Array = np.asarray(np.corrcoef(draw))
    return correlations


def root_mean_square(correlations: ArrayLike) -> float:
    """Return the root mean square of the correlations of different latents.

    Of n independent points it is about 1 / √(n - 1).

    Parameters
    ----------
    correlations : array_like of shape (d, d)
        Of two latents at least.
    """
    correlations = np.asarray(correlations)
    off = correlations[~np.eye(len(correlations), dtype=bool)]
    return float(np.sqrt((off**2).mean()))
