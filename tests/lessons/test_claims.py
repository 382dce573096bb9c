"""The mechanism: a claim sees the lesson's variables, and one that is false or empty goes red."""

import os
import subprocess
import sys

import nbformat
import numpy as np
import pytest

from tests.lessons.claims import ClaimFailed, Page, claim, run_claim, run_negated
from tests.lessons.tables import FOLDER

ROOT = FOLDER.parents[1]
PAGE = Page(
    [
        [{"output_type": "stream", "text": ["alarms: ", "61%\n"]}],
        [
            {
                "data": {"image/png": "", "text/plain": "<Image>"},
                "metadata": {"image/png": {"alt": "A"}},
            },
            {"data": {"text/markdown": "It is **3**.", "text/plain": "no"}, "metadata": {}},
        ],
    ]
)


@claim("Every x is small.", scope="one x")
def true(x, page):
    assert x < 3, "x is large"
    for value in (x, x + 1):
        assert value >= x
    assert page.numbers(r"alarms: (\d+)%") == [61]


def test_a_true_claim_is_green_and_each_of_its_negations_red():
    run_claim(true, {"x": 2}, PAGE)
    assert run_negated(true, {"x": 2}, PAGE) == []


def test_a_false_claim_says_where_and_what_the_variables_were():
    with pytest.raises(ClaimFailed, match="x is large") as failed:
        run_claim(true, {"x": 7}, PAGE)
    assert "assert x < 3" in str(failed.value)
    assert "x = 7" in str(failed.value)
    assert "test_claims.py" in str(failed.value)


def test_a_variable_that_the_lesson_has_not_is_named():
    with pytest.raises(ClaimFailed, match="the lesson has no variable x"):
        run_claim(true, {"y": 2}, PAGE)


@claim("Nothing is asked.", scope="")
def empty(x):
    assert_is_no_call = x
    print(assert_is_no_call)


@claim("A loop over nothing.", scope="")
def vacuous(x):
    for value in []:
        assert value == x
    assert x == 2


@claim("By NumPy.", scope="")
def by_numpy(x):
    np.testing.assert_allclose(x, 2)


def test_a_claim_that_asserts_nothing_is_red():
    with pytest.raises(ClaimFailed, match="empty asserts nothing"):
        run_claim(empty, {"x": 2}, PAGE)
    run_claim(by_numpy, {"x": 2}, PAGE)


def test_an_assertion_that_is_not_reached_is_red():
    with pytest.raises(ClaimFailed, match="never reached: assert value == x"):
        run_claim(vacuous, {"x": 2}, PAGE)
    assert run_negated(vacuous, {"x": 2}, PAGE) == ["assert value == x"]


def test_the_page_has_what_was_printed_told_and_drawn():
    assert PAGE.text == "alarms: 61%\n\n<Image>\nIt is **3**."
    assert PAGE.pictures == ["A"]
    with pytest.raises(AssertionError, match="shows nothing like 'alarms: x'"):
        PAGE.numbers("alarms: x")


CLAIMS = """
from tests.lessons.claims import claim, guarantee

@claim("x is two.", scope="here")
def x_is_two(x, page):
    assert x == 2 + (page.text == "")

@guarantee(on=["mnist"])
def elsewhere(x):
    assert x == 3

@guarantee()
def wrong(x):
    assert x == 4
"""


def test_nbval_runs_a_lesson_and_then_its_claims_in_the_same_kernel(tmp_path):
    """The plug-in's own folder is set aside, so that lesson 99 has planted claims."""
    for source in [*FOLDER.glob("*.py"), FOLDER.parent / "check_notebooks.py"]:
        place = tmp_path / source.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "tests" / "__init__.py").touch()
    (tmp_path / "tests" / "lessons" / "claims_99.py").write_text(CLAIMS)
    cells = [nbformat.v4.new_code_cell(source) for source in ("print('hello')", "x = 1", "x += 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "99_planted.ipynb")
    options = ["--nbval-lax", "--nbval-current-env", "-p", "tests.lessons.plugin", "-v"]
    options += [f"--rootdir={tmp_path}", "--negate-claims", "-p", "no:cacheprovider"]
    path = os.pathsep.join([str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "99_planted.ipynb"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "CANCE_EDU_DATASET": "digits"},
    )
    assert "1 failed, 4 passed, 1 skipped" in done.stdout, done.stdout + done.stderr
    assert "99_planted.ipynb::wrong FAILED" in done.stdout
    assert "99_planted.ipynb::x_is_two PASSED" in done.stdout
    assert "assert x == 4" in done.stdout
    assert "x = 2" in done.stdout
