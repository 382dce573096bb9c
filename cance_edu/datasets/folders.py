"""Pictures in folders: one's own images as a data set, read when asked for, and as a task."""

import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.split import Split

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

__all__ = ["FolderImages", "image_folder", "largest_side"]

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
NORMAL = ("normal", "good", "ok")
NO_CLASS = ("ground_truth", "train", "test")
LAYOUTS = (
    "expected FOLDER/normal (or FOLDER/train/good), FOLDER/test/good and FOLDER/test/<defect>; or "
    "FOLDER/good (or normal, ok) and FOLDER/<defect> (abnormal, bad, ng, scratch, ...) side by side"
)
HELD_OUT = 0.3
"""Share of the normal pictures that is tested, where the folders do not say which."""


class Header(NamedTuple):
    """What a picture's file says before its pixels."""

    grey: bool
    side: int


class FolderImages:
    """The pictures in a folder, read one at a time when asked for; a map-style torch data set.

    Hidden files and folders, and MVTec's `ground_truth`, are left out. Pictures are turned as their
    camera says (EXIF).

    Parameters
    ----------
    folder : Path
        With .png, .jpg, .bmp, .tif or .webp files.
    image_size : int, optional
        Height and width to resize to.
    colour : bool, optional
        Whether all get three channels. Unless told, all do as soon as one of them has colours.

    Raises
    ------
    ValueError
        If there is no picture in the folder.
    """

    def __init__(
        self, folder: Path, image_size: int | None = None, colour: bool | None = None
    ) -> None:
        self.image_size, self._colour = image_size, colour
        found = folder.rglob("*") if folder.is_dir() else ()
        self.files = sorted(file for file in found if _is_picture(file.relative_to(folder)))
        if not self.files:
            raise ValueError(f"there is no picture in {folder}; expected {', '.join(PICTURES)}")

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def headers(self) -> list[Header]:
        """What each file says before its pixels."""
        return [_header(file) for file in self.files]

    @cached_property
    def colour(self) -> bool:
        """Whether all pictures have three channels."""
        if self._colour is not None:
            return self._colour
        return _any_colour([self])

    def array(self, index: int) -> NDArray[np.float32]:
        """Return one picture, shape (channels, height, width), in [0, 1]; grey ones have 1.

        Raises
        ------
        ValueError
            If it cannot be read, or its greys are not 8 or 16 bits: their white is not known.
        """
        from PIL import Image, ImageOps, UnidentifiedImageError

        file = self.files[index]
        try:
            with Image.open(file) as picture:
                converted, white = _converted(ImageOps.exif_transpose(picture), file)
        except (UnidentifiedImageError, OSError, SyntaxError) as error:  # broken PNGs are the last
            raise ValueError(f"{file} cannot be read as a picture: {error}") from error
        if self.image_size is not None:
            converted = converted.resize((self.image_size, self.image_size))
        pixels = np.moveaxis(np.atleast_3d(np.asarray(converted, dtype=np.float32) / white), -1, 0)
        return np.repeat(pixels, 3, axis=0) if self.colour and len(pixels) == 1 else pixels

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
        first = self.array(0)
        stacked = np.empty((len(self), *first.shape), dtype=np.float32)
        for index, file in enumerate(self.files):
            picture = self.array(index)
            if picture.shape != first.shape:
                raise ValueError(
                    f"{self.files[0]} has shape {first.shape}, {file} {picture.shape}; pass "
                    "image_size to resize them"
                )
            stacked[index] = picture
        return stacked


def image_folder(path: Path | str, image_size: int | None = None, random_state: int = 0) -> Split:
    """Return the one-class task in a folder of one's own, laid out in one of two ways.

    Parameters
    ----------
    path : Path
        With `normal/` (or `train/good/`), `test/good/` and one `test/<defect>/` for each defect, as
        MVTec AD has it; or with `good/` (or `normal/`, `ok/`) and one folder for each defect beside
        it. Of the latter a share of 30% of the normal pictures is tested.
    image_size : int, optional
        Height and width to resize to; needed if the pictures differ in size.
    random_state : int
        Chooses which normal pictures are tested, where the folders do not say.

    Returns
    -------
    Split
        Its `group` names the folder of each test picture, that is the defect.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If the layout is another, a picture cannot be read, or shapes differ.

    Warns
    -----
    UserWarning
        If there are grey pictures among colour ones, how many: they are converted.
    """
    layout = _layout(Path(path))
    kept = [layout.normal, *layout.tested]
    colour = _any_colour([FolderImages(folder) for folder in kept])
    normal, *tested = [FolderImages(folder, image_size, colour).stacked() for folder in kept]
    for part, folder in zip(tested, layout.tested, strict=True):
        if part.shape[1:] != normal.shape[1:]:
            raise ValueError(
                f"pictures in {layout.normal} have shape {normal.shape[1:]}, those in {folder} "
                f"{part.shape[1:]}; pass image_size to resize them"
            )
    names = [folder.name for folder in layout.defects]
    if layout.good is None:
        rows = np.random.default_rng(random_state).permutation(len(normal))
        learned, good = np.split(rows, [round(len(rows) * (1 - HELD_OUT))])
        normal, tested = normal[learned], [normal[good], *tested]
    group = np.repeat(["good", *names], [len(part) for part in tested])
    is_anomaly = np.repeat([False, *(True for _ in names)], [len(part) for part in tested])
    return Split(Path(path).name, normal, np.concatenate(tested), is_anomaly, group=group)


