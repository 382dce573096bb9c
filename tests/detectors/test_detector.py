import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from unittest import SkipTest

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import estimator_checks_generator

from cance_edu import CANCE
from cance_edu.datasets import load_one_class
from cance_edu.experiments import auroc
from cance_edu.method.composite import reconstruction_error
from cance_edu.training.autoencoder import latent_covariance
from cance_edu.training.contrast import History
from cance_edu.training.device import choose_device, reproducible
from cance_edu.training.scaling import in_own_units, standardize
from cance_edu.training.sources import Source

QUICK = {"epochs": (1, 1), "steps": 10, "random_state": 0}
VARIANTS = ("error", "latnce", "cnce", "cance")
TABLE = np.random.default_rng(0).normal(size=(120, 4))
EIGHTS = load_one_class("digits", [8])
IMAGES = EIGHTS.train

CHECKS = estimator_checks_generator(CANCE(epochs=(1, 1), steps=5, random_state=0))
SKIPPED = {
    # Needs SCIPY_ARRAY_API=1 when SciPy is imported; scores are NumPy arrays whatever the input.
    "check_array_api_input",
}


def name_of(check):
    return getattr(check, "func", check).__name__


@pytest.mark.parametrize(
    ("estimator", "check"), [pytest.param(*c, id=name_of(c[1])) for c in CHECKS]
)
def test_scikit_learns_checks(estimator, check):
    try:
        check(estimator)
    except SkipTest:
        assert name_of(check) in SKIPPED
        raise


# -- scores -------------------------------------------------------------------------------------


def test_default_settings_find_malignant_tumours_in_a_table():
    table, benign = load_breast_cancer(return_X_y=True)
    normal = table[benign == 1]
    detector = CANCE(random_state=0).fit(normal[:250])
    test = np.concatenate([normal[250:], table[benign == 0]])
    assert auroc(np.arange(len(test)) >= len(normal) - 250, detector.anomaly_score(test)) > 0.9


def test_another_digit_scores_above_an_eight_and_noise_above_both():
    detector = CANCE(epochs=(40, 10), steps=200, random_state=0).fit(IMAGES)
    eights = detector.anomaly_score(EIGHTS.test[~EIGHTS.is_anomaly])
    others = detector.anomaly_score(EIGHTS.test[EIGHTS.is_anomaly])
    noise = np.random.default_rng(0).random((20, 1, 8, 8))
    assert np.median(others) > np.quantile(eights, 0.9)
    assert detector.anomaly_score(noise).min() > np.median(others)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("data", [IMAGES, TABLE], ids=["images", "table"])
def test_scores_thresholds_and_labels_agree(variant, data):
    detector = CANCE(variant, contamination=0.2, **QUICK).fit(data)
    scores = detector.anomaly_score(data)
    assert (scores.dtype, scores.shape) == (np.float64, (len(data),))
    np.testing.assert_array_equal(detector.score_samples(data), -scores)
    decision = detector.decision_function(data)
    np.testing.assert_array_equal(decision, detector.score_samples(data) - detector.offset_)
    np.testing.assert_array_equal(detector.predict(data), np.where(decision < 0, -1, 1))


@pytest.mark.parametrize("contamination", [0.05, 0.25, 0.5])
def test_contamination_is_the_share_called_anomalous_in_training(contamination):
    detector = CANCE(contamination=contamination, **QUICK).fit(TABLE)
    assert (detector.predict(TABLE) == -1).sum() == contamination * len(TABLE)


def test_the_score_of_error_is_the_mean_squared_error():
    detector = CANCE("error", **QUICK).fit(IMAGES)
    with torch.no_grad():
        reconstructions = detector.representation_(torch.from_numpy(IMAGES)).numpy()
    expected = ((IMAGES - reconstructions) ** 2).mean((1, 2, 3))
    np.testing.assert_allclose(detector.anomaly_score(IMAGES), expected, rtol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS[1:])
