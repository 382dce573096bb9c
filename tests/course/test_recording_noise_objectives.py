from functools import partial

import numpy as np
import pytest
import torch

from cance_edu.course.recordings import noise_objectives
from cance_edu.detectors.cance import CANCE


@pytest.fixture
def short(monkeypatch):
    """One seed of the digits, with hardly any training."""
    seen = []

    def detector(*arguments, **parameters):
        seen.append(partial(CANCE, epochs=(1, 1))(*arguments, **parameters))
        return seen[-1]

    monkeypatch.setattr(noise_objectives, "CANCE", detector)
    monkeypatch.setattr("cance_edu.experiments.variants.CANCE", detector)
    monkeypatch.setitem(noise_objectives.SETTINGS, "datasets", ["digits"])
    monkeypatch.setitem(noise_objectives.SETTINGS, "seeds", [3])
    monkeypatch.setitem(noise_objectives.SETTINGS, "steps", 5)
    return seen


def test_every_way_is_fitted_on_one_autoencoder(short):
    arrays = noise_objectives.record()
    first, *fits = short
    assert [d.variant for d in fits] == ["cnce", "cance"] * 4
    assert [d.noise_objective for d in fits] == ["fixed"] * 4 + ["eq8"] * 2 + ["eq12"] * 2
    for detector in fits:
        for name, weights in first.representation_.state_dict().items():
            assert torch.equal(weights, detector.representation_.state_dict()[name])
    assert {d.random_state for d in short} == {3}
    assert {d.steps for d in fits} == {5}
    assert arrays["aurocs"].shape == (1, 1, 2, 4)
    assert arrays["noise_scale"].shape == (1, 1, 2, 4, 8)
    assert (arrays["noise_scale"][..., 0, :] == 1).all()
    assert (arrays["noise_scale"][..., 1, :] == 1.69).all()
    for place, detector in enumerate(fits):
        last = arrays["noise_scale"][0, 0, place % 2, place // 2]
        np.testing.assert_array_equal(last, detector.scale_.cpu().numpy())
    assert ((arrays["aurocs"] > 0) & (arrays["aurocs"] < 1)).all()
    assert arrays["ways"].tolist() == [
        "fixed, K = 1.0",
        "fixed, K = 1.69",
        "eq8, K = 1.69",
        "eq12, K = 1.69",
    ]
