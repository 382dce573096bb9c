"""Kind feedback on a student's function: whether it is right, or which misconception it looks like.

A task runs the function on a few cases and notes what it does as an array of numbers: values,
gradients, behaviour at extremes. The right numbers come from an independent computation, never
from the library's own function. Each misconception has the numbers that it would give; they are
different from all others', so at most one is named. The student's text is never evaluated.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TASKS", "Feedback", "Misconception", "NotAnswered", "Task", "as_numbers", "check"]

TASKS = {
    "threshold": "decision.THRESHOLD",
    "mode": "lognormal.MODE",
    "truncated_normal": "lognormal.TRUNCATED_NORMAL",
    "k_aware": "lognormal.K_AWARE",
    "covariance_loss": "autoencoder.COVARIANCE_LOSS",
    "merge_covariances": "autoencoder.MERGE_COVARIANCES",
    "reconstruction_features": "autoencoder.COMPOSITE",
    "nce_loss": "contrast.NCE_LOSS",
    "noise_objective": "contrast.NOISE_OBJECTIVE",
    "anomaly_score": "scores.SCORE",
    "auroc": "scores.AUROC",
    "precision": "decision.PRECISION",
    "promised_rank": "decision.PROMISED_RANK",
    "sad_loss": "detectors.SAD_LOSS",
    "project": "detectors.PROJECT",
    "verdict": "comparison.VERDICT",
}
"""Every task by the name that a notebook uses: `check.mode(my_function)`."""

PACKAGE = Path(__file__).parents[2]
"""Not by its name: git clones the project into a folder of the same name."""

Array = NDArray[np.float64]
Function = Callable[..., Any]


class NotAnswered(Exception):
    """The function returned None or an ellipsis: there is no answer yet."""


class WrongShape(Exception):
    """The function returned something of another shape than the task asks for."""


@dataclass(frozen=True)
class Misconception:
    """A way to be wrong that teachers of this course know.

    Attributes
    ----------
    name : str
        What it is, in the words that the student reads.
    hint : str
        A question or a pointer; never the answer.
    looks_like : callable
        The task's function, under the misconception.
    """

    name: str
    hint: str
    looks_like: Function


@dataclass(frozen=True)
class Task:
    """One function that a student writes.

    Attributes
    ----------
    name, equation, minutes, signature : str, str, int, str
        In words; the equation as the paper numbers it.
    observe : callable
        Takes a function; returns what it does on the task's cases.
    expected : callable
        Returns what the right function would do, by another route.
    misconceptions : tuple of Misconception
        Those that can be told apart.
    cases : tuple of str
        What was given for the first of the numbers, in words: an unknown mistake is shown on one.
    """

    name: str
    equation: str
    minutes: int
    signature: str
    observe: Callable[[Function], Array]
    expected: Callable[[], Array]
    misconceptions: tuple[Misconception, ...]
    cases: tuple[str, ...] = ()

    def __call__(self, function: Any = None, *more: Any) -> "Feedback":
        """Return feedback on a student's function, `check(self, function)`."""
        if more or not callable(function):
            name = self.signature.partition("(")[0]
            words = f"give it your function alone, and do not call it: `check.{name}({name})`."
            return Feedback(self.name, False, None, words)
        return check(self, function)


@dataclass(frozen=True)
class Feedback:
    """What a student is told.

    Attributes
    ----------
    task : str
        The task's name.
    passed : bool
        Whether the function is right.
    misconception : str or None
        The one that it looks like.
    text : str
        One or two sentences.
    """

    task: str
    passed: bool
    misconception: str | None
    text: str

    def __str__(self) -> str:
        return f"{'right' if self.passed else 'not yet'} · {self.task}: {self.text}"

    def _repr_markdown_(self) -> str:
        return f"**{'right' if self.passed else 'not yet'}** · {self.task}: {self.text}"


def __getattr__(name: str) -> Task:
    """Return a task by its name, imported when it is first asked for."""
    if name not in TASKS:
        raise AttributeError(f"there is no task {name!r}; there are {', '.join(TASKS)}")
    module, _, task = TASKS[name].partition(".")
    found: Task = getattr(import_module(f"cance_edu.classroom.check.{module}"), task)
    return found


def __dir__() -> list[str]:
    """Return what TAB offers: the tasks first of all."""
    return sorted([*__all__, *TASKS])


