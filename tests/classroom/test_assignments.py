"""Released, solved in three ways, and graded: the marks are those that were earned."""

import ast
import csv
import json
import os
import re
import subprocess
import sys

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

from cance_edu.classroom import assignments as classroom
from cance_edu.classroom import check
from cance_edu.classroom.working_copy import for_students
from cance_edu.cli import main

pytest.importorskip("nbgrader")

SOURCES = sorted(classroom.ASSIGNMENTS.glob("[0-9]*.ipynb"))
ONE = "03_covariance_loss"
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)\s*### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)\s*### END HIDDEN TESTS", re.DOTALL)


def read(path):
    return nbformat.read(path, as_version=4)


def graded_cells(notebook):
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("points")]


def execute(notebook):
    """Run a notebook to its end, whatever fails on the way; return it."""
    client = NotebookClient(notebook, timeout=120, allow_errors=True)
    return client.execute(env={**os.environ, "CANCE_EDU_DATASET": "digits"})


def failed(cell):
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def score(notebook):
    """What nbgrader gives for the tests: all points of a cell, or none."""
    automatic = [c for c in graded_cells(notebook) if c.cell_type == "code"]
    return sum(c.metadata.nbgrader.points for c in automatic if not failed(c))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course's folder, with every assignment released."""
    folder = tmp_path_factory.mktemp("course")
    assert main(["assignments", "release", str(folder)]) == 0
    return folder


def names(*nodes):
    return [n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)]


def unnamed(notebook):
    """What a test reads, a solution makes, and no text tells the student to make."""
    assigned, read_by_tests = set(), set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            module = ast.parse(cell.source)
            if cell.metadata.get("nbgrader", {}).get("solution"):
                outside = [node for node in module.body if not isinstance(node, ast.FunctionDef)]
                assigned |= {n.id for n in names(*outside) if isinstance(n.ctx, ast.Store)}
            else:
                read_by_tests |= {n.id for n in names(module)}
    text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return {name for name in assigned & read_by_tests if f"`{name}`" not in text}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_text_names_every_variable_that_a_test_reads(path):
    assert unnamed(read(path)) == set()


def test_an_unnamed_variable_is_noticed():
    notebook = read(SOURCES[0])
    for cell in notebook.cells:
        cell.source = cell.source.replace("`my_prediction`", "your guess")
    assert unnamed(notebook) == {"my_prediction"}


