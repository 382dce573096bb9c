"""A copy of the library with one slip planted in it, and its tests run there.

Each run is a fork of a Python that has imported torch (`forked`), and imports the copy as it is
then.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from threadpoolctl import threadpool_limits

from tests import forked
from tests.mutants import Mutant

PROJECT = Path(__file__).parent.parent
GUARD = """
from pathlib import Path

import cance_edu

if Path(cance_edu.__file__).parents[1] != Path(__file__).parent:
    raise ImportError(f"these are tests of the copy, not of {cance_edu.__file__}")
"""


class Result(NamedTuple):
    """What pytest returned (nothing, if it was stopped after five minutes) and printed."""

    code: int | None
    output: str

    @property
    def noticed(self) -> bool:
        """Whether a test failed by what it asserts; a crash or a test not found is no notice."""
        by_assertion = "AssertionError" in self.output or "DID NOT RAISE" in self.output
        return self.code == 1 and by_assertion


def copy_to(folder: Path) -> Path:
    """Copy the library and its tests; the copy's conftest refuses another library."""
    skip = shutil.ignore_patterns("__pycache__", "benchmarks")
    for name in ("cance_edu", "tests"):
        shutil.copytree(PROJECT / name, folder / name, ignore=skip)
    shutil.copy(PROJECT / "pyproject.toml", folder)
    (folder / "conftest.py").write_text((PROJECT / "conftest.py").read_text() + GUARD)
    return folder


@contextmanager
def planted(copy: Path, mutant: Mutant) -> Iterator[None]:
    """Plant a slip in a copy, and take it out again."""
    file = copy / "cance_edu" / f"{mutant.module}.py"
    source = file.read_text(encoding="utf-8")
    assert source.count(mutant.fragment) == 1, f"{mutant.fragment!r} is not once in {file.name}"
    file.write_text(source.replace(mutant.fragment, mutant.replacement), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(source, encoding="utf-8")


def run(copy: Path, tests: Sequence[str], first: Path | None = None) -> Result:
    """Run the named tests of a copy in a Python of its own, which looks in `first` for imports."""
    output = copy / "output.txt"
    output.write_bytes(b"")
    process = forked.context().Process(target=_run, args=(copy, tests, first or copy, output))
    process.start()
    process.join(timeout=300)
    process.kill()
    return Result(process.exitcode, output.read_text(encoding="utf-8", errors="replace"))


def _run(copy: Path, tests: Sequence[str], first: Path, output: Path) -> None:
    """Run pytest in this process, without the plug-ins that these tests do not use."""
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(copy)
    # This function was imported from the checkout; the tests are those of the copy.
    forked.forget_ours()
    torch.set_num_threads(1)
    threadpool_limits(1)
    sys.path.insert(0, str(first))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(first), os.environ.get("PYTHONPATH", "")])
    # Two sources of the same length and second could not be told apart by what is cached of them.
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = [
        "-x",
        "-q",
        "--tb=native",
        "-p",
        "no:cacheprovider",
        "-p",
        "_hypothesis_pytestplugin",
    ]
    options += ["-o", "addopts=", "--strict-markers", "--hypothesis-seed=0", "--assert=plain"]
    # It was imported before pytest could rewrite its assertions, and has none.
    options += ["-W", "ignore:Module already imported so cannot be rewritten"]
    sys.exit(pytest.main([*options, *(f"tests/{test}" for test in tests)]))
