"""The course's data in one style: images in [0, 1] or tables, labels, and the tasks made of them.

The digits come with scikit-learn and need no download. Everything else lives under `data_root()`.
"""

from cance_edu.datasets.by_name import digits, load_one_class
from cance_edu.datasets.catalogue import CORRUPTIONS, DATASETS, IDX_FILES
from cance_edu.datasets.cifar10 import CIFAR10_CLASSES, cifar10
from cance_edu.datasets.description import DataSet, Remote, data_root
from cance_edu.datasets.download import download
from cance_edu.datasets.features import resnet18_features, resnet18_split
from cance_edu.datasets.folders import FolderImages, image_folder, largest_side
from cance_edu.datasets.images import Images, one_class, one_class_split
from cance_edu.datasets.kddcup99 import kddcup99
from cance_edu.datasets.mnist import mnist
from cance_edu.datasets.mnist_c import mnist_c, mnist_c_split
from cance_edu.datasets.split import Split
from cance_edu.datasets.table_splits import (
    SPLITS,
    SharedRows,
    adbench_split,
    dagmm_split,
    drocc_split,
    goad_split,
    is_training_row,
    shared_rows,
)
from cance_edu.datasets.tables import Table, abalone, adbench_features, thyroid

__all__ = [
    "CIFAR10_CLASSES",
    "CORRUPTIONS",
    "DATASETS",
    "IDX_FILES",
    "SPLITS",
    "DataSet",
    "FolderImages",
    "Images",
    "Remote",
    "SharedRows",
    "Split",
    "Table",
    "abalone",
    "adbench_features",
    "adbench_split",
    "cifar10",
    "dagmm_split",
    "data_root",
    "digits",
    "download",
    "drocc_split",
    "goad_split",
    "image_folder",
    "is_training_row",
    "kddcup99",
    "largest_side",
    "load_one_class",
    "mnist",
    "mnist_c",
    "mnist_c_split",
    "one_class",
    "one_class_split",
    "resnet18_features",
    "resnet18_split",
    "shared_rows",
    "thyroid",
]
