"""Classic detectors from scikit-learn, to be shown beside CANCE on the same splits.

Each takes the rows of a training part and of a test part, and a seed, and returns scores of the
test part: higher is more anomalous. Nothing is tuned.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.decomposition import PCA

__all__ = [
    "CLASSICS",
    "gaussian",
    "mixture",
    "neighbours",
    "neighbours_after_pca",
    "pca_error",
    "principal_components",
]

Rows = NDArray[Any]
Scores = NDArray[np.float64]


def gaussian(train: Rows, test: Rows, seed: int) -> Scores:
    """Return the squared Mahalanobis distance to the training rows' mean; the seed is not used."""
    from sklearn.covariance import EmpiricalCovariance

    return np.asarray(EmpiricalCovariance().fit(train).mahalanobis(test), dtype=np.float64)


def mixture(train: Rows, test: Rows, seed: int, components: int) -> Scores:
    """Return the negative log-density of a mixture of Gaussians, the best of 5 starts."""
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(components, n_init=5, random_state=seed)
    return -np.asarray(model.fit(train).score_samples(test), dtype=np.float64)


def neighbours(train: Rows, test: Rows, seed: int, count: int) -> Scores:
    """Return the mean distance to the nearest training rows; the seed is not used."""
    from sklearn.neighbors import NearestNeighbors

    distances, _ = NearestNeighbors(n_neighbors=count).fit(train).kneighbors(test)
    return np.asarray(distances.mean(1), dtype=np.float64)


def pca_error(train: Rows, test: Rows, seed: int, components: int) -> Scores:
    """Return the squared distance to the subspace of the first principal components."""
    model = principal_components(train, components)
    rebuilt = model.inverse_transform(model.transform(test))
    return np.asarray(((test - rebuilt) ** 2).sum(1), dtype=np.float64)


def neighbours_after_pca(train: Rows, test: Rows, seed: int, components: int, count: int) -> Scores:
    """Return `neighbours` among the first principal components, which are not whitened."""
    model = principal_components(train, components)
    return neighbours(model.transform(train), model.transform(test), seed, count)


def principal_components(train: Rows, count: int) -> "PCA":
    """Return scikit-learn's PCA, fitted: the first components to round-off, fewer than columns.

    Left to itself it would choose an approximate solver for some tables, an exact one for others.
    """
    from sklearn.decomposition import PCA

    return PCA(count, svd_solver="arpack", random_state=0).fit(train)


CLASSICS: dict[str, Callable[[Rows, Rows, int], Scores]] = {
    "gaussian": gaussian,
    "gmm2": partial(mixture, components=2),
    "nn1": partial(neighbours, count=1),
    "nn2": partial(neighbours, count=2),
    "pca64": partial(pca_error, components=64),
    "nn2_pca64": partial(neighbours_after_pca, components=64, count=2),
}
"""All of them, by the name that results and reports use."""
