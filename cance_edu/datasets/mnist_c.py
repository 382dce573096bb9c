"""MNIST-C: MNIST's test set in fifteen corruptions (Mu and Gilmer 2019); Sec. 4.1's task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.catalogue import CORRUPTIONS
from cance_edu.datasets.description import data_root
from cance_edu.datasets.download import RECORD, file_digest
from cance_edu.datasets.images import Images
from cance_edu.datasets.mnist import mnist
from cance_edu.datasets.split import Split

__all__ = ["mnist_c", "mnist_c_split"]

UNVERIFIED = "MNIST-C not from the verified archive: corrupted by other random numbers, or changed"


def mnist_c(corruption: str, root: Path | None = None) -> Images:
    """Return MNIST's 10,000 test digits in one corruption, 1 x 28 x 28.

    Parameters
    ----------
    corruption : str
        One of `CORRUPTIONS`, or "identity": the originals.
    root : Path, optional
        Where `mnist_c/<corruption>/test_images.npy` lies, as in the official archive;
        `data_root()` unless told.

    Returns
    -------
    Images
        `differs` is empty only for files as `download` unpacked them from the verified archive:
        no checksum is published for what is in it.

    Raises
    ------
    ValueError
        If there is no such corruption, or a file is damaged, or of another shape or type.
    FileNotFoundError
        If it is not there; the message says how to get it.
    """
    if corruption not in (*CORRUPTIONS, "identity"):
        raise ValueError(
            f"there is no corruption {corruption!r}; there are identity, {', '.join(CORRUPTIONS)}"
        )
    root = data_root() if root is None else root
    folder = root / "mnist_c"
    file, labels = (folder / corruption / f"test_{what}.npy" for what in ("images", "labels"))
    if not file.is_file() or not labels.is_file():
        raise FileNotFoundError(
            f"MNIST-C's {corruption} is not under {folder}: run `cance-edu data mnist_c`, or set "
            "CANCE_EDU_DATA to a folder that has mnist_c/<corruption>/test_images.npy"
        )
    pixels = _array(file)
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != (28, 28, 1):
        raise ValueError(
            f"{file} is {pixels.dtype} of shape {pixels.shape}; expected uint8 (n, 28, 28, 1)"
        )
    images: NDArray[np.float32] = np.moveaxis(pixels, -1, 1).astype(np.float32) / np.float32(255)
    differs = "" if _recorded(folder, file) else UNVERIFIED
    return Images(images, _array(labels).astype(np.int64), differs)


def mnist_c_split(corruptions: Sequence[str] = CORRUPTIONS, root: Path | None = None) -> Split:
    """Return the task of Sec. 4.1: train on all of MNIST; originals are normal, corrupted not.

    Parameters
    ----------
    corruptions : sequence of str
        One, or several that are pooled. The scores of an image do not depend on the others, so a
        pooled result can also be had from the scores of each corruption and of the originals.
    root : Path, optional
        Data root, with MNIST and MNIST-C.

    Returns
    -------
    Split
        Its test images are MNIST's 10,000, then 10,000 of each corruption in the given order:
        502 MB for all fifteen, and as much again while they are put together.

    Raises
    ------
    FileNotFoundError
        If MNIST or MNIST-C is not there.
    ValueError
        If there is no such corruption, or a file is not as expected.
    """
    train, originals = mnist("train", root), mnist("test", root)
    corrupted = [mnist_c(corruption, root) for corruption in corruptions]
    parts = [originals, *corrupted]
    counts = [len(part.images) for part in parts]
    return Split(
        f"MNIST-C, {corruptions[0] if len(corrupted) == 1 else f'{len(corrupted)} corruptions'}",
        train.images,
        np.concatenate([part.images for part in parts]),
        np.repeat([False] + [True] * len(corrupted), counts),
        group=np.repeat(["identity", *corruptions], counts),
        differs=next((part.differs for part in (train, *parts) if part.differs), ""),
    )


def _array(file: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(file)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{file} is damaged ({error}); delete it and download it again") from error
    return array


def _recorded(folder: Path, file: Path) -> bool:
    """Return whether a file is still as it was when it came out of the verified archive."""
    record = folder / RECORD
    if not record.is_file():
        return False
    line = f"{file_digest(file)}  {file.relative_to(folder).as_posix()}"
    return line in record.read_text(encoding="utf-8").splitlines()
