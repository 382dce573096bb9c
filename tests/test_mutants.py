"""Whether the tests notice a slip: each of `mutants.py` is planted in a copy, and must go red."""

import shutil

import pytest

from tests import forked
from tests.mutants import MUTANTS, Mutant
from tests.planted import PROJECT, copy_to, planted, run


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return copy_to(tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.module}: {m.replacement.strip()}")
def test_a_planted_slip_is_noticed(copy, mutant):
    with planted(copy, mutant):
        result = run(copy, [mutant.test])
    assert result.noticed, result.output


def test_without_a_fork_it_is_noticed_too(copy, monkeypatch):
    monkeypatch.setattr(forked, "FORKS", False)
    with planted(copy, MUTANTS[0]):
        assert run(copy, [MUTANTS[0].test]).noticed


def test_without_a_slip_the_same_tests_pass(copy):
    result = run(copy, sorted({mutant.test for mutant in MUTANTS}))
    assert result.code == 0, result.output


@pytest.mark.parametrize(
    "mutant",
    [
        MUTANTS[0]._replace(replacement="+ 1) ** -1.50"),
        MUTANTS[0]._replace(replacement="+ 1) ** undefined"),
        MUTANTS[0]._replace(replacement="+ 1) ** ("),
        MUTANTS[0]._replace(test="method/test_lognormal.py::test_that_is_not_there"),
    ],
    ids=["the same value", "a crash", "no Python", "no such test"],
)
def test_what_is_no_notice(copy, mutant):
    with planted(copy, mutant):
        assert not run(copy, [mutant.test]).noticed


def test_a_fragment_must_occur_exactly_once(copy):
    for fragment in ("no such source", "return"):
        with (
            pytest.raises(AssertionError, match="is not once in"),
            planted(copy, Mutant("method/lognormal", fragment, "", "")),
        ):
            pass


def test_the_copy_refuses_another_library(tmp_path):
    copy, other = copy_to(tmp_path / "copy"), tmp_path / "other"
    shutil.copytree(PROJECT / "cance_edu", other / "cance_edu")
    shutil.rmtree(copy / "cance_edu")
    result = run(copy, [MUTANTS[0].test], first=other)
    assert result.code == 4
    assert "these are tests of the copy" in result.output
