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
from cance_edu.experiments import sweep as sweep_module
from cance_edu.experiments.results import opened, read
from cance_edu.experiments.sweep import fits, run_fit, sweep
from cance_edu.experiments.systems import SYSTEMS
from cance_edu.experiments.tables import TABLES, chosen, reproduce_command
from tests.experiments import quick
from tests.experiments.quick import NAMES, meet, outcome, process_of, quick_fits

PROJECT = Path(__file__).parents[2]
FILE = "madeup.jsonl"


def by_key(records):
    return sorted(outcome(records), key=lambda r: (r["seed"], r["split"], r["system"]))


def measured(records):
    """Return what was measured, whatever the pause."""
    return [record["measures"] for record in by_key(records)]


@pytest.fixture
def expected():
    """What twelve quick fits give, computed here one by one."""
    return [record for fit in quick_fits(4, 3) for record in run_fit(fit)]


def test_fits_go_seed_by_seed():
    wanted = chosen("digits", rows=["3", "5"], systems=["cance"])
    found = [(fit.seed, fit.recipe.name) for fit in fits(wanted, 2)]
    three, five = "digits, normal 3", "digits, normal 5"
    assert found == [(0, three), (0, five), (1, three), (1, five)]
    with pytest.raises(ValueError, match="got 0 seeds; expected 1 or more"):
        fits(wanted, 0)


def test_what_no_seed_changes_is_fitted_once_on_a_split_that_none_changes():
    fixed = chosen("table1", "cifar10", ["1"], "images in [0, 1]", ["nn2_pca64"])
    assert [fit.seed for fit in fits(fixed, 3)] == [0]
    drawn = chosen("table7", "abalone", protocol="GOAD's split", systems=["gaussian"])
    assert [fit.seed for fit in fits(drawn, 3)] == [0, 1, 2]


def test_what_takes_a_representation_is_fitted_after_what_trains_it():
    wanted = chosen(
        "table1", "cifar10", ["1"], "standardised, λ = 1, raw error", ["latnce_lambda_1"]
    )
    (fit,) = fits(wanted, 1)
    assert [system.name for system in fit.systems] == ["error_lambda_1", "latnce_lambda_1"]
    assert SYSTEMS["cance_raw_error"].after == "error_lambda_1"


def test_a_sweep_writes_each_result_once(tmp_path, expected):
    assert sweep(quick_fits(4, 3), tmp_path, verbose=False) == []
    records, damaged = read(tmp_path / FILE)
    assert damaged == []
    assert outcome(records) == outcome(expected)
    assert len(records) == 12 * len(NAMES)


def test_a_sweep_runs_only_what_is_missing(tmp_path, expected, monkeypatch):
    sweep(quick_fits(4, 1), tmp_path, verbose=False)
    # Of one fit only the first of two results is there.
    with opened(tmp_path / FILE) as file:
        file.append(expected[10:11])
    ran = []
    monkeypatch.setattr(sweep_module, "run_fit", lambda fit: ran.append(fit) or run_fit(fit))
    wanted = quick_fits(4, 3)
    sweep(wanted, tmp_path, verbose=False)
    assert ran == wanted[4:]
    assert by_key(read(tmp_path / FILE)[0]) == by_key(expected)
    ran.clear()
    sweep(wanted, tmp_path, verbose=False)
    assert ran == []


def test_a_damaged_line_is_reported_and_its_fit_done_again(tmp_path, expected, capsys):
    sweep(quick_fits(4, 3), tmp_path, verbose=False)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-20])
    (damaged,) = sweep(quick_fits(4, 3), tmp_path, verbose=False)
    assert damaged == f"not used, and done again: {path}, line 24: the line is cut"
    assert damaged in capsys.readouterr().out
    assert outcome(read(path)[0]) == outcome(expected)


def test_data_that_are_not_there_leave_the_fits_before_them(tmp_path, monkeypatch):
    wanted = quick_fits(4, 1)

    def fail(fit):
        if fit is wanted[2]:
            raise FileNotFoundError("no data")
        return run_fit(fit)

    monkeypatch.setattr(sweep_module, "run_fit", fail)
    with pytest.raises(FileNotFoundError, match="no data"):
        sweep(wanted, tmp_path, verbose=False)
    stored = [record["split"] for record in read(tmp_path / FILE)[0]]
    assert stored == ["quick 0", "quick 0", "quick 1", "quick 1"]
    # The file is free again.
    monkeypatch.undo()
    sweep(wanted, tmp_path, verbose=False)
    assert len(read(tmp_path / FILE)[0]) == 8


