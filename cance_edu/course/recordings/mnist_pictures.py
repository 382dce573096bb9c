"""A few images of MNIST for people to look at, each with all that CANCE makes of it.

CANCE learns from all training eights; what is kept are 28 images of MNIST's test part, as bytes,
with their reconstructions, composite features, T and S. Three of them have names, and go through
all lessons: an ordinary eight, an ugly eight, and a one.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cance_edu.datasets import load_one_class, mnist
from cance_edu.detectors.cance import CANCE

SETTINGS: dict[str, Any] = {"normal": [8], "seed": 0, "latent_dim": 6}

NAMED = ("an ordinary eight", "an ugly eight", "a one")


def record() -> dict[str, NDArray[Any]]:
    """Fit CANCE on the eights, and choose the images by their scores.

    Returns
    -------
    dict of str to array
        `images` and `reconstructions` (28, 28, 28), bytes; `labels`; `features` (28, 8),
        `log_ratio` and `scores`. In this order: the three named ones (the eight of median score,
        the eight whose score only one in a hundred exceeds, the one of median score); the nine
        other digits of median score, 0 first; the eight eights of lowest score; the eight images
        of highest score. And `test_scores`, `test_labels` of all 10,000.
    """
    split = load_one_class("mnist", SETTINGS["normal"], SETTINGS["seed"])
    detector = CANCE(latent_dim=SETTINGS["latent_dim"], random_state=SETTINGS["seed"])
    detector.fit(split.train)
    scores, labels = detector.anomaly_score(split.test), mnist("test").labels
    rows = chosen(scores, labels)
    images = split.test[rows]
    with torch.no_grad():
        inputs = torch.from_numpy(images)
        model = detector.representation_
        rebuilt = model.decode(model.encode(inputs)).numpy()
        features = detector.composite_features(images)
        log_ratio = detector.log_ratio_(torch.from_numpy(features)).numpy()
    return {
        "images": _bytes(images),
        "reconstructions": _bytes(rebuilt),
        "labels": labels[rows],
        "features": features,
        "log_ratio": log_ratio.ravel(),
        "scores": scores[rows],
        "test_scores": scores.astype(np.float32),
        "test_labels": labels.astype(np.uint8),
    }


def chosen(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the images that are kept, in the order of `record`."""

    def ranked(digit: int) -> NDArray[np.int64]:
        rows = np.flatnonzero(labels == digit)
        return rows[np.argsort(scores[rows])]

    def middle(digit: int) -> int:
        return int(ranked(digit)[len(ranked(digit)) // 2])

    eights = ranked(8)
    named = [middle(8), int(eights[int(0.99 * len(eights))]), middle(1)]
    others = [middle(digit) for digit in range(10) if digit != 8]
    return np.array([*named, *others, *eights[:8], *np.argsort(scores)[-8:]])


def _bytes(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(255 * images[:, 0]).astype(np.uint8)
