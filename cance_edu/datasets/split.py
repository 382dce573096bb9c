"""A split: what a detector learns from, and what it is then tested on; of images or of a table."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Split"]


@dataclass(frozen=True)
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
