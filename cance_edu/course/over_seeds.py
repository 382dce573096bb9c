"""Figures that depend on training, over several seeds: what a lesson may say, and what it holds.

`cance-edu record lesson_figures` runs every lesson once a seed and keeps what its claims measured
in `data/recordings/lesson_figures/NN.json`, a file for each lesson NN. `measured` compares one
run with them, and `over_seeds` quotes their range in prose.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cance_edu.files import PROJECT, lesson_number

__all__ = ["FOLDER", "Range", "lesson_dataset", "lesson_seed", "measured", "over_seeds"]

LessonDataset = Literal["digits", "mnist"]

FOLDER = PROJECT / "data" / "recordings" / "lesson_figures"
"""Where the figures of each lesson lie: in the project's repository."""


def lesson_dataset() -> LessonDataset:
    """Return the data set that the lessons run on: "digits", or what CANCE_EDU_DATASET says.

    Raises
    ------
    ValueError
        If the variable names anything but "digits" or "mnist".
    """
    name = os.environ.get("CANCE_EDU_DATASET") or "digits"
    if name not in ("digits", "mnist"):
        raise ValueError(f"CANCE_EDU_DATASET is {name!r}; expected 'digits' or 'mnist'")
    return name  # type: ignore[return-value]


def lesson_seed() -> int:
    """Return the lessons' random state: 0, or what CANCE_EDU_SEED says.

    Raises
    ------
    ValueError
        If that is no whole number.
    """
    said = os.environ.get("CANCE_EDU_SEED") or "0"
    if not said.isdecimal():
        raise ValueError(f"CANCE_EDU_SEED is {said!r}; expected a whole number, at least 0")
    return int(said)


@dataclass(frozen=True)
class Range:
    """The values of one figure over seeds, to be written into a sentence.

    Attributes
    ----------
    values : tuple of float
        One for each seed; none where the figure is not recorded yet.

    Examples
    --------
    >>> f"over three seeds {Range((0.79, 0.88, 0.83)):.0%}"
    'over three seeds 79% to 88%'
    """

    values: tuple[float, ...]

    def __format__(self, specification: str) -> str:
        if not self.values:
            return "(not recorded yet)"
        low, high = (format(end(self.values), specification) for end in (min, max))
        return low if low == high else f"{low} to {high}"


def over_seeds(name: str) -> Range:
    """Return what a figure was over the recorded seeds, on the lessons' data set.

    Parameters
    ----------
    name : str
        Lesson and figure, as `measured` has it: ``"07 auroc cance"``.
    """
    return Range(tuple(_recorded(name).tolist()))


def measured(name: str, value: float) -> float:
    """Return a measured figure, after holding it against the same figure over several seeds.

    With CANCE_EDU_FIGURES set to a file, the figure is appended to it instead: that is how
    `cance-edu record lesson_figures` learns it.

    Parameters
    ----------
    name : str
        Lesson and figure, ``"07 auroc cance"``.
    value : float
        The figure as it was just measured.

    Returns
    -------
    float
        The value.

    Raises
    ------
    AssertionError
        If it is more than three standard deviations from the recorded mean, or was never recorded.
    """
    value = float(value)
    figure = {"dataset": lesson_dataset(), "seed": lesson_seed(), "name": name, "value": value}
    if file := os.environ.get("CANCE_EDU_FIGURES"):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(figure) + "\n")
        return value
    values = _recorded(name)
    if len(values) < 2:
        raise AssertionError(
            f"{name!r} was not recorded over seeds on {lesson_dataset()}; run "
            "`cance-edu record lesson_figures` and commit the recording"
        )
    mean, deviation = values.mean(), values.std(ddof=1)
    if not abs(value - mean) <= 3 * deviation:  # so that NaN is refused
        raise AssertionError(
            f"{name} is {value:.4g}, but was {mean:.4g} ± {deviation:.2g} over {len(values)} "
            f"seeds on {figure['dataset']}: more than three standard deviations apart"
        )
    return value


def _recorded(name: str) -> NDArray[np.float64]:
    """Return a figure's values on the lessons' data set, one for each seed; none if not recorded.

    Raises
    ------
    ValueError
        If the name does not begin with a lesson's number.
    """
    lesson = lesson_number(name)
    if not (lesson and name.startswith(f"{lesson} ") and len(name) > len(lesson) + 1):
        raise ValueError(f"the figure is {name!r}; expected the lesson first: '07 auroc cance'")
    file = FOLDER / f"{lesson}.json"
    figures = json.loads(file.read_text(encoding="utf-8"))["figures"] if file.is_file() else []
    ours = [row["value"] for row in figures if (row["name"], row["dataset"]) == _here(name)]
    return np.array(ours, dtype=float)


def _here(name: str) -> tuple[str, str]:
    return name, lesson_dataset()
