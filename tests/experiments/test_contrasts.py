import math

import numpy as np
import pytest
import torch

from cance_edu.datasets import load_one_class
from cance_edu.experiments import methods
from cance_edu.experiments.contrasts import CONTRASTS
from cance_edu.experiments.methods import CANCE_FAMILY, EVERY_CONTRAST

QUICK = {"epochs": (2, 1), "steps": 60, "latent_dim": 3}


@pytest.fixture(scope="module")
def trained():
    """Each contrast's detector, by name, and the scores that the method gave."""
    detectors = []
    original = methods.fit_variants

    def watched(split, variants, **parameters):
        for result in original(split, variants, **parameters):
            detectors.append(result.detector)
            yield result

    split = load_one_class("digits", [8])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(methods, "fit_variants", watched)
        scores = dict(EVERY_CONTRAST.fit(split, EVERY_CONTRAST.settings(QUICK), 3))
    return dict(zip(CONTRASTS, detectors, strict=True)), scores, split


def test_there_are_eleven_for_k_of_1_has_no_augmentation_of_its_own():
    assert len(CONTRASTS) == 11
    assert "K = 1, K-aware" not in CONTRASTS


def test_what_becomes_of_k_is_what_the_name_says(trained):
    for name, detector in trained[0].items():
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
    for name, detector in trained[0].items():
        assert (detector.variant == "cnce") == name.endswith("none")
        assert (detector.augmentation == "k-aware") == name.endswith("K-aware")


def test_all_share_one_autoencoder_and_score_the_test_part(trained):
    detectors, scores, split = trained
    first, *others = (detector.representation_.state_dict() for detector in detectors.values())
    assert all(torch.equal(first[k], other[k]) for other in others for k in first)
    for name, detector in detectors.items():
        np.testing.assert_array_equal(scores[name], detector.anomaly_score(split.test))
        assert detector.random_state == 3


def test_the_stored_settings_are_those_that_all_share():
    shared = EVERY_CONTRAST.settings(QUICK)
    varied = CANCE_FAMILY.settings(QUICK).keys() - shared.keys()
    assert varied == {"noise_objective", "initial_scale", "augmentation"}
