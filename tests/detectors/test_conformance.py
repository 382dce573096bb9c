"""What holds for every detector, whatever it learns."""

import copy
import inspect
import pickle
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
import torch
from sklearn.base import clone

from cance_edu import detectors
from cance_edu.detectors.networks import NetworkDetector
from cance_edu.detectors.skeleton import Skeleton
from tests.detectors.systems import QUICK, quick

NAMES = list(QUICK)
NETWORKS = [name for name in NAMES if issubclass(QUICK[name][0], NetworkDetector)]
TABLES = [name for name in NAMES if name != "PixelCNN"]
RNG = np.random.default_rng(0)
PREFIX = f"{detectors.__name__}."


def smooth_images(n, rng):
    """Make images of one bright blob near the middle."""
    y, x = np.mgrid[:8, :8]
    centre = rng.normal(3.5, 0.4, size=(n, 2, 1, 1))
    squared = (y - centre[:, 0]) ** 2 + (x - centre[:, 1]) ** 2
    return np.exp(-squared / 6).astype(np.float32)[:, None]


IMAGES = smooth_images(120, RNG)
NEW_IMAGES = smooth_images(20, RNG)
ODD_IMAGES = RNG.random((20, 1, 8, 8), dtype=np.float32)
MIX = RNG.normal(size=(3, 5))
TABLE = RNG.normal(size=(120, 3)) @ MIX + 0.1 * RNG.normal(size=(120, 5))
NEW_TABLE = RNG.normal(size=(20, 3)) @ MIX + 0.1 * RNG.normal(size=(20, 5))
ODD_TABLE = RNG.choice([-12.0, 12.0], size=(20, 5))


def test_no_detector_is_left_out():
    modules = [import_module(found.name) for found in iter_modules(detectors.__path__, PREFIX)]
    kinds = {
        kind
        for module in modules
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Skeleton)
    }
    assert kinds - {Skeleton, NetworkDetector} <= {kind for kind, _ in QUICK.values()}


