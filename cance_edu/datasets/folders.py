"""Pictures in folders: one's own images as a data set, read when asked for, and as a task."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.images import OneClass

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

__all__ = ["FolderImages", "image_folder"]

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
LAYOUT = "FOLDER/normal (or FOLDER/train/good), FOLDER/test/good and FOLDER/test/<defect>"


class FolderImages:
    """The pictures in a folder, read one at a time when asked for; a map-style torch data set.

    Parameters
    ----------
    folder : Path
        With .png, .jpg, .bmp, .tif or .webp files.
    image_size : int, optional
        Height and width to resize to.

    Raises
    ------
    ValueError
        If there is no picture in the folder.
    """

    def __init__(self, folder: Path, image_size: int | None = None) -> None:
        self.image_size = image_size
        found = folder.rglob("*") if folder.is_dir() else ()
        self.files = sorted(file for file in found if file.suffix.lower() in PICTURES)
        if not self.files:
            raise ValueError(f"there is no picture in {folder}; expected {', '.join(PICTURES)}")

    def __len__(self) -> int:
        return len(self.files)

    def array(self, index: int) -> NDArray[np.float32]:
        """Return one picture, shape (channels, height, width), in [0, 1]; grey ones have 1.

        Raises
        ------
        ValueError
            If it cannot be read, or its greys are not 8 or 16 bits: their white is not known.
        """
        from PIL import Image, UnidentifiedImageError

        file = self.files[index]
        try:
            with Image.open(file) as picture:
                converted, white = _converted(picture, file)
        except (UnidentifiedImageError, OSError, SyntaxError) as error:  # broken PNGs are the last
            raise ValueError(f"{file} cannot be read as a picture: {error}") from error
        if self.image_size is not None:
            converted = converted.resize((self.image_size, self.image_size))
        pixels = np.asarray(converted, dtype=np.float32) / white
        return np.moveaxis(np.atleast_3d(pixels), -1, 0)

    def __getitem__(self, index: int) -> "Tensor":
        import torch

        return torch.from_numpy(np.ascontiguousarray(self.array(index)))

    def stacked(self) -> NDArray[np.float32]:
        """Return all pictures in one array.

        Raises
        ------
        ValueError
            If two pictures differ in shape; both are named.
        """
        pictures = [self.array(index) for index in range(len(self))]
        for file, picture in zip(self.files, pictures, strict=True):
            if picture.shape != pictures[0].shape:
                raise ValueError(
                    f"{self.files[0]} has shape {pictures[0].shape}, {file} {picture.shape}; pass "
                    "image_size to resize them, and do not mix grey and colour"
                )
        return np.stack(pictures)


def _converted(picture: "Image", file: Path) -> tuple["Image", float]:
    """Return a picture in grey or in RGB, and the number that is white in it."""
    if picture.mode.startswith("I;16"):
        return picture.copy(), 65535.0
    if picture.mode in ("I", "F"):
        raise ValueError(
            f"{file} has greys of mode {picture.mode!r}, whose white is not known; save it with 8 "
            "or 16 bits"
        )
    return picture.convert("L" if picture.mode in ("1", "L", "LA") else "RGB"), 255.0


def image_folder(path: Path | str, image_size: int | None = None) -> OneClass:
    """Return the one-class task in a folder of one's own, laid out as MVTec AD's users know it.

    Parameters
    ----------
    path : Path
        With `normal/` (or `train/good/`), `test/good/` and one `test/<defect>/` for each defect.
    image_size : int, optional
        Height and width to resize to; needed if the pictures differ in size.

    Raises
    ------
    ValueError
        If the layout is another, a picture cannot be read, or shapes differ.
    """
    path = Path(path)
    normal = path / "normal" if (path / "normal").is_dir() else path / "train" / "good"
    defects = sorted(d for d in path.glob("test/*") if d.is_dir() and d.name != "good")
    if not normal.is_dir() or not (path / "test" / "good").is_dir() or not defects:
        raise ValueError(f"{path} is not laid out as expected: {LAYOUT}")
    train = FolderImages(normal, image_size).stacked()
    parts = [FolderImages(d, image_size).stacked() for d in (path / "test" / "good", *defects)]
    for part, folder in zip(parts, ("good", *(d.name for d in defects)), strict=True):
        if part.shape[1:] != train.shape[1:]:
            raise ValueError(
                f"pictures in {normal} have shape {train.shape[1:]}, those in test/{folder} "
                f"{part.shape[1:]}; pass image_size to resize them, and do not mix grey and colour"
            )
    is_anomaly = np.repeat([False] + [True] * len(defects), [len(part) for part in parts])
    return OneClass(path.name, train, np.concatenate(parts), is_anomaly)
