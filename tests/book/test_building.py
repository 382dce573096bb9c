"""What stops a build: a warning, or a folder that holds something else."""

import shutil
from pathlib import Path

import pytest

from cance_edu.classroom.book import building
from cance_edu.classroom.book.lessons import WIDGET, readable_output
from cance_edu.course.dial.widget import KDial
from cance_edu.files import PROJECT

PAGE = "# A book of one page\n\n{text}\n"


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch, needed: None) -> dict[str, str]:
    """Make the book a single page, with the course's own settings; the test says what is on it."""
    words = {"text": "Nothing to complain about."}

    def gather(source: Path) -> None:
        shutil.copytree(PROJECT / "book", source, ignore=shutil.ignore_patterns("__pycache__"))
        (source / "symbols.md").unlink()
        (source / "index.md").write_text(PAGE.format(**words), encoding="utf-8")

    monkeypatch.setattr(building, "gather", gather)
    return words


def test_a_page_without_fault_is_built(text: dict[str, str], tmp_path: Path) -> None:
    assert "Nothing to complain" in building.build(tmp_path / "book").read_text(encoding="utf-8")


# MyST-Parser asks Sphinx for an attribute that Sphinx 11 will not have.
@pytest.mark.filterwarnings("ignore:'myst_parser.sphinx_ext.myst_refs")
@pytest.mark.parametrize(
    ("fault", "warning"),
    [
        ("[a lesson](no_such_lesson.ipynb)", "no_such_lesson"),
        ("![a figure](no_such_figure.png)", "no_such_figure"),
        ("### Two levels deeper", "header level"),
    ],
)
def test_a_warning_stops_the_build_and_leaves_the_older_book(
    text: dict[str, str],
    fault: str,
    warning: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    older = building.build(tmp_path / "book").read_bytes()
    text["text"] = fault
    with pytest.raises(ValueError, match="its warnings are above"):
        building.build(tmp_path / "book")
    assert warning in capfd.readouterr().err
    assert (tmp_path / "book" / "index.html").read_bytes() == older


def test_a_folder_that_holds_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("three years of work", encoding="utf-8")
    (tmp_path / "objects.inv").write_text("another site's", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"something else than a book, objects\.inv"):
        building.build(tmp_path)
    assert (tmp_path / "thesis.tex").is_file()


def test_what_was_put_beside_an_older_book_is_not_lost(
    text: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "deep" / "book"
    building.build(folder)
    building.build(folder)  # a book alone is replaced
    assert [path.name for path in folder.parent.iterdir()] == ["book"]
    (folder / ".git").mkdir()
    with pytest.raises(FileExistsError, match=r"something else than a book, \.git"):
        building.build(folder)
    assert (folder / ".git").is_dir()


def test_the_dial_is_a_page_of_its_own_and_other_widgets_are_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CANCE_EDU_GUESSES", "none")
    bundle, _ = KDial()._repr_mimebundle_()
    dial = readable_output(bundle)
    assert "mount(" in dial["text/html"]
    assert "src=" not in dial["text/html"].replace('src="data:', "")
    explorer = {WIDGET: {}, "text/plain": "S(children=())", "text/html": "<p>an explorer</p>"}
    assert readable_output(explorer) == {"text/html": "<p>an explorer</p>"}
    other = readable_output({WIDGET: {}, "text/plain": "NoiseExplorer(children=())"})
    assert "`NoiseExplorer`" in other["text/markdown"]
