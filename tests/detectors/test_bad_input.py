"""What is wrong with data or parameters is said before anything is trained."""

import numpy as np
import pytest
import torch
from torch import nn

from cance_edu import CANCE
from cance_edu.experiments import auroc
from cance_edu.method.autoencoder import Autoencoder

QUICK = {"epochs": (1, 1), "steps": 10, "random_state": 0}
IMAGES = np.random.default_rng(0).random((40, 1, 8, 8), dtype=np.float32)
TABLE = np.random.default_rng(1).normal(size=(60, 3))


@pytest.fixture
def no_training(monkeypatch):
    """Fail, and not by a ValueError, if training begins."""

    def begun(*arguments, **named):
        raise AssertionError("training began")

    for name in (
        "train_until_well_conditioned",
        "train_nce",
        "composite_features",
        "PrincipalComponents",
    ):
        monkeypatch.setattr(f"cance_edu.detectors.cance.{name}", begun)


def with_value(data, place, value):
    data = data.copy()
    data[place] = value
    return data


DATA = {
    "image nan": (
        with_value(IMAGES, (7, 0, 2, 3), np.nan),
        r"image 7 has NaN or infinity \(nan\); expected finite values in \[0, 1\]: remove",
    ),
    "image inf": (
        with_value(IMAGES, ([30, 35], 0, 2, 3), np.inf),
        r"image 30 has NaN or infinity \(inf\)",
    ),
    "image below 0": (
        with_value(IMAGES, (7, 0, 0, 0), -0.5),
        r"image 7 has a value outside \[0, 1\] \(-0.5\)",
    ),
    "image above 1": (
        with_value(IMAGES, (7, 0, 0, 0), 1.01),
        r"image 7 has a value outside \[0, 1\] \(1.01\)",
    ),
    "8 bits as floats": (IMAGES * 255, r"divide by the largest value .* 8 bits, as np\.uint8, are"),
    "complex images": (
        IMAGES + 1j * IMAGES,
        r"image 0 holds complex numbers \(torch\.complex64\); expected real ones",
    ),
    "complex table": (TABLE + 1j * TABLE, "Complex data not supported"),
    "16 bits": ((IMAGES * 65535).astype(np.uint16), r"a value outside \[0, 1\]"),
    "all black": (np.zeros_like(IMAGES), "all 40 images are the constant 0; there is nothing"),
    "all grey": (np.full_like(IMAGES, 0.5), "all 40 images are the constant 0.5"),
    "no image": (IMAGES[:0], "got 0 images .* expected at least 1"),
    "d + 2 images": (
        IMAGES[:8],
        r"got 8 inputs \(n_samples = 8\) for 6 latents; .* at least 9: pass more inputs or lower",
    ),
    "one image, no axis of inputs": (IMAGES[0, 0, 0], "Expected 2D array, got 1D array"),
    "5 dimensions": (IMAGES[None], "Found array with dim 5"),
    "table nan": (
        with_value(TABLE, ([3, 9], [1, 0]), np.nan),
        r"row 3, column 1 is NaN or infinity \(nan\); expected finite numbers: remove .* impute",
    ),
    "table inf": (with_value(TABLE, (5, 2), -np.inf), r"row 5, column 2 .* \(-inf\)"),
    "list with None": ([[1.0, 2.0], [None, 1.0]] * 9, "row 1, column 0 is NaN"),
    "words": ([["a", "b"]] * 9, "could not convert string to float"),
    "constant table": (np.full((60, 3), 0.1), "all 60 rows are the same; there is nothing"),
    "one column": (TABLE[:, :1], r"1 feature\(s\) .* minimum of 2 is required"),
    "d + 2 rows": (TABLE[:5], r"got 5 inputs .* for 3 latents; .* at least 6"),
}


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize("variant", ["error", "cance"])
@pytest.mark.parametrize(("data", "message"), DATA.values(), ids=DATA)
def test_bad_data(variant, data, message):
    with pytest.raises(ValueError, match=message):
        CANCE(variant, **QUICK).fit(data)


