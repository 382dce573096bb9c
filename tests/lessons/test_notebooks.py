import json
import os
import subprocess
import sys

import nbformat
import pytest

from cance_edu.files import lessons_in
from tests.check_notebooks import (
    LARGEST_FILE,
    NOTEBOOKS,
    complaints,
    form_complaints,
    text_form,
)
from tests.lesson_budgets import LessonBudgets

ROOT = NOTEBOOKS.parent

FIRST = NOTEBOOKS / "00_start_here.ipynb"


def test_committed_notebooks_are_as_they_should_be():
    for notebook in lessons_in(NOTEBOOKS):
        assert complaints(notebook) == []


def plant_text_form(folder, text):
    (folder / "text").mkdir()
    text_form(folder / FIRST.name).write_text(text)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c.update(source=["x = 1\n"] * 13), "13 lines"),
        (lambda c: c.update(source=["%time x"]), "a magic"),
        (lambda c: c["metadata"].update(tags=["nbval-skip"]), "keeps nbval"),
        (lambda c: c.update(execution_count=99), "not executed"),
        (lambda c: c.update(source=["# NBVAL_CHECK_OUTPUT"], outputs=[]), "without a saved"),
        (lambda c: c.update(source=["try:\n", "    x\n", "except Exception:\n", "    y"]), "broad"),
        (
            lambda c: c["outputs"].append({"output_type": "stream", "name": "stderr", "text": "!"}),
            "stderr",
        ),
        (
            lambda c: c["outputs"].append(
                {"output_type": "display_data", "metadata": {}, "data": {"image/png": ""}}
            ),
            "without alternative text",
        ),
        (
            lambda c: c["outputs"].append(
                {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
            ),
            "stored error",
        ),
    ],
)
def test_the_checker_notices(tmp_path, change, complaint):
    notebook = json.loads(FIRST.read_text())
    cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    change(cell)
    (tmp_path / FIRST.name).write_text(json.dumps(notebook))
    plant_text_form(tmp_path, text_form(FIRST).read_text())
    assert any(complaint in line for line in complaints(tmp_path / FIRST.name))


def new_form(*cells, closing="## Recap"):
    """A lesson of the new form: text and code cells, with what `show` displays."""
    caption = {"output_type": "display_data", "data": {}, "metadata": {"cance_edu": "caption"}}
    picture = {
        "output_type": "display_data",
        "data": {"image/png": ""},
        "metadata": {"image/png": {"alt": "a"}},
    }
    imported = "from cance_edu.course import lesson00 as lesson"
    code = [{"cell_type": "code", "source": source, "outputs": []} for source in (imported, *cells)]
    code[0]["outputs"] = [picture, caption]
    return [{"cell_type": "markdown", "source": closing}, *code]


def test_a_lesson_of_the_new_form_has_nothing_to_complain_of():
    lines = ["lesson.tell(", '    "One "', '    f"{2}",', ")", "# why", "", *["x = 1"] * 7]
    assert form_complaints(new_form("\n".join(lines))) == []
    task = "from cance_edu.classroom import check\ncheck.mode(mode)"
    assert form_complaints(new_form("import numpy as np", task)) == []


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        (new_form(*["x"] * 44), "46 cells"),
        (new_form(closing="## 1\n## 2\n## 3\n## 4\n## 5\n## 6\n## Recap"), "6 sections"),
        (new_form("\n".join(["x = 1"] * 9)), "9 lines of code"),
        (new_form("import numpy as np", "import torch"), "imports"),
        (new_form("assert x"), "assert in a lesson"),
        (new_form("page.measured('00 x', x)"), "measured in a lesson"),
        (new_form("drive(explorer)"), "drive in a lesson"),
        (new_form("x = [i for i in y]", "i = 1", "x, z = 2, 3"), "x is given a value in two cells"),
        (new_form(closing="## Questions\n1. Why?"), "without folded answers"),
    ],
)
def test_the_checker_notices_what_a_lesson_of_the_new_form_may_not_have(cells, complaint):
    (found,) = form_complaints(cells)
    assert complaint in found


def test_the_checker_notices_a_picture_without_a_caption():
    cells = new_form()
    cells[1]["outputs"].reverse()
    assert form_complaints(cells) == ["a picture without a caption: 'a'"]


