"""Work on a GPU, pretended: nothing is mixed, the scores are the CPU's, little is copied."""

import numpy as np
import pytest
import torch

from cance_edu import CANCE
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
    "a data set": (torch.utils.data.TensorDataset(torch.from_numpy(COLOUR)), {}),
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
    assert gpu.counts == {"to the device": 1, "back": 2, "wait": 1, "kernel": gpu.counts["kernel"]}
    with pytest.raises(RuntimeError, match="outside of it"):
        there + there


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


def test_little_is_copied_and_nothing_waits(monkeypatch):
    """One copy a batch to the device; the noise contrast, of 10 steps or 60, copies nothing."""
    counts = {}
    for steps in (10, 60):
        with pretended_gpu(monkeypatch) as gpu:
            CANCE(**QUICK | {"steps": steps}).fit(IMAGES)
            counts[steps] = +gpu.counts
    for count in counts.values():
        del count["kernel"]
    assert counts[10] == counts[60]
    copies, tensors = counts[10], 19  # weights, biases and statistics of the autoencoder
    # Batches: three epochs of two, in the last with the numbers of their latents, ...
    training, held_out, features = 4 * 2, 1, 1
    frozen = 1  # ... and the latents of all for it
    assert copies["to the device"] <= 2 * tensors + training + frozen + held_out + features
    epochs, looks = 3, 2  # each epoch's mean loss, and each stage's look at its losses
    assert copies["back"] <= tensors + epochs + looks + held_out + features
    assert copies["wait"] == 0


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
