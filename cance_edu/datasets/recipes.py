"""How each split of the paper's tables is made: known before any data are read.

A further image set joins `IMAGE_SETS`, a further table of numbers `TABLES`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from cance_edu.datasets.cifar10 import cifar10
from cance_edu.datasets.description import data_root
from cance_edu.datasets.features import resnet18_split
from cance_edu.datasets.images import Images, one_class, one_class_split
from cance_edu.datasets.kddcup99 import kddcup99
from cance_edu.datasets.mnist import mnist
from cance_edu.datasets.mnist_c import mnist_c_split
from cance_edu.datasets.split import Split
from cance_edu.datasets.table_splits import SPLITS, adbench_split
from cance_edu.datasets.tables import Table, abalone, adbench_features, thyroid

__all__ = [
    "IMAGE_SETS",
    "TABLES",
    "Recipe",
    "adbench_recipe",
    "digits",
    "images_recipe",
    "load_one_class",
    "mnist_c_recipe",
    "resnet18_recipe",
    "table_recipe",
]


@dataclass(frozen=True)
class Recipe:
    """A split by name, made when it is asked for.

    Attributes
    ----------
    name, tags, resplit
        As in `Split`.
    dataset : str
        What its results are filed under: "MNIST".
    make : callable of int
        Returns the split of a seed. It can be pickled.
    """

    name: str
    dataset: str
    make: Callable[[int], Split]
    tags: frozenset[str]
    resplit: bool = False

    def load(self, seed: int = 0) -> Split:
        """Return the split of a seed; the same for each unless it is split anew.

        Raises
        ------
        FileNotFoundError, ValueError
            If the data are not there, or not as expected.
        """
        split = self.make(seed if self.resplit else 0)
        return replace(split, name=self.name, tags=self.tags, resplit=self.resplit)


def digits() -> Images:
    """Return scikit-learn's 1,797 handwritten digits, 1 x 8 x 8."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Images((bunch.images[:, None] / 16).astype(np.float32), bunch.target.astype(np.int64))


IMAGE_SETS: Mapping[str, tuple[str, Callable[[], tuple[Images, Images | None]]]] = {
    "digits": ("digits", lambda: (digits(), None)),
    "mnist": ("MNIST", lambda: (mnist("train"), mnist("test"))),
    "cifar10": ("CIFAR-10", lambda: (cifar10("train"), cifar10("test"))),
}
"""By the name of the command line: the set's own name, and its training and test part; without a
test part of its own, 30% of the normal images are tested."""

TABLES: Mapping[str, Callable[[], Table]] = {
    "Abalone": abalone,
    "Thyroid": thyroid,
    "KDDCUP99": kddcup99,
}
"""The tables of numbers, by their names."""


# One set is kept: the next split is most often of the same.
@lru_cache(maxsize=1)
def _image_set(name: str, root: Path) -> tuple[Images, Images | None]:
    return IMAGE_SETS[name][1]()


@lru_cache(maxsize=1)
def _table(name: str, root: Path) -> Table:
    return TABLES[name]()


def load_one_class(name: str, normal: int | Sequence[int], random_state: int = 0) -> Split:
    """Return the one-class split of a set of images by name.

    Parameters
    ----------
    name : {"digits", "mnist", "cifar10"}
        Which.
    normal : int or sequence of int
        The normal class, or several.
    random_state : int
        Splits the digits 70/30; the others have their own test sets.

    Raises
    ------
    ValueError
        If there is no such data set, or it has no such class.
    FileNotFoundError
        If it is not downloaded.
    """
    if name not in IMAGE_SETS:
        known = ", ".join(map(repr, IMAGE_SETS))
        raise ValueError(f"there is no data set {name!r}; expected one of {known}")
    title = IMAGE_SETS[name][0]
    train, test = _image_set(name, data_root())
    classes = np.atleast_1d(normal).tolist()
    if test is None:
        return one_class_split(train, classes, title, random_state=random_state)
    return one_class(train, test, classes, title)


# -- the recipes ----------------------------------------------------------------------------------


def _one_class(name: str, normal: tuple[int, ...], seed: int) -> Split:
    return load_one_class(name, normal)


def images_recipe(name: str, normal: tuple[int, ...], standardized: bool = False) -> Recipe:
    """Return the one-class split of Sec. 4.1, the same for every seed: training alone varies.

    Parameters
    ----------
    name : str
        One of `IMAGE_SETS`.
    normal : tuple of int
        The normal class, or several.
    standardized : bool
        Whether each image is to be taken with mean 0 and deviation 1.
    """
    title = IMAGE_SETS[name][0]
    tags = {title, "images"} | ({"several classes"} if len(normal) > 1 else set())
    scaled = ", standardised" if standardized else ""
    return Recipe(
        f"{title}, normal {', '.join(map(str, normal))}{scaled}",
        title,
        partial(_one_class, name, normal),
        frozenset(tags | ({"standardised"} if standardized else set())),
    )


def _mnist_c(seed: int) -> Split:
    return mnist_c_split()


def mnist_c_recipe() -> Recipe:
    """Return Sec. 4.1's split: train on all of MNIST; originals normal, corrupted images not."""
    return Recipe("MNIST-C", "MNIST-C", _mnist_c, frozenset({"MNIST-C", "images"}))


def _resnet18(name: str, normal: int, seed: int) -> Split:
    return resnet18_split(load_one_class(name, (normal,)))


def resnet18_recipe(name: str, normal: int) -> Recipe:
    """Return Sec. 4.5's split: ResNet-18's features of images, computed here from its weights."""
    images, make = images_recipe(name, (normal,)), partial(_resnet18, name, normal)
    title = f"{images.name}, ResNet-18's features"
    return Recipe(title, images.dataset, make, frozenset({"features"}))


def _adbench(normal: int, seed: int) -> Split:
    return adbench_split(adbench_features(normal), seed)


def adbench_recipe(normal: int) -> Recipe:
    """Return ADBench's split of its own file of ResNet-18's features of CIFAR-10."""
    name = f"CIFAR-10, normal {normal}, ADBench's features and split"
    make = partial(_adbench, normal)
    return Recipe(name, "CIFAR-10", make, frozenset({"features"}), resplit=True)


def _split_table(name: str, split: str, contamination: float, seed: int) -> Split:
    more = {"contamination": contamination} if contamination else {}
    return SPLITS[split](_table(name, data_root()), seed, **more)


def table_recipe(name: str, split: str, contamination: float = 0.0) -> Recipe:
    """Return a table's split, drawn anew by each seed.

    Parameters
    ----------
    name : str
        One of `TABLES`.
    split : {"DROCC", "GOAD", "DAGMM"}
        Whose.
    contamination : float
        As in `dagmm_split`.
    """
    mixed = f", {contamination:.0%} contaminated" if contamination else ""
    return Recipe(
        f"{name}, {split}'s split{mixed}",
        name,
        partial(_split_table, name, split.lower(), contamination),
        frozenset({name, "table"}),
        resplit=True,
    )
