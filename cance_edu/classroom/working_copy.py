"""The student's own copy of the course, `my_course/`: laid out once, and renewed after an update.

Lessons come without outputs, so that nobody reads an answer before having guessed; assignments
come as they are released, without solutions. What a student has changed is never written over.
"""

import hashlib
import json
import re
import tempfile
from itertools import chain, count
from pathlib import Path
from typing import Any

from cance_edu.files import PROJECT, lessons_in, written_beside

__all__ = ["ASSIGNMENTS", "STUB", "digest", "for_students", "lay_out", "working_copy"]

LESSONS = PROJECT / "notebooks"

ASSIGNMENTS = LESSONS / "assignments"
"""The source notebooks, with solutions and hidden tests: in the repository, for teachers."""

STUB = "..."
"""What a student finds where a solution was; a function then returns None: not answered yet."""

RECORD = ".laid_out.json"
"""Of each notebook, the digests of the versions that were laid out, the newest last."""

SOLUTION = re.compile(
    r"^([ \t]*)[^\n]*BEGIN SOLUTION.*?END SOLUTION[^\n]*", re.DOTALL | re.MULTILINE
)
HIDDEN_TEST = re.compile(r"\n?[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*", re.DOTALL)

Notebook = dict[str, Any]


def working_copy() -> Path:
    """Return the folder of the student's copy, made if need be.

    Returns
    -------
    Path
        `my_course` in the project; under the home folder where the project cannot be written to,
        as when one installation serves a class.

    Raises
    ------
    FileNotFoundError
        If there are no notebooks to copy: a package without the project's repository.
    PermissionError
        If neither can be written to.
    """
    if not (LESSONS / "00_start_here.ipynb").is_file():
        raise FileNotFoundError(
            f"there are no lessons in {LESSONS}: they are in the project's repository; clone it "
            "and install it from there (README.md)"
        )
    shared = Path.home() / "cance_edu_course"
    places = [PROJECT / "my_course", shared / "my_course"]
    for folder in places:
        if _can_be_written_to(folder):
            return folder
    raise PermissionError(
        f"your copy of the course can be written neither to {places[0]} nor to {places[1]}; "
        "set HOME to a folder of yours, for example `HOME=/folder cance-edu lab`"
    )


def _can_be_written_to(folder: Path) -> bool:
    # Tried, since permission bits say nothing about read-only mounts and access lists.
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def lay_out(folder: Path) -> list[str]:
    """Bring a student's copy up to date with the course, and leave alone what was changed.

    A notebook counts as changed if the text of a cell is not the one that was laid out; running it
    changes nothing. A changed notebook stays, and its new version is put beside it. Nothing is
    ever deleted; a notebook that the student deleted is laid out anew.

    Parameters
    ----------
    folder : Path
        The copy, made if need be.

    Returns
    -------
    list of str
        What there is to tell the student, a line each.
    """
    record = folder / RECORD
    versions = _read_record(record)
    first = not versions
    renewed, words = [], []
    for name, source in _sources().items():
        path = folder / name
        existed = path.exists()
        place = _renew(path, for_students(_read(source)), versions.setdefault(name, []))
        if place and place != path:
            words.append(
                f"{name} stays as you changed it; the course has a new version: {place.name}"
            )
        elif place and existed:
            renewed.append(name)
    _write(record, versions)
    if renewed:
        words.insert(0, f"renewed, since you had not changed them: {', '.join(renewed)}")
    if first:
        words.insert(0, f"your copy of the course is {folder}; what you change there stays")
    return words


def _renew(path: Path, notebook: Notebook, versions: list[str]) -> Path | None:
    """Write a version, where it is a new one, to the first place where nothing is lost by it."""
    new = _digest(notebook)
    if versions[-1:] == [new] and path.exists():
        return None
    names = chain([path.stem, f"{path.stem}_new"], (f"{path.stem}_new_{i}" for i in count(2)))
    places = (path.with_name(f"{name}{path.suffix}") for name in names)
    place = next(p for p in places if not p.exists() or digest(p) in {new, *versions})
    known = place.exists() and digest(place) == new
    if not known:
        _write(place, notebook)
    versions[:] = [*(version for version in versions if version != new), new]
    return None if known else place


def for_students(notebook: Notebook) -> Notebook:
    """Return a notebook as a student gets it.

    Parameters
    ----------
    notebook : dict
        A lesson or an assignment, as its JSON says.

    Returns
    -------
    dict
        Without outputs; where an assignment has solutions and hidden tests, as nbgrader releases
        it, which the students' installation does not have.
    """
    metadata = {
        key: value
        for key, value in notebook["metadata"].items()
        if key in ("kernelspec", "language_info")
    }
    cells = [_cell_for_students(cell) for cell in notebook["cells"]]
    return {**notebook, "metadata": metadata, "cells": cells}


def _cell_for_students(cell: dict[str, Any]) -> dict[str, Any]:
    is_code = cell["cell_type"] == "code"
    stub = STUB if is_code else "YOUR ANSWER HERE"
    source = SOLUTION.sub(lambda found: found[1] + stub, "".join(cell["source"]))
    source = HIDDEN_TEST.sub("", source)
    metadata = cell["metadata"] | _locks(cell["metadata"].get("nbgrader", {}))
    kept = {**cell, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return kept | ({"outputs": [], "execution_count": None} if is_code else {})


def _locks(nbgrader: dict[str, Any]) -> dict[str, bool]:
    """Return what JupyterLab obeys: graded cells are not deleted, tests are not edited."""
    if nbgrader.get("solution"):
        return {"deletable": False}
    if nbgrader.get("grade") or nbgrader.get("locked"):
        return {"deletable": False, "editable": False}
    return {}


def digest(path: Path) -> str:
    """Return a digest of what a student can change in a notebook: the cells' kinds and texts.

    Outputs, counts, metadata and empty cells do not enter: running a notebook leaves it the same.
    What is no notebook (any more) has the digest of its bytes.
    """
    try:
        return _digest(_read(path))
    except (ValueError, KeyError, TypeError):  # cut off, or another file of that name
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(notebook: Notebook) -> str:
    texts = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    filled = [(kind, text) for kind, text in texts if text.strip()]
    return hashlib.sha256(json.dumps(filled).encode()).hexdigest()


def _sources() -> dict[str, Path]:
    """Return the course's notebooks by their place in the copy."""
    lessons = lessons_in(LESSONS)
    assignments = sorted(ASSIGNMENTS.glob("[0-9]*.ipynb"))
    return {path.relative_to(LESSONS).as_posix(): path for path in lessons} | {
        f"assignments/{path.name}": path for path in assignments
    }


def _read_record(path: Path) -> dict[str, list[str]]:
    try:
        return dict(_read(path))
    except (FileNotFoundError, ValueError, TypeError):
        return {}  # then every notebook that differs counts as changed


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    with written_beside(path) as beside:
        beside.write_text(text, encoding="utf-8")
