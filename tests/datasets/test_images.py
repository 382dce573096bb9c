"""MNIST-C and CIFAR-10, on tiny files of the official layouts."""

import hashlib
import pickle

import numpy as np
import pytest
import torchvision
from PIL import Image

from cance_edu.datasets import (
    CIFAR10_CLASSES,
    CORRUPTIONS,
    Images,
    cifar10,
    load_one_class,
    mnist_c,
    mnist_c_split,
)
from cance_edu.datasets.download import RECORD
from tests.datasets.test_datasets import FILES

RNG = np.random.default_rng(0)


@pytest.fixture
def root(tmp_path):
    """MNIST's four tiny files, and six digits in each corruption."""
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    for name, content in FILES.items():
        (tmp_path / "MNIST" / "raw" / name).write_bytes(content)
    for name in (*CORRUPTIONS, "identity"):
        (tmp_path / "mnist_c" / name).mkdir(parents=True)
        pixels = RNG.integers(0, 256, (6, 28, 28, 1)).astype(np.uint8)
        np.save(tmp_path / "mnist_c" / name / "test_images.npy", pixels)
        np.save(tmp_path / "mnist_c" / name / "test_labels.npy", np.arange(6))
    return tmp_path


def test_a_corruption_is_read_as_it_is(root):
    fog = mnist_c("fog", root)
    kept = np.load(root / "mnist_c" / "fog" / "test_images.npy")
    assert fog.images.shape == (6, 1, 28, 28)
    assert fog.images.dtype == np.float32
    np.testing.assert_array_equal(np.rint(fog.images[:, 0] * 255), kept[..., 0])
    np.testing.assert_array_equal(fog.labels, np.arange(6))


def test_files_are_official_only_as_the_archive_recorded_them(root):
    file = root / "mnist_c" / "fog" / "test_images.npy"
    assert "not from the verified archive" in mnist_c("fog", root).differs
    line = f"{hashlib.sha256(file.read_bytes()).hexdigest()}  fog/test_images.npy\n"
    (root / "mnist_c" / RECORD).write_text(line, encoding="utf-8")
    assert mnist_c("fog", root).differs == ""
    assert mnist_c("zigzag", root).differs != ""
    np.save(file, np.load(file)[::-1])
    assert mnist_c("fog", root).differs != ""


def test_originals_are_normal_and_corrupted_are_not(root):
    one = mnist_c_split(["fog"], root)
    assert one.name == "MNIST-C, fog"
    assert len(one.train) == 4
    assert one.is_anomaly.tolist() == [False] * 4 + [True] * 6
    np.testing.assert_array_equal(one.test[4:], mnist_c("fog", root).images)
    pooled = mnist_c_split(root=root)
    assert pooled.name == "MNIST-C, 15 corruptions"
    assert pooled.is_anomaly.sum() == 15 * 6
    assert len(pooled.test) == 4 + 15 * 6
    assert pooled.differs
    start = 4 + 6 * CORRUPTIONS.index("stripe")
    np.testing.assert_array_equal(pooled.test[start : start + 6], mnist_c("stripe", root).images)


def test_wrong_corruptions_and_files_are_named(root, tmp_path):
    with pytest.raises(ValueError, match=r"no corruption 'rain'; there are identity, brightness"):
        mnist_c("rain", root)
    np.save(root / "mnist_c" / "fog" / "test_images.npy", np.zeros((6, 28, 28)))
    with pytest.raises(ValueError, match=r"float64 of shape \(6, 28, 28\); expected uint8"):
        mnist_c("fog", root)
    (root / "mnist_c" / "fog" / "test_labels.npy").write_bytes(b"no array")
    np.save(root / "mnist_c" / "fog" / "test_images.npy", np.zeros((6, 28, 28, 1), np.uint8))
    with pytest.raises(ValueError, match=r"test_labels\.npy is damaged"):
        mnist_c("fog", root)
    (root / "mnist_c" / "scale" / "test_images.npy").unlink()
    with pytest.raises(FileNotFoundError, match="cance-edu data mnist_c"):
        mnist_c("scale", root)


def batches(root, monkeypatch):
    """Write six tiny pickled batches, and let torchvision expect their md5 sums."""
    folder = root / "cifar-10-batches-py"
    folder.mkdir()
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta"]
    pixels = {name: RNG.integers(0, 256, (2, 3072)).astype(np.uint8) for name in names[:6]}
    for number, name in enumerate(names[:6]):
        content = {"data": pixels[name], "labels": [number, 9 - number]}
        (folder / name).write_bytes(pickle.dumps(content))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list(CIFAR10_CLASSES)}))
    md5 = {name: hashlib.md5((folder / name).read_bytes()).hexdigest() for name in names}
    cifar = torchvision.datasets.CIFAR10
    monkeypatch.setattr(cifar, "train_list", [[name, md5[name]] for name in names[:5]])
    monkeypatch.setattr(cifar, "test_list", [["test_batch", md5["test_batch"]]])
    monkeypatch.setitem(cifar.meta, "md5", md5["batches.meta"])
    return pixels


def test_the_official_batches(tmp_path, monkeypatch):
    pixels = batches(tmp_path, monkeypatch)
    train, test = cifar10("train", tmp_path), cifar10("test", tmp_path)
    assert train.images.shape == (10, 3, 32, 32)
    assert train.differs == test.differs == ""
    assert test.labels.tolist() == [5, 4]
    # A batch keeps each picture's red, green and blue plane one after the other, row by row.
    np.testing.assert_array_equal(
        np.rint(test.images * 255).reshape(2, -1), pixels["test_batch"].astype(np.float32)
    )
    (tmp_path / "cifar-10-batches-py" / "test_batch").write_bytes(b"changed")
    with pytest.raises(ValueError, match="not the official one"):
        cifar10("test", tmp_path)


@pytest.mark.parametrize(("name", "suffix"), [("cifar10", "png"), ("cifar10-jpeg", "jpg")])
def test_folders_of_pictures(tmp_path, monkeypatch, name, suffix):
    monkeypatch.setenv("CANCE_EDU_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="cance-edu data cifar10"):
        cifar10("test")
    for split in ("train", "test"):
        for number, word in enumerate(CIFAR10_CLASSES):
            folder = tmp_path / name / split / word
            folder.mkdir(parents=True)
            for i in range(1 + number % 2):
                colour = np.full((32, 32, 3), 20 * number + i, np.uint8)
                Image.fromarray(colour).save(folder / f"{i}.{suffix}")
    test = cifar10("test")
    assert test.labels.tolist() == [0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9]
    np.testing.assert_allclose(test.images[2] * 255, 21, atol=1)
    assert ("recompressed with loss" in test.differs) == (suffix == "jpg")
    assert "order within a class" in test.differs
    split = load_one_class("cifar10", [1])
    assert split.name == "CIFAR-10, normal 1"
    assert len(split.train) == 2
    assert split.is_anomaly.sum() == 13
    assert split.differs == test.differs
    for file in (tmp_path / name / "test" / "dog").iterdir():
        file.unlink()
    with pytest.raises(ValueError, match=r"no picture in .*dog"):
        cifar10("test")


def test_labels_are_looked_up_whatever_the_order():
    rng = np.random.default_rng(0)
    data = Images(rng.random((20, 1, 3, 3), dtype=np.float32), rng.integers(10, size=20))
    rows = rng.permutation(20)[:7]
    assert data.labels_of(data.images[rows]).tolist() == data.labels[rows].tolist()
    with pytest.raises(KeyError):
        data.labels_of(data.images[:1] + 1)