PARAMETERS = [
    ({"variant": "dagmm"}, "variant is 'dagmm'; expected one of 'error', 'latnce', 'cnce', 'canc"),
    ({"noise_objective": "eq9"}, "noise_objective is 'eq9'; expected one of 'eq8', 'eq12'"),
    ({"augmentation": "both"}, "augmentation is 'both'; expected one of 'paper', 'k-aware'"),
    (
        {"column_scaling": "none"},
        "column_scaling is 'none'; expected one of 'standardized', 'given'",
    ),
    (
        {"image_scaling": "none"},
        "image_scaling is 'none'; expected one of 'unit', 'standardized', 'raw-error'",
    ),
    ({"representation": "vae"}, "representation is 'vae'; expected 'autoencoder', 'pca', a fitted"),
    ({"representation": np.eye(3)}, r"representation is array\(\[\[1"),
    ({"representation": nn.Linear(3, 2)}, "an object with latent_dim, encode and decode"),
    ({"latent_dim": True}, "latent_dim is True; expected a whole number"),
    (
        {"covariance_weight": np.array([1.0, 2.0])},
        r"covariance_weight is array\(\[1\., 2\.\]\); exp",
    ),
    ({"variant": np.array(["cance"])}, r"variant is array\(.*; expected one of 'error'"),
    ({"channels": "many"}, "channels is 'many'; expected whole numbers, .* or 'auto'"),
    ({"latent_dim": "auto"}, "latent_dim is 'auto'; expected a whole number, at least 1, or None"),
    ({"random_state": 2**70}, r"random_state is 1180591620717411303424; expected .* 2\*\*64 - 1"),
    ({"device": "tpu"}, "device is 'tpu'; expected one of 'auto', 'cpu'"),
    ({"device": "cuda:99"}, "device is 'cuda:99'; expected one of 'auto', 'cpu'"),
    ({"noise_ratio": 0}, r"noise_ratio is 0; expected a number \(nu\) above 0"),
    ({"noise_ratio": -1.0}, "noise_ratio is -1.0"),
    ({"noise_ratio": np.inf}, "noise_ratio is inf"),
    ({"initial_scale": 1.0}, r"initial_scale is 1.0; expected a number \(K\) above 1 .*'fixed'"),
    ({"initial_scale": 0.5, "noise_objective": "fixed"}, "initial_scale is 0.5"),
    ({"contamination": 0}, r"contamination is 0; expected a number in \(0, 0.5\]"),
    ({"contamination": 0.51}, "contamination is 0.51"),
    ({"contamination": np.nan}, "contamination is nan"),
    ({"contamination": "auto"}, "contamination is 'auto'"),
    ({"validation_fraction": 1.0}, r"validation_fraction is 1.0; expected a number in \[0, 1\)"),
    ({"covariance_weight": -1}, "covariance_weight is -1; expected a number, at least 0, or 'au"),
    ({"covariance_weight": "high"}, "covariance_weight is 'high'"),
    ({"latent_dim": 0}, "latent_dim is 0; expected a whole number, at least 1"),
    ({"latent_dim": 2.5}, "latent_dim is 2.5"),
    ({"latent_dim": 4}, "latent_dim is 4, more than the 3 columns; expected no more"),
    ({"epochs": 5}, "epochs is 5; expected two whole numbers, at least 1 and 0, or 'auto'"),
    ({"epochs": (0, 5)}, r"epochs is \(0, 5\)"),
    ({"epochs": (5, -1)}, r"epochs is \(5, -1\)"),
    ({"steps": 1}, "steps is 1; expected a whole number, at least 5"),
    ({"steps": 10.0}, "steps is 10.0"),
    ({"batch_size": 1}, "batch_size is 1; expected a whole number, at least 2, or 'auto'"),
    ({"channels": ()}, r"channels is \(\); expected whole numbers"),
    ({"channels": (16, 0)}, r"channels is \(16, 0\)"),
    ({"hidden": (64, 0.5)}, r"hidden is \(64, 0.5\); expected a whole number or several"),
    ({"random_state": "seed"}, "'seed' cannot be used to seed"),
]


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize(("parameters", "message"), PARAMETERS, ids=str)
def test_bad_parameters(monkeypatch, parameters, message):
    monkeypatch.delenv("CANCE_EDU_DEVICE", raising=False)
    detector = CANCE(**QUICK | parameters)  # the constructor looks at nothing
    with pytest.raises(ValueError, match=message):
        detector.fit(TABLE)


