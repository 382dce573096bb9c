import hashlib
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from cance_edu.datasets import Split
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.parameters import VARIANTS
from cance_edu.experiments.fits import Fit, fits, run
from cance_edu.experiments.methods import CANCE_FAMILY
from cance_edu.experiments.tables import chosen
from cance_edu.experiments.tasks import Task
from tests.experiments.quick import SYSTEMS, load, quick_fits


def with_data(change):
    """Return a quick fit whose split was changed."""
    (fit,) = quick_fits(1, 1)
    return replace(fit, task=replace(fit.task, load=lambda seed: change(load(0, seed))))


def test_fits_go_seed_by_seed():
    tasks = chosen("digits", rows=["3", "5"])
    wanted = [(fit.seed, fit.task.name) for fit in fits(tasks, 2)]
    assert wanted == [(0, "3"), (0, "5"), (1, "3"), (1, "5")]
    with pytest.raises(ValueError, match="got 0 seeds; expected 1 or more"):
        fits(tasks, 0)


def test_a_fit_says_what_its_results_are_of():
    (task,) = chosen("table2", "mnist", ["0,8"])
    fit = Fit(task, CANCE_FAMILY, 3)
    assert fit.file == "table2_mnist.jsonl"
    assert [key["system"] for key in fit.keys] == list(VARIANTS)
    for key in fit.keys:
        assert (key["table"], key["dataset"], key["task"]) == ("table2", "MNIST", "0, 8")
        assert (key["seed"], key["protocol"], key["settings"]["latent_dim"]) == (3, "", 10)


def test_settings_are_all_parameters_that_decide_a_result():
    (task,) = chosen("digits", rows=["3"])
    parameters = CANCE(channels=(16, 32), **task.parameters).get_params(deep=False)
    left_out = {"variant", "random_state", "verbose", "device"}
    assert CANCE_FAMILY.settings(task.parameters) == {
        k: v for k, v in parameters.items() if k not in left_out
    }
    fit = Fit(task, CANCE_FAMILY, 0)
    assert pickle.loads(pickle.dumps(fit)).keys == fit.keys


def test_a_result_tells_where_it_is_from():
    (fit,) = quick_fits(1, 1)
    first, second = run(fit)
    split = load(0, 0)
    assert (first["system"], second["system"]) == SYSTEMS
    assert (first["trained_on"], first["tested_on"], first["anomalies"]) == (20, 20, 8)
    data = hashlib.sha256()
    for array in (split.train, split.test, split.is_anomaly):
        data.update(f"{array.shape} {array.dtype}".encode() + array.tobytes())
    assert first["data_sha256"] == second["data_sha256"] == data.hexdigest()
    assert first["command"] == "cance-edu reproduce quick --dataset madeup --rows 0 --seeds 1"
    assert {"cance-edu", "python", "torch"} <= first["made_with"].keys()
    assert first["differs"] == ""
    assert first["seconds"] >= 0
    assert first["peak_memory_mb"] > 10


def test_the_checksum_is_of_the_data_however_they_lie_in_memory():
    (fit,) = quick_fits(1, 1)
    before = run(fit)[0]["data_sha256"]

    def turned(split):
        return replace(split, train=np.asfortranarray(split.train))

    def changed(split):
        images = split.test.copy()
        images[-1, 0, 1, 1] += 1e-6
        return replace(split, test=images)

    assert run(with_data(turned))[0]["data_sha256"] == before
    assert run(with_data(changed))[0]["data_sha256"] != before


def test_data_that_differ_say_so():
    found = run(with_data(lambda split: replace(split, differs="from JPEG")))
    assert {record["differs"] for record in found} == {"from JPEG"}


def test_a_fit_runs_on_one_thread_and_gives_the_others_back():
    seen = []

    def look(split):
        seen.append(torch.get_num_threads())
        seen.append(max(pool["num_threads"] for pool in threadpool_info()))
        return split

    def fail(split):
        raise FileNotFoundError("no data")

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        run(with_data(look))
        assert (seen, torch.get_num_threads()) == ([1, 1], 3)
        with pytest.raises(FileNotFoundError):
            run(with_data(fail))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_a_method_that_gives_other_systems_than_it_says_is_refused():
    (fit,) = quick_fits(1, 1)
    for systems in (("two", "one"), ("one",), ("one", "two", "three")):
        with pytest.raises(ValueError, match=r"gave 'one', expected 'two'|zip\(\)"):
            run(replace(fit, method=replace(fit.method, systems=systems)))


@pytest.mark.parametrize("kind", ["images", "table"])
def test_the_variants_are_trained_and_measured_the_same_every_time(kind):
    rng = np.random.default_rng(0)
    truth = np.arange(40) < 10
    if kind == "images":
        split = Split("", *rng.random((2, 40, 1, 4, 4)).astype(np.float32), truth)
    else:
        split = Split("", *rng.normal(size=(2, 40, 5)), truth)
    short = {"epochs": (1, 1), "steps": 5, "latent_dim": 2, "representation": "pca"}
    fit = Fit(Task("digits", "digits", "0", lambda seed: split, short), CANCE_FAMILY, 0)
    first, again = run(fit), run(fit)
    assert [record["system"] for record in first] == ["error", "latnce", "cnce", "cance"]
    assert [r["measures"] for r in first] == [r["measures"] for r in again]
    other = run(replace(fit, seed=1))
    assert other[3]["measures"] != first[3]["measures"]
