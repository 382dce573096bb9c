"""KDDCUP99, the 10% file: connections of a network, of which attacks are the majority."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.description import data_root
from cance_edu.datasets.tables import Table, difference_from_known

__all__ = ["kddcup99"]

TEXT = {1: "S4", 2: "S11", 3: "S6", 41: "S16"}
"""Columns of text: protocol_type, service, flag, and the label."""
FLAGS = (6, 11, 20, 21)
"""Columns that are 0 or 1: land, logged_in, is_host_login, is_guest_login."""
ROWS_SHA256 = "f8c8267ebcd9c0ed1fd7d6277fe5bfff8732e9b7db8e61b873542b2a534b6f9a"


def kddcup99(root: Path | None = None) -> Table:
    """Return KDDCUP99 as DAGMM, and so App. D, prepares it: attacks normal, "normal." anomalous.

    protocol_type, service and flag become one column for each of their values (one-hot). The four
    flags of 0 and 1 stay one column each: DAGMM counts them as categorical too, and has 120
    columns where there are 118 here. Neither kind is standardised by a split, as in GOAD.

    Parameters
    ----------
    root : Path, optional
        Where `kddcup.data_10_percent.gz` lies; `data_root()` unless told. If it does not, what
        scikit-learn's `fetch_kddcup99` left in its own folder (SCIKIT_LEARN_DATA) is read.

    Returns
    -------
    Table
        396,743 normal rows (attacks) and 97,278 anomalies, 118 columns. Another gzip wrapping of
        the same rows is no difference.

    Raises
    ------
    FileNotFoundError
        If neither is there.
    ValueError
        If a line does not have 41 columns and a label.
    """
    root = data_root() if root is None else root
    file = root / "kddcup.data_10_percent.gz"
    columns, differs = _from_gzip(file) if file.is_file() else (_from_scikit_learn(root), "")
    numbers = [i for i in range(41) if i not in TEXT]
    parts = [np.column_stack([columns[i].astype(np.float64) for i in numbers])]
    parts += [_one_hot(columns[i]) for i in (1, 2, 3)]
    rows = np.hstack(parts)
    standardized = np.zeros(rows.shape[1], dtype=bool)
    standardized[: len(numbers)] = [i not in FLAGS for i in numbers]
    return Table("KDDCUP99", rows, columns[41] == b"normal.", standardized, differs)


def _one_hot(column: NDArray[np.bytes_]) -> NDArray[np.float64]:
    """Return a column of 0 and 1 for each value, in the values' order."""
    values, which = np.unique(column, return_inverse=True)
    return np.eye(len(values))[which]


def _from_gzip(file: Path) -> tuple[list[NDArray[Any]], str]:
    kinds = [(f"c{i}", TEXT.get(i, "f8")) for i in range(42)]
    try:
        table = np.loadtxt(file, dtype=kinds, delimiter=",", encoding="latin1", ndmin=1)
    except (ValueError, OSError, EOFError) as error:
        raise ValueError(
            f"{file} is not KDDCUP99's 10% file ({error}); expected 41 columns and a label"
        ) from error
    return [table[name] for name, _ in kinds], _differs(file)


def _differs(file: Path) -> str:
    """Compare the packed file with the known one, and if it is another, the rows in it."""
    if not difference_from_known("kddcup99", file):
        return ""
    import gzip
    import hashlib

    with gzip.open(file) as opened:
        rows = hashlib.file_digest(opened, "sha256").hexdigest()
    return "" if rows == ROWS_SHA256 else f"{file.name} has other rows: sha256 {rows[:8]}"


def _from_scikit_learn(root: Path) -> list[NDArray[Any]]:
    from sklearn.datasets import fetch_kddcup99

    # Asked for a folder that is not there, scikit-learn would make it.
    home = Path(os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")).expanduser()
    if not (home / "kddcup99_10-py3" / "samples").is_file():
        raise FileNotFoundError(
            f"KDDCUP99 is neither under {root} nor in {home}: run `cance-edu data kddcup99`, or "
            "scikit-learn's fetch_kddcup99(), or set CANCE_EDU_DATA to a folder that has "
            "kddcup.data_10_percent.gz"
        )
    bunch = fetch_kddcup99(data_home=str(home), download_if_missing=False)
    table = np.column_stack([bunch.data, bunch.target])
    return [table[:, i].astype(TEXT.get(i, "f8")) for i in range(42)]