@pytest.mark.usefixtures("no_training")
def test_several_hidden_widths_are_for_tables():
    with pytest.raises(ValueError, match=r"hidden is \(64, 32\); expected one whole number"):
        CANCE(hidden=(64, 32), **QUICK).fit(IMAGES)


@pytest.mark.parametrize(
    "parameters",
    [
        {"initial_scale": 1, "noise_objective": "fixed"},
        {"contamination": 0.5},
        {"validation_fraction": 0},
        {"latent_dim": 1},
        {"epochs": (1, 0)},
        {"steps": 5},
        {"batch_size": np.int64(16)},
        {"hidden": 8},
        {"hidden": [8]},
        {"random_state": np.int64(3)},
    ],
    ids=str,
)
def test_parameters_at_their_bounds_are_fine(parameters):
    scores = CANCE(**QUICK | parameters).fit(TABLE).anomaly_score(TABLE)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(("data", "enough"), [(IMAGES, 9), (TABLE, 6)], ids=["images", "table"])
def test_the_fewest_inputs_that_are_enough(data, enough):
    scores = CANCE(**QUICK).fit(data[:enough]).anomaly_score(data)
    assert np.isfinite(scores).all()


def collapsed_autoencoder():
    """Build an autoencoder for 3 columns whose two latents are the same."""
    encoder = nn.Linear(3, 2)
    with torch.no_grad():
        encoder.weight[1] = encoder.weight[0]
    return Autoencoder(encoder, nn.Linear(2, 3), 2).double()


@pytest.mark.parametrize("variant", ["latnce", "cnce", "cance"])
def test_collapsed_latents(monkeypatch, variant):
    monkeypatch.setattr("cance_edu.detectors.cance.train_nce", None)
    detector = CANCE(variant, representation=collapsed_autoencoder(), **QUICK)
    advice = (
        r"singular \(condition number .*: the latents collapsed\. Raise covariance_weight \(lam"
    )
    with pytest.raises(ValueError, match=advice):
        detector.fit(TABLE)
    with pytest.raises(ValueError, match="not fitted"):
        detector.anomaly_score(TABLE)


@pytest.mark.parametrize("variant", ["error", "cnce", "cance"])
def test_principal_components_that_leave_no_error(monkeypatch, variant):
    monkeypatch.setattr("cance_edu.detectors.cance.train_nce", None)
    detector = CANCE(variant, representation="pca", latent_dim=3, **QUICK)
    with pytest.raises(ValueError, match=r"3 latents reconstruct the data exactly.*lower latent_d"):
        detector.fit(TABLE)


class Far:
    """A representation whose reconstructions are the inputs plus the same for all: z_e is 1/4."""

    latent_dim = 2

    def encode(self, inputs):
        self.inputs = inputs
        return inputs[:, :2]

    def decode(self, latent):
        return self.inputs + 0.5


def test_an_error_that_does_not_vary_is_named(monkeypatch):
    monkeypatch.setattr("cance_edu.detectors.cance.train_nce", None)
    table = np.round(TABLE * 64) / 64  # so that the error is 1/4 to the last digit
    for variant in ("cance", "cnce"):
        detector = CANCE(variant, representation=Far(), column_scaling="given", **QUICK)
        with pytest.raises(ValueError, match=r"z_e is 0\.25 for every training input.*no density"):
            detector.fit(table)
    CANCE("error", representation=Far(), column_scaling="given", **QUICK).fit(table)


class Broken(Far):
    """A representation that gives no reconstruction of one input."""

    def decode(self, latent):
        rebuilt = super().decode(latent).clone()
        rebuilt[self.inputs[:, 0] == TABLE[:, 0].max()] = torch.nan
        return rebuilt


