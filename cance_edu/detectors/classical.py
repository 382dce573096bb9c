"""Three classical detectors, with scikit-learn: density, one-class SVM and nearest neighbours.

They have no network and learn in seconds. Images are taken as rows of pixels.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity, NearestNeighbors
from sklearn.svm import OneClassSVM
from torch import Tensor

from cance_edu.detectors.skeleton import Skeleton, check_number
from cance_edu.training.sources import Source

__all__ = ["BANDWIDTHS", "KDE", "OCSVM", "NearestNeighbours", "without_itself"]

Scores = NDArray[np.float64]
TINY = np.finfo(float).tiny

BANDWIDTHS = 2.0 ** np.arange(-4.5, 5.5, 0.5)
"""The grid of Ruff et al. 2018's released `kde.py`, searched by likelihood in 5 folds."""


@dataclass(kw_only=True, eq=False, repr=False)
class _Classical(Skeleton):
    def _rows(self, source: Source) -> NDArray[Any]:
        batches = [self.scaling_(batch).flatten(1).cpu() for batch in source.batches()]
        return torch.cat(batches).numpy()


@dataclass(kw_only=True, eq=False, repr=False)
class KDE(_Classical):
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
    lowest: ClassVar[dict[str, float]] = {"components": 1}

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.bandwidth not in ("scott", "likelihood"):
            expected = "a number above 0, 'scott' or 'likelihood'"
            check_number("bandwidth", self.bandwidth, TINY, expected=expected)

    def _learn(self, source: Source, labels: Tensor, generator: torch.Generator) -> Scores:
        rows = self._rows(source).astype(np.float64)
        rank = int(np.linalg.matrix_rank(rows - rows.mean(0)))
        # Left to itself PCA would draw random numbers for some shapes, and for others not.
        self.pca_ = PCA(min(self.components, rank), whiten=True, svd_solver="full").fit(rows)
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


@dataclass(kw_only=True, eq=False, repr=False)
class OCSVM(_Classical):
    r"""One-class support vector machine; with this kernel it is SVDD, the smallest ball (Table 4).

    .. math:: s(x) = -\sum_i α_i \exp(-γ \|x - x_i\|²) + \text{constant}

    As ν goes to 1 all α become equal, and it ranks as a kernel density estimate does.

    Parameters
    ----------
    nu : float
        ν in (0, 1), an upper bound of the share of training data outside.
    gamma : float or "scale"
        γ; "scale" is 1 over the number of columns times their variance, scikit-learn's default.
    max_samples : int
        Of more training inputs so many are drawn: the time grows with their square or faster.
    """

    nu: float = 0.1
    gamma: float | Literal["scale"] = "scale"
    max_samples: int = 6000

    lowest: ClassVar[dict[str, float]] = {"max_samples": 2}

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_number("nu", self.nu, TINY, 1 - 1e-9, "a number in (0, 1)")
        if self.gamma != "scale":
            check_number("gamma", self.gamma, TINY, expected="a number above 0, or 'scale'")

    def _learn(self, source: Source, labels: Tensor, generator: torch.Generator) -> Scores:
        drawn = torch.randperm(len(source), generator=generator)[: self.max_samples]
        self.machine_ = OneClassSVM(nu=self.nu, gamma=self.gamma)
        self.machine_.fit(self._rows(source.subset(drawn.sort().values)))
        return self._score(source)

    def _score(self, source: Source) -> Scores:
        return -np.asarray(self.machine_.score_samples(self._rows(source)), dtype=np.float64)


@dataclass(kw_only=True, eq=False, repr=False)
class NearestNeighbours(_Classical):
    """Mean Euclidean distance to the nearest training inputs (Table 6): the line to beat.

    Parameters
    ----------
    neighbours : int
        How many; the paper does not say.
    """

    neighbours: int = 1

    deterministic: ClassVar[bool] = True
    lowest: ClassVar[dict[str, float]] = {"neighbours": 1}

    def _fewest(self) -> int:
        return self.neighbours + 1

    def _learn(self, source: Source, labels: Tensor, generator: torch.Generator) -> Scores:
        self.index_ = NearestNeighbors(n_neighbors=self.neighbours).fit(self._rows(source))
        # Asked without points, it leaves out each training input's distance to itself, which is 0.
        return self._mean_distance(None)

    def _score(self, source: Source) -> Scores:
        return self._mean_distance(self._rows(source))

    def _mean_distance(self, rows: NDArray[Any] | None) -> Scores:
        distances, _ = self.index_.kneighbors(rows)
        return np.asarray(distances.mean(1), dtype=np.float64)
