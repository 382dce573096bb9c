"""Whether the tests notice a slip: each of `mutants.py` is planted in a copy, and must go red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import MUTANTS, Mutant

PROJECT = Path(__file__).parent.parent
GUARD = """
from pathlib import Path

import cance_edu

if Path(cance_edu.__file__).parents[1] != Path(__file__).parent:
    raise ImportError(f"these are tests of the copy, not of {cance_edu.__file__}")
"""


@pytest.fixture
def copy(tmp_path):
    """The library and its tests, away from the checkout; its conftest refuses another library."""
    skip = shutil.ignore_patterns("__pycache__", "benchmarks")
    for folder in ("cance_edu", "tests"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=skip)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / "conftest.py").write_text((PROJECT / "conftest.py").read_text() + GUARD)
    return tmp_path


def plant(copy, mutant):
    file = copy / "cance_edu" / f"{mutant.module}.py"
    source = file.read_text(encoding="utf-8")
    assert source.count(mutant.fragment) == 1, f"{mutant.fragment!r} is not once in {file.name}"
    file.write_text(source.replace(mutant.fragment, mutant.replacement), encoding="utf-8")


def run(copy, tests, first=None):
    """Run the named tests of the copy; without the notebook plug-in, which takes a second."""
    path = [str(first or copy), os.environ.get("PYTHONPATH", "")]
    options = ["-x", "-q", "--tb=native", "-p", "no:cacheprovider", "-p", "no:nbval"]
    options += ["-o", "addopts=", "--strict-markers", "--hypothesis-seed=0"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *(f"tests/{test}" for test in tests)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def noticed(result):
    """Whether a test failed by what it asserts; a crash or a test not found is no notice."""
    by_assertion = "AssertionError" in result.stdout or "DID NOT RAISE" in result.stdout
    return result.returncode == 1 and by_assertion


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.module}: {m.replacement.strip()}")
def test_a_planted_slip_is_noticed(copy, mutant):
    plant(copy, mutant)
    result = run(copy, [mutant.test])
    assert noticed(result), result.stdout + result.stderr


def test_without_a_slip_the_same_tests_pass(copy):
    result = run(copy, sorted({mutant.test for mutant in MUTANTS}))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "mutant",
    [
        MUTANTS[0]._replace(replacement="+ 1) ** -1.50"),
        MUTANTS[0]._replace(replacement="+ 1) ** undefined"),
        MUTANTS[0]._replace(replacement="+ 1) ** ("),
        MUTANTS[0]._replace(test="test_lognormal.py::test_that_is_not_there"),
    ],
    ids=["the same value", "a crash", "no Python", "no such test"],
)
def test_what_is_no_notice(copy, mutant):
    plant(copy, mutant)
    assert not noticed(run(copy, [mutant.test]))


def test_a_fragment_must_occur_exactly_once(copy):
    for fragment in ("no such source", "return"):
        with pytest.raises(AssertionError, match="is not once in"):
            plant(copy, Mutant("lognormal", fragment, "", ""))


def test_the_copy_refuses_another_library(copy, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(PROJECT / "cance_edu", other / "cance_edu")
    shutil.rmtree(copy / "cance_edu")
    result = run(copy, [MUTANTS[0].test], first=other)
    assert result.returncode == 4
    assert "these are tests of the copy" in result.stderr