@pytest.fixture(scope="module")
def fitted():
    """Each detector, fitted on images, once for all tests that only look."""
    return {name: quick(name).fit(IMAGES) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_an_obvious_anomaly_among_images_scores_higher(fitted, name):
    detector = fitted[name]
    normal, odd = detector.anomaly_score(NEW_IMAGES), detector.anomaly_score(ODD_IMAGES)
    assert normal.shape == (20,)
    assert normal.dtype == np.float64
    assert np.isfinite([*normal, *odd]).all()
    assert np.median(odd) > np.median(normal)


@pytest.mark.parametrize("name", TABLES)
def test_an_obvious_anomaly_among_rows_scores_higher(name):
    detector = quick(name).fit(TABLE)
    odd, normal = detector.anomaly_score(ODD_TABLE), detector.anomaly_score(NEW_TABLE)
    assert np.median(odd) > np.median(normal)


@pytest.mark.parametrize("name", NETWORKS)
def test_training_lowers_the_loss(fitted, name):
    detector = fitted[name]
    before = getattr(detector, "pretraining_epochs", 0) + getattr(detector, "warm_up_epochs", 0)
    assert len(detector.losses_) == before + detector.epochs
    # What the objective is, the last stage says.
    first, *_, last = detector.losses_[before:]
    assert last < first


@pytest.mark.parametrize("name", NAMES)
def test_seeds_decide_and_nothing_else_is_touched(fitted, name):
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    torch.rand(3)
    after = torch.get_rng_state()
    same, other = quick(name).fit(IMAGES), quick(name, seed=1).fit(IMAGES)
    assert torch.equal(torch.get_rng_state(), after)
    assert np.array_equal(np.random.get_state()[1], before[1])
    scores = fitted[name].anomaly_score(NEW_IMAGES)
    assert np.array_equal(same.anomaly_score(NEW_IMAGES), scores)
    repeated = np.array_equal(other.anomaly_score(NEW_IMAGES), scores)
    assert repeated == getattr(other, "deterministic", False)


@pytest.mark.parametrize("name", NAMES)
def test_the_threshold_calls_the_contamination_anomalous(name):
    detector = quick(name, contamination=0.25).fit(IMAGES)
    scores = detector.anomaly_score(NEW_IMAGES)
    assert np.array_equal(detector.score_samples(NEW_IMAGES), -scores)
    assert np.array_equal(detector.decision_function(NEW_IMAGES), -scores - detector.offset_)
    assert np.array_equal(detector.predict(NEW_IMAGES) == -1, -scores < detector.offset_)
    if name not in ("KDE", "1-NN"):  # these leave a training point out of its own score
        assert (detector.predict(IMAGES) == -1).mean() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_copies_score_alike(fitted, name):
    scores = fitted[name].anomaly_score(NEW_IMAGES)
    for twin in (pickle.loads(pickle.dumps(fitted[name])), copy.deepcopy(fitted[name])):
        assert np.array_equal(twin.anomaly_score(NEW_IMAGES), scores)
        assert np.array_equal(twin.predict(NEW_IMAGES), fitted[name].predict(NEW_IMAGES))


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_kept_as_they_are_given(name):
    settings = QUICK[name][1]
    detector = quick(name, seed=7)
    assert {**settings, "random_state": 7}.items() <= detector.get_params().items()
    assert clone(detector).get_params() == detector.get_params()
    assert clone(detector).set_params(contamination=0.3).contamination == 0.3
    assert not hasattr(detector, "offset_")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_said_before_training(fitted, name):
    spoiled = IMAGES.copy()
    spoiled[7, 0, 2, 3] = np.nan
    with pytest.raises(ValueError, match="image 7 has NaN or infinity"):
        quick(name).fit(spoiled)
    with pytest.raises(ValueError, match=r"n_samples = 1\b.*at least"):
        quick(name).fit(IMAGES[:1] * np.linspace(0, 1, 8, dtype=np.float32))
    with pytest.raises(ValueError, match=r"contamination is 0\.7; expected a number in"):
        quick(name, contamination=0.7).fit(IMAGES)
    with pytest.raises(ValueError, match="not fitted"):
        quick(name).anomaly_score(IMAGES)
    with pytest.raises(ValueError, match=r"images of shape .* fitted on \(1, 8, 8\)"):
        fitted[name].anomaly_score(IMAGES[..., :7])
    with pytest.raises(ValueError, match="fitted on images"):
        fitted[name].anomaly_score(TABLE)
    with pytest.raises(ValueError, match="image 7 has NaN or infinity"):
        fitted[name].anomaly_score(spoiled)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CANCE"])
def test_a_word_or_a_number_that_is_not_one_is_named(name):
    with pytest.raises(ValueError, match="column_scaling is 'none'; expected one of 'standard"):
        quick(name, column_scaling="none").fit(IMAGES)
    for number, low in type(quick(name)).lowest.items():
        wrong = 0 if low > 0 else -1
        with pytest.raises(ValueError, match=f"{number} is {wrong}; expected a .*number"):
            quick(name, **{number: wrong}).fit(IMAGES)


UNFIT = [
    ("DROCC", {"radius": 0}, "radius is 0; expected a number above 0, or None"),
    ("DROCC", {"radius": -1.0}, "radius is -1.0; expected a number above 0"),
    ("DROCC", {"channels": 8}, "channels is 8; expected a sequence of whole .* 1 of them"),
    ("DAGMM", {"latent_dim": 0}, "latent_dim is 0; expected a whole number of at least 1, or None"),
    ("DAGMM", {"hidden": (60, 0)}, r"hidden is \(60, 0\); expected a sequence of whole"),
    ("DAGMM-CANCE", {"steps": -3}, "steps is -3; expected a whole number, at least 5, or 'auto'"),
    ("LSA", {"validation_fraction": 5}, r"validation_fraction is 5; expected a number in \[0, 1\)"),
    ("GOAD", {"widths": ()}, r"widths is \(\); expected a sequence of whole .* 1 of them"),
    ("Deep SVDD", {"channels": ()}, r"channels is \(\); expected a sequence of whole"),
    ("VAE", {"epochs": True}, "epochs is True; expected a whole number of at least 1"),
    ("VAE", {"learning_rate": np.inf}, "learning_rate is inf; expected a number of at least 1e-12"),
    ("KDE", {"bandwidth": np.inf}, "bandwidth is inf; expected a number above 0, 'scott' or"),
]


@pytest.mark.parametrize(("name", "parameters", "message"), UNFIT, ids=str)
def test_what_no_training_can_use_is_refused_before_it(monkeypatch, name, parameters, message):
    detector = quick(name, **parameters)
    monkeypatch.setattr(type(detector), "_learn", None)
    with pytest.raises(ValueError, match=message):
        detector.fit(IMAGES)


def test_networks_without_hidden_layers_are_fine():
    for name in ("DAGMM", "Deep SVDD", "DROCC"):
        assert np.isfinite(quick(name, hidden=()).fit(TABLE).anomaly_score(TABLE)).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_scores_are_computed_as_in_training(monkeypatch, fitted, name):
    """On a GPU convolutions are deterministic, in float32, only inside `reproducible`."""
    inside = []

    @contextmanager
    def noted(device):
        inside.append(device)
        yield
        inside.pop()

    monkeypatch.setattr("cance_edu.detectors.skeleton.reproducible", noted)
    detector = copy.copy(fitted[name])
    detector._score = lambda source: list(inside)
    assert detector.anomaly_score(NEW_IMAGES) == ["cpu"]


@pytest.mark.parametrize("scaling", ["standardized", "given"])
@pytest.mark.parametrize("name", TABLES)
def test_rows_that_are_all_the_same_are_refused(name, scaling):
    with pytest.raises(ValueError, match="all 60 rows are the same; there is nothing to learn"):
        quick(name, column_scaling=scaling).fit(np.full((60, 3), 0.1))


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_score_is_normal(fitted, name):
    alike = copy.deepcopy(fitted[name])
    alike._set_offset(np.full(50, 3.0))
    alike.anomaly_score = lambda X: np.full(len(X), 3.0)
    assert (alike.predict(NEW_IMAGES) == 1).all()
    repeated = np.repeat(NEW_IMAGES[:1], 5, axis=0)
    scores = fitted[name].anomaly_score(repeated)
    np.testing.assert_allclose(scores, scores[0], rtol=1e-4)


def test_pixelcnn_refuses_a_table():
    with pytest.raises(ValueError, match="got a table; PixelCNN needs images"):
        quick("PixelCNN").fit(TABLE)


def test_images_that_are_too_small_for_the_convolutions():
    with pytest.raises(ValueError, match=r"shape \(1, 3, 3\); 2 convolutions.* at least 4 pixels"):
        quick("Deep SVDD").fit(IMAGES[..., 2:5, 2:5])
