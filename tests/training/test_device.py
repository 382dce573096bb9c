"""Work on a GPU, pretended: nothing is mixed, the scores are the CPU's, little is copied."""

from collections import Counter

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from cance_edu import CANCE
from cance_edu.training.sources import Source
from tests.pretend_gpu import NAME, OnGPU, PretendGPU, pretended_gpu

QUICK = {"epochs": (2, 1), "steps": 10, "random_state": 0}
IMAGES = np.random.default_rng(0).random((60, 8, 8), dtype=np.float32)
COLOUR = np.random.default_rng(1).integers(0, 256, (40, 3, 9, 12)).astype(np.uint8)
TABLE = np.random.default_rng(2).normal(size=(60, 4))

CONFIGURATIONS = {
    "images": (IMAGES, {}),
    "colour of 8 bits": (COLOUR, {}),
    "standardized": (IMAGES, {"image_scaling": "standardized"}),
    "raw-error": (COLOUR, {"image_scaling": "raw-error"}),
    "pca": (IMAGES, {"representation": "pca", "image_scaling": "raw-error"}),
    "a data set": (TensorDataset(torch.from_numpy(COLOUR)), {}),
    "table": (TABLE, {}),
    "pca of a table": (TABLE, {"representation": "pca"}),
    "k-aware": (IMAGES, {"augmentation": "k-aware"}),
    "fixed": (IMAGES, {"noise_objective": "fixed", "initial_scale": 1.0}),
    "eq12": (IMAGES, {"noise_objective": "eq12", "noise_ratio": 2}),
    "error": (IMAGES, {"variant": "error"}),
    "latnce": (IMAGES, {"variant": "latnce"}),
    "cnce": (IMAGES, {"variant": "cnce"}),
    "auto": (IMAGES, {"covariance_weight": "auto"}),
}


def tensors_of(detector):
    """Yield every tensor that a fitted detector holds."""
    for module in (detector.representation_, getattr(detector, "log_ratio_", None)):
        if module is not None:
            yield from module.state_dict().values()
            yield from (p.grad for p in module.parameters() if p.grad is not None)
    if hasattr(detector, "noise_"):
        noise, history = detector.noise_, detector.history_
        yield from (noise.mean, noise.covariance, noise.cholesky, detector.scale_)
        yield from history.scale
        yield from (w for weights in history.weights for w in weights.values())


def test_the_pretended_gpu_refuses_what_a_gpu_refuses():
    with PretendGPU() as gpu:
        there = torch.ones(3).to(NAME)
        assert isinstance(there, OnGPU)
        assert (there + 1).cpu().tolist() == [2, 2, 2]
        assert (there * torch.tensor(2.0)).cpu().tolist() == [2, 2, 2]  # a number may be anywhere
        with pytest.raises(RuntimeError, match="expected all tensors on the same device"):
            there + torch.ones(3)
        with pytest.raises(RuntimeError, match="expected a generator of the GPU"):
            torch.rand(3, device=NAME, generator=torch.Generator())
        with pytest.raises(RuntimeError, match="same device"), torch.inference_mode():
            there + torch.ones(3)
        assert there.sum().item() == 3
        assert there[torch.tensor([2])].cpu().item() == 1  # an index is copied
    kernels = gpu.counts["kernel"]
    assert gpu.counts == {
        "to the device": 2,
        "blocking": 2,
        "back": 3,
        "wait": 1,
        "kernel": kernels,
    }
    with pytest.raises(RuntimeError, match="outside of it"):
        there + there


def test_the_pretended_gpu_has_generators_and_knows_pinned_memory(monkeypatch):
    with pretended_gpu(monkeypatch) as gpu:
        there, here = torch.Generator(NAME).manual_seed(3), torch.Generator().manual_seed(3)
        drawn = torch.randn(3, generator=there, device=NAME)
        assert isinstance(drawn, OnGPU)
        with pytest.raises(RuntimeError, match="expected a generator of the CPU"):
            torch.randn(3, generator=there)
        with pytest.raises(RuntimeError, match="expected a generator of the GPU"):
            torch.randn(3, generator=here, device=NAME)
        assert not gpu.counts["to the device"]
        ones = torch.ones(3)
        for sent in (ones.pin_memory(), ones):
            sent.to(NAME, non_blocking=True)
        ones.pin_memory().to(NAME)
    assert (gpu.counts["to the device"], gpu.counts["blocking"]) == (3, 2)


