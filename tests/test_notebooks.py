import copy
import json
import subprocess
import sys

import nbformat
import pytest

from tests.check_notebooks import NOTEBOOKS, complaints

FIRST = NOTEBOOKS / "00_start_here.ipynb"


def test_committed_notebooks_are_as_they_should_be():
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        assert complaints(notebook) == []
        assert notebook.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c.update(source=["x = 1\n"] * 13), "13 lines"),
        (lambda c: c.update(source=["%time x"]), "a magic"),
        (lambda c: c["metadata"].update(tags=["nbval-skip"]), "keeps nbval"),
        (lambda c: c.update(execution_count=99), "not executed"),
        (
            lambda c: c["outputs"].append({"output_type": "stream", "name": "stderr", "text": "!"}),
            "stderr",
        ),
    ],
)
def test_the_checker_notices(tmp_path, change, complaint):
    notebook = json.loads(FIRST.read_text())
    cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    change(cell)
    (tmp_path / FIRST.name).write_text(json.dumps(notebook))
    (tmp_path / "00_start_here.py").write_text(FIRST.with_suffix(".py").read_text())
    assert any(complaint in line for line in complaints(tmp_path / FIRST.name))


def test_the_checker_notices_a_text_form_that_differs(tmp_path):
    (tmp_path / FIRST.name).write_text(FIRST.read_text())
    (tmp_path / "00_start_here.py").write_text("# %%\nx = 1\n")
    assert any("differ" in line for line in complaints(tmp_path / FIRST.name))


def test_nbval_goes_red_for_a_failing_cell_and_for_the_network(tmp_path):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell("assert 1 == 1"),
        nbformat.v4.new_code_cell("assert 1 == 2"),
        nbformat.v4.new_code_cell("import socket; socket.create_connection(('192.0.2.1', 80), 1)"),
    ]
    path = tmp_path / "planted.ipynb"
    nbformat.write(copy.deepcopy(notebook), path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q", str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "2 failed, 1 passed" in done.stdout
    assert "the tests have no network" in done.stdout
