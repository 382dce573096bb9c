"""What is measured on a test part: the AUROC of Sec. 4.1, and what the tables of F1 need."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from cance_edu.datasets import CORRUPTIONS
from cance_edu.experiments.variants import auroc

__all__ = [
    "area",
    "areas_by_corruption",
    "at_a_share",
    "at_the_true_share",
    "f1_and_areas",
    "precision_among_highest",
]

Truth = NDArray[np.bool_]
Scores = NDArray[np.float64]


def area(is_anomaly: Truth, scores: Scores) -> dict[str, float]:
    """Return the AUROC, by the name "auroc"."""
    return {"auroc": auroc(is_anomaly, scores)}


def areas_by_corruption(is_anomaly: Truth, scores: Scores) -> dict[str, float]:
    """Return the AUROC on MNIST-C, pooled and for each corruption.

    Parameters
    ----------
    is_anomaly, scores : array of shape (n,)
        Of `mnist_c_split()`: the originals, then equally many of each corruption in their order.

    Returns
    -------
    dict of str to float
        "auroc" over all, and each corruption's name.
    """
    originals = scores[~is_anomaly]
    truth = np.repeat([False, True], [len(originals), is_anomaly.sum() // len(CORRUPTIONS)])
    corrupted = np.split(scores[is_anomaly], len(CORRUPTIONS))
    return area(is_anomaly, scores) | {
        name: auroc(truth, np.concatenate([originals, part]))
        for name, part in zip(CORRUPTIONS, corrupted, strict=True)
    }


def precision_among_highest(is_anomaly: Truth, scores: Scores, count: int) -> float:
    """Return the share of anomalies among the highest scores, in [0, 1].

    Of scores that are equal at the threshold any may be taken, so this is the expectation over
    their orders: the AUROC too counts an equal pair by half. At the true number of anomalies
    precision, recall and F1 are this one number.

    Parameters
    ----------
    is_anomaly, scores : array of shape (n,)
        The truth, and what is higher for anomalies.
    count : int
        How many inputs are called anomalous, 1 to n.
    """
    threshold = np.sort(scores)[-count]
    above, tied = scores > threshold, scores == threshold
    found = is_anomaly[above].sum() + (count - above.sum()) * is_anomaly[tied].mean()
    return float(found / count)


def f1_and_areas(is_anomaly: Truth, scores: Scores) -> dict[str, float]:
    """Return F1 at the true number of anomalies (GOAD's threshold), average precision, AUROC."""
    return {
        "f1": precision_among_highest(is_anomaly, scores, int(is_anomaly.sum())),
        "average_precision": float(average_precision_score(is_anomaly, scores)),
    } | area(is_anomaly, scores)


def at_a_share(is_anomaly: Truth, scores: Scores, share: float = 0.2) -> dict[str, float]:
    """Return precision, recall and F1 if a share of the test part is called anomalous, and AUROC.

    DAGMM (Zong et al. 2018, Sec. 4) calls the 20% of highest energy in KDDCUP99 anomalous.
    """
    count = round(share * len(scores))
    precision = precision_among_highest(is_anomaly, scores, count)
    recall = precision * count / is_anomaly.sum()
    f1 = 2 * precision * recall / (precision + recall) if precision else 0.0
    named = {"precision": precision, "recall": float(recall), "f1": float(f1)}
    return named | area(is_anomaly, scores)


def at_the_true_share(is_anomaly: Truth, scores: Scores) -> dict[str, float]:
    """Return the same at the true number of anomalies, where precision, recall and F1 are equal."""
    return at_a_share(is_anomaly, scores, float(is_anomaly.mean()))
