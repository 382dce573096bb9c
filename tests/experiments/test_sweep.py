import json
import os
import shlex
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import joblib
import pytest
from distributed import Client

from cance_edu import cli
from cance_edu.experiments import fits as fits_module
from cance_edu.experiments import sweep as sweep_module
from cance_edu.experiments.results import opened, read
from cance_edu.experiments.sweep import sweep
from cance_edu.experiments.tables import TABLES
from cance_edu.experiments.tasks import reproduce_command
from tests.experiments.quick import SYSTEMS, meet, outcome, quick_fits

PROJECT = Path(__file__).parents[2]
FILE = "quick_madeup.jsonl"


def by_identity(records):
    return sorted(outcome(records), key=lambda r: (r["seed"], r["task"], r["system"]))


@pytest.fixture
def expected():
    """What twelve quick fits give, computed here one by one."""
    return [record for fit in quick_fits(4, 3) for record in fits_module.run(fit)]


def test_a_sweep_writes_each_result_once(tmp_path, expected):
    assert sweep(quick_fits(4, 3), tmp_path, verbose=False) == []
    records, damaged = read(tmp_path / FILE)
    assert damaged == []
    assert outcome(records) == outcome(expected)
    assert len(records) == 12 * len(SYSTEMS)


def test_a_sweep_runs_only_what_is_missing(tmp_path, expected, monkeypatch):
    sweep(quick_fits(4, 1), tmp_path, verbose=False)
    # Of one fit only the first of two results is there.
    with opened(tmp_path / FILE) as file:
        file.append(expected[10:11])
    ran = []
    monkeypatch.setattr(sweep_module, "run", lambda fit: ran.append(fit) or fits_module.run(fit))
    wanted = quick_fits(4, 3)
    sweep(wanted, tmp_path, verbose=False)
    assert ran == wanted[4:]
    assert by_identity(read(tmp_path / FILE)[0]) == by_identity(expected)
    ran.clear()
    sweep(wanted, tmp_path, verbose=False)
    assert ran == []


def test_a_damaged_line_is_reported_and_its_fit_done_again(tmp_path, expected, capsys):
    sweep(quick_fits(4, 3), tmp_path, verbose=False)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-20])
    (damaged,) = sweep(quick_fits(4, 3), tmp_path, verbose=False)
    assert damaged == f"{path}, line 24: the line is cut"
    assert damaged in capsys.readouterr().out
    assert outcome(read(path)[0]) == outcome(expected)


def test_a_fit_that_fails_leaves_those_before_it(tmp_path, monkeypatch):
    wanted = quick_fits(4, 1)

    def run(fit):
        if fit is wanted[2]:
            raise FileNotFoundError("no data")
        return fits_module.run(fit)

    monkeypatch.setattr(sweep_module, "run", run)
    with pytest.raises(FileNotFoundError, match="no data"):
        sweep(wanted, tmp_path, verbose=False)
    assert [record["task"] for record in read(tmp_path / FILE)[0]] == ["0", "0", "1", "1"]
    # The file is free again.
    monkeypatch.undo()
    sweep(wanted, tmp_path, verbose=False)
    assert len(read(tmp_path / FILE)[0]) == 8


def test_two_processes_give_the_same_as_one(tmp_path, expected):
    from joblib.externals.loky import get_reusable_executor

    # Torch takes seconds; one process shall not do all the work while the other imports it.
    (tmp_path / "here").mkdir()
    with sweep_module._workers(2, None):
        joblib.Parallel(batch_size=1)(joblib.delayed(meet)(tmp_path / "here", 2) for _ in range(2))
    sweep(quick_fits(4, 3, pause=0.1), tmp_path, jobs=2, verbose=False)
    get_reusable_executor().shutdown(wait=True)
    records = read(tmp_path / FILE)[0]
    assert [r["auroc"] for r in by_identity(records)] == [r["auroc"] for r in by_identity(expected)]
    processes = {record["measures"]["process"] for record in records}
    assert len(processes) == 2
    assert os.getpid() not in processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the sweeps are forks, and Windows has none")
