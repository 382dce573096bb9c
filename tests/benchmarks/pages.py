"""How much of a lesson is the lesson: what a reader sees, counted from its text form.

A line of code carries the idea, or its set-up, unless it imports, asserts, measures, prints, holds
a guess, draws, or lays out a figure or its texts. Cells whose input is folded away (`remove-input`)
are not read as code; what they show is counted in the columns to the right.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext

from cance_edu.files import lessons_in
from tests.check_notebooks import NOTEBOOKS, code_lines, text_form

BOOKKEEPING = re.compile(
    r"^(import |from |assert |print\(|my_guess|alt = |figure = |axes|draw_|show\(|measured\()"
    r"|\.(set|legend|axvline|axhline|plot|subplots)\(|\bmeasured\(|\bdrive\(|Figure\("
    r"|^(lesson\.)?(figure|tell|predict|answer|strip|calibration|draw_\w+)\("
)


def counts(notebook: Path) -> dict[str, Any]:
    """Return what a lesson consists of."""
    cells = jupytext.read(text_form(notebook)).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    seen = [cell.source for cell in code if "remove-input" not in cell.metadata.get("tags", [])]
    lines = [line.strip() for source in seen for line in code_lines(source)]
    idle = sum(
        all(BOOKKEEPING.search(line.strip()) for line in code_lines(source)) for source in seen
    )
    calls = [
        ast.unparse(node.func)
        for cell in code
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
    ]
    return {
        "cells": len(cells),
        "code lines": len(lines),
        "idea": sum(not BOOKKEEPING.search(line) for line in lines) / max(1, len(lines)),
        "cells of bookkeeping": idle / max(1, len(seen)),
        "predictions": calls.count("lesson.predict"),
        "tasks": sum(source.count("check.") for source in seen),
        "words": sum(len(c.source.split()) for c in cells if c.cell_type == "markdown"),
    }


def table() -> Iterator[str]:
    yield "| lesson | cells | lines of code seen | carry an idea | cells of bookkeeping alone |"
    yield "|---|---|---|---|---|"
    for notebook in lessons_in(NOTEBOOKS):
        c = counts(notebook)
        yield (
            f"| {notebook.stem} | {c['cells']} | {c['code lines']} | {c['idea']:.0%} "
            f"| {c['cells of bookkeeping']:.0%} |"
        )
    yield "| target | 45 | | 85% | 3% |"
    yield ""
    yield "| lesson | predictions | tasks | words of prose |"
    yield "|---|---|---|---|"
    for notebook in lessons_in(NOTEBOOKS):
        c = counts(notebook)
        yield f"| {notebook.stem} | {c['predictions']} | {c['tasks']} | {c['words']} |"
