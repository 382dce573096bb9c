import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from cance_edu import CANCE, storage
from cance_edu.experiments import auroc

QUICK = {"epochs": (1, 1), "steps": 10, "random_state": 0}
IMAGES = np.random.default_rng(0).random((40, 1, 8, 8)).astype(np.float32)
TABLE = np.random.default_rng(1).normal(size=(60, 3))


def spoiled(value, index=7):
    images = IMAGES.copy()
    images[index, 0, 2, 3] = value
    return images


DATA = [
    (spoiled(np.nan), r"image 7 has NaN or infinity \(nan\)"),
    (spoiled(np.inf, 30), r"image 30 has NaN or infinity \(inf\)"),
    (spoiled(-0.5), r"image 7 has a value outside \[0, 1\] \(-0.5\)"),
    ((IMAGES * 255).astype(np.uint8), "divide 8-bit images by 255"),
    (np.full_like(IMAGES, 0.5), "all 40 images are the constant 0.5"),
    (IMAGES[:0], "got 0 images"),
    (IMAGES[:8], "got 8 inputs .* at least 9"),
    (IMAGES[0, 0, 0], "1D array|1d array|Expected 2D"),
    (IMAGES[None], "dim 5|5 dimensions|Found array with dim"),
    (np.where(np.arange(3) == 1, np.nan, TABLE), "NaN"),
    (TABLE[:5], "got 5 inputs .* at least 6"),
]


@pytest.mark.parametrize(("data", "message"), DATA)
def test_bad_data_are_met_before_training(monkeypatch, data, message):
    monkeypatch.setattr("cance_edu.detector.train_autoencoder", None)
    with pytest.raises(ValueError, match=message):
        CANCE(**QUICK).fit(data)


PARAMETERS = [
    ({"variant": "dagmm"}, "variant is 'dagmm'; expected one of 'error'"),
    ({"noise_objective": "eq9"}, "noise_objective is 'eq9'"),
    ({"augmentation": "both"}, "augmentation is 'both'"),
    ({"image_scaling": "none"}, "image_scaling is 'none'"),
    ({"representation": "vae"}, "representation is 'vae'"),
    ({"device": "tpu"}, "device is 'tpu'"),
    ({"noise_ratio": 0}, "noise_ratio is 0; expected above 0"),
    ({"initial_scale": 1.0}, "initial_scale is 1.0; expected K above 1"),
    ({"initial_scale": 0.5, "noise_objective": "fixed"}, "initial_scale is 0.5"),
    ({"contamination": 0.6}, "contamination is 0.6"),
    ({"validation_fraction": 1.0}, "validation_fraction is 1.0"),
    ({"covariance_weight": -1}, "covariance_weight is -1"),
    ({"latent_dim": 0}, "latent_dim is 0"),
    ({"latent_dim": 4}, "latent_dim is 4, more than the 3 columns"),
    ({"steps": 1}, "steps is 1"),
    ({"batch_size": 1}, "batch_size is 1"),
]


@pytest.mark.parametrize(("parameters", "message"), PARAMETERS)
def test_bad_parameters_are_met_before_training(monkeypatch, parameters, message):
    monkeypatch.setattr("cance_edu.detector.train_autoencoder", None)
    with pytest.raises(ValueError, match=message):
        CANCE(**QUICK | parameters).fit(TABLE)


def test_collapsed_latents_are_named_with_advice():
    line = np.random.default_rng(0).normal(size=(100, 1)) @ np.ones((1, 4))
    detector = CANCE("latnce", covariance_weight=0.0, latent_dim=3, **QUICK)

    class Collapsed(type(CANCE("error", **QUICK).fit(line).representation_)):
        def encode(self, inputs):
            return super().encode(inputs)[:, :1].repeat(1, self.latent_dim)

    collapsed = CANCE("error", latent_dim=3, **QUICK).fit(line).representation_
    collapsed.__class__ = Collapsed
    with pytest.raises(ValueError, match=r"condition number .* Raise covariance_weight"):
        detector.set_params(representation=collapsed).fit(line)


def test_later_calls_check_the_shape():
    images = CANCE("error", **QUICK).fit(IMAGES)
    for wrong in (IMAGES[..., :7], np.repeat(IMAGES, 3, axis=1)):
        with pytest.raises(ValueError, match=r"was fitted on \(1, 8, 8\)"):
            images.anomaly_score(wrong)
    with pytest.raises(ValueError, match="fitted on images"):
        images.anomaly_score(TABLE)
    with pytest.raises(ValueError, match="features"):
        CANCE("error", **QUICK).fit(TABLE).anomaly_score(TABLE[:, :2])


def test_an_auroc_needs_both_classes():
    with pytest.raises(ValueError, match="got 3 anomalies among 3 inputs"):
        auroc([True] * 3, [1, 2, 3])


@pytest.fixture(scope="module")
def detector():
    return CANCE(**QUICK).fit(TABLE)


def test_a_missing_a_truncated_and_a_foreign_file(tmp_path, detector):
    with pytest.raises(FileNotFoundError, match="no model file"):
        CANCE.load(tmp_path / "nothing")
    path = detector.save(tmp_path / "model")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match="damaged or truncated"):
        CANCE.load(path)
    save_file({"a": torch.zeros(1)}, tmp_path / "foreign.safetensors")
    with pytest.raises(ValueError, match=r"not one that CANCE\.save wrote"):
        CANCE.load(tmp_path / "foreign")


def test_a_changed_file_is_noticed(tmp_path, detector):
    path = detector.save(tmp_path / "model")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="was changed after it was saved"):
        CANCE.load(path)
    tensors, description = load_file(detector.save(path)), detector._description()
    description["offset"] = 0.0
    metadata = {"format": "1", "description": json.dumps(description), "sha256": "0"}
    save_file(tensors, path, metadata)
    with pytest.raises(ValueError, match="was changed"):
        CANCE.load(path)


def test_another_version_is_refused(tmp_path, detector, monkeypatch):
    path = detector.save(tmp_path / "model")
    monkeypatch.setattr(storage, "FORMAT", 2)
    with pytest.raises(ValueError, match=r"has format 1; .* reads format 2"):
        CANCE.load(path)


def test_a_failed_save_keeps_the_old_file(tmp_path, detector, monkeypatch):
    path = detector.save(tmp_path / "model")
    before = path.read_bytes()

    def half(tensors, file, metadata):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(storage, "save_file", half)
    with pytest.raises(OSError, match="disk full"):
        detector.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