def check(task: Task, function: Function) -> Feedback:
    """Return feedback on a student's function.

    Parameters
    ----------
    task : Task
        What was asked for.
    function : callable
        The student's; what it raises is reported, not raised.

    Returns
    -------
    Feedback
        Right, not answered yet, a misconception, or what is wrong with what came back.
    """

    def not_yet(text: str, misconception: str | None = None) -> Feedback:
        return Feedback(task.name, False, misconception, text)

    try:
        with np.errstate(all="ignore"):
            seen = task.observe(function)
    except NotAnswered:
        return not_yet(f"not answered yet. Write `{task.signature}`.")
    except WrongShape as error:
        return not_yet(str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what a student's function raises is feedback
        return not_yet(_what_was_raised(error, task.signature))
    if agree(seen, task.expected()):
        return Feedback(task.name, True, None, f"this is {task.equation}.")
    for misconception in task.misconceptions:
        if agree(seen, observed(task, misconception.looks_like)):
            text = (
                f"this looks like a misconception: **{misconception.name}**. {misconception.hint}"
            )
            return not_yet(text, misconception.name)
    if not np.isfinite(seen).all():
        return not_yet("the result is NaN or infinite for some input. Which one makes it so?")
    return not_yet(_numbers_differ(task, seen))


def observed(task: Task, function: Function) -> Array:
    """Return what a function does on a task's cases; overflow is part of what it does."""
    with np.errstate(all="ignore"):
        return task.observe(function)


def agree(one: Array, other: Array) -> bool:
    """Return whether two observations are the same up to round-off; NaN agrees with NaN."""
    return one.shape == other.shape and np.allclose(one, other, 1e-5, 1e-9, equal_nan=True)


def as_numbers(value: Any, shape: tuple[int, ...]) -> Array:
    """Return a student's result as an array of numbers, in one row.

    Parameters
    ----------
    value : Any
        What the function returned: numbers, an array, a tensor.
    shape : tuple of int
        What it should be.

    Raises
    ------
    NotAnswered
        If it is None or an ellipsis.
    WrongShape
        If it is no number, or of another shape.
    """
    if value is None or value is Ellipsis:
        raise NotAnswered
    expected = "a single number" if shape == () else f"numbers of shape {shape}"
    try:
        array = np.asarray(_off_torch(value))
        if array.dtype.kind == "c":
            asked = "is a negative number raised to a power?"
            raise WrongShape(f"it returned {_kind(value)}; expected {expected}: {asked}")
        if array.dtype.kind not in "biufO":  # text and dates are no numbers
            raise TypeError
        array = array.astype(float)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise WrongShape(f"it returned {_kind(value)}; expected {expected}.") from None
    if array.shape != shape:
        raise WrongShape(f"it returned shape {array.shape}; expected {expected}.")
    return array.ravel()


def _off_torch(value: Any) -> Any:
    """Return tensors, and lists of them, as NumPy reads them: on the CPU, without a gradient."""
    if isinstance(value, list | tuple):
        return [_off_torch(inner) for inner in value]
    if not hasattr(value, "detach"):
        return value
    value = value.detach().cpu()
    return value if value.is_complex() else value.double()


def _kind(value: Any) -> str:
    """Return what something is, in a few words."""
    name, dtype = type(value).__name__, getattr(value, "dtype", None)
    article = "an" if name[0].lower() in "aeiou" else "a"
    return f"{article} {name}" + (f" of {dtype}" if dtype is not None else "")


def _numbers_differ(task: Task, seen: Array) -> str:
    """Return one case that came out wrong, or what to do where none can be said in words."""
    words = f"the numbers differ from {task.equation}"
    for case, given, right in zip(task.cases, seen, task.expected(), strict=False):
        if not agree(given, right):
            return f"{words}: for {case} yours gives {given:.6g}, expected {right:.6g}."
    return f"{words}. Work one case out by hand, and compare."


def _what_was_raised(error: BaseException, signature: str) -> str:
    """Return the error as a sentence, with the line of the student's function that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not _is_library(frame.filename)]
    line = f" in the line `{theirs[-1].line}`" if theirs and theirs[-1].line else ""
    said = f"it raised {type(error).__name__}{line}{_first_line(error)}"
    # Called by the checker, it failed before its first line: the arguments do not fit.
    wrong_arguments = isinstance(error, TypeError) and not theirs
    return f"{said}. Write `{signature}`." if wrong_arguments else said


def _first_line(error: BaseException) -> str:
    """Return what an error says, led by a colon; some say nothing, a page, or fail to say it."""
    try:
        words = str(error).strip().partition("\n")[0]
    except Exception:  # noqa: BLE001 - a student's own class of errors
        words = ""
    return f": {words[:300]}" if words else ""


def _is_library(filename: str) -> bool:
    file = Path(filename)
    return file.is_relative_to(PACKAGE) or "site-packages" in file.parts
