"""The course as a web book: lessons, equation map, symbols and reference, by Sphinx and MyST-NB.

The pages need no other host and no kernel. What a page cannot do without one, a widget, is replaced
by a line that says so.
"""

import inspect
import re
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import cance_edu
from cance_edu.equations import THEORY, Equation, equation_table, tests_by_equation

__all__ = ["build", "equation_page", "gather", "readable_output"]

PROJECT = Path(__file__).resolve().parent.parent
WIDGET = "application/vnd.jupyter.widget-view+json"


def build(folder: Path) -> Path:
    """Build the book.

    Parameters
    ----------
    folder : Path
        Where it goes: a new or empty folder, or an older book, which is replaced once the new one
        is whole.

    Returns
    -------
    Path
        The first page.

    Raises
    ------
    ImportError, FileNotFoundError
        If Sphinx is not installed, or the notebooks are not there.
    FileExistsError
        If the folder holds something else.
    RuntimeError
        If Sphinx fails or warns; it has printed why.
    """
    if not (PROJECT / "book").is_dir():
        raise FileNotFoundError(f"there is no {PROJECT / 'book'}; the book is in the repository")
    if folder.exists() and any(folder.iterdir()) and not (folder / "objects.inv").is_file():
        raise FileExistsError(f"{folder} holds something else than a book; name another folder")
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError as error:
        raise ImportError(
            "Sphinx is not installed: `.venv/bin/pip install -e .[book]` installs it and more"
        ) from error
    with tempfile.TemporaryDirectory() as scratch:
        source, pages, trees = (Path(scratch, name) for name in ("source", "pages", "trees"))
        gather(source)
        if sphinx(["-q", "-W", "--keep-going", "-d", str(trees), str(source), str(pages)]):
            raise RuntimeError("Sphinx did not build the book; its warnings are above")
        if folder.exists():
            shutil.rmtree(folder)
        shutil.move(pages, folder)
    return folder / "index.html"


def gather(source: Path) -> None:
    """Bring together what Sphinx reads: the committed pages, the lessons, and what is generated.

    Parameters
    ----------
    source : Path
        A folder to be made.
    """
    import nbformat

    shutil.copytree(PROJECT / "book", source, ignore=shutil.ignore_patterns("__pycache__"))
    (source / "notebooks").mkdir()
    for path in sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        _make_readable(notebook)
        nbformat.write(notebook, source / "notebooks" / path.name)
    guide = PROJECT / "notebooks" / "TEACHING.md"
    if guide.is_file():
        shutil.copy(guide, source / "notebooks")
    tests = tests_by_equation(PROJECT / "tests")
    _write(source / "equations.md", equation_page(equation_table(), tests))
    modules = sorted(
        module.name
        for module in walk_packages(cance_edu.__path__, "cance_edu.")
        if not module.name.rpartition(".")[2].startswith("_")
    )
    _write(source / "api" / "index.md", _reference_page(modules))
    for name in modules:
        _write(source / "api" / f"{name}.md", _module_page(name))


def readable_output(data: dict[str, Any]) -> dict[str, Any]:
    """Return a cell's output as a page can show it.

    Parameters
    ----------
    data : dict
        From MIME type to content, as a notebook stores it.

    Returns
    -------
    dict
        A widget becomes a line that says where to find it, and highlighted code becomes code,
        which the book's own theme highlights; anything else stays.
    """
    if WIDGET in data:
        name = data["text/plain"].partition("(")[0]
        note = f"*Here the notebook has controls to move, `{name}`; they need a running kernel.*"
        return {"text/markdown": note}
    if "text/latex" in data and "text/html" in data:
        return {"text/markdown": f"````python\n{data['text/plain']}\n````"}
    return data


def equation_page(table: list[Equation], tests: dict[str, list[str]]) -> str:
    """Return the equation map: formula, function, lesson and tests of each equation.

    Parameters
    ----------
    table : list of Equation
        As `equations.equation_table` returns it.
    tests : dict of str to list of str
        As `equations.tests_by_equation` returns it.

    Returns
    -------
    str
        Markdown, one section for each function that is an equation.
    """
    page = [
        "# Equations",
        "Each equation of the paper, the function that is this equation, the lesson that derives "
        "it, and the tests that compare it with an independent computation.",
    ]
    by_function: dict[str, list[Equation]] = {}
    for line in table:
        by_function.setdefault(line.name, []).append(line)
    sections = [_equation_section(name, lines, tests) for name, lines in by_function.items()]
    return "\n\n".join([*page, *sections])


def _equation_section(name: str, lines: list[Equation], tests: dict[str, list[str]]) -> str:
    numbers = [line.number for line in lines]
    title = ", ".join(n if n.startswith("Prop") else f"Eq. {n}" for n in numbers)
    text = inspect.getdoc(lines[0].target) or ""
    formula = re.search(r"\.\. math::(.*?)(?:\n\n|\Z)", text, re.DOTALL)
    checked = dict.fromkeys(test for number in numbers for test in tests.get(number, []))
    return "\n\n".join(
        [
            f"## {title}",
            text.partition("\n")[0],
            *([f"$$\n{formula[1].strip()}\n$$"] if formula else []),
            f"- Function: {{any}}`{name} <cance_edu.{name}>`",
            f"- Lesson: {_lesson_link(lines[0].lesson)}",
            "- Tests:\n" + "\n".join(f"  - `{test}`" for test in checked),
        ]
    )


def _lesson_link(lesson: str) -> str:
    found = next((PROJECT / "notebooks").glob(f"{lesson}_*.ipynb"), None)
    return f"[](notebooks/{found.name})" if found else lesson


def _make_readable(notebook: Any) -> None:
    """Prepare a notebook for a page: its outputs, and its pictures' alternative text."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _without_dead_links(cell.source)
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = readable_output(output.data)
            picture = output.get("metadata", {}).get("image/png", {})
            if "alt" in picture:
                # MyST-NB reads alternative text where a cell states it, not where Jupyter keeps it.
                cell.metadata["mystnb"] = {"image": {"alt": picture["alt"]}}


def _without_dead_links(text: str) -> str:
    """Return Markdown without the links to lessons that are written but not executed yet."""
    for path in (PROJECT / "notebooks").glob("[0-9]*.py"):
        if not path.with_suffix(".ipynb").is_file():
            text = re.sub(rf"\[([^]]*)\]\({path.stem}\.ipynb\)", r"\1", text)
    return text


def _reference_page(modules: list[str]) -> str:
    theory = [f"cance_edu.{name}" for name in THEORY]
    others = [name for name in modules if name not in theory]
    page = ["# Reference", "## The theory, in the order in which it builds up"]
    page += [_summaries(theory), "## Everything else", _summaries(others)]
    page.append("```{toctree}\n:hidden:\n\n" + "\n".join([*theory, *others]) + "\n```")
    return "\n\n".join(page)


def _summaries(modules: list[str]) -> str:
    lines = []
    for name in modules:
        summary = (inspect.getdoc(import_module(name)) or "").partition("\n")[0]
        lines.append(f"- [{name.removeprefix('cance_edu.')}]({name}.md): {summary}")
    return "\n".join(lines)


def _module_page(name: str) -> str:
    directive = f".. automodule:: {name}\n   :members:\n   :special-members: __call__"
    title = name.removeprefix("cance_edu.")
    return f"# {title}\n\n```{{eval-rst}}\n{directive}\n```"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
