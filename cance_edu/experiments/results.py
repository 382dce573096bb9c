"""The results file: one JSON line a result, appended at once, each with its own checksum.

A line that was cut by a kill, or changed, is found by its checksum or its missing end; it is
reported, never used, and taken out before anything is appended.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cance_edu.files import PROJECT, written_beside

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FOLDER",
    "KEY",
    "Record",
    "ResultsFile",
    "file_name",
    "frame",
    "key_of",
    "opened",
    "read",
    "read_folder",
    "slug",
]

FOLDER = PROJECT / "data" / "results"
"""Where results lie: in the project's repository, not in the installed package."""

KEY = ("split", "data_sha256", "system", "settings", "seed")
"""What tells one result from another: other data, other settings are another result."""

Record = dict[str, Any]


def key_of(record: Record) -> str:
    """Return a result's key as text; two results with the same are of the same fit."""
    return json.dumps([record[name] for name in KEY], sort_keys=True)


def file_name(dataset: str) -> str:
    """Return the name of the file that has a data set's results: of CIFAR-10 cifar10.jsonl."""
    return f"{slug(dataset)}.jsonl"


def slug(name: str) -> str:
    """Return a data set's name as the command line and files have it: CIFAR-10 is cifar10."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def read(path: Path) -> tuple[list[Record], list[str]]:
    """Read a results file.

    Parameters
    ----------
    path : Path
        The file; if there is none, there are no results.

    Returns
    -------
    records, damaged : list of dict, list of str
        The whole lines, the first of any two with the same key, but a result in place of a failure;
        and for each line that is not used, which and why.
    """
    good, damaged = _lines(path)
    records: dict[str, Record] = {}
    for number, record in good:
        before = records.get(key_of(record), {"failed": ""})
        if "failed" in before:
            records[key_of(record)] = record
        else:
            damaged.append(f"{path}, line {number}: this fit is there already, further up")
    return list(records.values()), damaged


def read_folder(folder: Path) -> tuple[list[Record], list[str]]:
    """Read all results files of a folder; what it returns is that of `read`.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            f"there is no folder {folder} with results; name another one with --results DIR, or "
            "make some: cance-edu reproduce digits --results DIR"
        )
    files = [read(path) for path in sorted(folder.glob("*.jsonl"))]
    return [r for records, _ in files for r in records], [d for _, lines in files for d in lines]


def frame(records: Iterable[Record]) -> "pd.DataFrame":
    """Return results as a tidy table: a line for each number that was measured.

    Parameters
    ----------
    records : iterable of dict
        Of any files, or as `run` gives them.

    Returns
    -------
    pandas.DataFrame
        `split`, `system`, `seed`, `measure`, `value` as a fraction, `seconds` of CPU time, `failed`
        with why, where a fit has no number, `differs` and `data_sha256`.
    """
    import pandas as pd

    about = ("split", "system", "seed", "seconds", "failed", "differs", "data_sha256")
    lines = [
        {name: record.get(name) for name in about} | {"measure": measure, "value": value}
        for record in records
        for measure, value in (record.get("measures") or {None: None}).items()
    ]
    columns = ["split", "system", "seed", "measure", "value", *about[3:]]
    return pd.DataFrame(lines, columns=columns).astype({"value": float})


@dataclass
class ResultsFile:
    """A results file that is open for appending, by this process alone.

    Attributes
    ----------
    path : Path
        The file.
    done : set of str
        The keys of the results in it; fits that failed are to be tried again.
    damaged : list of str
        Which lines were taken out, and why.
    """

    path: Path
    done: set[str]
    damaged: list[str]

    def append(self, records: Iterable[Record]) -> None:
        """Append results that are not there yet; when this returns, they are on the disk."""
        new = {key_of(record): record for record in records}
        lines = [_line(record) for key, record in new.items() if key not in self.done]
        with self.path.open("ab") as file:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
        self.done |= _whole(new.values())


@contextmanager
def opened(path: Path) -> Iterator[ResultsFile]:
    """Open a results file for appending, mended and locked.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made if need be.

    Yields
    ------
    ResultsFile
        The lock ends with it, or with this process, however that ends.

    Raises
    ------
    ValueError
        If another process is writing to the file.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f"{path.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(
            f"another process is writing to {path}; wait for it, end it, or write elsewhere with "
            "--results DIR"
        ) from None
    try:
        records, damaged = read(path)
        if damaged:
            with written_beside(path) as beside:
                beside.write_bytes(b"".join(map(_line, records)))
        yield ResultsFile(path, _whole(records), damaged)
    finally:
        lock.release()


def _whole(records: Iterable[Record]) -> set[str]:
    """Return the keys of results that did not fail."""
    return {key_of(record) for record in records if "failed" not in record}


def _lines(path: Path) -> tuple[list[tuple[int, Record]], list[str]]:
    """Return the whole lines with their numbers, and what is wrong with the others."""
    good, damaged = [], []
    content = path.read_bytes() if path.is_file() else b""
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        try:
            good.append((number, _checked(line)))
        except ValueError as error:
            damaged.append(f"{path}, line {number}: {error}")
    return good, damaged


def _checked(line: bytes) -> Record:
    if not line.endswith(b"\n"):
        raise ValueError("the line is cut")
    try:
        record = json.loads(line)
    except ValueError:
        raise ValueError("not JSON") from None
    if not isinstance(record, dict) or record.pop("sha256", None) != _checksum(record):
        raise ValueError("the checksum is not that of the line")
    missing = [name for name in KEY if name not in record]
    if missing:
        raise ValueError(f"it does not say its {', '.join(missing)}")
    return record


def _line(record: Record) -> bytes:
    text = json.dumps(record | {"sha256": _checksum(record)}, ensure_ascii=False)
    return text.encode() + b"\n"


def _checksum(record: Record) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
