"""The course's data in one style: images in [0, 1], labels, and one-class splits (Sec. 4.1).

The digits come with scikit-learn and need no download. Everything else lives under `data_root()`.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cance_edu.files import PROJECT

if TYPE_CHECKING:
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
    return Path(os.environ.get("CANCE_EDU_DATA", PROJECT / "data"))


def digits() -> Images:
    """Return scikit-learn's 1,797 handwritten digits, 1 x 8 x 8."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Images((bunch.images[:, None] / 16).astype(np.float32), bunch.target.astype(np.int64))


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
    if not DATASETS[1].present(root):
        raise FileNotFoundError(
            f"MNIST is not under {root}: run `cance-edu data mnist`, set CANCE_EDU_DATA to a "
            "folder that has MNIST/raw, or use the digits, which need no download"
        )
    try:
        data = _torchvision().datasets.MNIST(str(root), train=split == "train")
    except (ValueError, RuntimeError, EOFError) as error:
        raise ValueError(
            f"a file under {root / 'MNIST' / 'raw'} is damaged ({error}); delete the folder and "
            "run `cance-edu data mnist`"
        ) from error
    return Images(data.data.numpy()[:, None].astype(np.float32) / 255, data.targets.numpy())


def download(name: str, root: Path | None = None) -> Path:
    """Download a data set, check it, and only then put it in its place.

    Parameters
    ----------
    name : str
        "mnist"; the digits need no download.
    root : Path, optional
        Data root; `data_root()` unless told.

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
    root = data_root() if root is None else root
    known = {data_set.name: data_set for data_set in DATASETS}
    if name not in known:
        raise ValueError(f"there is no data set {name!r}; there are {', '.join(known)}")
    if known[name].present(root):
        return root
    root.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".download-", dir=root))
    try:
        # torchvision writes into its final file as it goes, and checks the md5 sum afterwards.
        _torchvision().datasets.MNIST(str(beside), download=True)
        (root / "MNIST").mkdir(exist_ok=True)
        shutil.rmtree(root / "MNIST" / "raw", ignore_errors=True)
        (beside / "MNIST" / "raw").replace(root / "MNIST" / "raw")
    except (RuntimeError, OSError, EOFError) as error:
        raise ConnectionError(
            f"downloading MNIST failed ({error}); nothing was kept. Try again, or copy "
            f"{', '.join(IDX_FILES)} into {root / 'MNIST' / 'raw'} by hand, or go on offline with "
            "the digits"
        ) from error
    finally:
        shutil.rmtree(beside)
    return root


def one_class(train: Images, test: Images, normal: Sequence[int], name: str) -> OneClass:
    """Return the split of Sec. 4.1: train on the normal classes, test on the whole test set.

    Parameters
    ----------
    train, test : Images
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
    classes = np.unique(train.labels)
    if not set(normal) or not set(normal) < set(classes.tolist()):
        raise ValueError(
            f"normal is {list(normal)}; expected some, not all, of the classes {classes.tolist()}"
        )
    return OneClass(
        name=f"{name}, normal {', '.join(map(str, normal))}",
        train_images=train.images[np.isin(train.labels, normal)],
        test_images=test.images,
        test_is_anomaly=~np.isin(test.labels, normal),
    )


def one_class_split(
    data: Images,
    normal: Sequence[int],
    name: str,
    *,
    test_share: float = 0.3,
    random_state: int = 0,
) -> OneClass:
    """Return a one-class task for a set without an official split.

    Parameters
    ----------
    data : Images
        The whole set.
    normal : sequence of int
        The normal classes.
    name : str
        For titles.
    test_share : float
        Share of the normal images that is tested, beside all anomalies.
    random_state : int
        Chooses which.

    Returns
    -------
    OneClass
        No test image is a training image.
    """
    is_normal = np.isin(data.labels, normal)
    rows = np.random.default_rng(random_state).permutation(np.flatnonzero(is_normal))
    kept, tested = np.split(rows, [round(len(rows) * (1 - test_share))])
    tested = np.concatenate([tested, np.flatnonzero(~is_normal)])
    train = Images(data.images[kept], data.labels[kept])
    test = Images(data.images[tested], data.labels[tested])
    everything = Images(data.images, data.labels)
    split = one_class(everything, test, normal, name)
    return OneClass(split.name, train.images, split.test_images, split.test_is_anomaly)


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
    image_size : int, optional
        Height and width to resize to.

    Raises
    ------
    ValueError
        If there is no picture in the folder.
    """

    def __init__(self, folder: Path, image_size: int | None = None) -> None:
        self.folder, self.image_size = Path(folder), image_size
        found = folder.rglob("*") if folder.is_dir() else ()
        self.files = sorted(file for file in found if file.suffix.lower() in PICTURES)
        if not self.files:
            raise ValueError(f"there is no picture in {folder}; expected {LAYOUT}")

    def __len__(self) -> int:
        return len(self.files)

    def array(self, index: int) -> NDArray[np.float32]:
        """Return one picture, shape (channels, height, width), in [0, 1]; grey ones have 1."""
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(self.files[index]) as picture:
                grey = picture.mode in ("1", "L", "LA", "I", "I;16", "F")
                converted = picture.convert("L" if grey else "RGB")
        except (UnidentifiedImageError, OSError) as error:
            raise ValueError(f"{self.files[index]} cannot be read as a picture: {error}") from error
        if self.image_size is not None:
            converted = converted.resize((self.image_size, self.image_size))
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
        pictures = [self.array(index) for index in range(len(self))]
        for file, picture in zip(self.files, pictures, strict=True):
            if picture.shape != pictures[0].shape:
                raise ValueError(
                    f"{self.files[0]} has shape {pictures[0].shape}, {file} {picture.shape}; pass "
                    "image_size to resize them, and do not mix grey and colour"
                )
        return np.stack(pictures)


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


def _torchvision() -> ModuleType:
    try:
        import torchvision
    except (RuntimeError, ImportError) as error:
        raise ImportError(
            f"torchvision does not fit the installed torch ({error}): reinstall the pair with "
            "`pip install --force-reinstall torch torchvision`"
        ) from error
    return torchvision
