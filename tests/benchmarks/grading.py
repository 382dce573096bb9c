"""Thirty submissions of one assignment, graded by nbgrader: right, with a misconception, untouched.

nbgrader's own share is what is left of the time when the notebooks' own execution is taken off:
every tenth submission is run once more without nbgrader, and that is scaled up.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from cance_edu.classroom import assignments
from cance_edu.classroom.grading import grade

SUBMISSIONS = 30
ONE = "03_covariance_loss"
RIGHT = """
def covariance_loss(latent):
    d = latent.shape[1]
    covariance = np.cov(latent.T, bias=True)
    off = covariance - np.diag(np.diag(covariance))
    return (off**2).sum() / (d * (d - 1))
"""


def _hand_in(course: Path) -> list[Path]:
    """Hand in the released notebook: the loss right, with a misconception, or not touched."""
    released = course / "release" / ONE / f"{ONE}.ipynb"
    files = []
    for student in range(SUBMISSIONS):
        notebook = nbformat.read(released, as_version=4)
        (cell,) = (
            c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "loss"
        )
        cell.source = (RIGHT, RIGHT.replace("bias=True", "bias=False"), cell.source)[student % 3]
        file = course / "submitted" / f"student{student:02}" / ONE / f"{ONE}.ipynb"
        file.parent.mkdir(parents=True)
        nbformat.write(notebook, file)
        files.append(file)
    return files


def _execute(file: Path) -> float:
    start = time.perf_counter()
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    return time.perf_counter() - start


def table() -> Iterator[str]:
    course = Path(tempfile.mkdtemp())
    try:
        assignments.release(course)
        files = _hand_in(course)
        start = time.perf_counter()
        scores = [mark.score for mark in grade(course)]
        seconds = time.perf_counter() - start
        executing = 10 * sum(_execute(file) for file in files[::10])
    finally:
        shutil.rmtree(course)
    yield "| submissions | minutes | target | nbgrader's own share | marks |"
    yield "|---|---|---|---|---|"
    found = ", ".join(f"{scores.count(score)} x {score:g}" for score in sorted(set(scores)))
    yield (
        f"| {len(scores)} | {seconds / 60:.1f} | 10 | {max(0, 1 - executing / seconds):.0%} | "
        f"{found} |"
    )
