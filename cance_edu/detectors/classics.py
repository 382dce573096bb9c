"""Classic detectors of scikit-learn, to be shown beside CANCE; nothing of them is tuned."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.covariance import EmpiricalCovariance
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from cance_edu.detectors.adapters import Adapted, from_sklearn
from cance_edu.detectors.cance import CANCE
from cance_edu.training.contrast import History

__all__ = [
    "LatentNorm",
    "distance_to_mean",
    "gaussian",
    "mixture",
    "neighbours",
    "neighbours_after_pca",
    "pca_error",
    "principal_components",
]


def distance_to_mean(random_state: Any = None) -> Adapted:
    """Return a detector by the squared distance to the training rows' mean."""
    return Adapted(StandardScaler(with_std=False), _squared_length)


def gaussian(random_state: Any = None) -> Adapted:
    """Return a detector by the squared Mahalanobis distance to the training rows' mean."""
    return Adapted(EmpiricalCovariance(), _mahalanobis)


def mixture(components: int = 2, random_state: Any = None) -> Adapted:
    """Return a detector by minus the log-density of a mixture of Gaussians, best of 5 starts."""
    return from_sklearn(GaussianMixture(components, n_init=5), random_state)


def neighbours(count: int = 1, random_state: Any = None) -> Adapted:
    """Return a detector by the mean distance to the nearest training rows."""
    return _AmongNeighbours(NearestNeighbors(n_neighbors=count), _mean_distance)


def pca_error(components: int = 64, random_state: Any = None) -> Adapted:
    """Return a detector by the squared distance to the first principal components' subspace."""
    return Adapted(principal_components(components), _squared_error)


def neighbours_after_pca(components: int = 64, count: int = 2, random_state: Any = None) -> Adapted:
    """Return `neighbours` among the first principal components, which are not whitened."""
    near = NearestNeighbors(n_neighbors=count)
    pipeline = make_pipeline(principal_components(components), near)
    return _AmongNeighbours(pipeline, _mean_distance_after)


def principal_components(count: int) -> PCA:
    """Return scikit-learn's PCA: the first components to round-off, fewer than columns.

    Left to itself it would choose an approximate solver for some tables, an exact one for others.
    """
    return PCA(count, svd_solver="arpack", random_state=0)


class _AmongNeighbours(Adapted):
    """A training row's neighbours are others than itself, or the threshold would be 0."""

    def _training_scores(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        return self._score(None)  # so scikit-learn is asked for it


def _squared_length(model: StandardScaler, rows: NDArray[Any]) -> ArrayLike:
    return np.square(model.transform(rows)).sum(1)


def _mahalanobis(model: EmpiricalCovariance, rows: NDArray[Any]) -> ArrayLike:
    found: ArrayLike = model.mahalanobis(rows)
    return found


def _mean_distance(model: NearestNeighbors, rows: NDArray[Any] | None) -> ArrayLike:
    found: ArrayLike = model.kneighbors(rows)[0].mean(1)
    return found


def _mean_distance_after(model: Pipeline, rows: NDArray[Any] | None) -> ArrayLike:
    return _mean_distance(model[-1], None if rows is None else model[:-1].transform(rows))


def _squared_error(model: PCA, rows: NDArray[Any]) -> ArrayLike:
    rebuilt = model.inverse_transform(model.transform(rows))
    return np.square(rows - rebuilt).sum(1)


class LatentNorm(CANCE):
    """Squared norm of CANCE's latents: they have mean 0 and deviation 1, so it needs no density.

    Its parameters are those of `CANCE`. Of `variant` there remains what is asked of the training
    data's z_e and z_c, which is nothing with "latnce".
    """

    def _learn_density(self, training: Tensor, held_out: Tensor, random: Any) -> None:
        """Learn none."""
        self.history_ = History()

    def _score(self, features: Tensor) -> NDArray[np.float64]:
        return features[:, :-2].square().sum(1).numpy()