def test_a_sweep_killed_at_20_random_moments_loses_nothing_and_doubles_nothing(tmp_path):
    command = [sys.executable, "-m", "tests.experiments.killing", str(tmp_path), "20"]
    subprocess.run(command, cwd=PROJECT, check=True, timeout=120)
    whole, _ = read(tmp_path / "whole" / FILE)
    killed, damaged = read(tmp_path / "killed" / FILE)
    assert damaged == []
    assert outcome(killed) == outcome(whole)
    assert len(killed) == len((tmp_path / "killed" / FILE).read_bytes().splitlines()) == 128
    after = [read(path / FILE) for path in sorted((tmp_path / "after").iterdir())]
    assert len(after) == 20
    for (before, _), (records, damaged) in pairwise(after):
        assert records[: len(before)] == before
        assert len(damaged) <= 1
    # They were killed while they worked.
    assert 0 < len(after[-1][0]) < 128


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers, each a process, on this machine alone."""
    file = tmp_path / "scheduler.json"
    here = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    worker = ["worker", *here, "--no-nanny", "--nthreads", "1", "--local-directory", str(tmp_path)]

    def start(stack, *words):
        log = stack.enter_context((tmp_path / f"{words[0]}.log").open("ab"))
        command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
        process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log)
        stack.enter_context(process)
        stack.callback(process.kill)
        return process

    with ExitStack() as stack:
        scheduler = start(stack, "scheduler", *here, "--port", "0")
        while not file.is_file():
            assert scheduler.poll() is None, (tmp_path / "scheduler.log").read_text()
            time.sleep(0.05)
        workers = [start(stack, *worker) for _ in range(2)]
        address = json.loads(file.read_text())["address"]
        with Client(address) as client:
            client.wait_for_workers(2, timeout=60)
            # Torch takes seconds; one worker shall not do all the work while the other imports it.
            client.run(import_module, "cance_edu.experiments.fits")
        yield address, workers


def test_a_dask_worker_killed_half_way_loses_nothing_and_doubles_nothing(
    tmp_path, cluster, expected
):
    address, (first, second) = cluster
    path = tmp_path / FILE
    seen = []

    def kill_half_way():
        while len(seen) < 12 or first.pid not in {r["measures"]["process"] for r in seen}:
            seen[:] = read(path)[0]
            time.sleep(0.02)
        first.kill()

    killer = threading.Thread(target=kill_half_way, daemon=True)
    killer.start()
    sweep(quick_fits(4, 3, pause=0.3), tmp_path, scheduler=address, verbose=False)
    killer.join(timeout=10)
    assert first.wait(timeout=10) != 0
    assert 12 <= len(seen) < 24
    records, damaged = read(path)
    assert damaged == []
    assert len(path.read_bytes().splitlines()) == len(records) == 24
    assert [r["auroc"] for r in by_identity(records)] == [r["auroc"] for r in by_identity(expected)]
    assert {r["measures"]["process"] for r in records} == {first.pid, second.pid}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["table9"], "there is no table 'table9'; there are table1, "),
        (["table1", "--dataset", "svhn"], "there is no data set 'svhn'; there are mnist, cifar10"),
        (["table1", "--rows", "8", "10"], "there is no row '10'; there are 0, 1, "),
        (["digits", "--seeds", "0"], "got 0 seeds"),
    ],
)
def test_a_wrong_word_is_one_line_and_exit_code_1(words, reason, tmp_path, capsys):
    assert cli.main(["reproduce", *words, "--results", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert reason in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", TABLES)
def test_the_command_that_a_result_names_runs_its_task(name, monkeypatch):
    ran = []
    monkeypatch.setattr(sweep_module, "sweep", lambda fits, *_, **__: ran.extend(fits))
    for task in (task for task in TABLES[name].tasks if task.table == name):
        ran.clear()
        words = shlex.split(reproduce_command(name, task.dataset, task.protocol, 2, task.name))
        assert cli.main(words[1:]) == 0
        assert {fit.seed for fit in ran} == {0, 1}
        assert task in {fit.task.protocol: fit.task for fit in ran}.values()
        if task.protocol:
            assert {id(fit.task) for fit in ran} == {id(task)}


@pytest.mark.parametrize("words", [[], ["table1", "--seeds", "many"], ["table1", "--rows"]])
def test_words_that_cannot_be_read_are_one_line_and_exit_code_2(words, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["reproduce", *words])
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_scheduler_that_does_not_answer_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_module, "_SECONDS_TO_ANSWER", 1)
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=f"no Dask scheduler answers at {address}"):
            sweep(quick_fits(1, 1), tmp_path, scheduler=address, verbose=False)
    assert read(tmp_path / FILE) == ([], [])


def test_without_dask_a_scheduler_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install 'cance-edu\[cluster\]'"):
        sweep(quick_fits(1, 1), tmp_path, scheduler="tcp://127.0.0.1:8786", verbose=False)


def test_the_command_runs_the_fits_of_the_seeds_and_rows(tmp_path, monkeypatch):
    asked = {}
    monkeypatch.setattr(
        sweep_module, "sweep", lambda *words, **more: asked.update(more, words=words)
    )
    words = ["reproduce", "table2", "--dataset", "cifar10", "--rows", "0,8", "--seeds", "2"]
    assert cli.main([*words, "--jobs", "3", "--results", str(tmp_path)]) == 0
    wanted, folder = asked["words"]
    assert folder == tmp_path
    assert (asked["jobs"], asked["scheduler"]) == (3, None)
    tasks = [(fit.seed, fit.task.dataset, fit.task.name, fit.task.protocol) for fit in wanted]
    protocols = ("images in [0, 1]", "each image standardised")
    # CANCE, and the classics beside it.
    assert tasks == [(s, "CIFAR-10", "0, 8", p) for s in range(2) for p in protocols for _ in "ab"]
    assert [fit.method.systems[0] for fit in wanted] == ["error", "nn2_pca64"] * 4