def test_the_checker_notices_a_text_form_that_differs(tmp_path):
    (tmp_path / FIRST.name).write_text(FIRST.read_text())
    plant_text_form(tmp_path, "# %%\nx = 1\n")
    assert any("differ" in line for line in complaints(tmp_path / FIRST.name))


def test_the_checker_notices_a_missing_text_form(tmp_path):
    (tmp_path / FIRST.name).write_text(FIRST.read_text())
    assert any("no text form" in line for line in complaints(tmp_path / FIRST.name))


def test_the_checker_notices_a_missing_budget_and_a_large_file(tmp_path):
    notebook = json.loads(FIRST.read_text())
    del notebook["metadata"]["cance_edu"]
    notebook["cells"][0]["attachments"] = {"padding": {"text/plain": "x" * LARGEST_FILE}}
    (tmp_path / FIRST.name).write_text(json.dumps(notebook))
    found = complaints(tmp_path / FIRST.name)
    assert any("no budget_seconds" in line for line in found)
    assert any("keep pictures small" in line for line in found)


def run_nbval(tmp_path, *sources, stale=None, options=()):
    """Run planted cells under nbval, as the test command does; `stale` is a saved output."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(s, execution_count=1) for s in sources]
    )
    if stale is not None:
        notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", name="stdout", text=stale)]
    path = tmp_path / "planted.ipynb"
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q"]
    return subprocess.run(
        [*command, *options, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path
    )


def test_nbval_goes_red_for_a_failing_cell_and_for_the_network(tmp_path):
    connect = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    done = run_nbval(tmp_path, "assert 1 == 1", "assert 1 == 2", connect)
    assert done.returncode == 1
    assert "2 failed, 1 passed" in done.stdout
    assert "the tests have no network" in done.stdout


def test_nbval_goes_red_for_a_stale_output(tmp_path):
    cell = "# NBVAL_CHECK_OUTPUT\nprint(1 + 1)"
    assert run_nbval(tmp_path, cell, stale="2\n").returncode == 0
    assert run_nbval(tmp_path, cell, stale="3\n").returncode == 1


WIDGET = """
import ipywidgets
from matplotlib.figure import Figure
from cance_edu.course.canvas import Canvas
from cance_edu.course.explorer import Explorer

class Planted(Explorer):
    def update(self, x):
        return f"{1 / (x - 3):.2f}"

figure = Figure(figsize=(1, 1))
explorer = Planted({"x": ipywidgets.IntSlider(0, description="x")}, Canvas(figure, []), "nothing")
"""


def test_nbval_goes_red_for_a_widget_whose_callback_raises(tmp_path):
    done = run_nbval(tmp_path, WIDGET, "explorer.controls['x'].value = 2")
    assert done.returncode == 0, done.stdout
    done = run_nbval(tmp_path, WIDGET, "explorer.controls['x'].value = 3")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stdout


def write_notebook(folder, name, source="", budget_seconds=10):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={"cance_edu": {"budget_seconds": budget_seconds}},
    )
    nbformat.write(notebook, folder / name)


def test_a_notebook_three_times_over_its_budget_is_red(tmp_path):
    write_notebook(tmp_path, "late.ipynb", "import time; time.sleep(0.4)", budget_seconds=0.1)
    options = ["--nbval-lax", "--nbval-current-env", "-p", "tests.lesson_budgets", "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", "late.ipynb"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])},
    )
    assert "MORE THAN 3 TIMES ITS BUDGET" in done.stdout
    assert "1 passed" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("seconds", "over"),
    [
        ((5, 5, 29), []),
        ((5, 5, 31), ["c.ipynb"]),
        ((31,), ["a.ipynb"]),
        ((20, 20, 59), []),  # a machine half as fast
        ((20, 20, 61), ["c.ipynb"]),
        ((100, 100, 100), []),
    ],
)
def test_a_slow_machine_is_no_late_notebook(tmp_path, monkeypatch, seconds, over):
    monkeypatch.delenv("CANCE_EDU_DATASET", raising=False)
    budgets = LessonBudgets(tmp_path)
    for name, taken in zip(("a.ipynb", "b.ipynb", "c.ipynb"), seconds, strict=False):
        write_notebook(tmp_path, name)
        budgets.seconds[name] = taken
    assert budgets.over() == over
