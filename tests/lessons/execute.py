"""Make a lesson's notebook from its text form: `python -m tests.lessons.execute 00 [01 ...]`.

The notebook is executed with nobody there to guess, so that its outputs are what a reader without
a kernel sees: each prediction a question, each answer folded. Widget state and timings are left
out, and cells tagged `remove-input` are folded in JupyterLab.
"""

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

from cance_edu.files import lesson_number, lessons_in, written_beside
from tests.check_notebooks import NOTEBOOKS, text_form

HIDDEN = "remove-input"


def executed(text: Path) -> nbformat.NotebookNode:
    """Return the executed notebook of a text form."""
    notebook = jupytext.read(text)
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{place}"  # the same in every execution
        if HIDDEN in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}
    client = NotebookClient(notebook, timeout=1200)
    client.execute(cwd=str(NOTEBOOKS), env=os.environ | {"CANCE_EDU_GUESSES": "none"})
    return notebook


def main(numbers: list[str]) -> None:
    for notebook in lessons_in(NOTEBOOKS):
        if lesson_number(notebook.name) in numbers:
            done = executed(text_form(notebook))
            with written_beside(notebook) as beside:
                nbformat.write(done, beside)
            strip = Path(sys.executable).parent / "nbstripout"
            subprocess.run([strip, "--keep-output", "--keep-count", notebook], check=True)
            print(f"{notebook.name}: {notebook.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
