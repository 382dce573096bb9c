"""What was handed in: found, read, and brought into a shape that can be graded.

Students rename notebooks and hand in two, or an archive; transfers cut files off. What was handed
in is only read. What had to be put right, and what cannot be, is told in words, with what a teacher
can do about it.
"""

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NBFormatError, NotebookNode, ValidationError, convert, v4
from nbformat.reader import NotJSONError, reads

from cance_edu.classroom.mending import mended
from cance_edu.classroom.remarks import NotGradable, Remark

__all__ = ["Prepared", "Submission", "find", "fingerprint", "prepare"]

HANDED_IN = {".ipynb", ".zip", ".7z", ".rar", ".gz"}
"""Endings by which a misplaced file is taken for somebody's work."""

AGAIN = "Ask for the file again, as Jupyter saved it, and grade again."
"""What a teacher can do about a file that cannot be read."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    Attributes
    ----------
    student, assignment : str
        As the folders are named; empty where something lies outside of them.
    path : Path
        The folder `submitted/STUDENT/ASSIGNMENT`, or what lies where such a folder should.
    """

    student: str
    assignment: str
    path: Path


def find(submitted: Path) -> list[Submission]:
    """Return everything that was handed in, misplaced files too.

    Parameters
    ----------
    submitted : Path
        The folder with one folder a student, in which there is one folder an assignment.
    """
    found = []
    for path in _visible(submitted):
        if not _is_folder(path):
            found += [Submission("", "", path)] if path.suffix in HANDED_IN else []
            continue
        student = _printable(path.name)
        theirs = [
            Submission(student, _printable(inner.name) if _is_folder(inner) else "", inner)
            for inner in _visible(path)
            if _is_folder(inner) or inner.suffix in HANDED_IN
        ]
        found += theirs or [Submission(student, "", path)]
    return found


