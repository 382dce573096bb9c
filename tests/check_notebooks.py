"""Say what is wrong with the committed notebooks: `python -m tests.check_notebooks`.

A lesson whose metadata say `cance_edu: {format: 2}` has the new form, which asks for more.
"""

import ast
import io
import json
import sys
import tokenize
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import jupytext

from cance_edu.files import lessons_in

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
FORBIDDEN_TAGS = {"nbval-skip", "raises-exception", "nbval-raises-exception"}
LONGEST_CELL = 12
LARGEST_FILE = 700_000

MOST_CELLS, MOST_SECTIONS, MOST_CODE_LINES, MOST_IMPORTS = 45, 5, 8, 2
CLOSING = ("Recap", "Questions", "Going deeper", "Where to read on")
"""Headings that are no section."""

TEXT = {
    getattr(tokenize, name)
    for name in ("STRING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    if hasattr(tokenize, name)  # Python 3.12 takes f-strings apart
}

CHECK = "from cance_edu.classroom import check"
"""The import that a task brings along; it does not count."""


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
    if content["metadata"].get("cance_edu", {}).get("format") == 2:  # it counts code, not prose
        found = [line for line in found if not line.endswith("move code to the library")]
        if not any("a magic or a shell line" in line for line in found):  # that is no Python
            found += [f"{notebook.name}: {line}" for line in form_complaints(cells)]
    counts = [cell["execution_count"] for cell in code]
    if counts != list(range(1, len(code) + 1)):
        found.append(f"{notebook.name} was not executed from top to bottom: {counts}")
    return found


def text_form(notebook: Path) -> Path:
    """Return where a notebook's text form is: in `text/` beside the lessons."""
    folder = notebook.parent
    if folder.name == "going_deeper":
        return folder.parent / "text" / folder.name / f"{notebook.stem}.py"
    return folder / "text" / f"{notebook.stem}.py"


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
    if len(lines) > LONGEST_CELL and not is_furniture(cell):
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


def is_furniture(cell: dict[str, Any]) -> bool:
    """Whether a cell is a question or its answer, text mostly, whose input the book hides."""
    return "remove-input" in cell.get("metadata", {}).get("tags", [])


def form_complaints(cells: list[dict[str, Any]]) -> list[str]:
    """Return what keeps a lesson from the new form."""
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    sections = [heading for heading in headings if not heading.startswith(CLOSING)]
    imports = [line for source in code for line in import_lines(source)]
    found = []
    if len(cells) > MOST_CELLS:
        found.append(f"{len(cells)} cells; at most {MOST_CELLS}")
    if len(sections) > MOST_SECTIONS:
        found.append(f"{len(sections)} sections; at most {MOST_SECTIONS}")
    if len(imports) > MOST_IMPORTS or not any("lesson" in line for line in imports):
        found.append(f"imports {imports}; at most {MOST_IMPORTS} lines, one of them the lesson's")
    furniture = {"".join(cell["source"]) for cell in cells if is_furniture(cell)}
    for source in code:
        lines = code_lines(source)
        if len(lines) > MOST_CODE_LINES and source not in furniture:
            found.append(f"{len(lines)} lines of code from {lines[0]!r}; at most {MOST_CODE_LINES}")
        found += [f"{word} in a lesson: {source!r}" for word in sorted(_scaffolding(source))]
    found += [f"{name} is given a value in two cells" for name in reassigned(code)]
    for output in (output for cell in cells for output in pictures_without_caption(cell)):
        found.append(f"a picture without a caption: {output!r}")
    if "Questions" in headings and "<details>" not in text.partition("## Questions")[2]:
        found.append("questions without folded answers")
    return found


def reassigned(code: list[str]) -> list[str]:
    """Return the names that two cells give a value.

    Run again, the earlier cells would find the later value; so would a picture that waits for a
    guess while all cells run.
    """
    seen = Counter(name for source in code for name in _assigned(source))
    return sorted(name for name, count in seen.items() if count > 1)


def _assigned(source: str) -> set[str]:
    """Return the names that a cell gives a value, but those within functions and comprehensions."""
    scopes = ast.FunctionDef | ast.Lambda | ast.comprehension
    tree = ast.parse(source)
    within = {
        inner for node in ast.walk(tree) if isinstance(node, scopes) for inner in ast.walk(node)
    }
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in within
    }


def import_lines(source: str) -> list[str]:
    """Return the imports of a cell, each as one line."""
    nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    return [line for line in map(ast.unparse, nodes) if line != CHECK]


def code_lines(source: str) -> list[str]:
    """Return the lines of a cell that are code: neither blank, nor a comment, nor a text alone."""
    words: defaultdict[int, list[str]] = defaultdict(list)
    texts = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row = token.start[0]
        if token.type in TEXT:
            texts |= set(range(row, token.end[0] + 1))
        elif token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.OP):
            words[row] += [token.string] * (token.string not in "(),=")
    lines = source.splitlines()
    return [
        lines[row - 1]
        for row, said in sorted(words.items())
        if said and not (row in texts and lines[row - 1].strip().startswith(f"{''.join(said)}="))
    ]


def _scaffolding(source: str) -> set[str]:
    """Return which words of the workshop a cell has."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {ast.unparse(n.func).rpartition(".")[2] for n in nodes if isinstance(n, ast.Call)}
    return {"assert"} & {"assert" for n in nodes if isinstance(n, ast.Assert)} | (
        {"measured", "drive"} & names
    )


def pictures_without_caption(cell: dict[str, Any]) -> list[str]:
    """Return the alternative texts of a cell's pictures that no caption follows."""
    outputs = cell.get("outputs", [])
    return [
        output["metadata"].get("image/png", {}).get("alt", "")
        for output, following in zip(outputs, [*outputs[1:], {}], strict=False)
        if "image/png" in output.get("data", {})
        and following.get("metadata", {}).get("cance_edu") != "caption"
    ]


def main() -> int:
    notebooks = lessons_in(NOTEBOOKS)
    found = [line for notebook in notebooks for line in complaints(notebook)]
    print("\n".join(found or [f"{len(notebooks)} notebooks are as they should be"]))
    return len(found) > 0


if __name__ == "__main__":
    sys.exit(main())
