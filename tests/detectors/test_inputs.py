"""What users really pass as X: taken as they mean it, or refused with what to pass instead."""

import mmap

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from cance_edu import CANCE
from cance_edu.training.checks import check_images
from cance_edu.training.sources import Source

QUICK = {"epochs": (1, 1), "steps": 10, "random_state": 0}
EIGHT_BIT = np.random.default_rng(0).integers(0, 256, (60, 1, 8, 8)).astype(np.uint8)
IMAGES = EIGHT_BIT.astype(np.float32) / 255
TABLE = np.random.default_rng(1).normal(size=(60, 4))


class Pictures(Dataset):
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, row):
        return self.items[row]


@pytest.fixture
def no_training(monkeypatch):
    def begun(*arguments, **named):
        raise AssertionError("training began")

    for name in (
        "train_until_well_conditioned",
        "train_nce",
        "composite_features",
        "PrincipalComponents",
    ):
        monkeypatch.setattr(f"cance_edu.detectors.cance.{name}", begun)


# -- 8 bits -------------------------------------------------------------------------------------


def as_memory_map(tmp_path):
    np.save(tmp_path / "images.npy", EIGHT_BIT)
    return np.load(tmp_path / "images.npy", mmap_mode="r")


def as_pil(_):
    return Pictures([(Image.fromarray(image[0]), 8) for image in EIGHT_BIT])


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(lambda _: EIGHT_BIT, id="array"),
        pytest.param(lambda _: EIGHT_BIT[:, 0], id="without channel axis"),
        pytest.param(lambda _: torch.from_numpy(EIGHT_BIT), id="tensor"),
        pytest.param(as_memory_map, id="memmap"),
        pytest.param(lambda _: list(EIGHT_BIT), id="list"),
        pytest.param(lambda _: Pictures(EIGHT_BIT), id="data set"),
        pytest.param(as_pil, id="data set of PIL's"),
        pytest.param(lambda _: TensorDataset(torch.from_numpy(EIGHT_BIT)), id="TensorDataset"),
    ],
)
def test_images_of_8_bits_are_scaled_as_to_tensor_does(tmp_path, kind):
    from torchvision.transforms.functional import to_tensor

    images = kind(tmp_path)
    read = Source(images).raw(torch.arange(60)) if not isinstance(images, list) else None
    if read is not None:
        assert torch.equal(read, torch.stack([to_tensor(image[0]) for image in EIGHT_BIT]))
    detector = CANCE(**QUICK).fit(images)
    expected = CANCE(**QUICK).fit(IMAGES).anomaly_score(IMAGES)
    np.testing.assert_array_equal(detector.anomaly_score(images), expected)
    np.testing.assert_array_equal(detector.anomaly_score(IMAGES), expected)


def test_a_memory_map_of_8_bits_is_never_copied_whole(monkeypatch, tmp_path):
    np.save(tmp_path / "many.npy", np.tile(EIGHT_BIT, (40, 1, 1, 1)))
    many = np.load(tmp_path / "many.npy", mmap_mode="r")
    sizes = []
    raw = Source.raw

    def watched(self, rows):
        assert self.data is many
        sizes.append(len(rows))
        return raw(self, rows)

    monkeypatch.setattr(Source, "raw", watched)
    CANCE(**QUICK).fit(many).anomaly_score(many)
    assert max(sizes) == 1000 < len(many)


@pytest.mark.usefixtures("no_training")
def test_8_bits_that_hold_zeros_and_ones_alone_are_refused():
    binary = (EIGHT_BIT > 127).astype(np.uint8)
    with pytest.raises(ValueError, match=r"8-bit images of 0 and 1 alone.*pass X\.astype\(bool\)"):
        CANCE(**QUICK).fit(binary)
    check_images(Source(binary.astype(bool)))


# -- shapes that can only be a mistake ----------------------------------------------------------

