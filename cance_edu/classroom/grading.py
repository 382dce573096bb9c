"""Grading a class: each submission for itself, marks written as they come, nothing done twice."""

import csv
import json
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from cance_edu.classroom.autograding import LIMIT, Course, GradebookError, Marks
from cance_edu.classroom.remarks import NotGradable, Remark
from cance_edu.classroom.submissions import Submission, find, fingerprint, prepare
from cance_edu.files import written_beside

__all__ = ["Mark", "grade"]

COLUMNS = (
    "student",
    "assignment",
    "score",
    "of",
    "to be graded by hand",
    "remark",
    "what you can do",
)

NO_PAGE = "The student's page could not be written"


@dataclass(frozen=True)
class Mark:
    """What became of one submission; one row of `marks.csv`.

    Attributes
    ----------
    student, assignment : str
        As the folders are named.
    score, of : float or None
        The points, and how many can be reached; None if it could not be graded.
    by_hand : bool or None
        Whether a part waits to be read.
    remarks : tuple of Remark
        Why it could not be graded, or what was put right before it was.
    is_new : bool
        Whether it was graded in this run.
    """

    student: str
    assignment: str
    score: float | None = None
    of: float | None = None
    by_hand: bool | None = None
    remarks: tuple[Remark, ...] = ()
    is_new: bool = True
    # By these the next run sees what has changed.
    path: str = ""
    fingerprint: str = ""
    limit: int = 0
    state: str = ""

    def row(self) -> tuple[object, ...]:
        """Return the row of `marks.csv`."""
        told = (" ".join(part) for part in zip(*self.remarks, strict=True))
        numbers = ("" if x is None else x for x in (self.score, self.of, self.by_hand))
        return (self.student, self.assignment, *numbers, *(tuple(told) or ("", "")))


def grade(folder: Path, limit: int = LIMIT) -> Iterator[Mark]:
    """Grade everything under `submitted/STUDENT/ASSIGNMENT/`, and write marks and feedback.

    A submission that cannot be graded has a mark that says why and what a teacher can do. One that
    has not changed since it was graded is not run again; points that were given by hand since then
    are taken over.

    Parameters
    ----------
    folder : Path
        The course's folder, as `release` left it.
    limit : int
        How many seconds a cell may run; then it is interrupted, and the others are still run.

    Yields
    ------
    Mark
        One a submission, as it is done. `marks.csv` in the folder has it by then, and `feedback/`
        the student's page.

    Raises
    ------
    FileNotFoundError
        If nothing was submitted, or nothing was released.
    GradebookError
        If the gradebook cannot be used.
    """
    submissions = find(folder / "submitted")
    if not submissions:
        raise FileNotFoundError(
            f"there is nothing in {folder / 'submitted'}; expected submitted/STUDENT/ASSIGNMENT/"
        )
    course = Course(folder, limit)
    released = course.released()
    if not released:
        raise FileNotFoundError(
            f"nothing was released in {folder}; first run `cance-edu assignments release {folder}`"
        )
    paths = {ascii(str(s.path.relative_to(folder))): s for s in submissions}
    marks = {path: mark for path, mark in _last(folder).items() if path in paths}
    for path, submission in paths.items():
        mark = _marked(course, submission, released, marks.get(path), limit)
        marks[path] = replace(mark, path=path)
        _write(folder, [marks[path] for path in paths if path in marks])
        yield marks[path]


def _marked(
    course: Course,
    submission: Submission,
    released: Mapping[str, NotebookNode],
    last: Mark | None,
    limit: int,
) -> Mark:
    """Return a submission's mark: the last one, if nothing has changed."""
    student, assignment = submission.student, submission.assignment
    seen = fingerprint(submission, released.get(assignment))
    if last is not None and (last.fingerprint, last.limit) in ((seen, limit), (seen, 0)):
        if last.score is None:
            return replace(last, is_new=False)
        if points := course.marks(student, assignment):
            return _with(points, replace(last, is_new=False), course)
    mark = Mark(student, assignment, fingerprint=seen, limit=limit)
    try:
        prepared = prepare(submission, released)
        not_run = course.autograde(student, assignment, prepared)
    except GradebookError:
        raise
    except NotGradable as error:
        mark = replace(mark, remarks=(error.remark,))
    except Exception as error:  # noqa: BLE001 - one submission must not end the grading of all
        # Without a fingerprint, the next run tries again: the machine may have been at fault.
        mark = replace(mark, remarks=(_unforeseen(course, submission, error),), fingerprint="")
    else:
        points = course.marks(student, assignment)
        assert points is not None, "it was graded just now"
        told = (*prepared.remarks, *not_run)
        return _with(points, replace(mark, remarks=told, limit=limit if not_run else 0), course)
    if assignment in released:
        course.forget(student, assignment)
    return mark


def _with(points: Marks, mark: Mark, course: Course) -> Mark:
    """Return a mark with its points; where they are new, the student's page is written anew."""
    told = tuple(remark for remark in mark.remarks if not remark[0].startswith(NO_PAGE))
    state = points.state
    if state != mark.state:
        try:
            course.feedback(mark.student, mark.assignment)
        except GradebookError:
            raise
        except Exception as error:  # noqa: BLE001 - the points are earned all the same
            advice = "Open the notebook in autograded/ instead, and grade again."
            told, state = (*told, Remark(f"{NO_PAGE} ({type(error).__name__}).", advice)), ""
    return replace(
        mark,
        score=points.score,
        of=points.of,
        by_hand=points.by_hand,
        remarks=told,
        state=state,
    )


def _unforeseen(course: Course, submission: Submission, error: Exception) -> Remark:
    """Return a remark on a failure that nobody thought of, and keep all of it in a file."""
    log = course.root / "grading.log"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{submission.path}\n{''.join(traceback.format_exception(error))}\n")
    first = (str(error).splitlines() or [""])[0][:200]
    return Remark(
        f"nbgrader could not grade it ({type(error).__name__}: {first}).",
        f"Open the notebook and run it, or grade it by hand; {log.name} has the whole message.",
    )


def _last(folder: Path) -> dict[str, Mark]:
    """Return the marks of the last run; none if there was none, or another version wrote them."""
    try:
        kept = json.loads((folder / "grading.json").read_text(encoding="utf-8"))
        marks = [
            Mark(**{**one, "remarks": tuple(Remark(*r) for r in one["remarks"])}) for one in kept
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {mark.path: mark for mark in marks}


def _write(folder: Path, marks: list[Mark]) -> None:
    with (
        written_beside(folder / "marks.csv") as beside,
        # Spreadsheets read accents right if the file begins with this encoding's mark.
        beside.open("w", newline="", encoding="utf-8-sig") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(mark.row() for mark in marks)
    with written_beside(folder / "grading.json") as beside:
        kept = [asdict(mark) for mark in marks]
        beside.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")
