"""Say what is wrong with the committed notebooks: `python -m tests.check_notebooks`."""

import json
import sys
from pathlib import Path
from typing import Any

import jupytext

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
FORBIDDEN_TAGS = {"nbval-skip", "raises-exception", "nbval-raises-exception"}
LONGEST_CELL = 12
LARGEST_FILE = 700_000


def complaints(notebook: Path) -> list[str]:
    """Return one line for each thing that is wrong with a notebook and its text form."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = content["cells"]
    found = _pair_complaints(notebook)
    if not content["metadata"].get("cance_edu", {}).get("budget_seconds"):
        found.append(f"{notebook.name} has no budget_seconds under cance_edu in its metadata")
    if notebook.stat().st_size > LARGEST_FILE:
        found.append(f"{notebook.name} has {notebook.stat().st_size:,} bytes; keep pictures small")
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for place, cell in enumerate(code, start=1):
        found += [f"{notebook.name}, code cell {place}: {line}" for line in _cell_complaints(cell)]
    counts = [cell["execution_count"] for cell in code]
    if counts != list(range(1, len(code) + 1)):
        found.append(f"{notebook.name} was not executed from top to bottom: {counts}")
    return found


def text_form(notebook: Path) -> Path:
    """Return where a notebook's text form is: in `text/` beside it."""
    return notebook.parent / "text" / f"{notebook.stem}.py"


def _pair_complaints(notebook: Path) -> list[str]:
    text = text_form(notebook)
    if not text.is_file():
        return [f"{notebook.name} has no text form text/{text.name}"]
    ours = [(c.cell_type, c.source) for c in jupytext.read(notebook).cells]
    theirs = [(c.cell_type, c.source) for c in jupytext.read(text).cells]
    if ours != theirs:
        return [f"{notebook.name} and {text.name} differ; edit the text and run jupytext --update"]
    return []


def _cell_complaints(cell: dict[str, Any]) -> list[str]:
    source = "".join(cell["source"])
    lines = source.splitlines()
    found = []
    if len(lines) > LONGEST_CELL:
        found.append(f"{len(lines)} lines; move code to the library")
    if any(line.lstrip().startswith(("%", "!")) for line in lines):
        found.append("a magic or a shell line, whose failure nbval would not see")
    if "except:" in source or "except Exception" in source or "except BaseException" in source:
        found.append("a broad except")
    texts = [o for o in cell["outputs"] if {"text/plain"} & o.get("data", {}).keys() or "text" in o]
    if "NBVAL_CHECK_OUTPUT" in source and not texts:
        found.append("NBVAL_CHECK_OUTPUT without a saved output to compare")
    if FORBIDDEN_TAGS & set(cell["metadata"].get("tags", [])):
        found.append("a tag that keeps nbval from testing the cell")
    for output in cell["outputs"]:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            found.append("a stored error or stderr output")
        metadata = output.get("metadata", {}).get("image/png", {})
        if "image/png" in output.get("data", {}) and not metadata.get("alt"):
            found.append("a picture without alternative text")
    return found


def main() -> int:
    notebooks = sorted(NOTEBOOKS.glob("[!.]*.ipynb"))
    found = [line for notebook in notebooks for line in complaints(notebook)]
    print("\n".join(found or [f"{len(notebooks)} notebooks are as they should be"]))
    return len(found) > 0


if __name__ == "__main__":
    sys.exit(main())
