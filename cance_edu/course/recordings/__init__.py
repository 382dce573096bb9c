"""Numbers that take too long to compute in class: recorded by a command, checked when read.

`cance-edu record NAME` computes a recording and keeps it in `data/recordings/`: the arrays in
`NAME.npz`, and in `NAME.json` the command, the settings and seeds, what it was made with, and the
checksum of the arrays. Each recording has a module of its own here, with a function `record` that
returns its arrays, and a dictionary `SETTINGS`. The figures that the lessons measure over seeds,
`lesson_figures`, are kept otherwise: a file for each lesson (`cance_edu.course.over_seeds`).
"""

import hashlib
import io
import json
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cance_edu.files import PROJECT, made_with, written_beside

__all__ = ["FOLDER", "RECORDINGS", "Recording", "load", "record"]

FOLDER = PROJECT / "data" / "recordings"
"""Where recordings lie: in the project's repository, not in the installed package."""

RECORDINGS = (
    "digits_ablation",
    "mnist_eights",
    "mnist_pictures",
    "covariance",
    "conditioning",
    "known_density",
    "noise_objectives",
    "drift",
    "held_out_moments",
    "k_dial",
    "resnet18_features",
    "kddcup99",
    "other_detectors",
)
"""All recordings, by name."""


@dataclass(frozen=True)
class Recording:
    """A recording as it was read.

    Attributes
    ----------
    arrays : dict of str to array
        What was recorded.
    about : dict
        Command, settings with seeds, versions, seconds and checksum.
    """

    arrays: dict[str, NDArray[Any]]
    about: dict[str, Any]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]


def record(name: str, folder: Path | None = None) -> Path:
    """Compute a recording and keep it.

    Parameters
    ----------
    name : str
        One of `RECORDINGS`.
    folder : Path, optional
        Where to; `FOLDER` unless told.

    Returns
    -------
    Path
        The file with the arrays.

    Raises
    ------
    ValueError
        If there is no such recording.
    """
    _check_name(name)
    folder = FOLDER if folder is None else folder
    module = import_module(f"cance_edu.course.recordings.{name}")
    start = time.perf_counter()
    arrays = module.record()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    about = {
        "command": f"cance-edu record {name}",
        "settings": module.SETTINGS,
        "made_with": made_with(),
        "seconds": round(time.perf_counter() - start, 1),
        "sha256": hashlib.sha256(buffer.getvalue()).hexdigest(),
    }
    with written_beside(folder / f"{name}.npz") as beside:
        beside.write_bytes(buffer.getvalue())
    with written_beside(folder / f"{name}.json") as beside:
        beside.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return folder / f"{name}.npz"


def load(name: str, folder: Path | None = None) -> Recording:
    """Read a recording, and check that it is what was recorded.

    Parameters
    ----------
    name : str
        One of `RECORDINGS`.
    folder : Path, optional
        Where from; `FOLDER` unless told.

    Returns
    -------
    Recording
        Its arrays, and how they were made.

    Raises
    ------
    FileNotFoundError
        If it is not there: the message says how to make it.
    ValueError
        If there is no recording of that name, or the arrays are not those that were recorded.
    """
    _check_name(name)
    folder = FOLDER if folder is None else folder
    path, about_path = folder / f"{name}.npz", folder / f"{name}.json"
    if not path.is_file() or not about_path.is_file():
        raise FileNotFoundError(
            f"there is no recording {path}; it is part of the project's repository, and "
            f"`cance-edu record {name}` makes it anew"
        )
    about = json.loads(about_path.read_text(encoding="utf-8"))
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise ValueError(
            f"{path} is not what {about_path.name} says was recorded (checksum); restore both "
            f"from the repository, or run `cance-edu record {name}`"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return Recording({key: file[key] for key in file.files}, about)


def _check_name(name: str) -> None:
    if name not in RECORDINGS:
        raise ValueError(f"there is no recording {name!r}; there are {', '.join(RECORDINGS)}")
