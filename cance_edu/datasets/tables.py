"""Tables of numbers with the truth beside each row: Abalone, Thyroid, ADBench's feature files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.catalogue import described
from cance_edu.datasets.description import data_root
from cance_edu.datasets.download import file_digest

__all__ = ["Table", "abalone", "adbench_features", "difference_from_known", "found", "thyroid"]

SEXES = {"M": 0, "F": 1, "I": 2}
ABALONE_NORMAL, ABALONE_ANOMALOUS = (8, 9, 10), (3, 21)
THYROID_SHAPE, THYROID_ANOMALIES = (3772, 6), 93


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of numbers, and which are anomalies.

    Attributes
    ----------
    name : str
        For titles.
    rows : array of shape (n, features)
        float64.
    is_anomaly : array of bool, shape (n,)
        The truth.
    standardized : array of bool, shape (features,)
        Columns that a split standardises: not flags, nor columns that share one unit.
    differs : str
        How it differs from the official set, to be printed beside a result; "" if it does not.
    """

    name: str
    rows: NDArray[np.float64]
    is_anomaly: NDArray[np.bool_]
    standardized: NDArray[np.bool_]
    differs: str = ""


def abalone(root: Path | None = None) -> Table:
    """Return UCI's Abalone as DROCC prepared it for anomaly detection.

    Shells with 8, 9 or 10 rings are normal, with 3 or 21 anomalous; the others are left out. Sex
    is coded M 0, F 1, I 2. Source: Goyal et al. 2020, DROCC's `process_abalone.py`.

    Parameters
    ----------
    root : Path, optional
        Where `abalone.data` lies; `data_root()` unless told.

    Returns
    -------
    Table
        1,891 normal rows and 29 anomalies, 8 columns.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ValueError
        If a line is not sex and eight numbers.
    """
    file = found("abalone", root, "abalone.data")
    try:
        numbers = np.loadtxt(
            file, delimiter=",", converters={0: SEXES.__getitem__}, encoding="utf-8", ndmin=2
        )
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"{file} is not UCI's Abalone: {error}; expected M,0.455,...,15"
        ) from error
    rings = numbers[:, -1]
    used = np.isin(rings, ABALONE_NORMAL + ABALONE_ANOMALOUS)
    is_anomaly = np.isin(rings[used], ABALONE_ANOMALOUS)
    columns = np.ones(numbers.shape[1] - 1, dtype=bool)
    differs = difference_from_known("abalone", file)
    return Table("Abalone", numbers[used, :-1], is_anomaly, columns, differs)


def thyroid(root: Path | None = None) -> Table:
    """Return ODDS's Thyroid: hyperfunction is anomalous, the other two classes are normal.

    Parameters
    ----------
    root : Path, optional
        Where ADBench's `thyroid.npz` or ODDS's `thyroid.mat` lies; `data_root()` unless told.

    Returns
    -------
    Table
        3,679 normal rows and 93 anomalies, 6 columns in [0, 1]. ODDS publishes no checksum, so
        of `thyroid.mat` only these counts are verified.

    Raises
    ------
    FileNotFoundError
        If neither is there.
    ValueError
        If the file is damaged or not the official one.
    """
    file = found("thyroid", root, "thyroid.npz", "thyroid.mat")
    rows, is_anomaly = _rows_and_truth(file)
    differs = difference_from_known("thyroid", file) if file.suffix == ".npz" else ""
    if rows.shape != THYROID_SHAPE or is_anomaly.sum() != THYROID_ANOMALIES:
        differs = f"Thyroid with {len(rows)} rows and {is_anomaly.sum()} anomalies, not 3772 and 93"
    return Table("Thyroid", rows, is_anomaly, np.ones(rows.shape[1], dtype=bool), differs)


def adbench_features(normal: int, root: Path | None = None) -> Table:
    """Return ADBench's ResNet-18 features of CIFAR-10: one class normal, some of the rest not.

    Parameters
    ----------
    normal : int
        The normal class, 0 to 9.
    root : Path, optional
        Where `adbench/CV_by_ResNet18/CIFAR10_<normal>.npz` lies; `data_root()` unless told.

    Returns
    -------
    Table
        5,000 normal rows and 263 anomalies, 512 columns of float64. No column is standardised
        by a split: all are means of the network's activations, in one unit. ADBench publishes no
        checksums; those of classes 0, 4 and 6 were computed from copies, the others have none.

    Raises
    ------
    ValueError
        If there is no such class, or the file is damaged.
    FileNotFoundError
        If the file is not there; the message says how to get it.
    """
    if normal not in range(10):
        raise ValueError(f"normal is {normal}; expected a class of CIFAR-10, 0 to 9")
    file = found("adbench", root, f"adbench/CV_by_ResNet18/CIFAR10_{normal}.npz")
    rows, is_anomaly = _rows_and_truth(file)
    columns = np.zeros(rows.shape[1], dtype=bool)
    name = f"CIFAR-10 {normal}, ResNet-18 features"
    return Table(name, rows, is_anomaly, columns, difference_from_known("adbench", file))


def found(name: str, root: Path | None, *files: str) -> Path:
    """Return the first of a data set's files that is there.

    Raises
    ------
    FileNotFoundError
        If none is; the message says how to get it.
    """
    root = data_root() if root is None else root
    for file in files:
        if (root / file).is_file():
            return root / file
    downloaded = any(file in described(name).files for file in files)
    how = f"run `cance-edu data {name}`" if downloaded else "put it there, for no command does"
    raise FileNotFoundError(
        f"{' or '.join(files)} is not under {root}: {how}, or set CANCE_EDU_DATA to a folder that "
        "has it"
    )


def difference_from_known(name: str, file: Path) -> str:
    """Return "" for a file with the catalogue's checksum; else what to print beside a result."""
    for remote in described(name).remotes:
        algorithm, expected = remote.checksum.split(":")
        if Path(remote.target).name == file.name:
            digest = file_digest(file, algorithm)
            if digest.startswith(expected):
                return ""
            return f"{file.name} is not the known file: {algorithm} {digest[:8]}"
    return f"{file.name}: no checksum of it is known"


def _rows_and_truth(file: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    try:
        content = _content(file)
    except (ValueError, TypeError, OSError, EOFError, BadZipFile) as error:
        raise ValueError(f"{file} is damaged ({error}); delete it and download it again") from error
    if not {"X", "y"} <= set(content):
        raise ValueError(f"{file} has {sorted(content)}; expected X (n, features) and y (n)")
    rows, truth = content["X"], content["y"].ravel()
    if rows.ndim != 2 or len(rows) != len(truth):
        raise ValueError(
            f"{file} has X of shape {rows.shape} and {len(truth)} values y; expected X "
            "(n, features) and y (n)"
        )
    return rows.astype(np.float64), truth == 1


def _content(file: Path) -> dict[str, NDArray[Any]]:
    if file.suffix == ".mat":
        from scipy.io import loadmat, matlab

        try:
            return dict(loadmat(file))
        except (matlab.MatReadError, TypeError, LookupError) as error:  # SciPy's, on cut files
            raise ValueError(error) from error
    # NumPy would leave the file open if it is damaged.
    with file.open("rb") as opened, np.load(opened) as arrays:
        return dict(arrays)