def fingerprint(submission: Submission, released: NotebookNode | None) -> str:
    """Return a text that changes when the submission or the released assignment does."""
    digest = hashlib.sha256(repr(released).encode())
    for path in _files(submission.path):
        digest.update(repr(path.relative_to(submission.path)).encode())
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            digest.update(repr(error.errno).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Prepared:
    """What is graded of a submission.

    Attributes
    ----------
    notebook : notebook
        As it was released, with the student's cells.
    files : mapping of Path to Path
        What else was handed in beside it: where it belongs, where it is.
    remarks : list of Remark
        What had to be put right.
    """

    notebook: NotebookNode
    files: Mapping[Path, Path]
    remarks: list[Remark]


def prepare(submission: Submission, released: Mapping[str, NotebookNode]) -> Prepared:
    """Return what is graded of a submission.

    Parameters
    ----------
    submission : Submission
        What was handed in; it is only read.
    released : mapping of str to notebook
        What was handed out, by assignment.

    Raises
    ------
    NotGradable
        If there is no notebook, none that can be told to be the right one, none that can be read,
        or if it belongs to another assignment.
    """
    _well_placed(submission, released)
    path, remarks = _notebook_in(submission)
    cells = _read(path)
    notebook, put_right = mended(cells, submission.assignment, released)
    files = {
        file.relative_to(path.parent): file
        for file in _files(path.parent)
        if file.suffix != ".ipynb"
    }
    return Prepared(notebook, files, [*remarks, *put_right])


def _visible(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder, but for what systems and editors leave there."""
    try:
        inside = sorted(folder.iterdir())
    except OSError:  # _well_placed tells it of this one submission
        return
    for path in inside:
        if not path.name.startswith((".", "__")):
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # what holds it may not be searched
        return False


def _files(path: Path) -> Iterator[Path]:
    """Yield the files in a folder and its folders, or the file itself; links lead nowhere."""
    if not _is_folder(path):
        yield path
        return
    for inner in _visible(path):
        if not (inner.is_symlink() and _is_folder(inner)):
            yield from _files(inner)


def _printable(name: str) -> str:
    """Return a file's name as text: bytes that are not UTF-8 become the sign for that."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_printable(name) for name in names)


def _well_placed(submission: Submission, released: Mapping[str, NotebookNode]) -> None:
    """Raise unless this is a folder of a student for an assignment."""
    if "\ufffd" in submission.student + submission.assignment:
        raise NotGradable("The folder's name is not UTF-8.", "Rename the folder, and grade again.")
    try:
        inside = list(submission.path.iterdir())
    except NotADirectoryError as error:
        raise NotGradable(
            f"{_printable(submission.path.name)} lies outside of an assignment's folder.",
            "Move it to submitted/STUDENT/ASSIGNMENT/ (an archive: unpack it there), and grade "
            "again.",
        ) from error
    except OSError as error:
        raise NotGradable(
            f"The folder cannot be read ({error.strerror}).",
            "Allow yourself to read it, and grade again.",
        ) from error
    if not submission.assignment or not inside:
        raise NotGradable(
            "Nothing was handed in: the folder has no assignment in it.",
            "Ask for the notebook, put it into submitted/STUDENT/ASSIGNMENT/, and grade again.",
        )
    if submission.assignment not in released:
        raise NotGradable(
            f"No assignment of this name was released; there are {_listed(released)}.",
            "Rename the folder to the assignment that it is for, and grade again.",
        )


def _notebook_in(submission: Submission) -> tuple[Path, list[Remark]]:
    """Return the notebook that is meant: the one of the right name, or the one that there is."""
    files = list(_files(submission.path))
    notebooks = [path for path in files if path.suffix == ".ipynb"]
    right = f"{submission.assignment}.ipynb"
    named = [path for path in notebooks if path.name == right]
    # An unpacked archive may have put its folder between.
    chosen = [path for path in named if path.parent == submission.path] or named or notebooks
    if not notebooks:
        raise NotGradable(
            f"There is no notebook, only {_listed(path.name for path in files) or 'folders'}.",
            "Ask for the .ipynb file (an archive: unpack it), and grade again.",
        )
    if len(chosen) > 1:
        raise NotGradable(
            f"It cannot be told which notebook counts: {_listed(path.name for path in chosen)}.",
            f"Let only the one that counts be called {right}, and grade again.",
        )
    others = [path for path in notebooks if path not in chosen]
    return chosen[0], [*_remarks_on(chosen[0], others, right)]


def _remarks_on(chosen: Path, others: list[Path], right: str) -> Iterator[Remark]:
    """Yield what is to be said of another name, and of notebooks beside the one that counts."""
    if chosen.name != right:
        yield Remark(
            f"The notebook is called {_printable(chosen.name)}, not {right}.",
            "Nothing: it was graded.",
        )
    if others:
        yield Remark(
            f"Not graded, for it lies beside {right}: {_listed(path.name for path in others)}.",
            f"Look whether that is the one that counts; if so, call it {right} and grade again.",
        )


def _read(path: Path) -> list[NotebookNode]:
    """Return a notebook's cells: what was written in them, and which of the assignment's they are.

    Outputs, tags and whatever else a tool left in the file stay behind: tags can keep a test from
    running.
    """
    name, text = _printable(path.name), _text_of(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old formats, which are read all the same
            return [_plain(cell) for cell in convert(reads(text), 4).cells]
    except NotJSONError as error:
        line = getattr(error.__cause__, "lineno", 1)
        lines = text.count("\n") + 1
        raise NotGradable(
            f"{name} is cut off or damaged in line {line} of {lines}.", AGAIN
        ) from error
    except (
        NBFormatError,
        ValidationError,
        ValueError,
        KeyError,
        AttributeError,
        TypeError,
    ) as error:
        raise NotGradable(f"{name} is not a notebook ({error}).", AGAIN) from error


def _text_of(path: Path) -> str:
    """Return what is written in a file, without a byte order mark."""
    name = _printable(path.name)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise NotGradable(
            f"{name} cannot be read ({error.strerror}).",
            "Copy it anew or allow yourself to read it, and grade again.",
        ) from error
    except UnicodeDecodeError as error:
        raise NotGradable(f"{name} is not text in UTF-8.", AGAIN) from error
    if not text.strip():
        raise NotGradable(f"{name} is empty.", AGAIN)
    return text


def _plain(cell: NotebookNode) -> NotebookNode:
    """Return a new cell with the source and the name of one that was read."""
    make = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}
    new = make[cell.cell_type](source=cell.source.replace("\r\n", "\n").replace("\r", "\n"))
    if "attachments" in cell:
        new.attachments = cell.attachments
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    if isinstance(name, str):
        new.metadata.nbgrader = NotebookNode(grade_id=name)
    return new