RNG = np.random.default_rng(2)
MISTAKEN = {
    "colour last": (RNG.random((40, 16, 12, 3)), r"\(16, 12, 3\).*pass np\.moveaxis\(X, -1, 1\)"),
    "grey last": (RNG.random((40, 28, 28, 1)), r"pass np\.moveaxis\(X, -1, 1\)"),
    "transparency last": (RNG.random((40, 9, 9, 4)), r"pass np\.moveaxis\(X, -1, 1\)"),
    "many channels last": (RNG.random((40, 16, 16, 8)), r"pass np\.moveaxis\(X, -1, 1\)"),
    "more channels than pixels": (
        RNG.random((40, 64, 7, 7)),
        r"64 channels and 7 x 7 pixels.*X\.reshape\(len\(X\), -1\)",
    ),
    "one picture": (RNG.random((64, 48, 3)), r"one picture \(height, width, channels\).*np\.stack"),
    "8 bits, colour last": (
        RNG.integers(0, 256, (40, 16, 16, 3)).astype(np.uint8),
        r"pass np\.moveaxis",
    ),
    "a data set, colour last": (Pictures(RNG.random((40, 16, 16, 3))), r"pass np\.moveaxis"),
    "three greys": (RNG.random((3, 20, 20)), "got 3 inputs .* at least 9"),
}


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize(("data", "message"), MISTAKEN.values(), ids=MISTAKEN)
def test_axes_in_the_wrong_order_are_refused_with_what_to_pass(data, message):
    with pytest.raises(ValueError, match=message):
        CANCE(**QUICK).fit(data)


@pytest.mark.parametrize(
    "shape",
    [(3, 4, 5), (3, 2, 2), (4, 9, 9), (1, 1, 5), (1, 40, 3), (8, 8, 8), (12, 64, 64), (1, 9, 4)],
)
def test_unusual_images_are_none_the_less_images(shape):
    assert check_images(Source(RNG.random((9, *shape)))) == shape


def test_what_the_messages_say_to_pass_is_taken():
    colour = RNG.random((40, 16, 12, 3))
    detector = CANCE("error", **QUICK).fit(np.moveaxis(colour, -1, 1))
    assert detector.image_shape_ == (3, 16, 12)
    with pytest.raises(ValueError, match=r"\(16, 12, 3\), but .* pass np\.moveaxis\(X, -1, 1\)"):
        detector.predict(colour)
    one = np.moveaxis(colour, -1, 1)[0]
    with pytest.raises(ValueError, match=r"a single image is passed as X\[None\]"):
        detector.predict(one)
    assert detector.predict(one[None]).shape == (1,)


def test_one_image_or_flat_ones_in_place_of_images():
    detector = CANCE("error", **QUICK).fit(IMAGES)
    with pytest.raises(ValueError, match=r"got data of 2 dimensions.*passed as X\[None\]"):
        detector.predict(IMAGES[0, 0])
    with pytest.raises(ValueError, match=r"pass X\.reshape\(\(-1, 1, 8, 8\)\)"):
        detector.predict(IMAGES.reshape(60, 64))
    assert detector.predict(IMAGES[0, 0][None]).shape == (1,)
    with pytest.raises(ValueError, match=r"fitted on images of shape \(1, 8, 8\)"):
        detector.predict(IMAGES[0, 0, 0])


# -- things that are no array -------------------------------------------------------------------


class Stream(IterableDataset):
    def __iter__(self):
        return iter(IMAGES)


class StreamWithALength(Stream):
    def __len__(self):
        return 60


KINDS = {
    "picture": (Image.fromarray(EIGHT_BIT[0, 0]), "got one picture, a Image; expected an array"),
    "loader": (DataLoader(Pictures(IMAGES), 8), "DataLoader; .* pass its data set, loader.dataset"),
    "nothing": (None, "got X of type NoneType; expected an array, a memory map"),
    "a number": (3.0, "got X of type float; expected an array"),
    "generator": ((image for image in IMAGES), "got X of type generator.*np.stack"),
    "iterator": (iter(IMAGES), "got X of type .*iterator"),
    "stream": (Stream(), "got X of type Stream, .*a map-style torch Dataset"),
    "stream with a length": (StreamWithALength(), "got X of type StreamWithALength, "),
    "dict": ({"images": IMAGES}, "got X of type dict; expected an array"),
    "text": ("images.npy", "got X of type str; expected an array"),
    "number": (3.0, "got X of type float"),
    "none": (None, "got X of type NoneType"),
}


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize(("data", "message"), KINDS.values(), ids=KINDS)
def test_what_is_no_array_is_refused_with_what_to_pass(data, message):
    with pytest.raises(TypeError, match=message):
        CANCE(**QUICK).fit(data)


