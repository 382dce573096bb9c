"""A split: what a detector learns from, and what it is then tested on; of images or of a table."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Split", "with_labels"]


@dataclass(frozen=True, eq=False)
class Split:
    """A one-class task: learn from normal inputs, then tell the test inputs apart.

    Attributes
    ----------
    name : str
        For titles and results, for example "MNIST, normal 8".
    train : array of shape (n, ...)
        What `fit` may see: images (n, channels, height, width) in [0, 1], or rows of numbers whose
        columns are scaled by the training part alone. Normal, unless the name says otherwise.
    test : array of shape (m, ...)
        Normal and anomalous inputs, scaled alike.
    is_anomaly : array of bool, shape (m,)
        The truth. A detector never gets it.
    tags : frozenset of str
        What kind of data these are, for example {"CIFAR-10", "images"}: settings go by them. With
        "standardised" each image is to be taken with mean 0 and deviation 1.
    group : array of str, shape (m,), optional
        Which kind of defect or corruption a test input shows.
    train_labels : array of int, shape (n,), optional
        1 normal, -1 anomaly, 0 unknown; for detectors that learn from labels.
    resplit : bool
        Whether another seed draws another split of the same data.
    differs : str
        How the data differ from the official set, to be printed beside a result; "" if they do not.
    """

    name: str
    train: NDArray[Any]
    test: NDArray[Any]
    is_anomaly: NDArray[np.bool_]
    tags: frozenset[str] = frozenset()
    group: NDArray[np.str_] | None = None
    train_labels: NDArray[np.int64] | None = None
    resplit: bool = False
    differs: str = ""

    def checksum(self) -> str:
        """Return the SHA-256 of the numbers, the truth and the labels, however they lie in memory.

        Groups are left out: they say how a test part is cut up, not what it is.
        """
        digest = hashlib.sha256()
        labels = () if self.train_labels is None else (self.train_labels,)
        for array in (self.train, self.test, self.is_anomaly, *labels):
            digest.update(f"{array.shape} {array.dtype}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def with_labels(split: Split, count: int, seed: int) -> Split:
    """Return a split of which some anomalies move from the test part to the training part.

    Parameters
    ----------
    split : Split
        As it is; it comes back itself for a count of 0.
    count : int
        How many, drawn by the seed; they are labelled -1 there, and all others 0, unknown.
    seed : int
        Of the drawing.
    """
    if not count:
        return split
    moved = np.random.default_rng(seed).choice(np.flatnonzero(split.is_anomaly), count, False)
    labels = np.zeros(len(split.train) + count, dtype=np.int64)
    labels[-count:] = -1
    return replace(
        split,
        train=np.concatenate([split.train, split.test[moved]]),
        test=np.delete(split.test, moved, axis=0),
        is_anomaly=np.delete(split.is_anomaly, moved),
        group=None if split.group is None else np.delete(split.group, moved),
        train_labels=labels,
    )
