"""nbgrader for one submission at a time: what goes wrong is raised.

nbgrader's own command converts a class as a whole, and writes what went wrong into a log.
"""

import hashlib
import os
import shutil
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    from nbgrader.api import Gradebook, MissingEntry
    from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
    from nbgrader.coursedir import CourseDirectory
except ImportError as error:
    raise ImportError(
        "nbgrader is not installed: `.venv/bin/pip install nbgrader` (or the extra, "
        "`pip install cance-edu[classroom]`)"
    ) from error
import nbformat
from alembic.util import CommandError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import DatabaseError, OperationalError
from traitlets.config import Config

from cance_edu.classroom.remarks import Remark
from cance_edu.classroom.running import ExecuteAll, not_run
from cance_edu.classroom.submissions import Prepared
from cance_edu.classroom.working_copy import STUB

__all__ = ["LIMIT", "Course", "GradebookError", "Marks"]

LIMIT = 120
"""How many seconds a cell may run while it is graded, unless told."""

PREPARED = ".prepared"
"""The folder, inside the course's, with what is being graded."""


class GradebookError(RuntimeError):
    """The gradebook cannot be used, for no submission."""


class _OfOne:
    """Convert one student's notebook of one assignment.

    The names may hold what a file pattern or a regular expression would misread.
    """

    def convert(self: Any, student: str, assignment: str) -> None:
        self.student, self.assignment, self.force = student, assignment, True
        with warnings.catch_warnings():
            # nbgrader's own queries, which no teacher can do anything about.
            warnings.filterwarnings("ignore", "Object of type <Submitted.* not in session")
            self.start()

    def init_notebooks(self: Any) -> None:
        # As nbgrader joins it, and takes it apart again: a release's student is the folder `.`.
        source = self._format_source(self.assignment, self.student)
        self.notebooks = [f"{source}{os.sep}{self.assignment}.ipynb"]

    def convert_notebooks(self: Any) -> None:
        self.init_destination(self.assignment, self.student)
        try:
            self.init_assignment(self.assignment, self.student)
            for notebook in self.notebooks:
                self.convert_single_notebook(notebook)
            self.set_permissions(self.assignment, self.student)
        except BaseException:
            shutil.rmtree(self._format_dest(self.assignment, self.student), ignore_errors=True)
            raise


class _Release(_OfOne, GenerateAssignment):  # type: ignore[misc]
    pass


class _Autograde(_OfOne, Autograde):  # type: ignore[misc]
    def __init__(self: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        steps = self.autograde_preprocessors
        self.autograde_preprocessors = [ExecuteAll if s is Execute else s for s in steps]


class _Feedback(_OfOne, GenerateFeedback):  # type: ignore[misc]
    pass


@dataclass(frozen=True)
class Marks:
    """What the gradebook says of one submission.

    Attributes
    ----------
    score, of : float
        The points, and how many can be reached.
    by_hand : bool
        Whether a part waits to be read.
    state : str
        Changes with any point or comment, those given by hand too.
    """

    score: float
    of: float
    by_hand: bool
    state: str


class Course:
    """A course's folder, as nbgrader works in it, with our configuration.

    Parameters
    ----------
    folder : Path
        Made if need be.
    limit : int
        How many seconds a cell may run while it is graded.

    Raises
    ------
    NotADirectoryError
        If the folder is a file.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        # nbgrader starts `alembic` by name; it lies beside this Python, which need not be on PATH.
        beside = str(Path(sys.executable).parent)
        if beside not in os.environ["PATH"].split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([beside, os.environ["PATH"]])
        self.root = folder.resolve()
        if self.root.is_file():
            raise NotADirectoryError(f"{folder} is a file; name the course's folder")
        self.root.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.course_id = "cance_edu"
        config.CourseDirectory.submitted_directory = PREPARED
        config.ClearSolutions.code_stub = {"python": STUB}
        config.ExecutePreprocessor.timeout = limit
        self.directory = CourseDirectory(config=config)

    def release(self, assignment: str) -> Path:
        """Make the students' version of `source/NAME/NAME.ipynb`, and return it."""
        self._convert(_Release, ".", assignment)
        return self.root / "release" / assignment / f"{assignment}.ipynb"

    def released(self) -> dict[str, NotebookNode]:
        """Return the students' versions that the gradebook knows, by assignment.

        Raises
        ------
        GradebookError
            If the gradebook cannot be read.
        """
        if not (self.root / "gradebook.db").is_file():
            return {}
        try:
            with self._gradebook() as gradebook:
                names = sorted(assignment.name for assignment in gradebook.assignments)
        except (DatabaseError, CommandError) as error:
            raise self._unusable(error) from error
        files = {name: self.root / "release" / name / f"{name}.ipynb" for name in names}
        return {n: nbformat.read(f, as_version=4) for n, f in files.items() if f.is_file()}

    def autograde(self, student: str, assignment: str, prepared: Prepared) -> list[Remark]:
        """Run a notebook and give its points; return which cells could not be run to their end.

        Raises
        ------
        NotGradable
            If the kernel was lost too often.
        GradebookError
            If the gradebook cannot be written.
        """
        self.forget(student, assignment)
        place = self.root / PREPARED
        shutil.rmtree(place, ignore_errors=True)  # a killed run left it
        try:
            inner = place / student / assignment
            for to, file in prepared.files.items():
                (inner / to).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, inner / to)
            inner.mkdir(parents=True, exist_ok=True)
            nbformat.write(prepared.notebook, inner / f"{assignment}.ipynb")
            self._convert(_Autograde, student, assignment)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return not_run(nbformat.read(self._graded(student, assignment), as_version=4))

    def feedback(self, student: str, assignment: str) -> None:
        """Write the student's page, with points and comments as they are now."""
        self._convert(_Feedback, student, assignment)

    def forget(self, student: str, assignment: str) -> None:
        """Delete what was graded, and the student's page; the gradebook keeps points by hand."""
        for step in (self.directory.autograded_directory, self.directory.feedback_directory):
            shutil.rmtree(self.root / step / student / assignment, ignore_errors=True)

    def marks(self, student: str, assignment: str) -> Marks | None:
        """Return what the gradebook says now, or None if nothing is graded."""
        if not self._graded(student, assignment).is_file():
            return None
        with self._gradebook() as gradebook:
            try:
                found = gradebook.find_submission(assignment, student)
            except MissingEntry:
                return None
            seen = [
                (item.name, getattr(item, "score", None), getattr(item, "comment", None))
                for notebook in found.notebooks
                for item in (*notebook.grades, *notebook.comments)
            ]
            state = hashlib.sha256(repr(sorted(seen, key=repr)).encode()).hexdigest()
            return Marks(found.score, found.max_score, found.needs_manual_grade, state)

    def _graded(self, student: str, assignment: str) -> Path:
        step = self.directory.autograded_directory
        return self.root / step / student / assignment / f"{assignment}.ipynb"

    def _gradebook(self) -> Gradebook:
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def _convert(self, converter: Any, student: str, assignment: str) -> None:
        one = converter(coursedir=self.directory, config=self.directory.config)
        try:
            one.convert(student, assignment)
        except OperationalError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> GradebookError:
        reason = str(error).splitlines()[0]
        return GradebookError(
            f"{self.root / 'gradebook.db'} cannot be used: {reason}; close other programs that use "
            "it, check that you may write to it, or put a copy of it back"
        )
