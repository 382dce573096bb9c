"""Kernel density estimation among whitened principal components, with scikit-learn."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity
from torch import Tensor

from cance_edu.detectors.skeleton import Skeleton, check_number
from cance_edu.training.sources import Source

__all__ = ["BANDWIDTHS", "KDE", "without_itself"]

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
            check_number("bandwidth", self.bandwidth, np.finfo(float).tiny, expected=expected)

    def _learn(self, source: Source, labels: Tensor, generator: torch.Generator) -> Scores:
        rows = self._rows(source).astype(np.float64)
        self.pca_ = _whitened(rows, min(self.components, *rows.shape))
        z = self.pca_.transform(rows)
        self.density_ = KernelDensity(bandwidth=self._bandwidth(z)).fit(z)
        h, d = self.density_.bandwidth_, z.shape[1]
        peak = -d * math.log(h * math.sqrt(2 * math.pi))
        return -without_itself(self.density_.score_samples(z), peak)

    def _bandwidth(self, z: NDArray[Any]) -> float | str:
        if self.bandwidth != "likelihood":
            return self.bandwidth
        folds = min(5, len(z))
        search = GridSearchCV(KernelDensity(), {"bandwidth": BANDWIDTHS}, cv=folds).fit(z)
        return float(search.best_params_["bandwidth"])

    def _score(self, source: Source) -> Scores:
        z = self.pca_.transform(self._rows(source).astype(np.float64))
        return -np.asarray(self.density_.score_samples(z))


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
