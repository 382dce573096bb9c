import struct
import sys

import numpy as np
import pytest
from PIL import Image

from cance_edu import datasets
from cance_edu.datasets import (
    FolderImages,
    Images,
    image_folder,
    load_one_class,
    mnist,
    one_class,
)
from cance_edu.datasets.mnist import torchvision


def idx(array):
    header = struct.pack(f">I{array.ndim}I", 0x0800 + array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


RNG = np.random.default_rng(0)
FILES = {
    name: idx(RNG.integers(0, 256, (4, 28, 28)) if "images" in name else np.arange(4))
    for name in datasets.IDX_FILES
}


def test_a_damaged_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="cance-edu data mnist"):
        mnist("train", tmp_path)
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in FILES.items():
        (raw / name).write_bytes(content[:-5])
    with pytest.raises(ValueError, match="damaged"):
        mnist("train", tmp_path)


def test_other_images_than_the_official_ones_say_so(tmp_path):
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    for name, content in FILES.items():
        (tmp_path / "MNIST" / "raw" / name).write_bytes(content)
    small = mnist("train", tmp_path)
    np.testing.assert_array_equal(small.labels, np.arange(4))
    assert small.images.shape == (4, 1, 28, 28)
    assert small.differs == "MNIST: not the official images"
    assert one_class(small, small, [0], "MNIST").differs == small.differs


def test_a_broken_pair_of_torch_and_torchvision_is_one_line(monkeypatch, tmp_path):
    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == "torchvision":
                raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.delitem(sys.modules, "torchvision")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(ImportError, match="reinstall the pair") as caught:
        torchvision()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("normal", [[8], [0, 2, 4, 6, 8]])
def test_a_split_tests_other_images_than_it_trains_on(normal):
    split = load_one_class("digits", normal)
    whole = datasets.digits()
    is_normal = np.isin(whole.labels, normal)
    assert len(split.train_images) == round(0.7 * is_normal.sum())
    assert split.test_is_anomaly.sum() == (~is_normal).sum()
    assert len(split.train_images) + len(split.test_images) == len(whole.images)
    train = {image.tobytes() for image in split.train_images}
    assert not train & {image.tobytes() for image in split.test_images}


def test_one_class_keeps_the_whole_test_set():
    train = Images(np.zeros((6, 1, 2, 2), np.float32), np.array([0, 0, 1, 1, 2, 2]))
    test = Images(np.zeros((3, 1, 2, 2), np.float32), np.array([0, 1, 2]))
    split = one_class(train, test, [0, 2], "toy")
    assert len(split.train_images) == 4
    assert split.test_is_anomaly.tolist() == [False, True, False]
    for wrong in ([], [7], [0, 1, 2]):
        with pytest.raises(ValueError, match="some, not all"):
            one_class(train, test, wrong, "toy")


def write(folder, n, size=(6, 5), colour=False):
    folder.mkdir(parents=True)
    for i in range(n):
        shape = (*size, 3) if colour else size
        Image.fromarray(RNG.integers(0, 256, shape).astype(np.uint8)).save(folder / f"{i}.png")


@pytest.mark.parametrize("normal", ["normal", "train/good"])
@pytest.mark.parametrize("colour", [False, True])
def test_own_images_in_either_layout(tmp_path, normal, colour):
    write(tmp_path / normal, 3, colour=colour)
    write(tmp_path / "test" / "good", 2, colour=colour)
    write(tmp_path / "test" / "scratch", 4, colour=colour)
    split = image_folder(tmp_path)
    assert split.train_images.shape == (3, 3 if colour else 1, 6, 5)
    assert split.test_is_anomaly.tolist() == [False] * 2 + [True] * 4
    assert image_folder(tmp_path, 8).test_images.shape[2:] == (8, 8)
    lazy = FolderImages(tmp_path / normal)
    np.testing.assert_array_equal(lazy[1].numpy(), split.train_images[1])


def test_wrong_folders_say_what_is_expected(tmp_path):
    with pytest.raises(ValueError, match=r"FOLDER/test/<defect>"):
        image_folder(tmp_path)
    write(tmp_path / "normal", 2)
    write(tmp_path / "test" / "good", 1)
    (tmp_path / "test" / "scratch").mkdir()
    with pytest.raises(ValueError, match=r"no picture in .*scratch"):
        image_folder(tmp_path)
    write(tmp_path / "test" / "dent", 1, size=(7, 7))
    (tmp_path / "test" / "scratch").rmdir()
    with pytest.raises(ValueError, match=r"test/dent .*pass image_size"):
        image_folder(tmp_path)
    (tmp_path / "normal" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"broken\.png cannot be read"):
        image_folder(tmp_path)


@pytest.mark.parametrize("image_size", [None, 4])
def test_greys_of_16_bits_keep_their_steps(tmp_path, image_size):
    greys = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    Image.fromarray(greys).save(tmp_path / "grey.png")
    (picture,) = FolderImages(tmp_path, image_size).stacked()
    if image_size is None:
        np.testing.assert_allclose(picture[0], greys / 65535, rtol=1e-6)
    assert picture.dtype == np.float32
    assert 0 <= picture.min() < 0.1
    assert 0.9 < picture.max() <= 1


@pytest.mark.parametrize("greys", [np.float32, np.int32])
def test_greys_whose_white_is_not_known_are_refused(tmp_path, greys):
    Image.fromarray(np.full((8, 8), 7, greys)).save(tmp_path / "grey.tif")
    with pytest.raises(ValueError, match=r"grey\.tif has greys of mode '[IF]', whose white"):
        FolderImages(tmp_path).array(0)
