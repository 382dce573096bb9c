"""The contract of every detector: fit on normal data, score anything, higher is more anomalous.

Scikit-learn's face stands on these two methods and is written here once: `score_samples` has its
sign, `predict` its labels, and one threshold is read off the training scores.
"""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OutlierMixin

from cance_edu.detectors.parameters import TINY, check_number

__all__ = ["Detector"]


class Detector(OutlierMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """What a user fits on normal data, and what then gives each input a score.

    Attributes
    ----------
    contamination : float
        Share of the training data that `predict` calls anomalous, in (0, 0.5].
    offset_ : float
        What `decision_function` subtracts from `score_samples`; there once it is fitted.
    """

    contamination: float
    offset_: float

    @abstractmethod
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from normal data X, shape (n, ...); return the detector itself.

        A detector that uses labels takes them as y: 1 normal, -1 anomaly, 0 unknown.
        """

    @abstractmethod
    def anomaly_score(self, X: Any) -> NDArray[np.float64]:
        """Return a score for each input, shape (n,); higher is more anomalous."""

    def score_samples(self, X: Any) -> NDArray[np.float64]:
        """Return minus the anomaly score, scikit-learn's sign: lower is more anomalous."""
        return -self.anomaly_score(X)

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return `score_samples` minus `offset_`: negative for anomalies."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Return +1 for normal and -1 for anomalous inputs, by the threshold `offset_`."""
        # Asked so, a score that is NaN is no normal one.
        return np.where(self.decision_function(X) >= 0, 1, -1)

    def _begin_fit(self) -> None:
        """Forget an earlier fit, so that one that fails leaves none, and look at the parameters."""
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)
        self._check_parameters()

    def _check_parameters(self) -> None:
        """Refuse parameters that are not as documented."""
        check_number("contamination", self.contamination, TINY, 0.5, "a number in (0, 0.5]")

    def _set_offset(self, training_scores: NDArray[np.float64]) -> None:
        """Put the threshold where it calls the share `contamination` of these scores anomalous."""
        self.offset_ = float(np.percentile(-training_scores, 100 * self.contamination))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "offset_")
