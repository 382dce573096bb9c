import hashlib

import numpy as np
import pytest
import torch
import torchvision
from torch.nn.functional import interpolate

from cance_edu.datasets import Split, features, resnet18_features, resnet18_split
from cance_edu.datasets.features import pretrained_resnet18

MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


@pytest.fixture(scope="module")
def model():
    """A ResNet-18 with random weights, in training mode, as torchvision hands it out."""
    torch.manual_seed(0)
    return torchvision.models.resnet18()


def images(n, channels=3, size=32):
    return np.random.default_rng(n).random((n, channels, size, size)).astype(np.float32)


def expected(model, batch):
    """Return what a hook behind the average pool sees, of images prepared by hand."""
    seen = []
    hook = model.avgpool.register_forward_hook(lambda module, inputs, output: seen.append(output))
    training = model.training
    with torch.no_grad():
        large = interpolate(
            torch.from_numpy(batch), size=(256, 256), mode="bilinear", antialias=True
        )
        central = large[:, :, 16:240, 16:240]
        mean, deviation = (torch.tensor(numbers)[:, None, None] for numbers in (MEAN, DEVIATION))
        model.eval()((central - mean) / deviation)
    hook.remove()
    model.train(training)
    return seen[0].flatten(1).numpy()


def test_features_are_those_behind_the_average_pool(model, tmp_path):
    batch = images(3)
    found = resnet18_features(batch, model=model, cache=tmp_path)
    assert found.shape == (3, 512)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(model, batch), rtol=1e-3, atol=1e-4)


def test_batches_and_the_models_mode_do_not_matter(model, tmp_path, monkeypatch):
    batch = images(5)
    whole = resnet18_features(batch, model=model, cache=tmp_path / "whole")
    monkeypatch.setattr(features, "BATCH", 2)
    parts = resnet18_features(batch, model=model, cache=tmp_path / "parts")
    np.testing.assert_allclose(parts, whole, rtol=1e-3, atol=1e-4)


def test_the_callers_model_stays_as_it_is(model, tmp_path):
    model.train()
    resnet18_features(images(2), model=model, cache=tmp_path)
    assert all(module.training for module in model.modules())
    model.eval()


@pytest.mark.parametrize("factor", [255, -1, np.nan])
def test_pixels_that_are_not_in_0_to_1_are_refused(model, tmp_path, factor):
    with pytest.raises(ValueError, match=r"expected \[0, 1\]: divide by 255"):
        resnet18_features(images(2) * np.float32(factor), model=model, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_grey_images_are_repeated_in_three_channels(model, tmp_path):
    grey = images(2, channels=1, size=28)
    found = resnet18_features(grey, model=model, cache=tmp_path)
    colour = resnet18_features(np.repeat(grey, 3, axis=1), model=model, cache=tmp_path)
    np.testing.assert_allclose(found, colour, rtol=1e-4, atol=1e-5)


def test_results_are_kept_by_the_images_and_the_weights(model, tmp_path, monkeypatch):
    batch = images(2)
    first = resnet18_features(batch, model=model, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    computed = []
    compute = features._compute
    monkeypatch.setattr(features, "_compute", lambda *a: computed.append(1) or compute(*a))
    np.testing.assert_array_equal(resnet18_features(batch, model=model, cache=tmp_path), first)
    assert not computed
    batch[0, 0, 0, 0] = 1 - batch[0, 0, 0, 0]
    resnet18_features(batch, model=model, cache=tmp_path)
    torch.manual_seed(1)
    resnet18_features(batch, model=torchvision.models.resnet18(), cache=tmp_path)
    assert len(computed) == 2
    assert len(list(tmp_path.iterdir())) == 3
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"damaged.*delete it"):
        resnet18_features(images(2), model=model, cache=tmp_path)
    np.save(file, np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"has shape \(2, 3\), expected \(2, 512\)"):
        resnet18_features(images(2), model=model, cache=tmp_path)


def test_a_task_on_images_becomes_one_on_features(model, tmp_path):
    truth = np.array([False, True])
    more = {"group": np.array(["", "hole"]), "train_labels": np.zeros(3, dtype=int)}
    split = Split("toy, normal 8", images(3), images(2), truth, differs="made up", **more)
    task = resnet18_split(split, model=model, cache=tmp_path)
    assert (task.train.shape, task.test.shape) == ((3, 512), (2, 512))
    assert task.test.dtype == np.float64
    assert (task.name, task.differs) == ("toy, normal 8, ResNet-18 features", "made up")
    assert task.is_anomaly is truth
    assert task.group is split.group
    assert task.train_labels is split.train_labels


def test_without_weights_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("CANCE_EDU_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"cance-edu data resnet18.*Offline, read ADBench"):
        resnet18_features(images(1))
    assert list(tmp_path.iterdir()) == []


def test_weights_are_read_from_the_data_root(model, tmp_path, monkeypatch):
    monkeypatch.setenv("CANCE_EDU_DATA", str(tmp_path))
    torch.save(model.state_dict(), tmp_path / "resnet18-f37072fd.pth")
    loaded = pretrained_resnet18()
    for name, numbers in model.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], numbers)
    batch = images(2)
    found = resnet18_features(batch)
    np.testing.assert_allclose(found, expected(model, batch), rtol=1e-3, atol=1e-4)
    (file,) = (tmp_path / "features").iterdir()
    assert len(file.stem) == len(hashlib.sha256().hexdigest())


@pytest.mark.parametrize("shape", [(3, 32, 32), (2, 4, 8, 8), (0, 3, 8, 8)])
def test_other_shapes_are_refused(model, tmp_path, shape):
    with pytest.raises(ValueError, match="expected \\(n, 1 or 3, height, width\\)"):
        resnet18_features(np.zeros(shape, np.float32), model=model, cache=tmp_path)
