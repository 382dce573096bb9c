import math

import pytest
import torch

from cance_edu.datasets import load_one_class
from cance_edu.experiments.run import key
from cance_edu.experiments.systems import CONTRASTS, SYSTEMS, System
from cance_edu.experiments.tables import chosen

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
