"""The rows of a long recording, kept one by one: a killed run goes on where it was."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu import __version__
from cance_edu.files import PROJECT, written_beside

__all__ = ["DONE", "kept_row"]

DONE = PROJECT / "data" / ".recordings"
"""Where rows lie until their settings or the library's version change; delete it to begin anew."""

Row = dict[str, NDArray[Any]]


def kept_row(
    recording: str, settings: Mapping[str, Any], compute: Callable[[], Mapping[str, ArrayLike]]
) -> Row:
    """Return a row that was computed before, or compute and keep it.

    Parameters
    ----------
    recording : str
        Its name.
    settings : mapping
        All that the row depends on, seeds too; plain numbers, strings and lists.
    compute : callable
        Takes nothing and returns the row's arrays, by name.
    """
    words = json.dumps([__version__, settings], sort_keys=True)
    path = DONE / recording / f"{hashlib.sha256(words.encode()).hexdigest()[:16]}.npz"
    if not path.is_file():
        arrays: dict[str, Any] = {name: np.asarray(value) for name, value in compute().items()}
        with written_beside(path) as beside, beside.open("wb") as file:
            np.savez_compressed(file, **arrays)
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
