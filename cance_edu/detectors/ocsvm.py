"""One-class support vector machine, with scikit-learn; with an RBF kernel it is SVDD."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.svm import OneClassSVM
from torch import Tensor

from cance_edu.detectors.parameters import TINY, check_number
from cance_edu.detectors.skeleton import Skeleton
from cance_edu.training.sources import Source

__all__ = ["OCSVM"]

Scores = NDArray[np.float64]


@dataclass(kw_only=True, eq=False, repr=False)
class OCSVM(Skeleton):
    r"""One-class support vector machine; with this kernel it is SVDD, the smallest ball (Table 4).

    .. math:: s(x) = -\sum_i α_i \exp(-γ \|x - x_i\|²)

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

    lowest = Skeleton.lowest | {"max_samples": 2}

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
