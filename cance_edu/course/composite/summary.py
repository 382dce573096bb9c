"""What each part of the composite feature tells, and running moments batch by batch (App. A)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from cance_edu.course.ellipse import ellipse
from cance_edu.experiments import auroc
from cance_edu.method.moments import RunningMoments

__all__ = [
    "FeatureComparison",
    "MomentsFrame",
    "compare_features",
    "feature_columns",
    "running_frames",
    "squared_mahalanobis",
]

Array = NDArray[np.float64]


def squared_mahalanobis(training: ArrayLike, features: ArrayLike) -> Array:
    r"""Return the squared Mahalanobis distance to a Gaussian fitted on the training features.

    .. math:: (z - \hat μ)^T \hat Σ^{-1} (z - \hat μ)

    Twice the Gaussian's negative log-density, up to a constant: the simplest anomaly score.

    Parameters
    ----------
    training : array_like of shape (n, dimension)
        Normal features; their biased covariance must not be singular.
    features : array_like of shape (m, dimension)
        To be scored.

    Returns
    -------
    array of shape (m,)
        At least 0; higher is more anomalous.
    """
    training, features = np.asarray(training), np.asarray(features)
    centred = training - training.mean(0)
    covariance = centred.T @ centred / len(training)
    apart = features - training.mean(0)
    return np.einsum("ij,ij->i", apart, np.linalg.solve(covariance, apart.T).T)


def feature_columns(latent_dim: int) -> dict[str, slice]:
    """Return which columns of z = (z_l, z_e, z_c) each set of features takes."""
    d = latent_dim
    return {
        "latents": slice(0, d),
        "error": slice(d, d + 1),
        "latents, error": slice(0, d + 1),
        "all of z": slice(0, d + 2),
    }


@dataclass(frozen=True)
class FeatureComparison:
    """How well sets of features tell kinds of anomalies, each by its Mahalanobis distance.

    Attributes
    ----------
    features : tuple of str
        The sets, as in `feature_columns`.
    kinds : tuple of str
        The kinds of anomalies.
    aurocs : array of shape (features, kinds)
        In [0, 1].
    found : dict of (str, str) to array of bool, shape (anomalies,)
        By set and kind: which anomalies score above 95% of the held-out normal images.
    """

    features: tuple[str, ...]
    kinds: tuple[str, ...]
    aurocs: Array
    found: dict[tuple[str, str], NDArray[np.bool_]]

    def auroc(self, features: str, kind: str) -> float:
        """Return one AUROC by its names."""
        return float(self.aurocs[self.features.index(features), self.kinds.index(kind)])


def compare_features(
    training: ArrayLike, normal: ArrayLike, anomalies: Mapping[str, Array]
) -> FeatureComparison:
    """Score every kind of anomaly by every set of features.

    Parameters
    ----------
    training, normal : array_like of shape (n, d + 2)
        Composite features of normal images: for the Gaussian, and held out.
    anomalies : mapping of str to array of shape (m, d + 2)
        Composite features of anomalies, by kind.
    """
    training, normal = np.asarray(training), np.asarray(normal)
    columns = feature_columns(training.shape[1] - 2)
    aurocs, found = [], {}
    for name, of in columns.items():
        usual = squared_mahalanobis(training[:, of], normal[:, of])
        for kind, features in anomalies.items():
            scores = squared_mahalanobis(training[:, of], features[:, of])
            truth = np.repeat([False, True], [len(usual), len(scores)])
            aurocs.append(auroc(truth, np.concatenate([usual, scores])))
            found[name, kind] = scores > np.quantile(usual, 0.95)
    table = np.reshape(aurocs, (len(columns), len(anomalies)))
    return FeatureComparison(tuple(columns), tuple(anomalies), table, found)


@dataclass(frozen=True)
class MomentsFrame:
    """Running moments of points in the plane after one more batch.

    Attributes
    ----------
    batch, seen : array of shape (points, 2)
        The new batch, and all points up to and with it.
    mean, covariance : array of shape (2,) and (2, 2)
        The running moments.
    ellipse, full_ellipse : array of shape (2, 181)
        95% of the Gaussian with these moments, and with those of all data.
    """

    batch: Array
    seen: Array
    mean: Array
    covariance: Array
    ellipse: Array
    full_ellipse: Array


def running_frames(points: ArrayLike, frames: int = 10) -> list[MomentsFrame]:
    """Feed points to `RunningMoments` in batches, in the order given.

    Parameters
    ----------
    points : array_like of shape (n, 2)
        All the data.
    frames : int
        Number of batches, of nearly one size.
    """
    points = np.asarray(points, dtype=float)
    full = ellipse(points.mean(0), np.cov(points.T, bias=True))
    moments, seen, result = RunningMoments(2), 0, []
    for batch in np.array_split(points, frames):
        moments.update(torch.from_numpy(batch))
        seen += len(batch)
        mean, covariance = moments.mean.numpy(), moments.covariance.numpy()
        curve = ellipse(mean, covariance)
        result.append(MomentsFrame(batch, points[:seen], mean, covariance, curve, full))
    return result
