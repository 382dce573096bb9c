"""The digits that come with scikit-learn, and the one-class tasks by name."""

from collections.abc import Sequence

import numpy as np

from cance_edu.datasets.cifar10 import cifar10
from cance_edu.datasets.images import Images, one_class, one_class_split
from cance_edu.datasets.mnist import mnist
from cance_edu.datasets.split import Split

__all__ = ["digits", "load_one_class"]


def digits() -> Images:
    """Return scikit-learn's 1,797 handwritten digits, 1 x 8 x 8."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Images((bunch.images[:, None] / 16).astype(np.float32), bunch.target.astype(np.int64))


def load_one_class(name: str, normal: Sequence[int], random_state: int = 0) -> Split:
    """Return the one-class task of a data set by name.

    Parameters
    ----------
    name : {"digits", "mnist", "cifar10"}
        Which.
    normal : sequence of int
        The normal classes.
    random_state : int
        Splits the digits 70/30; the others have their own test sets.

    Raises
    ------
    ValueError
        If there is no such data set, or it has no such class.
    FileNotFoundError
        If it is not downloaded.
    """
    if name == "digits":
        return one_class_split(digits(), normal, "digits", random_state=random_state)
    if name == "mnist":
        return one_class(mnist("train"), mnist("test"), normal, "MNIST")
    if name == "cifar10":
        return one_class(cifar10("train"), cifar10("test"), normal, "CIFAR-10")
    raise ValueError(f"there is no data set {name!r}; expected 'digits', 'mnist' or 'cifar10'")
