"""Distance to the nearest training inputs, with scikit-learn: the line to beat."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from cance_edu.detectors.skeleton import Skeleton
from cance_edu.training.sources import Source

__all__ = ["NearestNeighbours"]

Scores = NDArray[np.float64]


@dataclass(kw_only=True, eq=False, repr=False)
class NearestNeighbours(Skeleton):
    """Mean Euclidean distance to the nearest training inputs (Table 6): the line to beat.

    Parameters
    ----------
    neighbours : int
        How many; the paper does not say.
    """

    neighbours: int = 1

    deterministic: ClassVar[bool] = True
    lowest = Skeleton.lowest | {"neighbours": 1}

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
