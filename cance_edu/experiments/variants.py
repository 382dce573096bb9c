"""One autoencoder, the four variants of Sec. 4.2 on it, one AUROC each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets import Split
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.parameters import VARIANTS, Variant
from cance_edu.experiments.statistics import auroc

__all__ = ["Result", "fit_variants"]


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
