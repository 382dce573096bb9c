"""MNIST: 60,000 and 10,000 handwritten digits of 28 x 28 pixels, read by torchvision."""

from pathlib import Path
from types import ModuleType
from typing import Literal

import numpy as np

from cance_edu.datasets.catalogue import described
from cance_edu.datasets.description import data_root
from cance_edu.datasets.download import file_digest
from cance_edu.datasets.images import Images

__all__ = ["mnist", "torchvision"]

UNPACKED_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def mnist(split: Literal["train", "test"], root: Path | None = None) -> Images:
    """Return MNIST's training or test set, 1 x 28 x 28.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 or 10,000 images.
    root : Path, optional
        Where `MNIST/raw` lies; `data_root()` unless told.

    Raises
    ------
    FileNotFoundError
        If it is not there; the message says how to get it.
    ValueError
        If a file is not a whole MNIST file.
    """
    root = data_root() if root is None else root
    if not described("mnist").present(root):
        raise FileNotFoundError(
            f"MNIST is not under {root}: run `cance-edu data mnist`, set CANCE_EDU_DATA to a "
            "folder that has MNIST/raw, or use the digits, which need no download"
        )
    try:
        data = torchvision().datasets.MNIST(str(root), train=split == "train")
    except (ValueError, RuntimeError, EOFError, AssertionError, TypeError) as error:
        raise ValueError(
            f"a file under {root / 'MNIST' / 'raw'} is damaged ({error!r}); delete the folder and "
            "run `cance-edu data mnist`"
        ) from error
    images = data.data.numpy()[:, None].astype(np.float32) / 255
    return Images(images, data.targets.numpy(), _differs(root / "MNIST" / "raw", split))


def _differs(folder: Path, split: Literal["train", "test"]) -> str:
    """Return "" for the official images and labels; else which of them are others."""
    of_split = "train" if split == "train" else "t10k"
    names = [name for name in UNPACKED_MD5 if name.startswith(of_split)]
    others = [name for name in names if file_digest(folder / name, "md5") != UNPACKED_MD5[name]]
    return f"MNIST: not the official {' and '.join(others)}" if others else ""


def torchvision() -> ModuleType:
    """Import torchvision, or say in one line that it does not fit torch."""
    try:
        import torchvision
    except (RuntimeError, ImportError) as error:
        raise ImportError(
            f"torchvision does not fit the installed torch ({error}): reinstall the pair with "
            "`pip install --force-reinstall torch torchvision`"
        ) from error
    return torchvision