@pytest.mark.parametrize(("data", "parameters"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_detector_that_works_on_a_gpu_lives_in_main_memory(
    monkeypatch, tmp_path, data, parameters
):
    expected = CANCE(device="cpu", **QUICK, **parameters).fit(data)
    with pretended_gpu(monkeypatch) as gpu:
        detector = CANCE(device="cuda", **QUICK, **parameters).fit(data)
        scores = detector.anomaly_score(data)
        assert detector.device_ == NAME
        assert gpu.counts["kernel"] > 10
        again = CANCE.load(detector.save(tmp_path / "model"), device="cuda")
        np.testing.assert_array_equal(again.anomaly_score(data), scores)
    assert not any(isinstance(tensor, OnGPU) for tensor in tensors_of(detector))
    np.testing.assert_array_equal(scores, expected.anomaly_score(data))
    # Away from the GPU: on a machine that has none.
    moved = CANCE.load(tmp_path / "model", device="cpu")
    np.testing.assert_array_equal(moved.anomaly_score(data), scores)
    detector.device_ = "cpu"
    np.testing.assert_array_equal(detector.anomaly_score(data), scores)


def test_auto_works_on_a_gpu_with_images_alone(monkeypatch):
    with pretended_gpu(monkeypatch) as gpu:
        assert CANCE(**QUICK).fit(TABLE).device_ == "cpu"
        assert not {"to the device", "back", "wait"} & gpu.counts.keys()
        assert CANCE(**QUICK).fit(IMAGES).device_ == NAME


def test_a_shared_representation_works_on_a_gpu(monkeypatch):
    with pretended_gpu(monkeypatch):
        first = CANCE("error", **QUICK).fit(IMAGES)
        second = CANCE(representation=first.representation_, **QUICK).fit(IMAGES)
        np.testing.assert_array_equal(
            second.composite_features(IMAGES), first.composite_features(IMAGES)
        )


def traffic(monkeypatch, data, **parameters):
    """Return what a fit copies and waits for, and no kernels."""
    with pretended_gpu(monkeypatch) as gpu:
        CANCE(**QUICK | parameters).fit(data)
    return gpu.counts - Counter(kernel=gpu.counts["kernel"])


def test_little_is_copied_and_nothing_waits(monkeypatch):
    """The data once, and each epoch's order; the noise contrast, of 10 steps or 60, nothing."""
    copies = traffic(monkeypatch, IMAGES, steps=10)
    assert copies == traffic(monkeypatch, IMAGES, steps=60)
    tensors = 19  # weights, biases and statistics of the autoencoder: to be trained, and to encode
    data, parts, epochs = 1, 2, 3  # parts: which rows train, and which are held out
    assert copies["to the device"] == 2 * tensors + data + parts + epochs
    assert copies["blocking"] == 2 * tensors
    looks, held_out, features = 2, 1, 1  # each stage's look at its losses
    assert copies["back"] == tensors + epochs + looks + held_out + features
    assert copies["wait"] == 0


def memory_map(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    return np.load(tmp_path / "images.npy", mmap_mode="r")


@pytest.mark.parametrize(
    ("data", "bound"),
    [
        pytest.param(lambda _: IMAGES, IMAGES.nbytes - 1, id="large"),
        pytest.param(lambda _: (255 * IMAGES).astype(np.uint8), IMAGES.nbytes - 1, id="8 bits"),
        pytest.param(memory_map, IMAGES.nbytes, id="memory map"),
        pytest.param(lambda _: TensorDataset(torch.from_numpy(IMAGES)), IMAGES.nbytes, id="items"),
    ],
)
def test_data_that_are_large_or_not_in_memory_are_sent_a_batch_at_a_time(
    monkeypatch, tmp_path, data, bound
):
    monkeypatch.setattr("cance_edu.training.sources.AT_HAND_BYTES", bound)
    once = traffic(monkeypatch, IMAGES if bound == IMAGES.nbytes else IMAGES[1:])
    copies = traffic(monkeypatch, data(tmp_path))
    a_pass, epochs, passes = 2, 3, 3  # passes in order: latents of all, held-out ones, features
    whole = 1 + 2  # the data and what picks their parts
    assert copies["to the device"] == once["to the device"] - whole + epochs * a_pass + passes
    assert copies["blocking"] == once["blocking"]
    assert copies["back"] == once["back"]


def test_on_a_cpu_nothing_is_put_anywhere():
    assert Source(IMAGES).at_hand().there is None


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_step_waits_for_nothing(monkeypatch, epochs):
    """However many steps there are, only every twentieth asks the device for the losses."""
    images = np.tile(IMAGES, (4, 1, 1))
    with pretended_gpu(monkeypatch) as gpu:
        CANCE("error", epochs=(epochs, 0), batch_size=10, random_state=0).fit(images)
    steps = epochs * 22
    asked = [line for line in gpu.lines if line[0] == "back" and line[1].startswith("descent.py")]
    assert sum(gpu.lines[line] for line in asked) == -(-steps // 20)
    assert gpu.counts["wait"] == 0
