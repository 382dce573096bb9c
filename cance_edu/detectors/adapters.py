"""Detectors of scikit-learn and PyOD behind this package's contract."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from cance_edu.detectors.base import Detector

__all__ = ["Adapted", "from_pyod", "from_sklearn"]

Scores = NDArray[np.float64]


class Adapted(Detector):
    """An estimator of another package that learns from rows; images are laid out as rows.

    Parameters
    ----------
    estimator : object
        With `fit`; it is copied and stays as it is.
    score : callable of a fitted estimator and rows
        Returns scores, higher for anomalies.
    contamination : float
        As in `Detector`.

    Attributes
    ----------
    estimator_ : object
        The fitted copy.
    """

    def __init__(
        self,
        estimator: Any,
        score: Callable[[Any, NDArray[Any]], ArrayLike],
        contamination: float = 0.1,
    ) -> None:
        self.estimator = estimator
        self.score = score
        self.contamination = contamination

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit a copy of the estimator to rows, shape (n, ...)."""
        self._begin_fit()
        rows = _rows(X)
        self.estimator_ = clone(self.estimator).fit(rows)
        self._set_offset(self._training_scores(rows))
        return self

    def anomaly_score(self, X: Any) -> Scores:
        """Return the estimator's scores, shape (n,); higher is more anomalous."""
        check_is_fitted(self)
        return self._score(_rows(X))

    def _training_scores(self, rows: NDArray[Any]) -> Scores:
        """Return the scores from which the threshold is read."""
        return self._score(rows)

    def _score(self, rows: Any) -> Scores:
        return np.asarray(self.score(self.estimator_, rows), dtype=np.float64)


def from_sklearn(estimator: Any, random_state: Any = None) -> Adapted:
    """Return a detector of an estimator of scikit-learn that has `score_samples`.

    Parameters
    ----------
    estimator : object
        For example `IsolationForest()`, a `KernelDensity()`, or a pipeline that ends in one.
    random_state : int, optional
        For the estimator, if it takes one.
    """
    return Adapted(_seeded(estimator, random_state), _minus_score_samples)


def from_pyod(estimator: Any, random_state: Any = None) -> Adapted:
    """Return a detector of one of PyOD's, whose `decision_function` is higher for anomalies."""
    return Adapted(_seeded(estimator, random_state), _decision_function)


def _minus_score_samples(estimator: Any, rows: NDArray[Any]) -> ArrayLike:
    return -np.asarray(estimator.score_samples(rows))


def _decision_function(estimator: Any, rows: NDArray[Any]) -> ArrayLike:
    found: ArrayLike = estimator.decision_function(rows)
    return found


def _seeded(estimator: Any, random_state: Any) -> Any:
    """Return a copy that takes the seed wherever the estimator, or a step of it, has one."""
    copy = clone(estimator)
    names = [k for k in copy.get_params() if k.rpartition("__")[2] == "random_state"]
    return copy.set_params(**dict.fromkeys(names, random_state)) if names else copy


def _rows(X: Any) -> NDArray[Any]:
    rows = np.asarray(X)
    return rows.reshape(len(rows), -1)