def test_there_is_one_for_each_lesson_and_a_capstone():
    assert [path.stem[:2] for path in SOURCES] == [f"{i:02d}" for i in range(1, 9)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_notebook_and_text_form_agree(path):
    def cells(file):
        return [
            (c.cell_type, c.source, c.metadata.get("nbgrader")) for c in jupytext.read(file).cells
        ]

    text = classroom.ASSIGNMENTS.parent / "text" / "assignments" / f"{path.stem}.py"
    assert cells(path) == cells(text)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_reference_passes_every_test_and_the_untouched_version_none(path, course):
    solved = execute(read(path))
    assert [c.source for c in solved.cells if c.cell_type == "code" and failed(c)] == []
    untouched = execute(read(course / "release" / path.stem / path.name))
    assert score(untouched) == 0
    shown = json.dumps([c.get("outputs") for c in untouched.cells])
    assert "not answered yet" in shown


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_of_a_solution_or_a_hidden_test_survives_in_a_release(path, course):
    source = "\n".join(cell.source for cell in read(path).cells)
    released = (course / "release" / path.stem / path.name).read_text()
    kept = "\n".join(cell.source for cell in nbformat.reads(released, 4).cells)
    secrets = SOLUTION.findall(source) + HIDDEN.findall(source)
    assert len(secrets) >= 4
    visible = re.sub(SOLUTION, "", re.sub(HIDDEN, "", source))
    for line in (line.strip() for secret in secrets for line in secret.splitlines()):
        assert line in visible or line not in kept, line
    assert "BEGIN SOLUTION" not in kept
    assert "HIDDEN TESTS" not in kept


def test_a_file_is_no_course(tmp_path, capsys):
    file = tmp_path / "course"
    file.write_text("mine")
    assert main(["assignments", "release", str(file)]) == 1
    assert f"{file} is a file; name the course's folder" in capsys.readouterr().err
    assert file.read_text() == "mine"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_students_own_copy_is_what_nbgrader_releases(path, course):
    def cells(notebook):
        locks = ("deletable", "editable")
        return [
            (c.cell_type, c.source, [c.metadata.get(key) for key in locks]) for c in notebook.cells
        ]

    ours = nbformat.from_dict(for_students(json.loads(path.read_text(encoding="utf-8"))))
    for cell in ours.cells:
        cell.source = "".join(cell.source)
    assert cells(ours) == cells(read(course / "release" / path.stem / path.name))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_task_is_checked_and_one_reflection_is_graded_by_hand(path):
    notebook = read(path)
    calls = re.findall(r"^check\.(\w+)\(", "\n".join(c.source for c in notebook.cells), re.M)
    assert calls
    assert set(calls) <= set(check.TASKS)
    by_hand = [c for c in graded_cells(notebook) if c.cell_type == "markdown"]
    assert len(by_hand) == 1
    assert "minutes" in notebook.cells[0].source


def submit(course, student, change):
    """Hand in the released notebook after a change of its cells."""
    notebook = read(course / "release" / ONE / f"{ONE}.ipynb")
    change({c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata})
    place = course / "submitted" / student / ONE
    place.mkdir(parents=True)
    nbformat.write(notebook, place / f"{ONE}.ipynb")


def answers():
    cells = {
        c.metadata.nbgrader.grade_id: c for c in read(SOURCES[2]).cells if "nbgrader" in c.metadata
    }
    return {
        name: re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", c.source) for name, c in cells.items()
    }


def test_three_submissions_get_the_marks_that_they_earned(course, capsys):
    right = answers()

    def all_right(cells):
        for name in ("predict", "loss", "break"):
            cells[name].source = right[name]
        cells["explain"].source = "The loss shrinks by the number of pixels."

    def half_right(cells):
        cells["predict"].source = right["predict"]
        cells["loss"].source = right["loss"].replace("d * (d - 1)", "d**2")
        cells["break"].source = right["break"]

    submit(course, "ada", all_right)
    submit(course, "ben", half_right)
    submit(course, "cy", lambda cells: None)
    assert main(["assignments", "grade", str(course)]) == 0
    assert "ben · 03_covariance_loss: 4 of 10.\n" in capsys.readouterr().out
    with (course / "marks.csv").open(encoding="utf-8-sig") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {name: float(row["score"]) for name, row in rows.items()} == {
        "ada": 8,
        "ben": 4,
        "cy": 0,
    }
    assert {float(row["of"]) for row in rows.values()} == {10}
    # Nothing is left to read where the reflection was not written.
    by_hand = {name: row["to be graded by hand"] for name, row in rows.items()}
    assert by_hand == {"ada": "True", "ben": "False", "cy": "False"}
    feedback = (course / "feedback" / "ben" / ONE / f"{ONE}.html").read_text()
    assert "divided by d squared" in feedback


def test_grading_nothing_and_a_missing_nbgrader_are_told(tmp_path, monkeypatch, capsys):
    assert main(["assignments", "grade", str(tmp_path)]) == 1
    assert "there is nothing in" in capsys.readouterr().err
    for module in ("autograding", "assignments"):
        monkeypatch.delitem(sys.modules, f"cance_edu.classroom.{module}")
    monkeypatch.delattr("cance_edu.classroom.assignments")
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)
    assert main(["assignments", "release", str(tmp_path)]) == 1
    assert "nbgrader is not installed" in capsys.readouterr().err


def test_a_wrong_action_exits_with_two():
    command = [sys.executable, "-m", "cance_edu.cli", "assignments", "collect", "x"]
    code = "import sys; from cance_edu.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *command[3:]], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "invalid choice: 'collect'" in done.stderr