@pytest.mark.parametrize("variant", ["error", "latnce", "cnce", "cance"])
def test_features_that_are_not_finite_are_named(monkeypatch, variant):
    monkeypatch.setattr("cance_edu.detectors.cance.train_nce", None)
    detector = CANCE(variant, representation=Broken(), column_scaling="given", **QUICK)
    row = TABLE[:, 0].argmax()
    with pytest.raises(ValueError, match=f"composite feature 2 of input {row} is nan; expected"):
        detector.fit(TABLE)


def test_data_of_fewer_dimensions_than_principal_components():
    plane = TABLE[:, :2] @ np.ones((2, 5))
    with pytest.raises(ValueError, match="the data span 1 dimensions, fewer than latent_dim = 4"):
        CANCE(representation="pca", **QUICK).fit(plane)


@pytest.mark.parametrize(
    "wrong", [IMAGES[..., :7], np.repeat(IMAGES, 3, axis=1), IMAGES.reshape(40, -1)]
)
def test_a_representation_of_other_inputs(wrong):
    representation = CANCE("error", **QUICK).fit(IMAGES).representation_
    with pytest.raises(ValueError, match="the given representation does not take these inputs"):
        CANCE(representation=representation, **QUICK).fit(wrong)


METHODS = [
    "anomaly_score",
    "score_samples",
    "decision_function",
    "predict",
    "composite_features",
]


@pytest.fixture(scope="module")
def of_images():
    return CANCE("error", **QUICK).fit(IMAGES)


@pytest.fixture(scope="module")
def of_a_table():
    return CANCE("error", **QUICK).fit(TABLE)


@pytest.mark.parametrize("method", METHODS)
def test_later_calls_check_the_images(of_images, method):
    assert (of_images.image_shape_, of_images.n_features_in_) == ((1, 8, 8), 64)
    for wrong in (IMAGES[..., :7], np.repeat(IMAGES, 3, axis=1), IMAGES.transpose(0, 2, 3, 1)):
        with pytest.raises(ValueError, match=r"got images of shape .* fitted on \(1, 8, 8\)"):
            getattr(of_images, method)(wrong)
    with pytest.raises(ValueError, match=r"got data of 2 dimensions, but .* fitted on images"):
        getattr(of_images, method)(IMAGES.reshape(40, -1))
    with pytest.raises(ValueError, match="image 1 has a value outside"):
        getattr(of_images, method)(with_value(IMAGES, (1, 0, 0, 0), 2))
    with pytest.raises(ValueError, match="got 0 images"):
        getattr(of_images, method)(IMAGES[:0])


@pytest.mark.parametrize("method", METHODS)
def test_later_calls_check_the_columns(of_a_table, method):
    assert of_a_table.n_features_in_ == 3
    assert not hasattr(of_a_table, "image_shape_")
    with pytest.raises(ValueError, match="X has 2 features, but CANCE is expecting 3 features"):
        getattr(of_a_table, method)(TABLE[:, :2])
    with pytest.raises(ValueError, match=r"got data of 4 dimensions, .* a table of 3 features"):
        getattr(of_a_table, method)(IMAGES)
    with pytest.raises(ValueError, match="row 2, column 0 is NaN"):
        getattr(of_a_table, method)(with_value(TABLE, (2, 0), np.nan))


def test_one_constant_image_can_be_scored(of_images):
    assert np.isfinite(of_images.anomaly_score(np.zeros((1, 1, 8, 8)))).all()


@pytest.mark.parametrize("method", [*METHODS, "save"])
def test_nothing_works_before_fit(method):
    with pytest.raises(ValueError, match="not fitted"):
        getattr(CANCE(), method)(TABLE)


@pytest.mark.parametrize("truth", [[True] * 3, [False] * 3])
def test_an_auroc_needs_both_classes(truth):
    with pytest.raises(ValueError, match="anomalies among 3 inputs; an AUROC needs both"):
        auroc(truth, [1, 2, 3])