def test_the_score_is_eq_6_with_the_noise_that_the_network_saw(variant):
    from scipy.stats import multivariate_normal

    detector = CANCE(variant, noise_ratio=3, **QUICK).fit(IMAGES)
    z = detector.composite_features(IMAGES)
    assert z.shape == (len(IMAGES), 8)
    z = z[:, :6] if variant == "latnce" else z
    k = np.diag(detector.scale_.numpy())
    widened = multivariate_normal(
        detector.noise_.mean.numpy(), k @ detector.noise_.covariance.numpy() @ k
    )
    with torch.no_grad():
        log_ratio = detector.log_ratio_(torch.from_numpy(z)).numpy()
    expected = -(log_ratio + np.log(3) + widened.logpdf(z))
    np.testing.assert_allclose(detector.anomaly_score(IMAGES), expected, rtol=1e-9)


@pytest.mark.parametrize("other", VARIANTS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_parameters_that_are_set_after_the_fit_are_for_the_next_one(tmp_path, variant, other):
    detector = CANCE(variant, noise_ratio=2, **QUICK).fit(TABLE)
    scores = detector.anomaly_score(TABLE)
    detector.set_params(variant=other, noise_ratio=100)
    for changed in (detector, CANCE.load(detector.save(tmp_path / "changed"))):
        np.testing.assert_array_equal(changed.anomaly_score(TABLE), scores)


def test_scores_of_far_inputs_are_finite_and_distinct():
    scores = CANCE(**QUICK).fit(TABLE).anomaly_score(TABLE[:1] * 10.0 ** np.arange(8)[:, None])
    assert np.isfinite(scores).all()
    assert (np.diff(scores[2:]) > 0).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_so_far_that_squares_overflow_is_anomalous(variant):
    detector = CANCE(variant, **QUICK).fit(TABLE)
    far = np.array([[1.0], [1e154], [-1e300]]) * np.ones(4)
    assert not np.isnan(detector.anomaly_score(far)).any()
    np.testing.assert_array_equal(detector.predict(far)[1:], -1)


def test_a_score_that_is_nan_is_not_called_normal():
    detector = CANCE("error", **QUICK).fit(TABLE)
    detector.anomaly_score = lambda X: np.full(len(X), np.nan)
    np.testing.assert_array_equal(detector.predict(TABLE), -1)


def test_scores_do_not_depend_on_what_else_is_scored():
    detector = CANCE(**QUICK).fit(TABLE)
    scores = detector.anomaly_score(TABLE)
    np.testing.assert_allclose(detector.anomaly_score(TABLE[50:60]), scores[50:60], rtol=1e-9)


# -- the same again -----------------------------------------------------------------------------


@pytest.mark.parametrize("data", [IMAGES, TABLE], ids=["images", "table"])
def test_the_same_seed_gives_the_same_scores_in_one_process(data):
    first = CANCE(**QUICK).fit(data).anomaly_score(data)
    torch.rand(3)
    np.testing.assert_array_equal(CANCE(**QUICK).fit(data).anomaly_score(data), first)
    other = CANCE(**QUICK | {"random_state": 1}).fit(data).anomaly_score(data)
    assert not np.array_equal(other, first)


def test_the_same_seed_gives_the_same_scores_in_another_process(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    code = (
        "import numpy as np; from cance_edu import CANCE;"
        "images = np.load('images.npy');"
        f"scores = CANCE(**{QUICK}).fit(images).anomaly_score(images);"
        "np.save('scores.npy', scores)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=True)
    scores = CANCE(**QUICK).fit(IMAGES).anomaly_score(IMAGES)
    np.testing.assert_array_equal(np.load(tmp_path / "scores.npy"), scores)


def test_fitting_again_forgets_the_first_fit():
    detector = CANCE(**QUICK).fit(IMAGES)
    again = detector.fit(TABLE)
    fresh = CANCE(**QUICK).fit(TABLE)
    assert again is detector
    assert set(vars(again)) == set(vars(fresh))
    np.testing.assert_array_equal(again.anomaly_score(TABLE), fresh.anomaly_score(TABLE))


@pytest.mark.parametrize(
    "seed", [0, None, np.random.RandomState(0)], ids=["0", "None", "a generator"]
)
def test_global_randomness_is_left_as_it_was(tmp_path, seed):
    def state():
        _, keys, position, *_ = np.random.get_state()
        return [*keys.tolist(), position, *torch.get_rng_state().tolist()]

    before = state()
    detector = CANCE(**QUICK | {"random_state": seed}).fit(TABLE)
    detector.predict(TABLE)
    CANCE.load(detector.save(tmp_path / "model"))
    assert state() == before


def test_a_random_state_moves_on_and_none_differs_each_time():
    state = np.random.RandomState(0)
    for seed in (state, None):
        detector = CANCE(**QUICK | {"random_state": seed})
        first = detector.fit(TABLE).anomaly_score(TABLE)
        assert not np.array_equal(detector.fit(TABLE).anomaly_score(TABLE), first)


# -- interruption -------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["train_until_well_conditioned", "train_nce"])
@pytest.mark.parametrize("fitted_before", [False, True])
def test_an_interrupted_fit_leaves_the_detector_unfitted(monkeypatch, stage, fitted_before):
    detector = CANCE(**QUICK)
    if fitted_before:
        detector.fit(TABLE)

    def interrupt(*arguments, **named):
        raise KeyboardInterrupt

    before = torch.get_rng_state()
    monkeypatch.setattr(f"cance_edu.detectors.cance.{stage}", interrupt)
    with pytest.raises(KeyboardInterrupt, match="fit was interrupted: this detector is not fitted"):
        detector.fit(TABLE)
    with pytest.raises(NotFittedError):
        detector.anomaly_score(TABLE)
    assert torch.equal(torch.get_rng_state(), before)


# -- parameters, representations, devices -------------------------------------------------------


def test_parameters_are_stored_as_given_and_can_be_set_and_cloned():
    detector = CANCE("latnce", epochs=[2, 1], hidden=None, device="cpu")
    assert detector.get_params()["epochs"] == [2, 1]
    assert detector.set_params(noise_ratio=2).noise_ratio == 2
    copied = clone(detector)
    assert copied is not detector
    assert copied.get_params() == detector.get_params()
    with pytest.raises(ValueError, match="Invalid parameter 'lambda_'"):
        detector.set_params(lambda_=1)


def test_a_representation_can_be_shared():
    first = CANCE("error", **QUICK).fit(IMAGES)
    second = CANCE(representation=first.representation_, latent_dim=3, **QUICK).fit(IMAGES)
    assert second.autoencoder_losses_ == []
    assert "CANCE(" in repr(second)
    np.testing.assert_array_equal(
        second.composite_features(IMAGES), first.composite_features(IMAGES)
    )
    copied = clone(second).fit(IMAGES)
    np.testing.assert_array_equal(copied.anomaly_score(IMAGES), second.anomaly_score(IMAGES))


def test_a_shared_representation_is_not_changed():
    first = CANCE("error", **QUICK).fit(IMAGES)
    scores = first.anomaly_score(IMAGES)
    first.representation_.train()
    second = CANCE(representation=first.representation_, **QUICK).fit(IMAGES)
    assert first.representation_.training
    assert second.representation_ is not first.representation_
    np.testing.assert_array_equal(second.composite_features(IMAGES)[:, -2], scores)


def test_a_shared_representation_keeps_the_columns_that_it_was_trained_on():
    first = CANCE(representation="pca", **QUICK).fit(TABLE)
    second = CANCE(representation=first.representation_, **QUICK).fit(TABLE[:40])
    np.testing.assert_array_equal(second.composite_features(TABLE), first.composite_features(TABLE))


@pytest.mark.parametrize(("first", "second"), [("standardized", "unit"), ("unit", "raw-error")])
def test_a_shared_representation_of_another_scaling_is_refused(first, second):
    given = CANCE("error", image_scaling=first, **QUICK).fit(IMAGES).representation_
    with pytest.raises(ValueError, match=f"trained on images scaled '{first}'; pass image_scaling"):
        CANCE(representation=given, image_scaling=second, **QUICK).fit(IMAGES)
    again = CANCE("error", representation=given, image_scaling=first, **QUICK).fit(IMAGES)
    assert again.representation_.scaling.images == first


def test_latents_of_standardised_images_go_with_an_error_of_the_images_as_they_are():
    """The encoder is given the same; the error is measured as a detector asks for it."""
    first = CANCE("error", image_scaling="standardized", **QUICK).fit(IMAGES)
    given = first.representation_
    again = CANCE("error", representation=given, image_scaling="raw-error", **QUICK).fit(IMAGES)
    found = again.composite_features(IMAGES)
    np.testing.assert_array_equal(found[:, :-2], first.composite_features(IMAGES)[:, :-2])
    x = torch.from_numpy(IMAGES)
    with torch.no_grad():
        rebuilt = in_own_units(x, given(standardize(x))).numpy()
    np.testing.assert_allclose(found[:, -2], reconstruction_error(IMAGES, rebuilt), rtol=1e-4)
    assert given.scaling.images == "standardized"


class Corner:
    """A representation that is no torch module: the image's corner, repeated."""

    latent_dim = 2

    def encode(self, inputs):
        return inputs[:, 0, 1, 2:4]

    def decode(self, latent):
        return latent.repeat(1, 32)


def test_any_object_that_encodes_and_decodes_is_a_representation(tmp_path):
    detector = CANCE(representation=Corner(), **QUICK).fit(IMAGES)
    z = detector.composite_features(IMAGES)
    np.testing.assert_array_equal(z[:, :2], IMAGES[:, 0, 1, 2:4])
    rebuilt = np.tile(IMAGES[:, 0, 1, 2:4], 32).reshape(IMAGES.shape)
    np.testing.assert_allclose(z[:, 2], ((IMAGES - rebuilt) ** 2).mean((1, 2, 3)), rtol=1e-5)
    assert np.isfinite(detector.anomaly_score(EIGHTS.test)).all()
    with pytest.raises(ValueError, match="could not build again"):
        detector.save(tmp_path / "corner")


@pytest.mark.parametrize(
    ("data", "representation", "expected"),
    [(IMAGES, "autoencoder", 6), (TABLE, "autoencoder", 4), (TABLE, "pca", 3)],
)
def test_default_number_of_latents(data, representation, expected):
    detector = CANCE("latnce", representation=representation, **QUICK).fit(data)
    assert detector.representation_.latent_dim == expected


def test_architecture_follows_the_parameters():
    detector = CANCE("error", channels=(3, 5), hidden=7, latent_dim=2, **QUICK).fit(IMAGES)
    shapes = [tuple(p.shape) for p in detector.representation_.encoder.parameters() if p.ndim > 1]
    assert shapes == [(3, 1, 3, 3), (5, 3, 3, 3), (7, 20), (2, 7)]


def test_auto_weight_takes_the_first_that_is_well_conditioned_and_reports_all(monkeypatch):
    found = iter([1e5, 250.0, 99.0, 1.0])
    monkeypatch.setattr(
        "cance_edu.training.autoencoder.condition_number", lambda covariance: next(found)
    )
    detector = CANCE("error", covariance_weight="auto", **QUICK).fit(IMAGES)
    assert detector.condition_numbers_ == {0.0: 1e5, 0.1: 250.0, 1.0: 99.0}
    assert detector.covariance_weight_ == 1.0


def test_condition_number_is_that_of_the_latents():
    detector = CANCE("error", **QUICK | {"validation_fraction": 0}).fit(IMAGES)
    (condition,) = detector.condition_numbers_.values()
    latents = detector.composite_features(IMAGES)[:, :-2]
    assert condition == pytest.approx(np.linalg.cond(np.cov(latents.T, bias=True)), rel=1e-4)


def test_condition_number_is_of_held_out_inputs_if_they_are_enough(monkeypatch):
    sizes = []

    def counted(model, source):
        sizes.append(len(source))
        return latent_covariance(model, source)

    monkeypatch.setattr("cance_edu.training.autoencoder.latent_covariance", counted)
    # 122 images hold out 12, too few for a covariance of 6 latents: then it is the training set's.
    for images in (IMAGES, np.tile(IMAGES, (4, 1, 1, 1))):
        CANCE("error", **QUICK).fit(images)
    assert sizes == [110, 48]


class Looked(Exception):
    """What was looked for has been seen."""


@pytest.mark.parametrize("variant", ["cnce", "cance"])
def test_the_contrast_gets_what_was_asked_for(monkeypatch, variant):
    seen = {}

    def look(z, noise, contrast, *, augmentation, held_out, **_):
        seen.update(z=z, contrast=contrast, augmentation=augmentation, held_out=held_out)
        raise Looked

    monkeypatch.setattr("cance_edu.detectors.cance.train_nce", look)
    asked = {"noise_ratio": 3, "noise_objective": "naive", "initial_scale": 2.5, "steps": 7}
    detector = CANCE(variant, augmentation="k-aware", epochs=(1, 0), random_state=0, **asked)
    with pytest.raises(Looked):
        detector.fit(TABLE)
    assert {name: getattr(seen["contrast"], name) for name in asked} == asked
    assert (len(seen["z"]), len(seen["held_out"])) == (108, 12)
    kind = seen["augmentation"].kind if seen["augmentation"] else None
    assert kind == ("k-aware" if variant == "cance" else None)


def test_nothing_is_held_out_if_so_told():
    detector = CANCE(**QUICK | {"validation_fraction": 0}).fit(IMAGES)
    z = detector.composite_features(IMAGES)
    np.testing.assert_allclose(detector.noise_.mean, z.mean(0), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(detector.noise_.covariance, np.cov(z.T, bias=True), atol=1e-6)


def test_history_has_no_more_than_40_records():
    history = CANCE(**QUICK | {"steps": 95}).fit(TABLE).history_
    assert 20 <= len(history.step) <= 40
    assert history.step[-1] == 95
    assert len(history.scale) == len(history.weights) == len(history.loss) == len(history.step)


def test_progress_is_shown_only_if_asked_for(capfd):
    CANCE(**QUICK).fit(TABLE)
    assert capfd.readouterr() == ("", "")
    CANCE(verbose=True, **QUICK).fit(TABLE)
    assert {"autoencoder", "decoder alone", "noise contrast"} <= {
        line.partition(":")[0].strip() for line in capfd.readouterr().err.split("\r")
    }


def test_the_device_variable_is_what_auto_stands_for(monkeypatch):
    monkeypatch.setenv("CANCE_EDU_DEVICE", "abacus")
    assert CANCE(device="cpu", **QUICK).fit(TABLE).device_ == "cpu"
    with pytest.raises(ValueError, match="CANCE_EDU_DEVICE is 'abacus'; expected one of 'auto'"):
        CANCE(**QUICK).fit(TABLE)
    monkeypatch.setenv("CANCE_EDU_DEVICE", "cpu")
    assert CANCE(**QUICK).fit(TABLE).device_ == "cpu"
    with pytest.raises(ValueError, match="device is 'abacus'"):
        CANCE(device="abacus", **QUICK).fit(TABLE)
    monkeypatch.setenv("CANCE_EDU_DEVICE", "")
    assert CANCE(**QUICK).fit(TABLE).device_ == "cpu"


def test_devices_are_those_of_the_machine(monkeypatch):
    monkeypatch.delenv("CANCE_EDU_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == choose_device("cpu") == "cpu"
    with pytest.raises(ValueError, match=r"device is 'cuda'; .*: torch finds no GPU on this machi"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == "cuda"
    assert choose_device("auto", images=False) == "cpu"
    assert choose_device("cuda", images=False) == "cuda"
    assert choose_device("cuda:1") == choose_device("cuda:1", images=False) == "cuda:1"
    monkeypatch.setenv("CANCE_EDU_DEVICE", "cuda:1")
    assert choose_device("auto") == choose_device("auto", images=False) == "cuda:1"
    assert choose_device("cpu") == "cpu"
    with pytest.raises(
        ValueError, match="expected one of 'auto', 'cpu', 'cuda', 'cuda:0', 'cuda:1'"
    ):
        choose_device("cuda:2")


def test_a_gpus_convolutions_are_the_same_each_time_and_whole():
    before = torch.backends.cudnn.deterministic
    with reproducible("cuda"):
        assert torch.backends.cudnn.enabled
        assert torch.backends.cudnn.deterministic
        assert not torch.backends.cudnn.benchmark
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.deterministic == before
    with reproducible("cpu"):
        assert torch.backends.cudnn.deterministic == before


# -- threads ------------------------------------------------------------------------------------


def test_the_noise_contrast_trains_on_one_thread_and_gives_the_others_back(monkeypatch):
    seen = []
    record = History.record

    def spy(self, *arguments):
        seen.append(torch.get_num_threads())
        return record(self, *arguments)

    monkeypatch.setattr(History, "record", spy)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        CANCE(**QUICK).fit(TABLE)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {1}


def test_fits_in_several_threads_are_what_they_are_alone():
    def fit(seed):
        # Long enough that the trainings overlap.
        detector = CANCE(epochs=(8, 2), steps=60, random_state=seed)
        return detector.fit(IMAGES).anomaly_score(IMAGES)

    alone = [fit(seed) for seed in range(4)]
    before = torch.get_rng_state()
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(fit, range(4)))
    np.testing.assert_array_equal(together, alone)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("unit", [1e-11, 1.0, 1e9])
def test_columns_may_be_in_any_unit(unit):
    table = np.random.default_rng(0).normal(size=(60, 4))
    of = {
        s: CANCE("error", column_scaling="given", representation="pca", **QUICK) for s in (1, unit)
    }
    errors = [of[s].fit(s * table).anomaly_score(s * table) for s in (1, unit)]
    np.testing.assert_allclose(errors[1], unit**2 * errors[0], rtol=1e-6)


@pytest.mark.parametrize("n", [7, 11, 23])
def test_batches_of_two_leave_no_batch_of_one(n):
    settings = QUICK | {"batch_size": 2, "validation_fraction": 0.0, "latent_dim": 2}
    table = np.random.default_rng(0).normal(size=(n, 4))
    assert np.isfinite(CANCE("error", **settings).fit(table).anomaly_score(table)).all()


def test_held_out_inputs_train_nothing(monkeypatch):
    trained = []
    shuffled = Source.shuffled_rows

    def watched(self, *arguments):
        trained.append(set(self.rows.tolist()))
        return shuffled(self, *arguments)

    monkeypatch.setattr(Source, "shuffled_rows", watched)
    CANCE("error", validation_fraction=0.25, **QUICK).fit(TABLE)
    assert {len(rows) for rows in trained} == {90}
    assert all(rows == trained[0] for rows in trained)


@pytest.mark.parametrize(("n", "chosen"), [(99, False), (100, True)])
def test_fewer_than_ten_held_out_inputs_choose_no_record_of_t(n, chosen, monkeypatch):
    asked = []
    monkeypatch.setattr(
        History, "best_weights", lambda self, rest: asked.append(rest) or self.weights[-1]
    )
    CANCE(representation="pca", latent_dim=2, **QUICK).fit(TABLE[:n])
    assert bool(asked) == chosen


@pytest.mark.skipif("CANCE_EDU_DATA" not in os.environ, reason="needs MNIST in CANCE_EDU_DATA")
def test_on_mnist_the_composite_beats_error_and_latents():
    from cance_edu.experiments import fit_variants

    split = load_one_class("mnist", [8])
    auroc = {r.variant: r.auroc for r in fit_variants(split, epochs=(8, 2), random_state=0)}
    assert auroc["cance"] > auroc["error"] + 0.05
    assert auroc["cance"] > auroc["latnce"] + 0.05
    assert auroc["cance"] > 0.93


def test_what_parameters_stand_for_does_not_depend_on_an_earlier_fit():
    images = np.random.default_rng(0).random((40, 1, 8, 8))
    wide = np.broadcast_to(0.0, (5000, 1_000_000))  # images as wide get smaller batches
    fitted = CANCE(epochs=(1, 1), steps=5, random_state=0).fit(images)
    new = CANCE(epochs=(1, 1), steps=5, random_state=0)
    assert fitted.resolved_params(wide) == new.resolved_params(wide)