def test_a_fit_that_fails_is_recorded_and_the_others_go_on(tmp_path, monkeypatch):
    wanted = quick_fits(4, 1)
    score = quick.Drawn.anomaly_score

    def fail(detector, inputs):
        if detector.place == 1 and detector.seen == broken:
            raise ArithmeticError("it diverged")
        return score(detector, inputs)

    broken = quick.Drawn().fit(wanted[2].recipe.load().train).seen
    monkeypatch.setattr(quick.Drawn, "anomaly_score", fail)
    told = sweep(wanted, tmp_path, verbose=False)
    why = "ArithmeticError: it diverged"
    assert told == [f"failed, and recorded as that: quick 2, two, seed 0: {why}"]
    records = read(tmp_path / FILE)[0]
    assert len(records) == 8
    (failed,) = [record for record in records if "failed" in record]
    assert failed["failed"] == why
    assert "measures" not in failed
    # The next sweep tries it again, and it alone.
    monkeypatch.undo()
    ran = []
    monkeypatch.setattr(sweep_module, "run_fit", lambda fit: ran.append(fit) or run_fit(fit))
    assert sweep(wanted, tmp_path, verbose=False) == []
    assert ran == [wanted[2]]
    assert not any("failed" in record for record in read(tmp_path / FILE)[0])


def test_two_processes_give_the_same_as_one(tmp_path, expected):
    from joblib.externals.loky import get_reusable_executor

    # Torch takes seconds; one process shall not do all the work while the other imports it.
    (tmp_path / "here").mkdir()
    with sweep_module._workers(2, None):
        joblib.Parallel(batch_size=1)(joblib.delayed(meet)(tmp_path / "here", 2) for _ in range(2))
    sweep(quick_fits(4, 3, pause=0.1), tmp_path, jobs=2, verbose=False)
    get_reusable_executor().shutdown(wait=True)
    records = read(tmp_path / FILE)[0]
    assert measured(records) == measured(expected)
    processes = set(map(process_of, records))
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
            client.run(import_module, "cance_edu.experiments.sweep")
        yield address, workers


def test_a_dask_worker_killed_half_way_loses_nothing_and_doubles_nothing(
    tmp_path, cluster, expected
):
    address, (first, second) = cluster
    path = tmp_path / FILE
    seen = []

    def kill_half_way():
        while len(seen) < 12 or first.pid not in map(process_of, seen):
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
    assert measured(records) == measured(expected)
    assert set(map(process_of, records)) == {first.pid, second.pid}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["table9"], "there is no table 'table9'; there are table1, "),
        (["table1", "--dataset", "svhn"], "there is no data set 'svhn'; there are mnist, cifar10"),
        (["table1", "--rows", "8", "10"], "there is no row '10'; there are 0, 1, "),
        (["table4", "--systems", "mine"], "there is no system 'mine' in table4; there are "),
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
def test_the_command_that_the_report_names_runs_its_rows(name, monkeypatch):
    ran = []
    monkeypatch.setattr(sweep_module, "sweep", lambda fits, *_, **__: ran.extend(fits))
    for block in TABLES[name].blocks:
        ran.clear()
        words = shlex.split(reproduce_command(name, block.dataset, block.protocol, 2))
        assert cli.main(words[1:]) == 0
        assert {fit.seed for fit in ran} == {0, 1}
        assert {fit.recipe.name for fit in ran} == {row.recipe.name for row in block.rows}
        assert {*block.ours.values()} <= {system.name for fit in ran for system in fit.systems}


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


def test_what_is_no_address_of_a_scheduler_is_named(tmp_path):
    with pytest.raises(ConnectionError, match=r"no Dask scheduler answers at foo \(missing port"):
        sweep(quick_fits(1, 1), tmp_path, scheduler="foo", verbose=False)


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
    unit, standardised = "CIFAR-10, normal 0, 8", "CIFAR-10, normal 0, 8, standardised"
    assert [(fit.seed, fit.recipe.name, fit.systems[0].name) for fit in wanted] == [
        (0, unit, "error"),  # CANCE, and the classics beside it
        (0, unit, "nn2_pca64"),
        (0, standardised, "error"),
        (0, standardised, "nn2_pca64"),
        (1, unit, "error"),
        (1, standardised, "error"),
    ]


def test_the_command_says_where_the_results_are(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sweep_module, "sweep", lambda *_, **__: None)
    assert cli.main(["reproduce", "table7", "--results", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in said] == [
        f"results: {tmp_path / name}" for name in ("abalone.jsonl", "thyroid.jsonl")
    ]


def test_the_command_runs_one_system_alone(monkeypatch):
    ran = []
    monkeypatch.setattr(sweep_module, "sweep", lambda fits, *_, **__: ran.extend(fits))
    assert cli.main(["reproduce", "table4", "--systems", "deep_svdd"]) == 0
    assert {system.name for fit in ran for system in fit.systems} == {"deep_svdd"}
