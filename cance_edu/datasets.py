"""The course's data in one style: images in [0, 1], labels, and one-class splits (Sec. 4.1).

The digits come with scikit-learn and need no download. Everything else lives under `data_root()`.
"""

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

__all__ = [
    "DATASETS",
    "DataSet",
    "FolderImages",
    "Images",
    "OneClass",
    "data_root",
    "digits",
    "download",
    "image_folder",
    "load_one_class",
    "mnist",
    "one_class",
    "one_class_split",
]

IDX_FILES = tuple(
    f"{split}-{kind}-ubyte"
    for split in ("train", "t10k")
    for kind in ("images-idx3", "labels-idx1")
)
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")  # Pillow's modes of more than 8 bits
LAYOUT = "FOLDER/normal (or FOLDER/train/good), FOLDER/test/good and FOLDER/test/<defect>"


@dataclass(frozen=True)
class Images:
    """Labelled images.

    Attributes
    ----------
    images : array of shape (n, channels, height, width)
        float32, in [0, 1].
    labels : array of shape (n,)
        Class of each image.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class OneClass:
    """A one-class task: learn from normal images alone, then tell them from the others.

    Attributes
    ----------
    name : str
        For titles.
    train_images : array of shape (n, channels, height, width)
        Normal images.
    test_images : array of shape (m, channels, height, width)
        Normal and anomalous images.
    test_is_anomaly : array of bool, shape (m,)
        The truth, for judging only.
    """

    name: str
    train_images: NDArray[np.float32]
    test_images: NDArray[np.float32]
    test_is_anomaly: NDArray[np.bool_]


@dataclass(frozen=True)
class DataSet:
    """What `cance-edu data` says of a data set.

    Attributes
    ----------
    name, size, licence, source : str
        In words.
    files : tuple of str
        What must lie under the data root; none if it comes with a package.
    """

    name: str
    size: str
    licence: str
    source: str
    files: tuple[str, ...] = ()

    def present(self, root: Path) -> bool:
        """Return whether every file is there."""
        return all((root / file).is_file() for file in self.files)


DATASETS = (
    DataSet(
        name="digits",
        size="bundled",
        licence="CC BY 4.0",
        source="1,797 scans of 8 x 8 pixels, UCI; part of scikit-learn, never downloaded",
    ),
    DataSet(
        name="mnist",
        size="66 MB",
        licence="CC BY-SA 3.0 (as commonly stated)",
        source="LeCun, Cortes and Burges: 70,000 digits of 28 x 28 pixels, by torchvision",
        files=tuple(f"MNIST/raw/{name}" for name in IDX_FILES),
    ),
)


def data_root() -> Path:
    """Return where data sets are kept: CANCE_EDU_DATA, or the project's `data/` folder."""
    default = Path(__file__).resolve().parent.parent / "data"
    return Path(os.environ.get("CANCE_EDU_DATA") or default).expanduser()


def digits() -> Images:
    """Return scikit-learn's 1,797 handwritten digits, 1 x 8 x 8."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Images((bunch.images[:, None] / 16).astype(np.float32), bunch.target.astype(np.int64))


def mnist(split: Literal["train", "test"], root: Path | str | None = None) -> Images:
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
        If there is no such split, or a file is not a whole MNIST file.
    """
    if split not in ("train", "test"):
        raise ValueError(f"split is {split!r}; expected 'train' or 'test'")
    root = data_root() if root is None else Path(root)
    if not DATASETS[1].present(root):
        raise FileNotFoundError(
            f"MNIST is not under {root}: run `cance-edu data mnist`, set CANCE_EDU_DATA to a "
            "folder that has MNIST/raw, or use the digits, which need no download"
        )
    try:
        data = _torchvision().datasets.MNIST(str(root), train=split == "train")
    except (ValueError, RuntimeError, AssertionError, KeyError, TypeError) as error:
        # A wrong header fails one of torchvision's asserts or look-ups.
        raise ValueError(
            f"a file under {root / 'MNIST' / 'raw'} is damaged ({error!r}); delete the folder and "
            "run `cance-edu data mnist`"
        ) from error
    images = data.data.numpy()[:, None].astype(np.float32)
    images /= 255  # in place: no second copy
    return Images(images, data.targets.numpy())


def download(name: str, root: Path | str | None = None, progress: bool = True) -> Path:
    """Download a data set, check it, and only then put it in its place.

    Parameters
    ----------
    name : str
        "mnist"; the digits need no download.
    root : Path, optional
        Data root; `data_root()` unless told.
    progress : bool
        Whether to show a bar for each file.

    Returns
    -------
    Path
        The data root.

    Raises
    ------
    ValueError
        If there is no such data set.
    ConnectionError
        If the download failed or its checksum is wrong; nothing is left behind.
    """
    root = data_root() if root is None else Path(root)
    known = {data_set.name: data_set for data_set in DATASETS}
    if name not in known:
        raise ValueError(f"there is no data set {name!r}; there are {', '.join(known)}")
    if known[name].present(root):
        return root
    torchvision, raw = _torchvision(), root / "MNIST" / "raw"
    try:
        with _folder_beside(root) as beside, _bar(progress):
            # torchvision writes into its final file as it goes, and checks the md5 sum afterwards.
            torchvision.datasets.MNIST(str(beside), download=True)
            raw.mkdir(parents=True, exist_ok=True)
            for file in IDX_FILES:  # what else lies there is the user's
                (beside / "MNIST" / "raw" / file).replace(raw / file)
    except (RuntimeError, OSError, EOFError, HTTPException) as error:
        reason = " ".join(str(error).split())  # torchvision's message has several lines
        raise ConnectionError(
            f"downloading MNIST failed ({reason}); nothing was kept. Try again, or copy "
            f"{', '.join(IDX_FILES)} into {raw} by hand, or go on offline with the digits"
        ) from error
    return root


