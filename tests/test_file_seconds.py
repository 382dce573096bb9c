"""The plug-in that says what to expect, begins with the longest, and keeps what each file took."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import file_seconds
from tests.file_seconds import KEPT, MEASURED, estimate, measured, pytest_xdist_auto_num_workers

ROOT = Path(__file__).parent.parent
TABLE = """
| file | seconds | share |
|---|---|---|
| test_b.py | 90.0 | 75% |
| test_c.py | 30 | 25% |
"""


@pytest.fixture
def project(tmp_path):
    """Three files of tests, two of them with a measured time, and a slow machine's table."""
    for name in "abc":
        (tmp_path / f"test_{name}.py").write_text("def test_it(): pass\n\ndef test_two(): pass\n")
    with (tmp_path / "test_c.py").open("a") as file:
        file.write("\nimport pytest\n\ndef test_three(): pytest.skip('no')\n")
    (tmp_path / MEASURED).parent.mkdir(parents=True)
    (tmp_path / MEASURED).write_text(TABLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = .\n")
    return tmp_path


def run(project, *words):
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.file_seconds", *words]
    environment = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=project, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def kept(project):
    file = project / ".pytest_cache" / "v" / KEPT
    return json.loads(file.read_text()) if file.is_file() else None


def first(said, mark):
    """Return the file of the first test that passed on a line with a mark."""
    line = next(line for line in said.splitlines() if mark in line and "PASSED" in line)
    return re.search(r"test_\w\.py", line)[0]


def test_the_longest_file_comes_first_and_all_are_kept(project):
    said = run(project, "-n", "2", "--dist", "loadfile", "-v")
    assert "estimate: at most 1.5 min in 2 process(es)" in said
    assert {first(said, worker) for worker in ("[gw0]", "[gw1]")} == {"test_b.py", "test_c.py"}
    assert kept(project)["files"].keys() == {"test_a.py", "test_b.py", "test_c.py"}
    assert kept(project)["processes"] == 2
    assert kept(project)["outcomes"] == {"passed": 6, "skipped": 1}
    assert sum(kept(project)["files"].values()) < 2 * kept(project)["seconds"]


def test_one_process_keeps_the_order_and_a_part_is_not_kept_as_the_whole(project):
    said = run(project, "test_a.py", "test_c.py")
    assert "estimate: at most 0.5 min in 1 process(es)" in said
    assert kept(project) is None
    run(project, "-k", "two")
    assert kept(project) is None
    assert first(run(project, "-v"), "PASSED") == "test_a.py"
    assert len(kept(project)["files"]) == 3


def test_files_that_were_never_measured_give_no_estimate(project):
    (project / MEASURED).unlink()
    assert "estimate" not in run(project)


def test_the_table_is_read_and_a_file_is_not_divided(project):
    assert measured(project) == {"test_b.py": 90, "test_c.py": 30}
    assert estimate([90, 30], 1) == 120
    assert estimate([90, 30], 2) == 90
    assert estimate([60, 30, 30], 2) == 60


@pytest.mark.parametrize(
    ("cores", "gigabytes", "processes"), [(2, 16, 3), (32, 9, 4), (2, 3, 0), (1, 16, 0)]
)
def test_there_are_as_many_processes_as_the_machine_allows(
    monkeypatch, cores, gigabytes, processes
):
    monkeypatch.setattr(file_seconds, "cpu_count", lambda: cores)
    memory = SimpleNamespace(available=gigabytes * 1e9)
    monkeypatch.setattr(file_seconds.psutil, "virtual_memory", lambda: memory)
    assert pytest_xdist_auto_num_workers() == processes
