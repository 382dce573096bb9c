import hashlib
import io
import struct
import sys
from pathlib import Path

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
    one_class_split,
)
from cance_edu.datasets.catalogue import described
from cance_edu.datasets.description import data_root
from cance_edu.datasets.mnist import torchvision
from cance_edu.datasets.recipes import IMAGE_SETS
from cance_edu.files import PROJECT


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
    assert small.differs == (
        "MNIST: not the official train-images-idx3-ubyte and train-labels-idx1-ubyte"
    )
    assert one_class(small, small, [0], "MNIST").differs == small.differs


@pytest.mark.parametrize("other", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
def test_labels_are_verified_as_well(tmp_path, monkeypatch, other):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in FILES.items():
        (raw / name).write_bytes(content)
    known = {name: hashlib.md5(content).hexdigest() for name, content in FILES.items()}
    module = sys.modules["cance_edu.datasets.mnist"]  # the package has the function's name
    monkeypatch.setattr(module, "UNPACKED_MD5", known)
    assert mnist("train", tmp_path).differs == ""
    (raw / other).write_bytes(FILES[other][:-1] + b"\1")
    assert mnist("train", tmp_path).differs == f"MNIST: not the official {other}"


def test_a_page_in_the_place_of_a_file_is_named(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in FILES:
        (raw / name).write_bytes(b"<html>Please log in to the network</html>")
    with pytest.raises(ValueError, match="is damaged"):
        mnist("train", tmp_path)


def test_a_picture_with_a_broken_chunk_is_named(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (400, 400), dtype=np.uint8)).save(whole, "png")
    content = bytearray(whole.getvalue())
    second = content.index(b"IDAT", content.index(b"IDAT") + 4)
    content[second : second + 4] = b"\0\1\2\3"
    (tmp_path / "broken.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.png cannot be read as a picture"):
        FolderImages(tmp_path).array(0)


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


@pytest.mark.parametrize("name", IMAGE_SETS)
def test_a_set_of_images_is_listed_and_makes_splits(name):
    root = datasets.data_root()
    if not all((root / file).exists() for file in described(name).files):
        pytest.skip(f"{name} is not downloaded")
    train, test = IMAGE_SETS[name][1]()
    for part in (train, test):
        if part is not None:
            n, _, height, width = part.images.shape
            assert part.labels.shape == (n,)
            assert height == width
    split = load_one_class(name, [1])
    values = np.asarray(split.train[:100])
    assert 0 <= values.min() < values.max() <= 1
    assert 0 < split.is_anomaly.sum() < len(split.test) == len(split.is_anomaly)
    assert split.train.shape[1:] == split.test.shape[1:]


@pytest.mark.parametrize("normal", [[8], [0, 2, 4, 6, 8], 8])
def test_a_split_tests_other_images_than_it_trains_on(normal):
    split = load_one_class("digits", normal)
    whole = datasets.digits()
    is_normal = np.isin(whole.labels, normal)
    assert len(split.train) == round(0.7 * is_normal.sum())
    assert split.is_anomaly.sum() == (~is_normal).sum()
    assert len(split.train) + len(split.test) == len(whole.images)
    train = {image.tobytes() for image in split.train}
    assert not train & {image.tobytes() for image in split.test}


def test_one_class_keeps_the_whole_test_set():
    train = Images(np.zeros((6, 1, 2, 2), np.float32), np.array([0, 0, 1, 1, 2, 2]))
    test = Images(np.zeros((3, 1, 2, 2), np.float32), np.array([0, 1, 2]))
    split = one_class(train, test, [0, 2], "toy")
    assert len(split.train) == 4
    assert split.is_anomaly.tolist() == [False, True, False]
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
    assert split.train.shape == (3, 3 if colour else 1, 6, 5)
    assert split.is_anomaly.tolist() == [False] * 2 + [True] * 4
    assert image_folder(tmp_path, 8).test.shape[2:] == (8, 8)
    lazy = FolderImages(tmp_path / normal)
    np.testing.assert_array_equal(lazy[1].numpy(), split.train[1])


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


@pytest.mark.parametrize("share", [0, 1.0, 1.5, 30, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    data = Images(np.zeros((20, 1, 2, 2), np.float32), np.arange(20) % 2)
    with pytest.raises(ValueError, match="expected a share between 0 and 1"):
        one_class_split(data, [0], "toy", test_share=share)


def test_the_data_root_is_the_projects_unless_told(monkeypatch):
    monkeypatch.setenv("CANCE_EDU_DATA", "")
    assert data_root() == PROJECT / "data"
    monkeypatch.setenv("CANCE_EDU_DATA", "~/shared")
    assert data_root() == Path.home() / "shared"
