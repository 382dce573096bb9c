"""The course's data in one style: images in [0, 1] or tables, labels, and the tasks made of them.

The digits come with scikit-learn and need no download. Everything else lives under `data_root()`.
"""

from cance_edu.datasets.by_name import digits, load_one_class
from cance_edu.datasets.catalogue import (
    CORRUPTIONS,
    DATASETS,
    IDX_FILES,
    DataSet,
    Remote,
    data_root,
)
from cance_edu.datasets.cifar10 import CIFAR10_CLASSES, cifar10
from cance_edu.datasets.download import download
from cance_edu.datasets.folders import FolderImages, image_folder
from cance_edu.datasets.images import Images, OneClass, one_class, one_class_split
from cance_edu.datasets.mnist import mnist

__all__ = [
    "CIFAR10_CLASSES",
    "CORRUPTIONS",
    "DATASETS",
    "IDX_FILES",
    "DataSet",
    "FolderImages",
    "Images",
    "OneClass",
    "Remote",
    "cifar10",
    "data_root",
    "digits",
    "download",
    "image_folder",
    "load_one_class",
    "mnist",
    "one_class",
    "one_class_split",
]
