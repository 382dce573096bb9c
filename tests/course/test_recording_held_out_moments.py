from functools import partial

import numpy as np
import torch

from cance_edu.course.recordings import held_out_moments
from cance_edu.detectors.cance import CANCE


def test_the_noise_of_a_half_has_its_moments():
    z = torch.from_numpy(np.random.default_rng(0).normal(2, 3, size=(60, 3)))
    noise = held_out_moments.noise_of(z)
    np.testing.assert_allclose(noise.mean.numpy(), z.numpy().mean(0))
    np.testing.assert_allclose(noise.covariance.numpy(), np.cov(z.numpy().T, ddof=0), rtol=1e-9)


def test_every_source_and_width_is_fitted(monkeypatch):
    monkeypatch.setattr(held_out_moments, "CANCE", partial(CANCE, epochs=(1, 1)))
    monkeypatch.setitem(held_out_moments.SETTINGS, "seeds", [3])
    monkeypatch.setitem(held_out_moments.SETTINGS, "steps", 5)
    arrays = held_out_moments.record()
    assert arrays["aurocs"].shape == (1, 2, 2, 2)
    assert arrays["gaussian"].shape == (1, 2)
    assert arrays["inside"].shape == (1, 2, 2)
    assert (arrays["inside"][..., 1] >= arrays["inside"][..., 0]).all()
    assert len(np.unique(arrays["aurocs"])) > 4
