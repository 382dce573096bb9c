import hashlib
import pickle
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.ensemble import IsolationForest
from threadpoolctl import threadpool_info

from cance_edu.datasets import Split
from cance_edu.detectors.adapters import from_sklearn
from cance_edu.detectors.base import Detector
from cance_edu.experiments import compare
from cance_edu.experiments.run import key, run
from cance_edu.experiments.sweep import Fit, run_fit
from cance_edu.experiments.systems import SYSTEMS, System
from cance_edu.experiments.tables import chosen
from tests.experiments.quick import NAMES, load, quick_fits, systems


def with_data(change):
    """Return a quick fit whose split was changed."""
    (fit,) = quick_fits(1, 1)
    return replace(fit, recipe=replace(fit.recipe, make=lambda seed: change(load(0, seed))))


def made_up(kind="table", n=40):
    rng = np.random.default_rng(0)
    shape = (2, n, 1, 4, 4) if kind == "images" else (2, n, 5)
    draw = rng.random if kind == "images" else rng.normal
    train, test = draw(size=shape).astype(np.float32)
    return Split("made up", train, test, np.arange(n) < 10, frozenset({kind}))


def test_a_result_tells_what_it_is_of_and_where_it_is_from():
    (fit,) = quick_fits(1, 1)
    first, second = run_fit(fit)
    split = load(0, 0)
    assert (first["system"], second["system"]) == NAMES
    assert first["split"] == "quick 0"
    assert first["settings"] == {"pause": 0.0, "place": 0}
    assert (first["trained_on"], first["tested_on"], first["anomalies"]) == (20, 20, 8)
    data = hashlib.sha256()
    for array in (split.train, split.test, split.is_anomaly):
        data.update(f"{array.shape} {array.dtype}".encode() + array.tobytes())
    assert first["data_sha256"] == second["data_sha256"] == data.hexdigest()
    assert {"cance-edu", "python", "torch"} <= first["made_with"].keys()
    assert first["device"].startswith("process ")
    assert re.fullmatch(r"([0-9a-f]{12}\+?)?", first["commit"])
    assert first["differs"] == ""


def test_seconds_are_those_of_the_processor():
    """A detector that only sleeps takes none."""
    (fit,) = quick_fits(1, 1, pause=1.0)
    assert all(record["seconds"] < 0.4 for record in run_fit(fit))


def test_the_checksum_is_of_the_data_however_they_lie_in_memory():
    (fit,) = quick_fits(1, 1)
    before = run_fit(fit)[0]["data_sha256"]

    def turned(split):
        return replace(split, train=np.asfortranarray(split.train))

    def changed(split):
        images = split.test.copy()
        images[-1, 0, 1, 1] += 1e-6
        return replace(split, test=images)

    assert run_fit(with_data(turned))[0]["data_sha256"] == before
    assert run_fit(with_data(changed))[0]["data_sha256"] != before


def test_data_that_differ_say_so():
    found = run_fit(with_data(lambda split: replace(split, differs="from JPEG")))
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
        run_fit(with_data(look))
        assert (seen, torch.get_num_threads()) == ([1, 1], 3)
        with pytest.raises(FileNotFoundError):
            run_fit(with_data(fail))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_a_fit_can_be_sent_to_a_worker():
    (fit,) = quick_fits(1, 1)
    assert pickle.loads(pickle.dumps(fit)).place == fit.place
    for recipe, system in chosen("table8"):
        assert pickle.loads(pickle.dumps(Fit(recipe, (system,), 0))).recipe.name == recipe.name


def test_a_detector_is_not_given_the_truth():
    seen = []

    class Watching(Detector):
        def fit(self, X, y=None):
            seen.append((X, y))
            return self

        def anomaly_score(self, X):
            seen.append((X, None))
            return np.arange(len(X), dtype=float)

    split = made_up()
    frame = compare({"watching": Watching}, {"mine": split}, seeds=1)
    assert frame.failed.isna().all()
    # Of a table both parts are scored: a threshold may be a quantile of all scores.
    given = (split.train, split.test, split.train)
    assert all(part is one for (part, _), one in zip(seen, given, strict=True))
    assert all(labels is None for _, labels in seen)


