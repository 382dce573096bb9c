"""Assignments for a class, by nbgrader: release the students' versions, grade what comes back.

Nothing of nbgrader's is done anew: this is our configuration of it. A teacher with an nbgrader
course of their own copies `notebooks/assignments/` into its `source/` instead.
"""

import csv
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

from cance_edu.datasets.files import PROJECT, written_beside

__all__ = ["ASSIGNMENTS", "grade", "release"]

ASSIGNMENTS = PROJECT / "notebooks" / "assignments"
"""The source notebooks, with solutions and hidden tests: in the repository, for teachers."""

STUB = "..."
"""What a student finds where a solution was; a function then returns None: not answered yet."""


def release(folder: Path) -> list[Path]:
    """Make the students' versions of the assignments.

    Parameters
    ----------
    folder : Path
        The course's folder, made if need be: `source/` and `release/` are written in it.

    Returns
    -------
    list of Path
        The notebooks to hand out, without solutions and hidden tests.

    Raises
    ------
    ImportError, FileNotFoundError
        If nbgrader is not installed, or the assignments are not there.
    RuntimeError
        If nbgrader fails; its last lines are told.
    """
    api = _nbgrader(folder)
    sources = sorted(ASSIGNMENTS.glob("[0-9]*.ipynb"))
    if not sources:
        raise FileNotFoundError(f"there are no assignments in {ASSIGNMENTS}; clone the repository")
    released = []
    for source in sources:
        name = source.stem
        place = folder / "source" / name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place / source.name)
        _succeed(api.generate_assignment(name), f"releasing {name}")
        released.append(folder / "release" / name / source.name)
    return released


def grade(folder: Path) -> Path:
    """Grade everything under `submitted/STUDENT/ASSIGNMENT/`, and write the feedback.

    Parameters
    ----------
    folder : Path
        The course's folder, as `release` left it.

    Returns
    -------
    Path
        `marks.csv`: student, assignment, score, what can be reached, and whether something is left
        to be graded by hand. The students' pages are in `feedback/`.

    Raises
    ------
    ImportError, FileNotFoundError
        If nbgrader is not installed, or nothing was submitted.
    RuntimeError
        If nbgrader fails; its last lines are told.
    """
    api = _nbgrader(folder)
    submissions = sorted(path for path in (folder / "submitted").glob("*/*") if path.is_dir())
    if not submissions:
        raise FileNotFoundError(
            f"there is nothing in {folder / 'submitted'}; expected submitted/STUDENT/ASSIGNMENT/"
        )
    rows = []
    for path in submissions:
        student, assignment = path.parent.name, path.name
        with warnings.catch_warnings():
            # nbgrader's own queries, which no teacher can do anything about.
            warnings.filterwarnings("ignore", "Object of type <Submitted.* not in session")
            _succeed(api.autograde(assignment, student), f"grading {assignment} of {student}")
            _succeed(api.generate_feedback(assignment, student), f"feedback for {student}")
        with api.gradebook as gradebook:
            marked = gradebook.find_submission(assignment, student)
            rows.append(
                (student, assignment, marked.score, marked.max_score, marked.needs_manual_grade)
            )
    marks = folder / "marks.csv"
    with written_beside(marks) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("student", "assignment", "score", "of", "to be graded by hand"))
        writer.writerows(rows)
    return marks


def _nbgrader(folder: Path) -> Any:
    """Return nbgrader's interface to a course's folder, with our configuration."""
    try:
        from nbgrader.apps import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config
    except ImportError as error:
        raise ImportError(
            "nbgrader is not installed: `.venv/bin/pip install nbgrader` (or the extra, "
            "`pip install cance-edu[classroom]`)"
        ) from error
    # nbgrader starts `alembic` by name; it lies beside this Python, which need not be on PATH.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ["PATH"]])
    config = Config()
    config.CourseDirectory.root = str(folder.resolve())
    config.CourseDirectory.course_id = "cance_edu"
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ExecutePreprocessor.timeout = 120
    folder.mkdir(parents=True, exist_ok=True)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def _succeed(result: dict[str, Any], what: str) -> None:
    if not result["success"]:
        said = result.get("error") or result.get("log") or "nbgrader gave no reason"
        raise RuntimeError(f"{what} failed: {said.strip()[-2000:]}")
