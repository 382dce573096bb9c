"""The student's copy: what is in it, and that an update never costs anybody's work."""

import json
import re
from pathlib import Path

import pytest

from cance_edu.classroom import working_copy
from cance_edu.classroom.working_copy import digest, for_students, lay_out
from cance_edu.files import lessons_in

FIRST, SECOND = "00_first.ipynb", "01_second.ipynb"
KINDS = "markdown", "code", "raw"


def code(source, **fields):
    fields = {"metadata": {}, "outputs": [], "execution_count": None} | fields
    return {"cell_type": "code", "source": source.splitlines(keepends=True)} | fields


def write(path, *cells, **metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def sources(path, *kinds):
    """The text of a notebook's cells, of the kinds named, else of all."""
    cells = read(path)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] in (kinds or KINDS)]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two lessons and no assignment; `update` writes a new version of the first."""
    folder = tmp_path / "course"
    monkeypatch.setattr(working_copy, "LESSONS", folder)
    monkeypatch.setattr(working_copy, "ASSIGNMENTS", folder / "assignments")
    write(folder / FIRST, code("one"))
    write(folder / SECOND, code("two"))
    return folder


@pytest.fixture
def copy(tmp_path, course):
    folder = tmp_path / "my_course"
    lay_out(folder)
    return folder


def laid_out(copy):
    return sorted(path.name for path in copy.glob("*.ipynb"))


# What is laid out


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "my_course"
    (word,) = lay_out(folder)
    assert str(folder) in word
    return folder


def test_the_copy_has_every_lesson_and_every_assignment(real):
    expected = {path.name for path in working_copy.LESSONS.glob("*.ipynb")}
    assert {path.name for path in real.glob("*.ipynb")} == expected
    expected = {path.name for path in working_copy.ASSIGNMENTS.glob("*.ipynb")}
    assert {path.name for path in (real / "assignments").iterdir()} == expected
    expected = {path.name for path in (working_copy.LESSONS / "going_deeper").glob("*.ipynb")}
    assert {path.name for path in (real / "going_deeper").glob("*")} == expected


def test_the_copy_differs_from_a_lesson_in_its_outputs_alone(real):
    for path in lessons_in(real):
        assert digest(path) == digest(working_copy.LESSONS / path.relative_to(real))
        for cell in read(path)["cells"]:
            assert not cell.get("outputs")
            assert not cell.get("execution_count")
        assert read(path)["metadata"].keys() == {"kernelspec", "language_info"}


def test_links_between_lessons_lead_to_notebooks_of_the_copy(real):
    links = [
        path.parent / link
        for path in real.rglob("*.ipynb")
        for source in sources(path, "markdown")  # in code, `kinds[name](still)` is a call
        for link in re.findall(r"\]\(([^)#:]+)\)", source)
    ]
    assert len(links) >= 10
    assert [link for link in links if not link.is_file()] == []


def test_an_assignment_comes_without_answers(real):
    for path in (real / "assignments").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in text
        assert "HIDDEN TESTS" not in text


def test_a_solution_becomes_what_is_to_be_filled_in_and_a_hidden_test_nothing():
    cells = [
        code("def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n# said"),
        code("assert f()\n### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS"),
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": ["### BEGIN SOLUTION\n", "1\n", "### END"],
        },
    ]
    cells[2]["source"][-1] += " SOLUTION"
    released = for_students({"cells": cells, "metadata": {}})["cells"]
    assert ["".join(cell["source"]) for cell in released] == [
        "def f():\n    ...\n\n# said",
        "assert f()",
        "YOUR ANSWER HERE",
    ]


# What an update does


def test_nothing_new_says_nothing_and_writes_no_notebook(copy):
    before = {path: path.stat().st_mtime_ns for path in copy.glob("*.ipynb")}
    assert lay_out(copy) == []
    assert {path: path.stat().st_mtime_ns for path in copy.glob("*.ipynb")} == before


def test_an_untouched_lesson_is_renewed(course, copy):
    write(course / FIRST, code("one, better"))
    assert lay_out(copy) == [f"renewed, since you had not changed them: {FIRST}"]
    assert sources(copy / FIRST) == ["one, better"]
    assert laid_out(copy) == [FIRST, SECOND]


def run_in_jupyterlab(path):
    """Do to a notebook what running and saving it does, and nothing else."""
    notebook = read(path)
    for count, cell in enumerate(notebook["cells"], start=1):
        cell["source"] = "".join(cell["source"])
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
        cell |= {"execution_count": count, "metadata": {"trusted": True}, "id": f"{count:08}"}
    notebook["cells"].append(code(""))  # Shift-Enter in the last cell
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.1"}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_a_lesson_that_was_only_run_keeps_its_outputs_until_it_is_renewed(course, copy):
    run_in_jupyterlab(copy / FIRST)
    assert lay_out(copy) == []
    assert read(copy / FIRST)["cells"][0]["outputs"]
    write(course / FIRST, code("one, better"))
    assert lay_out(copy) == [f"renewed, since you had not changed them: {FIRST}"]
    assert sources(copy / FIRST) == ["one, better"]


CHANGES = {
    "a cell": lambda path: write(path, code("mine")),
    "a new cell": lambda path: write(path, code("one"), code("mine")),
    "the kind of a cell": lambda path: write(
        path, {"cell_type": "markdown", "metadata": {}, "source": ["one"]}
    ),
    "all cells deleted": lambda path: write(path),
    "a file that was cut off": lambda path: path.write_text('{"cells": [', encoding="utf-8"),
    "an empty file": lambda path: path.write_bytes(b""),
    "another file": lambda path: path.write_text("[1]", encoding="utf-8"),
    "no text": lambda path: path.write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_lesson_stays_and_the_new_one_is_put_beside_it(course, copy, change):
    change(copy / FIRST)
    mine = (copy / FIRST).read_bytes()
    assert lay_out(copy) == []
    write(course / FIRST, code("one, better"))
    (word,) = lay_out(copy)
    assert (
        word == f"{FIRST} stays as you changed it; the course has a new version: 00_first_new.ipynb"
    )
    assert (copy / FIRST).read_bytes() == mine
    assert sources(copy / "00_first_new.ipynb") == ["one, better"]
    assert lay_out(copy) == []
    assert laid_out(copy) == [FIRST, "00_first_new.ipynb", SECOND]


def test_the_one_beside_is_renewed_until_it_is_changed_too(course, copy):
    write(copy / FIRST, code("mine"))
    write(course / FIRST, code("v2"))
    lay_out(copy)
    write(course / FIRST, code("v3"))
    lay_out(copy)
    assert sources(copy / "00_first_new.ipynb") == ["v3"]
    write(copy / "00_first_new.ipynb", code("mine too"))
    for version in ("v4", "v5"):
        write(course / FIRST, code(version))
        (word,) = lay_out(copy)
        assert word.endswith("00_first_new_2.ipynb")
        assert lay_out(copy) == []
    assert [sources(path) for path in sorted(copy.glob("00_first*"))] == [
        ["mine"], ["mine too"], ["v5"],
    ]  # fmt: skip


def test_who_takes_the_new_version_gets_the_next_one_in_its_place(course, copy):
    write(copy / FIRST, code("mine"))
    write(course / FIRST, code("v2"))
    lay_out(copy)
    (copy / "00_first_new.ipynb").replace(copy / FIRST)
    assert lay_out(copy) == []
    write(course / FIRST, code("v3"))
    assert lay_out(copy) == [f"renewed, since you had not changed them: {FIRST}"]
    assert laid_out(copy) == [FIRST, SECOND]


def test_a_lesson_that_was_deleted_is_laid_out_anew_and_one_beside_is_not(course, copy):
    write(copy / FIRST, code("mine"))
    write(course / FIRST, code("v2"))
    lay_out(copy)
    (copy / "00_first_new.ipynb").unlink()
    assert lay_out(copy) == []
    assert laid_out(copy) == [FIRST, SECOND]
    (copy / FIRST).unlink()
    lay_out(copy)
    assert sources(copy / FIRST) == ["v2"]


def test_going_back_to_an_older_version_and_forth_again_renews(course, copy):
    for version in ("v2", "one", "v2"):
        write(course / FIRST, code(version))
        lay_out(copy)
        assert sources(copy / FIRST) == [version]
    assert laid_out(copy) == [FIRST, SECOND]


DAMAGES = [lambda record: record.unlink(), *(lambda r, t=t: r.write_text(t) for t in ("", "[1]"))]


@pytest.mark.parametrize("damage", DAMAGES)
def test_without_its_record_nothing_is_lost(course, copy, damage):
    write(copy / FIRST, code("mine"))
    run_in_jupyterlab(copy / SECOND)
    damage(copy / working_copy.RECORD)
    lay_out(copy)
    assert sources(copy / FIRST) == ["mine"]
    assert read(copy / SECOND)["cells"][0]["outputs"]
    assert laid_out(copy) == [FIRST, "00_first_new.ipynb", SECOND]


def test_a_new_lesson_is_added(course, copy):
    write(course / "02_third.ipynb", code("three"))
    assert lay_out(copy) == []
    assert laid_out(copy) == [FIRST, SECOND, "02_third.ipynb"]


def test_a_killed_update_is_finished_by_the_next(course, copy, monkeypatch):
    write(course / FIRST, code("one, better"))
    write(course / SECOND, code("two, better"))
    real, places = working_copy._write, []

    def killed(path, content):
        places.append(path)
        if len(places) == 2:
            raise KeyboardInterrupt
        real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(working_copy, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            lay_out(copy)
    assert lay_out(copy) == [f"renewed, since you had not changed them: {SECOND}"]
    assert sources(copy / FIRST) == ["one, better"]
    assert laid_out(copy) == [FIRST, SECOND]
    write(course / FIRST, code("v3"))
    lay_out(copy)
    assert sources(copy / FIRST) == ["v3"]


# Where it is


def test_without_lessons_the_reader_is_told_where_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(working_copy, "LESSONS", tmp_path)
    monkeypatch.setattr(working_copy, "PROJECT", tmp_path)
    with pytest.raises(FileNotFoundError, match="clone it and install it from there"):
        working_copy.working_copy()
    assert list(tmp_path.iterdir()) == []


def test_the_copy_is_in_the_project_else_in_the_home_else_nowhere(tmp_path, monkeypatch):
    project, home = tmp_path / "project", tmp_path / "home"
    monkeypatch.setattr(working_copy, "PROJECT", project)
    monkeypatch.setattr(Path, "home", lambda: home)
    assert working_copy.working_copy() == project / "my_course"
    # A file where a folder would have to be: nobody can write below it, not even root.
    (project / "my_course").rmdir()
    project.rmdir()
    project.touch()
    assert working_copy.working_copy() == home / "cance_edu_course" / "my_course"
    for folder in (home / "cance_edu_course" / "my_course", home / "cance_edu_course", home):
        folder.rmdir()
    home.touch()
    with pytest.raises(PermissionError, match="set HOME to a folder of yours"):
        working_copy.working_copy()
