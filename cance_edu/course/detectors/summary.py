"""What lesson 08 computes while you watch: no networks, a few seconds in all."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import rbf_kernel

from cance_edu.datasets import Split, load_one_class
from cance_edu.detectors.kde import KDE
from cance_edu.detectors.neighbours import NearestNeighbours
from cance_edu.detectors.ocsvm import OCSVM
from cance_edu.experiments import auroc

__all__ = [
    "areas_by_bumps",
    "areas_by_space",
    "distance_between_neighbours",
    "rankings",
    "total_variation",
]

Scores = NDArray[np.float64]


def areas_by_space(
    components: Sequence[int], bandwidths: Sequence[float], digits: Sequence[int] = range(10)
) -> NDArray[np.float64]:
    """Return KDE's AUROC in spaces of so many whitened components, the mean over classes.

    Parameters
    ----------
    components : sequence of int
        k.
    bandwidths : sequence of float
        h.
    digits : sequence of int
        The normal classes.

    Returns
    -------
    array of shape (bandwidths, components)
    """

    def area(split: Split, k: int, h: float) -> float:
        scores = KDE(components=k, bandwidth=h).fit(split.train).anomaly_score(split.test)
        return auroc(split.is_anomaly, scores)

    splits = [load_one_class("digits", [digit]) for digit in digits]
    return np.array(
        [[np.mean([area(s, k, h) for s in splits]) for k in components] for h in bandwidths]
    )


def areas_by_bumps(gammas: Sequence[float]) -> list[float]:
    """Return the one-class SVM's AUROC on plain pixels for each γ, the mean over the digits."""

    def area(digit: int, gamma: float) -> float:
        split = load_one_class("digits", [digit])
        train, test = (part.reshape(len(part), -1) for part in (split.train, split.test))
        machine = OCSVM(gamma=gamma, column_scaling="given", random_state=0).fit(train)
        return auroc(split.is_anomaly, machine.anomaly_score(test))

    return [float(np.mean([area(digit, gamma) for digit in range(10)])) for gamma in gammas]


def total_variation(images: NDArray[Any]) -> Scores:
    """Return how much there is to see in an image: no model, no training data.

    Parameters
    ----------
    images : array of shape (n, channels, height, width)

    Returns
    -------
    array of shape (n,)
        Sum of the absolute differences of pixels that touch, at least 0.
    """
    below, beside = (np.abs(np.diff(images.astype(float), axis=axis)) for axis in (2, 3))
    return below.sum((1, 2, 3)) + beside.sum((1, 2, 3))


def rankings(split: Split) -> dict[str, tuple[Scores, Scores]]:
    """Return pairs of scores that should rank alike: one-class SVM, and what it turns into.

    Returns
    -------
    dict of str to (array of shape (n,), array of shape (n,))
        What was done to the SVM: its score of the test part, and the other detector's.
    """
    train, test = (part.reshape(len(part), -1).astype(float) for part in (split.train, split.test))

    def svm(nu: float, gamma: float) -> Scores:
        detector = OCSVM(nu=nu, gamma=gamma, column_scaling="given", random_state=0)
        return detector.fit(train).anomaly_score(test)

    density = -rbf_kernel(test, train, gamma=0.5).mean(1)
    to_the_mean = np.linalg.norm(test - train.mean(0), axis=1)
    nearest = NearestNeighbours(column_scaling="given").fit(train).anomaly_score(test)
    return {
        "ν = 0.9999, γ = 0.5: a kernel density": (svm(0.9999, 0.5), density),
        "ν = 0.999, γ = 0.0001: distance to the mean": (svm(0.999, 1e-4), to_the_mean),
        "ν = 0.999, γ = 3: the nearest neighbour": (svm(0.999, 3.0), nearest),
        "ν = 0.1, γ = 0.5: a kernel density": (svm(0.1, 0.5), density),
    }


def distance_between_neighbours(split: Split) -> float:
    """Return the median distance of a training image to the nearest other one, in pixels."""
    train = split.train.reshape(len(split.train), -1)
    distances = cdist(train, train)
    np.fill_diagonal(distances, np.inf)
    return float(np.median(distances.min(1)))