def largest_side(path: Path | str) -> int:
    """Return how many pixels the longest side of a folder's pictures has.

    Parameters
    ----------
    path : Path
        Laid out as `image_folder` takes it.
    """
    layout = _layout(Path(path))
    folders = map(FolderImages, [layout.normal, *layout.tested])
    return max(header.side for folder in folders for header in folder.headers)


class Layout(NamedTuple):
    """Where a task's pictures are; without a folder of good ones to test, some are held out."""

    normal: Path
    good: Path | None
    defects: list[Path]

    @property
    def tested(self) -> list[Path]:
        """The folders of test pictures, the good ones first."""
        return [*([self.good] if self.good else []), *self.defects]


def _layout(path: Path) -> Layout:
    """Find the two layouts' folders.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If there is neither; both are shown, and what is there instead.
    """
    if not path.is_dir():
        raise FileNotFoundError(f"there is no folder {path}; {LAYOUTS}")
    beside, test = _classes(path), _classes(path / "test")
    normal = [*_named_normal(beside), *_named_normal(_classes(path / "train"))]
    good = _named_normal(test)
    if (path / "test").is_dir():
        defects = [folder for folder in test if folder not in good]
        if normal and good and defects:
            return Layout(normal[0], good[0], defects)
    else:
        defects = [folder for folder in beside if folder not in normal]
        if len(_named_normal(beside)) == 1 and defects:
            return Layout(normal[0], None, defects)
    found = sorted(str(f.relative_to(path)) for f in (*path.glob("*/"), *path.glob("*/*/")))
    raise ValueError(
        f"{path} is not laid out as expected (it has {', '.join(found[:9]) or 'no folder'}); "
        f"{LAYOUTS}"
    )


def _classes(path: Path) -> list[Path]:
    """Return the folders in a folder, but for those that hold no class of pictures."""
    found = sorted(folder for folder in path.glob("*") if folder.is_dir())
    return [f for f in found if not f.name.startswith((".", "__")) and f.name not in NO_CLASS]


def _named_normal(folders: Sequence[Path]) -> list[Path]:
    return [folder for folder in folders if folder.name.lower() in NORMAL]


def _is_picture(file: Path) -> bool:
    """Return whether a file, named from its folder on, is a picture that the user put there."""
    hidden = any(part.startswith((".", "__")) or part == "ground_truth" for part in file.parts)
    return file.suffix.lower() in PICTURES and not hidden


def _header(file: Path) -> Header:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as picture:
            return Header(_is_grey(picture), max(picture.size))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"{file} cannot be read as a picture: {error}") from error


def _is_grey(picture: "Image") -> bool:
    return picture.mode in ("1", "L", "LA", "I", "F") or picture.mode.startswith("I;16")


def _any_colour(folders: Sequence[FolderImages]) -> bool:
    """Return whether one of the pictures has colours; say how many then are grey."""
    grey = [header.grey for folder in folders for header in folder.headers]
    if any(grey) and not all(grey):
        warnings.warn(
            f"{sum(grey)} of {len(grey)} pictures are grey, the others have colours: the grey ones "
            "are given three equal channels",
            stacklevel=3,
        )
    return not all(grey)


def _converted(picture: "Image", file: Path) -> tuple["Image", float]:
    """Return a picture in grey or in RGB, and the number that is white in it."""
    if picture.mode.startswith("I;16"):
        return picture.copy(), 65535.0
    if picture.mode in ("I", "F"):
        raise ValueError(
            f"{file} has greys of mode {picture.mode!r}, whose white is not known; save it with 8 "
            "or 16 bits"
        )
    return picture.convert("L" if _is_grey(picture) else "RGB"), 255.0
