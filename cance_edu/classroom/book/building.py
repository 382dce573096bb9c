"""Building the book: what is written and what is generated are brought together for Sphinx."""

import shutil
import tempfile
from pathlib import Path

from cance_edu.classroom.book.cards import card_list
from cance_edu.classroom.book.equation_map import equation_page
from cance_edu.classroom.book.lessons import readable_notebook
from cance_edu.classroom.book.reference import reference_pages
from cance_edu.files import PROJECT, lessons_in
from cance_edu.method.equations import equation_table, tests_by_equation

__all__ = ["build", "gather"]

MARKER = ".cance-edu-book"
"""Names all that a book's folder holds: a folder with anything else is not replaced."""


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
        If Sphinx is not installed, or the book's sources are not there.
    FileExistsError
        If the folder holds something else.
    ValueError
        If Sphinx warns of a source; it has printed which and why.
    """
    if not (PROJECT / "book").is_dir():
        raise FileNotFoundError(
            f"there is no {PROJECT / 'book'}: the book's sources are in the project's repository; "
            "clone it and install it from there (README.md)"
        )
    if foreign := _not_of_a_book(folder):
        raise FileExistsError(
            f"{folder} holds something else than a book, {foreign[0]}; name another folder"
        )
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError as error:
        raise ImportError(
            "Sphinx is not installed: `.venv/bin/pip install -e .[book]` installs it and more"
        ) from error
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, so that the new book takes its place by a rename.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        source, pages, trees = (Path(scratch, name) for name in ("source", "pages", "trees"))
        gather(source)
        if sphinx(["-q", "-W", "--keep-going", "-d", str(trees), str(source), str(pages)]):
            raise ValueError("Sphinx did not build the book; its warnings are above")
        names = sorted(path.name for path in pages.iterdir())
        (pages / MARKER).write_text("\n".join(names), encoding="utf-8")
        if folder.exists():
            folder.rename(Path(scratch, "older"))
        pages.rename(folder)
    return folder / "index.html"


def _not_of_a_book(folder: Path) -> list[str]:
    """Return what a folder holds that no older book brought there."""
    held = {path.name for path in folder.iterdir()} if folder.exists() else set()
    marker = folder / MARKER
    ours = {MARKER, *marker.read_text("utf-8").splitlines()} if marker.is_file() else set()
    return sorted(held - ours)


def gather(source: Path) -> None:
    """Bring together what Sphinx reads: pages written by hand, the lessons, and generated pages.

    Parameters
    ----------
    source : Path
        A folder to be made.
    """
    shutil.copytree(PROJECT / "book", source, ignore=shutil.ignore_patterns("__pycache__"))
    (source / "notebooks" / "going_deeper").mkdir(parents=True)
    lessons = lessons_in(PROJECT / "notebooks")
    _fill_first_page(source, [path for path in lessons if path.parent.name == "notebooks"])
    for path in lessons:
        page = source / path.relative_to(PROJECT)
        page.write_text(readable_notebook(path), encoding="utf-8")
    shutil.copy(PROJECT / "notebooks" / "TEACHING.md", source / "notebooks")
    generated = reference_pages()
    generated["equations.md"] = equation_page(
        equation_table(), tests_by_equation(PROJECT / "tests")
    )
    for name, text in generated.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text + "\n", encoding="utf-8")


def _fill_first_page(source: Path, lessons: list[Path]) -> None:
    """Put the dial, live, and the lessons' cards into their places on the first page."""
    from cance_edu.course.dial.widget import to_html

    page = source / "index.md"
    blocks = {"DIAL": to_html(), "CARDS": card_list(lessons, source / "_static")}
    text = page.read_text(encoding="utf-8")
    for name, block in blocks.items():
        text = text.replace(f"<!-- {name} -->", f"````{{raw}} html\n{block}\n````")
    page.write_text(text, encoding="utf-8")