@contextlib.contextmanager
def _folder_beside(root: Path) -> Iterator[Path]:
    """Give a folder on the same disk, so that a file is moved whole, and remove it at the end."""
    root.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".download-", dir=root))
    try:
        yield beside
    finally:
        shutil.rmtree(beside)


def _bar(progress: bool) -> contextlib.AbstractContextManager[object]:
    # torchvision's bar has no switch; it goes to stderr.
    return contextlib.nullcontext() if progress else contextlib.redirect_stderr(io.StringIO())


def one_class(
    dataset_train: Images, dataset_test: Images, normal: Sequence[int], name: str
) -> OneClass:
    """Return the split of Sec. 4.1: train on the normal classes, test on the whole test set.

    Parameters
    ----------
    dataset_train, dataset_test : Images
        The official training and test sets.
    normal : sequence of int
        The normal class, or several (multimodal).
    name : str
        For titles.

    Raises
    ------
    ValueError
        If a normal class is not there, or if all classes are normal.
    """
    _check_normal(normal, dataset_train.labels)
    return OneClass(
        name=f"{name}, normal {', '.join(map(str, normal))}",
        train_images=dataset_train.images[np.isin(dataset_train.labels, normal)],
        test_images=dataset_test.images,
        test_is_anomaly=~np.isin(dataset_test.labels, normal),
    )


def one_class_split(
    dataset: Images,
    normal: Sequence[int],
    name: str = "images",
    *,
    test_share: float = 0.3,
    random_state: int = 0,
) -> OneClass:
    """Return a one-class task for a set without an official split.

    Parameters
    ----------
    dataset : Images
        The whole set.
    normal : sequence of int
        The normal classes.
    name : str
        For titles.
    test_share : float
        Share of the normal images that is tested, beside all anomalies; in (0, 1).
    random_state : int
        Chooses which.

    Returns
    -------
    OneClass
        No test image is a training image.

    Raises
    ------
    ValueError
        If a normal class is not there, if all are normal, or if a side of the split is empty.
    """
    _check_normal(normal, dataset.labels)
    is_normal = np.isin(dataset.labels, normal)
    count = round(is_normal.sum() * (1 - test_share))
    if not 0 < count < is_normal.sum():
        raise ValueError(
            f"test_share is {test_share}: of {is_normal.sum()} normal images {count} would be "
            "trained on; expected a share in (0, 1) that leaves some on each side"
        )
    rows = np.random.default_rng(random_state).permutation(np.flatnonzero(is_normal))
    tested = np.concatenate([rows[count:], np.flatnonzero(~is_normal)])
    return OneClass(
        name=f"{name}, normal {', '.join(map(str, normal))}",
        train_images=dataset.images[rows[:count]],
        test_images=dataset.images[tested],
        test_is_anomaly=~is_normal[tested],
    )


def _check_normal(normal: Sequence[int], labels: NDArray[np.int64]) -> None:
    classes = np.unique(labels).tolist()
    if np.ndim(normal) != 1 or not set(normal) or not set(normal) < set(classes):
        raise ValueError(
            f"normal is {normal!r}; expected a list of some, not all, of the classes {classes}"
        )


def load_one_class(name: str, normal: Sequence[int], random_state: int = 0) -> OneClass:
    """Return the one-class task of a data set by name.

    Parameters
    ----------
    name : {"digits", "mnist"}
        Which.
    normal : sequence of int
        The normal digits.
    random_state : int
        Splits the digits 70/30; MNIST has its own test set.
    """
    if name == "digits":
        return one_class_split(digits(), normal, "digits", random_state=random_state)
    if name == "mnist":
        return one_class(mnist("train"), mnist("test"), normal, "MNIST")
    raise ValueError(f"there is no data set {name!r}; expected 'digits' or 'mnist'")


