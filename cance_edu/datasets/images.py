"""Images in [0, 1], their labels, and the one-class tasks made of them (Sec. 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.split import Split

__all__ = ["Images", "one_class", "one_class_split"]


@dataclass(frozen=True, eq=False)
class Images:
    """Labelled images.

    Attributes
    ----------
    images : array of shape (n, channels, height, width)
        float32, in [0, 1].
    labels : array of shape (n,)
        Class of each image.
    differs : str
        How it differs from the official set, to be printed beside a result; "" if it does not.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    differs: str = ""

    def labels_of(self, images: NDArray[np.float32]) -> NDArray[np.int64]:
        """Look up the classes of some of these images: a split keeps only what is an anomaly."""
        known = {im.tobytes(): int(k) for im, k in zip(self.images, self.labels, strict=True)}
        return np.array([known[image.tobytes()] for image in images])


def one_class(train: Images, test: Images, normal: Sequence[int], name: str) -> Split:
    """Return the split of Sec. 4.1: train on the normal classes, test on the whole test set.

    Parameters
    ----------
    train, test : Images
        The official training and test sets.
    normal : sequence of int
        The normal class, or several (multimodal).
    name : str
        For titles.

    Raises
    ------
    ValueError
        If a normal class is not there, or if all classes are normal.
    """
    classes = np.unique(train.labels)
    if not set(normal) or not set(normal) < set(classes.tolist()):
        raise ValueError(
            f"normal is {list(normal)}; expected some, not all, of the classes {classes.tolist()}"
        )
    return Split(
        f"{name}, normal {', '.join(map(str, normal))}",
        train.images[np.isin(train.labels, normal)],
        test.images,
        ~np.isin(test.labels, normal),
        differs=train.differs or test.differs,
    )


def one_class_split(
    data: Images,
    normal: Sequence[int],
    name: str,
    *,
    test_share: float = 0.3,
    random_state: int = 0,
) -> Split:
    """Return a one-class task for a set without an official split.

    Parameters
    ----------
    data : Images
        The whole set.
    normal : sequence of int
        The normal classes.
    name : str
        For titles.
    test_share : float
        Share of the normal images that is tested, beside all anomalies.
    random_state : int
        Chooses which.

    Returns
    -------
    Split
        No test image is a training image.

    Raises
    ------
    ValueError
        If the set has no such class, or the share is not between 0 and 1.
    """
    if not 0 < test_share < 1:
        raise ValueError(f"test_share is {test_share}; expected a share between 0 and 1")
    is_normal = np.isin(data.labels, normal)
    rows = np.random.default_rng(random_state).permutation(np.flatnonzero(is_normal))
    kept, tested = np.split(rows, [round(len(rows) * (1 - test_share))])
    tested = np.concatenate([tested, np.flatnonzero(~is_normal)])
    # The whole set, for it has all classes; its training images are then those that were kept.
    split = one_class(data, Images(data.images[tested], data.labels[tested]), normal, name)
    return replace(split, train=data.images[kept])
