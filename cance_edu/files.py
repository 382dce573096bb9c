"""Where the project's folders are, and writing a file so that nothing is ever half written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["PROJECT", "written_beside"]

PROJECT = Path(__file__).resolve().parent.parent
"""The project's repository: notebooks, recordings and tests are there, not in the package."""


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Lend a path beside a file; what was written there takes the file's place at the end.

    A process killed half way, or an exception inside, leaves the old file as it was.

    Parameters
    ----------
    path : Path
        The file. Its folder is made if need be.

    Yields
    ------
    Path
        Write to this one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
