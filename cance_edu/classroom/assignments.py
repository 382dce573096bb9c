"""Assignments for a class, by nbgrader: the students' versions, and where they are graded.

Nothing of nbgrader's is done anew: this is our configuration of it. A teacher with an nbgrader
course of their own copies each of `notebooks/assignments/` to `source/NAME/NAME.ipynb` instead.
"""

import shutil
from pathlib import Path

from cance_edu.classroom.autograding import Course
from cance_edu.classroom.working_copy import ASSIGNMENTS

__all__ = ["ASSIGNMENTS", "release"]


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
    FileNotFoundError
        If the assignments are not there.
    RuntimeError
        If nbgrader fails.
    """
    course = Course(folder)
    sources = sorted(ASSIGNMENTS.glob("[0-9]*.ipynb"))
    if not sources:
        raise FileNotFoundError(f"there are no assignments in {ASSIGNMENTS}; clone the repository")
    released = []
    for source in sources:
        name = source.stem
        place = folder / "source" / name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place / source.name)
        try:
            released.append(course.release(name))
        except Exception as error:
            raise RuntimeError(f"nbgrader could not release {name}: {error}") from error
    return released