@pytest.mark.usefixtures("no_training")
def test_images_of_several_sizes_in_a_list_are_named():
    with pytest.raises(ValueError, match=r"item 2 of the list has shape \(7, 8\), but item 0 \(8"):
        CANCE(**QUICK).fit([np.ones((8, 8)), np.ones((8, 8)), np.ones((7, 8))])


FRAME = pd.DataFrame(TABLE, columns=["a", "b", "c", "d"])


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["red", "blue"] * 30, "column 'colour' holds 'red'; expected numbers: leave it out"),
        ([1.5, "unknown"] * 30, "column 'colour' holds 'unknown'"),
        (pd.Categorical([1, 2] * 30), "column 'colour' holds category; .*pandas.get_dummies"),
        (pd.date_range("2024-01-01", periods=60), "column 'colour' holds datetime64"),
    ],
    ids=["text", "mixed", "categories", "dates"],
)
def test_a_column_that_holds_no_numbers_is_named(column, message):
    with pytest.raises(ValueError, match=message):
        CANCE(**QUICK).fit(FRAME.assign(colour=column))


@pytest.mark.filterwarnings("error")
def test_frames_of_numbers_whatever_their_types():
    expected = CANCE(**QUICK).fit(TABLE).anomaly_score(TABLE)
    for frame in (FRAME, FRAME.astype({"a": object}), FRAME.astype({"b": "Float64"})):
        detector = CANCE(**QUICK).fit(frame)
        np.testing.assert_array_equal(detector.anomaly_score(frame), expected)


# -- numbers in another form --------------------------------------------------------------------


@pytest.mark.parametrize("data", [IMAGES, TABLE], ids=["images", "table"])
def test_the_other_byte_order(data):
    expected = CANCE(**QUICK).fit(data).anomaly_score(data)
    swapped = data.astype(data.dtype.newbyteorder(">"))
    np.testing.assert_array_equal(CANCE(**QUICK).fit(swapped).anomaly_score(swapped), expected)
    with_dataset = Source(Pictures(IMAGES.astype(">f4"))).raw(torch.arange(3))
    np.testing.assert_array_equal(with_dataset, IMAGES[:3])


def test_a_table_in_brain_floats():
    table = torch.from_numpy(TABLE).bfloat16()
    expected = CANCE(**QUICK).fit(table.float().numpy())
    detector = CANCE(**QUICK).fit(table)
    np.testing.assert_array_equal(detector.anomaly_score(table), expected.anomaly_score(table))


# -- reading forwards ---------------------------------------------------------------------------


class Ascending:
    """An array on a disk, as h5py has it: rows are asked for in ascending order, each once."""

    def __init__(self, array):
        self.array, self.ndim, self.shape, self.dtype = array, array.ndim, array.shape, array.dtype
        self.asked = 0

    def __len__(self):
        return len(self.array)

    def __getitem__(self, rows):
        assert (np.diff(rows) > 0).all(), "rows are not asked for in ascending order"
        self.asked += 1
        return self.array[rows]


def test_rows_are_read_forwards_and_come_in_the_order_asked_for():
    kept = Ascending(EIGHT_BIT)
    detector = CANCE(**QUICK).fit(kept)
    expected = CANCE(**QUICK).fit(EIGHT_BIT).anomaly_score(EIGHT_BIT)
    np.testing.assert_array_equal(detector.anomaly_score(kept), expected)
    assert kept.asked > 5
    rows = torch.tensor([7, 2, 40, 3])
    assert torch.equal(Source(kept).kept(rows), torch.from_numpy(EIGHT_BIT[rows.numpy()]))


@pytest.mark.parametrize(
    "view", [lambda m: m, np.asarray, lambda m: m[5:]], ids=["map", "array", "part"]
)
def test_a_memory_map_is_read_forwards(monkeypatch, tmp_path, view):
    images = view(as_memory_map(tmp_path))
    order = []
    getitem = np.memmap.__getitem__

    def watched(self, rows):
        order.append(np.atleast_1d(rows))
        return getitem(self, rows)

    source = Source(images).subset(torch.randperm(50))
    expected = np.array(images)[source.rows.numpy()]
    monkeypatch.setattr(np.memmap, "__getitem__", watched)
    np.testing.assert_array_equal(source.kept(torch.arange(50)), expected)
    assert all((np.diff(rows) > 0).all() for rows in order)
    assert isinstance(images.base, (mmap.mmap, np.memmap, np.ndarray))
