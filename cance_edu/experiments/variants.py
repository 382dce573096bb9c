"""One autoencoder, the four variants of Sec. 4.2 on it, one AUROC each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_auc_score

from cance_edu.datasets import Split
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.parameters import VARIANTS, Variant

__all__ = ["Result", "auroc", "fit_variants"]


@dataclass(frozen=True)
class Result:
    """What one variant did on one split.

    Attributes
    ----------
    variant : str
        One of "error", "latnce", "cnce", "cance".
    detector : CANCE
        Fitted on the split's training part.
    scores : array of shape (n,)
        S(x) of the test part, higher is more anomalous.
    auroc : float
        In [0, 1].
    """

    variant: Variant
    detector: CANCE
    scores: NDArray[np.float64]
    auroc: float


def auroc(is_anomaly: ArrayLike, scores: ArrayLike) -> float:
    """Return the area under the ROC curve: how often an anomaly outscores a normal input.

    Parameters
    ----------
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    scores : array_like of shape (n,)
        Higher is more anomalous.

    Returns
    -------
    float
        In [0, 1]; 1/2 is chance.

    Raises
    ------
    ValueError
        If there are only anomalies, or none: there is no pair to compare.
    """
    is_anomaly = np.asarray(is_anomaly, dtype=bool)
    if is_anomaly.all() or not is_anomaly.any():
        raise ValueError(
            f"got {is_anomaly.sum()} anomalies among {is_anomaly.size} inputs; an AUROC needs both "
            "normal inputs and anomalies"
        )
    return float(roc_auc_score(is_anomaly, scores))


def fit_variants(
    split: Split, variants: Sequence[Variant] = VARIANTS, **parameters: Any
) -> Iterator[Result]:
    """Fit the variants of Sec. 4.2 one after the other, all on one trained autoencoder.

    Parameters
    ----------
    split : Split
        What to learn from, and what to test with the truth: images or a table.
    variants : sequence of str
        Which, in this order.
    **parameters
        Further parameters of `CANCE`.

    Yields
    ------
    Result
        As soon as a variant is done.

    Raises
    ------
    ValueError
        If there is no such variant, or as `CANCE.fit`.
    """
    for variant in variants:
        detector = CANCE(variant, **parameters).fit(split.train)
        parameters["representation"] = detector.representation_
        scores = detector.anomaly_score(split.test)
        yield Result(variant, detector, scores, auroc(split.is_anomaly, scores))
