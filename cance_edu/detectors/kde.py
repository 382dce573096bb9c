"""Kernel density estimation among whitened principal components.

The density is computed here: far from the data, where anomalies are, scikit-learn's `KernelDensity`
(1.9.1) is off by up to hundreds of nats, which changes the order of anomalies; a test shows it.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold
from torch import Tensor

from cance_edu.detectors.parameters import TINY, check_number
from cance_edu.detectors.skeleton import Skeleton
from cance_edu.training.sources import Source

__all__ = ["BANDWIDTHS", "KDE", "log_density", "without_itself"]

Scores = NDArray[np.float64]

BANDWIDTHS = 2.0 ** np.arange(-4.5, 5.5, 0.5)
"""The grid of Ruff et al. 2018's released `kde.py`, searched by likelihood in 5 folds."""


@dataclass(kw_only=True, eq=False, repr=False)
class KDE(Skeleton):
    r"""Kernel density estimation among whitened principal components (Table 3).

    .. math:: s(x) = -\ln \frac1n \sum_i N(z; z_i, h² I), \quad z = Λ^{-1/2} V^T (x - m)

    Parameters
    ----------
    components : int
        Principal components, whitened; no more than the training set has. The paper does not say
        how many; Table 3's column fits 10 of them (mean absolute deviation 1.7), 100 are better.
    bandwidth : float, "scott" or "likelihood"
        h. Scott's rule n^(-1/(d + 4)); or the best of `BANDWIDTHS` by the likelihood of held-out
        normal data, as in Ruff et al. 2018.
    """

    components: int = 10
    bandwidth: float | Literal["scott", "likelihood"] = "scott"

    deterministic: ClassVar[bool] = True
    lowest = Skeleton.lowest | {"components": 1}

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.bandwidth not in ("scott", "likelihood"):
            expected = "a number above 0, 'scott' or 'likelihood'"
            check_number("bandwidth", self.bandwidth, TINY, expected=expected)

    def _learn(self, source: Source, labels: Tensor, generator: torch.Generator) -> Scores:
        rows = self._rows(source).astype(np.float64)
        self.pca_ = _whitened(rows, min(self.components, *rows.shape))
        z = self.pca_.transform(rows)
        self.points_, self.bandwidth_ = z, self._bandwidth(z)
        peak = -z.shape[1] * math.log(self.bandwidth_ * math.sqrt(2 * math.pi))
        return -without_itself(log_density(z, z, self.bandwidth_), peak)

    def _bandwidth(self, z: NDArray[Any]) -> float:
        if self.bandwidth == "scott":
            return float(len(z) ** (-1 / (z.shape[1] + 4)))
        if self.bandwidth != "likelihood":
            return self.bandwidth
        folds = list(KFold(min(5, len(z))).split(z))
        likelihood = [
            sum(log_density(z[held_out], z[kept], h).sum() for kept, held_out in folds)
            for h in BANDWIDTHS
        ]
        return float(BANDWIDTHS[int(np.argmax(likelihood))])

    def _score(self, source: Source) -> Scores:
        z = self.pca_.transform(self._rows(source).astype(np.float64))
        return -log_density(z, self.points_, self.bandwidth_)


def log_density(z: NDArray[Any], points: NDArray[Any], bandwidth: float) -> Scores:
    r"""Return the logarithm of the mean of Gaussians around points.

    .. math:: \ln \frac1n \sum_i N(z; z_i, h² I)

    In logarithms throughout: far from all points the kernels themselves are 0 in floating point.

    Parameters
    ----------
    z, points : array of shape (m, d), (n, d)
        Where, and the kernels' centres.
    bandwidth : float
        h.

    Returns
    -------
    array of shape (m,)
    """
    constant = math.log(len(points)) + points.shape[1] * math.log(
        bandwidth * math.sqrt(2 * math.pi)
    )
    parts = [z[start : start + 1000] for start in range(0, len(z), 1000)]
    exponents = (-cdist(part, points, "sqeuclidean") / (2 * bandwidth**2) for part in parts)
    return np.concatenate([logsumexp(exponent, axis=1) for exponent in exponents]) - constant


def _whitened(rows: NDArray[Any], components: int) -> PCA:
    """Return so many principal components, or as many as the rows have to round-off."""
    # Left to itself PCA would draw random numbers for some shapes, and for others not.
    pca = PCA(components, whiten=True, svd_solver="covariance_eigh").fit(rows)
    rank = int((pca.explained_variance_ > 1e-10 * pca.explained_variance_[0]).sum())
    return pca if rank == components else _whitened(rows, rank)


def without_itself(log_density: Scores, peak: float) -> Scores:
    """Return each training point's log-density without its own kernel, which flatters it.

    Parameters
    ----------
    log_density : array of shape (n,)
        Of the mean of n kernels, its own among them.
    peak : float
        Logarithm of one kernel at its centre.

    Returns
    -------
    array of shape (n,)
        Of the mean of the n - 1 others; a point that is far from all of them gets the smallest
        number that is finite.
    """
    n = len(log_density)
    with np.errstate(divide="ignore"):
        others = np.log(np.expm1(np.maximum(log_density + math.log(n) - peak, 0)))
    return np.maximum(peak + others - math.log(n - 1), np.finfo(float).min)
