"""The lessons as pages: an executed notebook, with what needs a kernel said in words."""

import re
from pathlib import Path
from typing import Any

__all__ = ["readable_notebook", "readable_output"]

WIDGET = "application/vnd.jupyter.widget-view+json"


def readable_notebook(path: Path) -> str:
    """Return a notebook as the book shows it; nothing is executed.

    Parameters
    ----------
    path : Path
        An executed notebook.

    Returns
    -------
    str
        The notebook, with outputs that a page can show, and alternative text where MyST-NB reads
        it.
    """
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = readable_output(output.data)
        _describe_picture(cell)
        _fold_answer(cell)
    return str(nbformat.writes(notebook))


def readable_output(data: dict[str, Any]) -> dict[str, Any]:
    """Return a cell's output as a page can show it.

    Parameters
    ----------
    data : dict
        From MIME type to content, as a notebook stores it.

    Returns
    -------
    dict
        An explorer and the K dial become pages of their own, which need no kernel, and another
        widget a line that says where to find it; highlighted code becomes code, which the book's
        own theme highlights; anything else stays.
    """
    if WIDGET in data and "text/html" in data:  # an explorer and the dial bring their own
        return {"text/html": data["text/html"]}
    if WIDGET in data:
        name = data["text/plain"].partition("(")[0]
        note = f"*Here the notebook has controls to move, `{name}`; they need a running kernel.*"
        return {"text/markdown": note}
    if "text/latex" in data and "text/html" in data:
        return {"text/markdown": f"````python\n{data['text/plain']}\n````"}
    return data


def _describe_picture(cell: Any) -> None:
    """Give a cell's picture its alternative text, and the caption that was displayed after it."""
    about: dict[str, Any] = {}
    outputs = cell.get("outputs", [])
    for output in outputs:
        picture = output.get("metadata", {}).get("image/png", {})
        if "alt" in picture:
            about["image"] = {"alt": picture["alt"]}
    # MyST-NB puts a cell's caption under each of its outputs: beside others it stays a paragraph.
    if len(outputs) == 2 and outputs[1].get("metadata", {}).get("cance_edu") == "caption":
        caption = outputs.pop().data["text/markdown"].strip("*")
        about["figure"] = {"caption": caption, "align": "left"}
    if about:
        cell.metadata["mystnb"] = cell.metadata.get("mystnb", {}) | about


def _fold_answer(cell: Any) -> None:
    """Fold the whole output of an answer, its picture too; the question stands in a cell before."""
    for output in cell.get("outputs", []):
        if output.get("metadata", {}).get("cance_edu") == "answer":
            folded = re.compile(r"<details>.*?</summary>(.*)</details>", re.DOTALL)
            text = output.data["text/markdown"]
            output.data["text/markdown"] = folded.sub(r"\1", text).strip()
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-output"]
            prompts = {"code_prompt_show": "Show the answer", "code_prompt_hide": "Hide the answer"}
            cell.metadata["mystnb"] = cell.metadata.get("mystnb", {}) | prompts
