"""Classic detectors from scikit-learn, to be shown beside CANCE on the same splits.

Each takes the rows of a training part and of a test part, and a seed, and returns scores of the
test part: higher is more anomalous. Nothing is tuned.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLASSICS", "gaussian", "mixture", "neighbours", "neighbours_after_pca", "pca_error"]

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
    from sklearn.decomposition import PCA

    model = PCA(components, random_state=seed).fit(train)
    rebuilt = model.inverse_transform(model.transform(test))
    return np.asarray(((test - rebuilt) ** 2).sum(1), dtype=np.float64)


def neighbours_after_pca(train: Rows, test: Rows, seed: int, components: int, count: int) -> Scores:
    """Return `neighbours` among the first principal components, which are not whitened."""
    from sklearn.decomposition import PCA

    model = PCA(components, random_state=seed).fit(train)
    return neighbours(model.transform(train), model.transform(test), seed, count)


CLASSICS: dict[str, Callable[[Rows, Rows, int], Scores]] = {
    "gaussian": gaussian,
    "gmm2": partial(mixture, components=2),
    "nn1": partial(neighbours, count=1),
    "nn2": partial(neighbours, count=2),
    "pca64": partial(pca_error, components=64),
    "nn2_pca64": partial(neighbours_after_pca, components=64, count=2),
}
"""All of them, by the name that results and reports use."""
