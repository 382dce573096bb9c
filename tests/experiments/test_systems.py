import math
import pkgutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from cance_edu.datasets import Split, load_one_class
from cance_edu.datasets.split import with_labels
from cance_edu.experiments.run import key, run
from cance_edu.experiments.systems import CONTRASTS, SYSTEMS, System
from cance_edu.experiments.tables import TABLES, chosen

QUICK = {"epochs": (2, 1), "steps": 60, "latent_dim": 3}


# -- what a system is -----------------------------------------------------------------------------


def test_of_several_tags_the_last_one_counts():
    system = System("", "", {"a": 1, "b": 1}, {"images": {"b": 2, "c": 2}, "MNIST": {"c": 3}})
    assert system.settings_on({"table"}) == {"a": 1, "b": 1}
    assert system.settings_on({"MNIST", "images"}) == {"a": 1, "b": 2, "c": 3}


def test_settings_are_all_parameters_that_decide_a_result():
    ((recipe, system),) = chosen("digits", rows=["3"], systems=["cance"])
    settings = key(recipe.load(), system, 0)["settings"]
    parameters = system.make(recipe.load(), 0).get_params(deep=False)
    assert (
        parameters.keys() - settings.keys()
        == {
            "random_state",
            "verbose",
            "device",
            "representation",
        }
        - settings.keys()
    )
    # What "auto" stood for is in them, for it may stand for something else one day.
    assert "auto" not in settings.values()
    assert settings["latent_dim"] == 6
    assert settings["steps"] > 0


def test_a_system_is_made_with_its_settings_and_the_seed():
    split = load_one_class("digits", [8])
    detector = SYSTEMS["cnce"].make(split, 7)
    assert (detector.variant, detector.random_state) == ("cnce", 7)


# -- eleven contrasts -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    """Each contrast's detector, by name, on one autoencoder."""
    split = load_one_class("digits", [8])
    first = SYSTEMS["error"].make(split, 3).set_params(**QUICK).fit(split.train)
    detectors = {}
    for name, system in CONTRASTS.items():
        detector = SYSTEMS[system].make(split, 3, representation=first.representation_)
        detectors[name] = detector.set_params(**QUICK).fit(split.train)
    return detectors


def test_there_are_eleven_for_k_of_1_has_no_augmentation_of_its_own():
    assert len(CONTRASTS) == 11
    assert "K = 1, K-aware" not in CONTRASTS


def test_what_becomes_of_k_is_what_the_name_says(trained):
    for name, detector in trained.items():
        scale = detector.scale_
        if name.startswith("K = 1,"):
            assert (scale == 1).all()
        elif name.startswith("K = 1.69"):
            torch.testing.assert_close(scale, torch.full_like(scale, 1 + math.log(2)))
        else:
            assert (scale != 1 + math.log(2)).all()
            objective = "".join(name.split(",")[0].lower().split(". "))
            assert detector.noise_objective == objective


def test_the_augmentation_is_what_the_name_says(trained):
    for name, detector in trained.items():
        assert (detector.variant == "cnce") == name.endswith("none")
        assert (detector.augmentation == "k-aware") == name.endswith("K-aware")


# -- one cheap row for each -----------------------------------------------------------------------

# What makes a training a matter of a moment, for the detectors that have such a parameter.
IN_A_MOMENT = {
    "epochs": 2, "pretraining_epochs": 1, "warm_up_epochs": 1, "ascent_steps": 2, "steps": 20,
    "max_samples": 60, "maps": 8, "components": 4, "layers": 2,
}  # fmt: skip


def in_a_moment(system):
    """Return a system whose training is short; CANCE's epochs are two numbers."""
    known = SYSTEMS[system.name].make(load_one_class("digits", [1]), 0).get_params(deep=False)
    short = {name: value for name, value in IN_A_MOMENT.items() if name in known}
    if isinstance(known.get("epochs"), (str, tuple)):
        short["epochs"] = (2, 1)
    # They are set wherever else a tag might set them.
    return replace(
        system,
        settings={**system.settings, **short},
        on={
            tag: {**of, **{k: v for k, v in short.items() if k in of}}
            for tag, of in system.on.items()
        },
    )


ALONE = [s for s in SYSTEMS.values() if not s.after and "classics" not in s.detector]


@pytest.mark.parametrize("name", [system.name for system in ALONE])
def test_a_system_runs_on_the_digits_with_its_settings_there(name):
    ((recipe, _),) = chosen("digits", rows=["1"], systems=["error"])
    system = in_a_moment(SYSTEMS[name])
    first, again = (next(run(recipe.load(), [system], 0)) for _ in range(2))
    assert "failed" not in first, first["failed"]
    assert first["measures"] == again["measures"]
    assert first["tested_on"] == len(recipe.load().test) - system.labels


@pytest.mark.parametrize("name", ["deep_sad_10"])
def test_labelled_anomalies_leave_the_test_part(name):
    split = chosen("digits", rows=["1"], systems=["error"])[0][0].load()
    shown = with_labels(split, 10, 3)
    assert (shown.train_labels == -1).sum() == 10
    assert (shown.train_labels == 0).sum() == len(split.train)
    assert shown.is_anomaly.sum() == split.is_anomaly.sum() - 10
    moved = {image.tobytes() for image in shown.train[-10:]}
    assert not moved & {image.tobytes() for image in shown.test}
    assert moved <= {image.tobytes() for image in split.test[split.is_anomaly]}
    # The result says so, and is another one than that without labels.
    assert key(split, SYSTEMS[name], 0)["settings"]["labels"] == 10
    assert with_labels(split, 0, 3) is split


@pytest.mark.parametrize("table", [table for table in TABLES.values() if table.printed])
def test_settings_are_parameters_of_the_detector_on_every_split(table):
    for recipe, system in chosen(table.name):
        shape = (64, 3, 32, 32) if "images" in recipe.tags else (64, 12)
        split = Split("", np.zeros(shape), np.zeros(shape), np.arange(64) < 3, recipe.tags)
        system.make(split, 0)  # an unknown name is a TypeError


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_is_fitted_once_only_if_its_detector_draws_nothing(name):
    kind = pkgutil.resolve_name(SYSTEMS[name].detector)
    if hasattr(kind, "deterministic"):  # a class of the course, not a function or scikit-learn's
        assert SYSTEMS[name].random != kind.deterministic
