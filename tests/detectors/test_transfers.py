"""What each detector copies to a GPU, and waits for, as it trains: counted on a pretended one."""

from functools import cache

import numpy as np
import pytest

from cance_edu.detectors.networks import NetworkDetector
from cance_edu.training.sources import AT_HAND_BYTES
from tests.detectors.systems import QUICK, quick
from tests.pretend_gpu import GeneratorAnywhere, pretended_gpu

IMAGES = np.random.default_rng(0).random((120, 8, 8), dtype=np.float32)
NETWORKS = [n for n in QUICK if n == "CANCE" or issubclass(QUICK[n][0], NetworkDetector)]
OTHERS = [name for name in QUICK if name not in NETWORKS]
DRAWING = ("DAGMM", "DAGMM-CANCE", "VAE", "DROCC")
"""They need noise in each step, drawn where it is needed."""
WAITING = ("DAGMM", "DAGMM-CANCE")
"""They look in each step whether a covariance is singular; `mixture.energy` argues it."""
EARLIER = {
    "Deep SVDD": {"pretraining_epochs": 1},
    "Deep SAD": {"pretraining_epochs": 1},
    "DROCC": {"warm_up_epochs": 1},
}
"""Epochs before those that `epochs` says."""
TWO, THREE = 60, 40
"""Inputs a step, of which there are then two in an epoch, or three."""


def short(name, epochs=2, batch_size=TWO, seed=0, device="cuda"):
    settings = {"epochs": (1, epochs - 1) if name == "CANCE" else epochs, "batch_size": batch_size}
    if name.endswith("CANCE"):
        settings["steps"] = 10  # of the noise contrast, which trains in main memory
    return quick(name, seed, device=device, **settings, **EARLIER.get(name, {}))


@cache
def traffic(name, bound=AT_HAND_BYTES, **settings):
    """Return what a fit copies and waits for."""
    with pytest.MonkeyPatch.context() as patch, pretended_gpu(patch) as gpu:
        patch.setattr("cance_edu.training.sources.AT_HAND_BYTES", bound)
        short(name, **settings).fit(IMAGES)
    assert gpu.counts["kernel"] > 100
    return gpu.counts


def epochs_of(name):
    """Return for how many epochs `short` trains."""
    return 2 + len(EARLIER.get(name, {}))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_step_copies_nothing(name):
    two, three = (traffic(name, batch_size=size) for size in (TWO, THREE))
    for what in ("to the device", "blocking", "back"):
        assert three[what] == two[what]
    assert three["wait"] - two["wait"] == (epochs_of(name) if name in WAITING else 0)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_step_copies_its_batch_if_the_data_are_large_and_does_not_wait_for_it(name):
    two, three = (traffic(name, 0, batch_size=size) for size in (TWO, THREE))
    assert three["to the device"] - two["to the device"] == epochs_of(name)
    for what in ("blocking", "back"):
        assert three[what] == two[what]


@pytest.mark.parametrize("name", NETWORKS)
def test_an_epoch_copies_its_order_there_and_its_losses_back(name):
    two, three = traffic(name, batch_size=TWO), traffic(name, batch_size=TWO, epochs=3)
    for what in ("to the device", "back"):
        assert three[what] - two[what] == 1
    assert three["blocking"] == two["blocking"]


@pytest.mark.parametrize("name", NETWORKS)
def test_noise_is_drawn_on_the_device_and_its_seed_by_the_detector(monkeypatch, name):
    expected = short(name, device="cpu").fit(IMAGES).anomaly_score(IMAGES)
    before = len(GeneratorAnywhere.there)  # one made earlier is never forgotten
    with pretended_gpu(monkeypatch):
        scores, again, other = (
            short(name, seed=seed).fit(IMAGES).anomaly_score(IMAGES) for seed in (0, 0, 1)
        )
    np.testing.assert_array_equal(again, scores)
    assert not np.array_equal(other, scores)
    assert np.array_equal(scores, expected) == (name not in DRAWING)
    seeds = [made.initial_seed() for made in [*GeneratorAnywhere.there.values()][before:]]
    assert len(seeds) == (3 if name in DRAWING else 0)
    assert len(set(seeds)) == (2 if name in DRAWING else 0)  # the same for the same detector


@pytest.mark.parametrize("name", OTHERS)
def test_without_a_network_nothing_goes_to_a_device(monkeypatch, name):
    with pretended_gpu(monkeypatch) as gpu:
        detector = quick(name, device="cuda").fit(IMAGES)
        detector.anomaly_score(IMAGES)
    assert detector.device_ == "cpu"
    assert not gpu.counts["to the device"] + gpu.counts["kernel"]
