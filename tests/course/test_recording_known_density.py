import json

import numpy as np
import pytest
import torch
from torch.nn.utils import parameters_to_vector

from cance_edu.course import recordings
from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.course.noise.known_density import known_fits
from cance_edu.course.noise.known_errors import errors
from cance_edu.course.recordings.known_density import SETTINGS, fit, record


@pytest.fixture(scope="module")
def recording():
    return recordings.load("known_density")


def test_it_was_recorded_with_these_settings(recording):
    assert recording.about["settings"] == json.loads(json.dumps(SETTINGS))


def test_it_is_small_enough_for_the_repository():
    path = recordings.FOLDER / "known_density.npz"
    assert path.stat().st_size < 1_000_000


def test_shapes_are_those_of_the_grid(recording):
    shape = (len(SETTINGS["seeds"]), *[len(SETTINGS["scales"])] * 2)
    for name in ("classifier_error", "density_error", "mass"):
        assert recording[name].shape == shape
    assert recording["least_loss"].shape == shape[1:]
    first, second = SETTINGS["hidden"]
    assert recording["weights"].shape == (*shape, 3 * first + (first + 1) * second + second + 1)


def test_no_classifier_beats_the_best_one_and_no_density_the_truth(recording):
    assert (recording["classifier_error"] > 0).all()
    assert (recording["density_error"] > 0).all()


def test_the_least_loss_falls_as_the_noise_widens(recording):
    # Wider noise is easier to tell from the data.
    assert (np.diff(recording["least_loss"], axis=0) < 0).all()
    assert (np.diff(recording["least_loss"], axis=1) < 0).all()


@pytest.mark.parametrize(("scale", "seed"), [((1.0, 1.0), 0), ((2.5, 1.25), 1), ((4.0, 4.0), 2)])
def test_the_errors_are_those_of_the_recorded_weights(scale, seed):
    fits = known_fits()
    found = errors(fits.log_ratio(scale, seed), torch.tensor(scale).double())
    place = fits.place(scale, seed)
    assert found.classifier == pytest.approx(fits.classifier_error[place], rel=1e-6)
    assert found.density == pytest.approx(fits.density_error[place], rel=1e-6)
    assert found.mass == pytest.approx(fits.mass[place], rel=1e-6)
    assert found.least_loss == pytest.approx(fits.least_loss[place[1:]], rel=1e-6)


def test_a_fit_can_be_made_again():
    fits, scale, seed = known_fits(), (1.0, 1.0), 0
    again = fit(list(scale), seed).double()
    z = EXAMPLE.sample(500, torch.Generator().manual_seed(5))
    with torch.no_grad():
        from_recorded, from_other = (
            (again(z) - fits.log_ratio(scale, which)(z)).abs().mean() for which in (seed, 1)
        )
    # Another machine rounds otherwise, but far less than another seed differs.
    assert from_recorded < 0.01
    assert from_other > 0.1
    recorded = fits.density_error[fits.place(scale, seed)]
    found = errors(again, torch.tensor(scale).double())
    assert found.density == pytest.approx(recorded, rel=0.02)


def test_the_global_random_state_is_left_alone(monkeypatch):
    monkeypatch.setitem(SETTINGS, "steps", 2)
    before = torch.get_rng_state()
    fit([1.0, 2.5], 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_every_fit_is_recorded_in_its_place(monkeypatch):
    for name, value in {"scales": [1.0, 2.5], "seeds": [4, 7], "steps": 3}.items():
        monkeypatch.setitem(SETTINGS, name, value)
    arrays = record()
    again = fit([1.0, 2.5], 7)
    np.testing.assert_allclose(
        arrays["weights"][1, 0, 1], parameters_to_vector(again.parameters()).detach(), rtol=1e-5
    )
    found = errors(again.double(), torch.tensor([1.0, 2.5]).double())
    assert arrays["classifier_error"][1, 0, 1] == pytest.approx(found.classifier, rel=1e-4)
    assert arrays["density_error"][1, 0, 1] == pytest.approx(found.density, rel=1e-4)
    assert arrays["mass"][1, 0, 1] == pytest.approx(found.mass, rel=1e-4)
    assert arrays["least_loss"][0, 1] == pytest.approx(found.least_loss, rel=1e-6)
