"""What a lesson says: its bold sentences, and which of them claim something of all or of none."""

import ast
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["bold_claims", "prose", "unproved"]

UNIVERSAL = re.compile(r"\b(always|never|no|every|only|because)\b", re.IGNORECASE)
SPEAKING = {"tell", "answer", "predict", "figure", "show"}
"""The functions whose strings a reader reads."""


def prose(cells: list[Any]) -> Iterator[str]:
    """Yield each piece of prose: Markdown cells, and the strings of `tell` and its like."""
    for cell in cells:
        if cell.cell_type == "markdown":
            yield cell.source
        elif cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Call) and _name(node) in SPEAKING:
                    yield from _strings(node)


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _strings(call: ast.Call) -> Iterator[str]:
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
        elif isinstance(value, ast.JoinedStr):
            yield ast.unparse(value)


def plain(text: str) -> str:
    """Return a sentence in one line, without the full stop."""
    return " ".join(text.split()).rstrip(".:;,!?")


def bold_claims(cells: list[Any]) -> list[str]:
    """Return the bold texts that have one of the words that speak of all, of none, or of why."""
    bold = [text for piece in prose(cells) for text in re.findall(r"\*\*(.+?)\*\*", piece, re.S)]
    return [plain(text) for text in bold if UNIVERSAL.search(text)]


def unproved(cells: list[Any], sentences: list[str]) -> list[str]:
    """Return the bold claims of a lesson that are not registered."""
    known = {plain(sentence) for sentence in sentences}
    return [text for text in bold_claims(cells) if text not in known]
