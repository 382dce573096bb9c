import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from cance_edu import CANCE
from cance_edu.datasets import load_one_class
from cance_edu.sources import Source, standardize

QUICK = {"epochs": (3, 1), "steps": 40, "random_state": 0}
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(120, 4))
IMAGES = load_one_class("digits", [8]).train_images
VARIANTS = ("error", "latnce", "cnce", "cance")


@parametrize_with_checks([CANCE(**QUICK)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_default_settings_rank_other_digits_above_eights():
    split = load_one_class("digits", [8])
    detector = CANCE(random_state=0).fit(split.train_images)
    scores = detector.anomaly_score(split.test_images)
    assert scores[split.test_is_anomaly].mean() > scores[~split.test_is_anomaly].mean() + 5
    assert 0.5 < detector.history_.mass[-1] < 2


@pytest.mark.parametrize("variant", VARIANTS)
def test_scores_thresholds_and_labels_agree(variant):
    detector = CANCE(variant, contamination=0.2, **QUICK).fit(IMAGES)
    scores = detector.anomaly_score(IMAGES)
    np.testing.assert_array_equal(detector.score_samples(IMAGES), -scores)
    np.testing.assert_allclose(detector.decision_function(IMAGES), -scores - detector.offset_)
    assert abs((detector.predict(IMAGES) == -1).mean() - 0.2) < 0.02
    assert scores.dtype == np.float64
    assert detector.composite_features(IMAGES).shape == (len(IMAGES), 8)


def test_score_of_error_is_the_error():
    detector = CANCE("error", **QUICK).fit(IMAGES)
    z = detector.composite_features(IMAGES)
    np.testing.assert_array_equal(detector.anomaly_score(IMAGES), z[:, -2])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("representation", ["autoencoder", "pca"])
@pytest.mark.parametrize("data", [IMAGES, TABLE], ids=["images", "table"])
def test_a_saved_detector_gives_the_same_scores(tmp_path, variant, representation, data):
    detector = CANCE(variant, representation=representation, **QUICK).fit(data)
    loaded = CANCE.load(detector.save(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.anomaly_score(data), detector.anomaly_score(data))
    np.testing.assert_array_equal(loaded.predict(data), detector.predict(data))
    assert loaded.history_.loss == detector.history_.loss


class Items(torch.utils.data.Dataset):
    def __init__(self, labelled):
        self.labelled, self.largest = labelled, 0

    def __len__(self):
        return len(IMAGES)

    def __getitem__(self, i):
        image = torch.from_numpy(IMAGES[i])
        return (image, 8) if self.labelled else image


def test_every_kind_of_input_gives_the_same_scores(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    expected = CANCE(**QUICK).fit(IMAGES).anomaly_score(IMAGES)
    for data in (
        np.load(tmp_path / "images.npy", mmap_mode="r"),
        torch.from_numpy(IMAGES),
        IMAGES[:, 0],
        Items(labelled=True),
        Items(labelled=False),
    ):
        scores = CANCE(**QUICK).fit(data).anomaly_score(data)
        np.testing.assert_array_equal(scores, expected)


def test_no_more_than_a_batch_is_read_at_a_time(monkeypatch):
    sizes = []
    raw = Source.raw
    monkeypatch.setattr(
        Source, "raw", lambda self, rows: sizes.append(len(rows)) or raw(self, rows)
    )
    many = np.tile(IMAGES, (20, 1, 1, 1))
    CANCE(epochs=(1, 1), steps=10, random_state=0).fit(many).anomaly_score(many)
    assert max(sizes) <= 1000 < len(many)


def test_the_same_seed_gives_the_same_scores_here_and_in_another_process():
    first = CANCE(**QUICK).fit(IMAGES).anomaly_score(IMAGES)
    np.testing.assert_array_equal(CANCE(**QUICK).fit(IMAGES).anomaly_score(IMAGES), first)
    code = (
        "from tests.test_detector import CANCE, IMAGES, QUICK;"
        "print(CANCE(**QUICK).fit(IMAGES).anomaly_score(IMAGES).tobytes().hex())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == first.tobytes().hex()


@pytest.mark.parametrize("seed", [0, None, np.random.RandomState(0)])
def test_global_randomness_is_left_as_it_was(seed):
    numpy_state = np.random.get_state()[1].copy()  # noqa: NPY002
    torch_state = torch.get_rng_state()
    CANCE(**QUICK | {"random_state": seed}).fit(TABLE)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_state)


def test_an_interrupted_fit_leaves_the_detector_unfitted(monkeypatch):
    detector = CANCE(**QUICK).fit(TABLE)

    def interrupt(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr("cance_edu.detector.train_nce", interrupt)
    with pytest.raises(KeyboardInterrupt, match="not fitted"):
        detector.fit(TABLE)
    with pytest.raises(ValueError, match="not fitted"):
        detector.anomaly_score(TABLE)


def test_a_representation_can_be_shared_and_a_detector_cloned():
    first = CANCE("error", **QUICK).fit(IMAGES)
    second = CANCE("cnce", representation=first.representation_, **QUICK).fit(IMAGES)
    assert second.autoencoder_losses_ == []
    np.testing.assert_array_equal(
        second.composite_features(IMAGES), first.composite_features(IMAGES)
    )
    assert clone(second).variant == "cnce"


def test_auto_weight_reports_what_it_tried():
    detector = CANCE(covariance_weight="auto", **QUICK).fit(IMAGES)
    assert detector.covariance_weight_ == list(detector.condition_numbers_)[-1]
    assert next(iter(detector.condition_numbers_)) == 0


def test_device_variable_overrides_the_parameter(monkeypatch):
    monkeypatch.setenv("CANCE_EDU_DEVICE", "cpu")
    assert CANCE(device="cuda:7", **QUICK).fit(TABLE).device_ == "cpu"
    monkeypatch.setenv("CANCE_EDU_DEVICE", "abacus")
    with pytest.raises(ValueError, match="device is 'abacus'"):
        CANCE(**QUICK).fit(TABLE)


def test_standardised_images():
    images = torch.stack([torch.full((1, 4, 4), 0.3), torch.rand(1, 4, 4)])
    standard = standardize(images)
    assert (standard[0] == 0).all()
    np.testing.assert_allclose(standard[1].mean(), 0, atol=1e-6)
    np.testing.assert_allclose(standard[1].std(correction=0), 1, rtol=1e-5)
    scores = CANCE(image_scaling="standardized", **QUICK).fit(IMAGES).anomaly_score(IMAGES)
    assert np.isfinite(scores).all()


@pytest.mark.skipif("CANCE_EDU_DATA" not in os.environ, reason="needs MNIST in CANCE_EDU_DATA")
def test_on_mnist_the_composite_beats_error_and_latents():
    from cance_edu.experiments import fit_variants

    split = load_one_class("mnist", [8])
    auroc = {r.variant: r.auroc for r in fit_variants(split, epochs=(8, 2), random_state=0)}
    assert auroc["cance"] > auroc["error"] + 0.05
    assert auroc["cance"] > auroc["latnce"] + 0.05
    assert auroc["cance"] > 0.93
