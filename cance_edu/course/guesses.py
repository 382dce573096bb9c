"""What a student predicted, what it was, and how sure the student had been: kept on the disk.

The file `.cance_edu/predictions.json` lies in the folder where the lesson runs, beside the
student's working copy. Nothing is sent anywhere.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from cance_edu.files import written_beside

__all__ = ["FILE", "Guess", "keep", "kept"]

FILE = Path(".cance_edu") / "predictions.json"
"""Relative to the folder in which the kernel runs."""

Value = float | str | list[str]


@dataclass(frozen=True)
class Guess:
    """One prediction of a student.

    Attributes
    ----------
    guess : float, str or list of str
        A number, an option, or options in order.
    confidence : float
        The probability, as the student sees it, that the guess is right.
    truth : float, str or list of str, or None
        None until the cell with the result has run.
    right : bool or None
        For a number, whether it was within the question's tolerance.
    """

    guess: Value
    confidence: float
    truth: Value | None = None
    right: bool | None = None


def kept() -> dict[str, Guess]:
    """Return all predictions of this folder, by key.

    Raises
    ------
    ValueError
        If the file is damaged: the message says what to do.
    """
    if not FILE.is_file():
        return {}
    try:
        rows: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
        return {key: Guess(**row) for key, row in rows.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{FILE.resolve()} cannot be read ({error}); delete it to begin anew: your earlier "
            "predictions are lost, nothing else"
        ) from error


def keep(key: str, guess: Guess) -> None:
    """Keep one prediction; two lessons may be open at once.

    Parameters
    ----------
    key : str
        Of the question, ``"01 below the mean"``.
    guess : Guess
        Takes the place of an earlier one.
    """
    FILE.parent.mkdir(exist_ok=True)
    with FileLock(f"{FILE}.lock"):
        rows = {name: asdict(each) for name, each in (kept() | {key: guess}).items()}
        with written_beside(FILE) as beside:
            beside.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
