import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cance_edu.course import page as lessons
from cance_edu.course.page import (
    DEFECTS,
    lesson_split,
    show_source,
    with_defect,
)
from cance_edu.datasets import Images
from cance_edu.detectors.cance import CANCE
from cance_edu.files import PROJECT
from cance_edu.method.composite import reconstruction_error
from cance_edu.method.lognormal import lognormal_mode
from cance_edu.method.noise import GaussianNoise

IMAGES = np.random.default_rng(0).random((6, 1, 8, 8)).astype(np.float32)


def test_the_digits_are_split_by_the_seed(monkeypatch):
    monkeypatch.delenv("CANCE_EDU_DATASET", raising=False)
    first, again, other = (lesson_split([8], seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.train, again.train)
    assert (first.train != other.train).any()


@pytest.mark.parametrize("kind", DEFECTS)
def test_defects_change_every_image_a_little_and_are_seeded(kind):
    before = IMAGES.copy()
    damaged = with_defect(IMAGES, kind, random_state=1)
    np.testing.assert_array_equal(IMAGES, before)
    np.testing.assert_array_equal(damaged, with_defect(IMAGES, kind, random_state=1))
    assert (damaged != with_defect(IMAGES, kind, random_state=2)).any()
    assert (damaged != IMAGES).any(axis=(1, 2, 3)).all()
    assert damaged.dtype == np.float32
    assert damaged.shape == IMAGES.shape
    assert 0 <= damaged.min() <= damaged.max() <= 1


def test_a_line_is_one_row_or_column_and_erasing_only_darkens():
    line = with_defect(IMAGES, "line")
    changed = (line != IMAGES)[:, 0]
    assert ((changed.sum((1, 2)) == 8) | (changed.sum((1, 2)) == 7)).all()
    assert (line[:, 0][changed] == 1).all()
    erased = with_defect(IMAGES, "erased")
    assert (erased <= IMAGES).all()
    assert ((erased != IMAGES).sum((1, 2, 3)) <= 4).all()


def test_a_shift_moves_by_one_of_eight_columns():
    shifted = with_defect(IMAGES, "shift")
    for image, moved in zip(IMAGES, shifted, strict=True):
        to_the_right = np.array_equal(moved[..., 1:], image[..., :-1]) and not moved[..., 0].any()
        to_the_left = np.array_equal(moved[..., :-1], image[..., 1:]) and not moved[..., -1].any()
        assert to_the_right != to_the_left


@pytest.mark.parametrize(
    "parameters", [{}, {"representation": "pca"}, {"image_scaling": "raw-error"}], ids=str
)
def test_the_error_of_what_is_rebuilt_is_z_e(parameters):
    images = np.random.default_rng(1).random((60, 1, 8, 8), dtype=np.float32)
    detector = CANCE("error", epochs=(1, 1), random_state=0, **parameters).fit(images)
    errors = reconstruction_error(images, lessons.rebuilt(detector, images))
    np.testing.assert_allclose(errors, detector.anomaly_score(images), rtol=1e-4)


def test_standardised_images_are_rebuilt_in_their_own_units():
    images = 0.3 + 0.01 * np.random.default_rng(1).random((60, 1, 8, 8), dtype=np.float32)
    settings = {"image_scaling": "standardized", "epochs": (1, 1), "random_state": 0}
    detector = CANCE("error", **settings).fit(images)
    np.testing.assert_allclose(lessons.rebuilt(detector, images), images, atol=0.05)


@given(st.text().filter(lambda kind: kind not in DEFECTS))
def test_an_unknown_defect_is_named(kind):
    with pytest.raises(ValueError, match="expected one of 'erased', 'line', 'shift', 'noise'"):
        with_defect(IMAGES, kind)


def test_a_shown_source_is_the_code_without_its_docstring():
    source = show_source(lognormal_mode).data
    assert "return mean * (standard_deviation**2 / mean**2 + 1) ** -1.5" in source
    assert "Parameters" not in source
    assert "def log_prob(self" in show_source(GaussianNoise.log_prob).data


def test_small_mnist_has_two_hundred_of_each_digit(monkeypatch):
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(10), 1200)
    images = rng.random((len(labels), 1, 2, 2), dtype=np.float32)
    monkeypatch.setattr(lessons, "mnist", lambda split: Images(images, labels))
    split = lessons.small_mnist([8])
    assert split.train.shape == (1000, 1, 2, 2)
    assert split.is_anomaly.tolist() == (np.repeat(np.arange(10), 200) != 8).tolist()
    known = {image.tobytes() for image in images[labels == 8]}
    assert {image.tobytes() for image in split.train} <= known
    assert len({image.tobytes() for image in split.train}) == 1000


def test_the_teachers_guide_quotes_the_benchmark_of_kernels_row_by_row():
    guide = (PROJECT / "notebooks" / "TEACHING.md").read_text(encoding="utf-8")
    benchmark = PROJECT / "tests" / "benchmarks" / "results" / "kernels.md"
    rows = [
        line
        for line in benchmark.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and line[2].isdigit()
    ]
    assert len(rows) > 8
    assert [row for row in rows if row not in guide] == []


@pytest.mark.parametrize("changed", ["train", "test"])
def test_small_mnist_says_how_its_images_differ(monkeypatch, changed):
    labels = np.repeat(np.arange(10), 1000)

    def made_up(part):
        return Images(np.zeros((10_000, 1, 2, 2), np.float32), labels, part * (part == changed))

    monkeypatch.setattr("cance_edu.course.page.mnist", made_up)
    small = lessons.small_mnist([8])
    assert small.differs == changed
    assert (len(small.train), len(small.test)) == (1000, 2000)
    assert small.is_anomaly.sum() == 1800