class FolderImages:
    """The pictures in a folder, read one at a time when asked for; a map-style torch data set.

    Parameters
    ----------
    folder : Path
        With .png, .jpg, .bmp, .tif or .webp files.
    image_size : int or (height, width), optional
        What to resize to; an int is both.
    channels : {1, 3}, optional
        Grey or colour; as each file has it unless told.

    Raises
    ------
    ValueError
        If there is no picture in the folder, or an argument is not one of these.
    """

    def __init__(
        self,
        folder: Path | str,
        image_size: int | tuple[int, int] | None = None,
        channels: int | None = None,
    ) -> None:
        size = (image_size, image_size) if isinstance(image_size, int) else image_size
        if size is not None and (len(size) != 2 or min(size) < 1):
            raise ValueError(f"image_size is {image_size}; expected 1 or more, or (height, width)")
        if channels not in (None, 1, 3):
            raise ValueError(f"channels is {channels}; expected 1 (grey), 3 (colour) or None")
        self.folder, self.size, self.channels = Path(folder), size, channels
        self.files = sorted(
            file
            for file in self.folder.rglob("*")
            # macOS puts a hidden ._name.png, which is no picture, beside each in an archive.
            if file.suffix.lower() in PICTURES and not file.name.startswith(".")
        )
        if not self.files:
            raise ValueError(f"there is no picture in {folder}; expected {LAYOUT}")

    def __len__(self) -> int:
        return len(self.files)

    def shape(self, index: int) -> tuple[int, int, int]:
        """Return (channels, height, width) of one picture, from its file's header alone."""
        with _opened(self.files[index]) as picture:
            height, width = self.size or (picture.height, picture.width)
            return self.channels or (1 if _is_grey(picture) else 3), height, width

    def array(self, index: int) -> NDArray[np.float32]:
        """Return one picture, shape (channels, height, width), in [0, 1]; grey ones have 1."""
        with _opened(self.files[index]) as picture:
            if picture.mode in DEEP:
                pixels = _deep_pixels(picture, self.size)
                return np.repeat(pixels[None], self.channels or 1, axis=0)
            grey = self.channels == 1 or (self.channels is None and _is_grey(picture))
            converted = picture.convert("L" if grey else "RGB")
            if self.size is not None:
                converted = converted.resize(self.size[::-1])
            pixels = np.asarray(converted, dtype=np.float32) / 255
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
        images = np.empty((len(self), *_common_shape([self])), np.float32)
        for index in range(len(self)):
            images[index] = self.array(index)
        return images


def image_folder(
    path: Path | str,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
) -> OneClass:
    """Return the one-class task in a folder of one's own, laid out as MVTec AD's users know it.

    Parameters
    ----------
    path : Path
        With `normal/` (or `train/good/`), `test/good/` and one `test/<defect>/` for each defect.
    image_size : int or (height, width), optional
        What to resize to; needed if the pictures differ in size.
    channels : {1, 3}, optional
        Grey or colour; needed if there are both.

    Raises
    ------
    ValueError
        If the layout is another, a picture cannot be read, or shapes differ.
    """
    path = Path(path)
    normal = path / "normal" if (path / "normal").is_dir() else path / "train" / "good"
    good = path / "test" / "good"
    defects = sorted(d for d in path.glob("test/*") if d.is_dir() and d != good)
    if not normal.is_dir() or not good.is_dir() or not defects:
        raise ValueError(f"{path} is not laid out as expected: {LAYOUT}")
    folders = [FolderImages(folder, image_size, channels) for folder in (normal, good, *defects)]
    _common_shape(folders)  # before any picture is decoded
    train, *tests = (folder.stacked() for folder in folders)
    is_anomaly = np.repeat([False] + [True] * len(defects), [len(part) for part in tests])
    return OneClass(path.resolve().name, train, np.concatenate(tests), is_anomaly)


def _common_shape(folders: Sequence[FolderImages]) -> tuple[int, int, int]:
    first = folders[0].shape(0)
    for folder in folders:
        for index, file in enumerate(folder.files):
            if (shape := folder.shape(index)) != first:
                raise ValueError(
                    f"{folders[0].files[0]} has shape {first}, {file} has {shape} (channels, "
                    "height, width); pass image_size to resize, channels for grey and colour mixed"
                )
    return first


def _is_grey(picture: "Image") -> bool:
    return picture.mode in ("1", "L", "LA", *DEEP)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator["Image"]:
    """Open a picture; whatever is wrong with it names the file."""
    from PIL import Image

    try:
        with Image.open(file) as picture:
            yield picture
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:  # Pillow's, if damaged
        raise ValueError(f"{file} cannot be read as a picture: {error}") from error


def _deep_pixels(picture: "Image", size: tuple[int, int] | None) -> NDArray[np.float32]:
    # Pillow clips at 255 where it converts these to 8 bits: a 16-bit picture would turn white.
    pixels = np.asarray(picture, dtype=np.float32) / (1 if picture.mode == "F" else 65535)
    if not (pixels.min() >= 0 and pixels.max() <= 1):
        raise OSError(f"its values are outside {'[0, 1]' if picture.mode == 'F' else '16 bits'}")
    if size is not None:
        from PIL import Image

        resized = Image.fromarray(pixels).resize(size[::-1])
        pixels = np.clip(np.asarray(resized), 0, 1)  # bicubic overshoots
    return pixels


def _torchvision() -> ModuleType:
    try:
        import torchvision
    except (RuntimeError, ImportError) as error:
        raise ImportError(
            f"torchvision does not fit the installed torch ({error}): reinstall the pair with "
            "`pip install --force-reinstall torch torchvision`"
        ) from error
    return torchvision
