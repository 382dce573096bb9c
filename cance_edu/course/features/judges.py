"""How well simple detectors do on rows, each class normal once: a judge of the rows alone."""

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets import Images, one_class_split
from cance_edu.detectors.classics import neighbours, pca_error
from cance_edu.experiments import auroc

__all__ = ["JUDGES", "judged"]

JUDGES = ("2 neighbours", "error of 8 components")
"""Detectors that train next to nothing, in the order of `judged`."""


def judged(
    rows: NDArray[np.float64], labels: NDArray[np.int64], random_state: int
) -> NDArray[np.float64]:
    """Return the AUROC of both judges, each class normal once: shape (classes, 2).

    Parameters
    ----------
    rows : array of shape (n, columns)
        What is seen of each image.
    labels : array of shape (n,)
        What it shows.
    random_state : int
        Draws the splits.
    """
    found, seen = [], rows.astype(np.float32)
    for normal in np.unique(labels).tolist():
        split = one_class_split(Images(seen, labels), [normal], "", random_state=random_state)
        scores = [
            judge.fit(split.train).anomaly_score(split.test)
            for judge in (neighbours(2), pca_error(8))
        ]
        found.append([auroc(split.is_anomaly, score) for score in scores])
    return np.array(found)
