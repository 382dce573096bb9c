"""Where the project's folders are, writing so that nothing is half written, and with what."""

import platform
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

__all__ = ["PROJECT", "lesson_number", "lessons_in", "made_with", "written_beside"]

PROJECT = Path(__file__).resolve().parents[1]
"""The project's repository: notebooks, recordings and tests are there, not in the package."""


def lessons_in(folder: Path) -> list[Path]:
    """Return the notebooks of all lessons, and after them those in `going_deeper`.

    Parameters
    ----------
    folder : Path
        The project's `notebooks`, or a copy of it.
    """
    pattern = "[0-9]*.ipynb"
    return sorted(folder.glob(pattern)) + sorted((folder / "going_deeper").glob(pattern))


def lesson_number(name: str) -> str:
    """Return the number that the name of a lesson, or of what belongs to it, begins with.

    Parameters
    ----------
    name : str
        "06b_what_moves_k.ipynb", or "06b auroc cance".

    Returns
    -------
    str
        "06b", with a letter for what goes deeper than lesson 06; empty without a number.
    """
    number = re.match(r"\d\d[a-z]?(?=[ _])", name)
    return number[0] if number else ""


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
    # No two writers share it, be they threads, or processes of two machines on one folder.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def made_with() -> dict[str, str]:
    """Return the versions of what computes: to be kept beside what was computed."""
    packages = ("cance-edu", "torch", "numpy", "scipy", "scikit-learn")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}
