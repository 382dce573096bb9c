"""CIFAR-10: 50,000 and 10,000 colour pictures of 32 x 32 pixels in ten classes."""

from pathlib import Path
from typing import Literal

import numpy as np

from cance_edu.datasets.catalogue import described
from cance_edu.datasets.description import data_root
from cance_edu.datasets.folders import FolderImages
from cance_edu.datasets.images import Images
from cance_edu.datasets.mnist import torchvision

__all__ = ["CIFAR10_CLASSES", "cifar10"]

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
LOSSY = (".jpg", ".jpeg", ".webp")


def cifar10(split: Literal["train", "test"], root: Path | None = None) -> Images:
    """Return CIFAR-10's training or test set, 3 x 32 x 32.

    Parameters
    ----------
    split : {"train", "test"}
        50,000 or 10,000 pictures.
    root : Path, optional
        Where `cifar-10-batches-py` lies, or else `cifar10/` or `cifar10-jpeg/` with a folder
        `train/<class>` and `test/<class>` for each class; `data_root()` unless told.

    Returns
    -------
    Images
        Official batches are recognised by torchvision's md5 sums. Pictures from folders keep the
        order of their files' names, class by class, and `differs` says so.

    Raises
    ------
    FileNotFoundError
        If it is not there; the message says how to get it.
    ValueError
        If a batch is not the official one, or a class has no folder.
    """
    root = data_root() if root is None else root
    if (root / "cifar-10-batches-py").is_dir():
        return _official(split, root)
    for folder in described("cifar10").instead:
        if (root / folder).is_dir():
            return _folders((root / folder).parent / split)
    raise FileNotFoundError(
        f"CIFAR-10 is not under {root}: run `cance-edu data cifar10`, or set CANCE_EDU_DATA to a "
        "folder that has cifar-10-batches-py, or cifar10/train/<class> and cifar10/test/<class>"
    )


def _official(split: str, root: Path) -> Images:
    try:
        data = torchvision().datasets.CIFAR10(str(root), train=split == "train")
    except RuntimeError as error:
        raise ValueError(
            f"a file under {root / 'cifar-10-batches-py'} is missing or not the official one "
            f"({error}); delete the folder and run `cance-edu data cifar10`"
        ) from error
    images = np.ascontiguousarray(np.moveaxis(data.data, -1, 1), dtype=np.float32)
    images /= 255
    return Images(images, np.array(data.targets, dtype=np.int64))


def _folders(folder: Path) -> Images:
    classes = [FolderImages(folder / name) for name in CIFAR10_CLASSES]
    labels = np.repeat(np.arange(len(classes)), [len(pictures) for pictures in classes])
    images = np.empty((len(labels), *classes[0].array(0).shape), np.float32)
    for number, pictures in enumerate(classes):
        images[labels == number] = pictures.stacked()
    lossy = any(file.suffix.lower() in LOSSY for file in classes[0].files)
    how = "recompressed with loss, order" if lossy else "order"
    return Images(images, labels, f"CIFAR-10 from folders: {how} within a class not the official")
