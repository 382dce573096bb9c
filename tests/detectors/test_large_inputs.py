"""Inputs that are large, one by one or in their number: networks and batches that fit in memory."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from cance_edu import CANCE
from cance_edu.method.autoencoder import channels_for, convolutional_autoencoder
from cance_edu.training.scaling import scaling_of_columns
from cance_edu.training.sources import BATCH_BYTES, Source

QUICK = {"epochs": (1, 1), "steps": 10, "random_state": 0}


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        *[(side, (16, 32)) for side in (1, 8, 9, 16, 17, 28, 32)],
        (33, (16, 32, 64)),
        (64, (16, 32, 64)),
        (65, (16, 32, 64, 64)),
        (224, (16, 32, 64, 64, 64)),
        (1024, (16, 32, 64, 64, 64, 64, 64)),
    ],
)
def test_convolutions_follow_the_size_until_a_side_is_at_most_8(side, expected):
    assert channels_for((3, side, side)) == channels_for((1, side, 1)) == expected
    with torch.device("meta"):
        model = convolutional_autoencoder((3, side, side), 6)
    assert sum(p.numel() for p in model.parameters()) < 3e6
    if side > 8:
        # The first dense layer sees what is left of the sides.
        dense = next(m for m in model.modules() if isinstance(m, torch.nn.Linear))
        assert dense.in_features <= 64 * 8 * 8


def test_a_network_of_too_many_weights_is_refused_before_anything_is_trained(monkeypatch):
    monkeypatch.setattr("cance_edu.detectors.cance.train_until_well_conditioned", None)
    images = np.random.default_rng(0).random((12, 1, 640, 640), dtype=np.float32)
    with pytest.raises(ValueError, match=r"images of 640 x 640 make an autoencoder of 420 million"):
        CANCE(channels=(16, 32), **QUICK).fit(images)
    with pytest.raises(ValueError, match=r"4 columns make an autoencoder of .* smaller `hidden`"):
        CANCE(hidden=(20_000, 20_000), **QUICK).fit(np.random.default_rng(0).normal(size=(50, 4)))


def test_a_batch_has_fewer_rows_if_each_is_large():
    class Shape:
        """An array of which nothing is read."""

        ndim = 4

        def __init__(self, *shape):
            self.shape = shape

        def __len__(self):
            return self.shape[0]

    for shape in ((3000, 1, 28, 28), (3000, 3, 224, 224), (30, 3, 1024, 1024), (3, 3, 9000, 9000)):
        sizes = [len(rows) for rows in Source(Shape(*shape)).batch_rows()]
        assert sum(sizes) == shape[0]
        assert sizes[0] == 1 or sizes[0] * np.prod(shape[1:]) * 4 <= BATCH_BYTES
        assert max(sizes) <= 1000
    assert max(len(rows) for rows in Source(Shape(3000, 1, 28, 28)).batch_rows()) == 1000


@pytest.mark.parametrize(
    ("side", "n", "expected"), [(28, 500, 32), (28, 5000, 128), (1024, 5000, 8), (400, 5000, 17)]
)
def test_a_training_step_has_fewer_images_if_each_is_large(side, n, expected):
    detector = CANCE()
    detector.image_shape_, detector.n_features_in_ = (3, side, side), 3 * side**2
    assert detector._schedule(n).batch_size == expected
    assert CANCE(batch_size=64).set_params()._schedule(n).batch_size == 64


def test_principal_components_of_large_images_are_refused(monkeypatch):
    monkeypatch.setattr("cance_edu.detectors.cance.PrincipalComponents", None)
    images = np.random.default_rng(0).random((20, 3, 48, 48), dtype=np.float32)
    with pytest.raises(ValueError, match=r"6,912 numbers, whose covariance takes 0\.4 GB; .*5,000"):
        CANCE(representation="pca", **QUICK).fit(images)


def peak_megabytes(code):
    """Run code in a Python of its own; return by how much its memory grew at most."""
    measured = f"""
import resource, numpy as np
from cance_edu import CANCE
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
{code}
"""
    command = [sys.executable, "-c", measured]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads ru_maxrss in KiB")
def test_columns_are_standardised_without_their_covariance():
    grown = peak_megabytes("""
from cance_edu.training.scaling import scaling_of_columns
from cance_edu.training.sources import Source
table = np.random.default_rng(0).normal(size=(1500, 6000)).astype(np.float32)
scaling_of_columns(Source(table[:10]))
before = peak()
scaling_of_columns(Source(table))
print(peak() - before)
""")
    # The covariance alone takes 275 MiB; a batch in float64 46.
    assert grown < 250


@pytest.mark.skipif(sys.platform != "linux", reason="reads ru_maxrss in KiB")
def test_large_images_are_scored_in_little_memory():
    grown = peak_megabytes("""
images = np.random.default_rng(0).random((40, 3, 512, 512), dtype=np.float32)
detector = CANCE("error", epochs=(1, 0), random_state=0).fit(images[:10])
before = peak()
detector.anomaly_score(images)
print(peak() - before)
""")
    # All 40 at once would take 500 MiB, were they only read.
    assert grown < 450


def test_columns_are_standardised_as_scikit_learn_does():
    table = np.random.default_rng(0).normal(size=(2300, 5)) * [1, 10, 1e-3, 1e9, 0] + 7
    scaling, expected = scaling_of_columns(Source(table)), StandardScaler().fit(table)
    np.testing.assert_allclose(scaling.centre, expected.mean_, rtol=1e-12)
    np.testing.assert_allclose(scaling.spread, expected.scale_, rtol=1e-9)
    assert scaling.spread[4] == 1


def test_time_stamps_in_nanoseconds_vary():
    stamps = 1.7e18 + np.random.default_rng(0).integers(-500, 500, 300) * 1e3
    table = np.column_stack([stamps, np.random.default_rng(1).normal(size=300)])
    scaling = scaling_of_columns(Source(table))
    np.testing.assert_allclose(scaling.spread, table.std(0), rtol=1e-5)
    scaled = scaling(torch.from_numpy(table))
    np.testing.assert_allclose(scaled.std(0, correction=0), 1, rtol=1e-3)


def test_numbers_whose_variance_is_no_float_are_named():
    table = np.random.default_rng(0).normal(size=(50, 3)) * [1, 1e200, 1]
    with pytest.raises(ValueError, match="the variance of column 1 is too large for a float64"):
        CANCE(**QUICK).fit(table)