def test_what_shares_an_autoencoder_fails_with_it_and_the_others_do_not():
    one, two = systems()
    broken = replace(one, detector="cance_edu.nowhere:Nothing")
    with pytest.raises(ModuleNotFoundError):
        key(made_up(), broken, 0)
    impossible = replace(one, settings={"pause": -1.0, "place": 0})
    alone = replace(two, name="alone", after="")
    found = list(run(made_up("images"), [impossible, two, alone], 0))
    assert [("failed" in record) for record in found] == [True, True, False]
    assert found[1]["failed"] == ("RuntimeError: one, whose representation it takes, is not fitted")


def test_images_are_standardised_for_what_does_not_do_it_itself():
    seen = {}

    class Looking(Detector):
        def fit(self, X, y=None):
            seen[len(seen)] = X
            return self

        def anomaly_score(self, X):
            return np.arange(len(X), dtype=float)

    split = replace(made_up("images"), tags=frozenset({"images", "standardised"}))
    globals()["Looking"] = Looking
    for itself in (False, True):
        list(run(split, [System("looking", f"{__name__}:made", scales_images=itself)], 0))
    np.testing.assert_allclose(seen[0].mean((1, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(seen[0].std((1, 2, 3)), 1, atol=1e-5)
    assert seen[1] is split.train


def made(random_state=None):
    """Return what the test before this puts here."""
    return globals()["Looking"]()


@pytest.mark.parametrize("kind", ["images", "table"])
def test_the_variants_are_trained_and_measured_the_same_every_time(kind):
    split = made_up(kind)
    short = {"epochs": (1, 1), "steps": 5, "latent_dim": 2, "representation": "pca"}
    quick = [
        replace(SYSTEMS[name], settings=SYSTEMS[name].settings | short, on={}, after="")
        for name in ("error", "latnce", "cnce", "cance")
    ]
    first, again, other = (list(run(split, quick, seed)) for seed in (0, 0, 1))
    assert [r["measures"] for r in first] == [r["measures"] for r in again]
    assert other[3]["measures"] != first[3]["measures"]


# -- detectors and data of one's own --------------------------------------------------------------


class Distance:
    """The least that `compare` asks for."""

    def fit(self, X, y=None):
        self.centre = X.mean(0)
        return self

    def anomaly_score(self, X):
        return np.linalg.norm(X - self.centre, axis=1)


def forest(random_state):
    return from_sklearn(IsolationForest(n_estimators=20), random_state)


def drawn(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(80, 3))
    rows[-10:] += 4
    return Split("", rows[:50], rows[50:], np.arange(30) >= 20)


def test_own_detectors_on_own_data_are_a_tidy_frame():
    fixed = drawn(0)
    found = compare({"mine": Distance, "forest": forest}, {"fixed": fixed, "drawn": drawn}, seeds=3)
    assert isinstance(found, pd.DataFrame)
    areas = found[found.measure == "auroc"].pivot_table(
        index=["split", "seed"], columns="system", values="value"
    )
    assert list(areas.columns) == ["forest", "mine"]
    assert len(areas) == 6
    assert (areas.mine > 0.95).all()
    # The distance heeds no seed, and the forest does; another seed draws another split.
    assert areas.mine["fixed"].nunique() == 1
    assert found[found.split == "fixed"].data_sha256.nunique() == 1
    assert found[found.split == "drawn"].data_sha256.nunique() == 3
    pd.testing.assert_frame_equal(
        found.drop(columns="seconds"),
        compare(
            {"mine": Distance, "forest": forest}, {"fixed": fixed, "drawn": drawn}, seeds=3
        ).drop(columns="seconds"),
    )


def test_an_own_detector_that_fails_leaves_the_others():
    class Broken(Distance):
        def fit(self, X, y=None):
            raise ValueError("no")

    found = compare({"broken": Broken, "mine": Distance}, {"fixed": drawn(0)}, seeds=1)
    assert found[found.system == "broken"].failed.tolist() == ["ValueError: no"]
    assert found[found.system == "mine"].value.notna().all()
