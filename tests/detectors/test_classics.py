"""The classics against their definitions, and estimators of other packages behind the contract."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import multivariate_normal
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cance_edu.detectors.adapters import from_pyod, from_sklearn
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.classics import (
    LatentNorm,
    distance_to_mean,
    gaussian,
    mixture,
    neighbours,
    neighbours_after_pca,
    pca_error,
    principal_components,
)
from cance_edu.detectors.neighbours import NearestNeighbours

RNG = np.random.default_rng(0)
TRAIN = RNG.normal(size=(60, 4)) @ RNG.normal(size=(4, 4))
TEST = RNG.normal(size=(20, 4))
IMAGES = RNG.random((90, 1, 9, 9)).astype(np.float32)


def test_the_gaussian_ranks_by_its_density():
    covariance = np.cov(TRAIN.T, bias=True)
    density = multivariate_normal(TRAIN.mean(0), covariance).logpdf(TEST)
    constant = 4 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]
    found = gaussian().fit(TRAIN).anomaly_score(TEST)
    assert found == pytest.approx(-2 * density - constant)


def test_a_mixture_finds_two_groups_and_scores_what_lies_between_them_higher():
    groups = np.concatenate([RNG.normal(-5, 1, (200, 2)), RNG.normal(5, 1, (200, 2))])
    detector = mixture(2, random_state=0).fit(groups)
    at_a_group, between = detector.anomaly_score(np.array([[5.0, 5.0], [0.0, 0.0]]))
    expected = -np.log(0.5) + np.log(2 * np.pi)  # at the centre of one of two unit Gaussians
    assert at_a_group == pytest.approx(expected, abs=0.3)
    assert between > at_a_group + 10


def test_the_distance_to_the_mean():
    squares = cdist(TEST, TRAIN.mean(0)[None], "sqeuclidean")[:, 0]
    assert distance_to_mean().fit(TRAIN).anomaly_score(TEST) == pytest.approx(squares)


@pytest.mark.parametrize("count", [1, 2])
def test_neighbours_are_those_of_all_distances(count):
    nearest = np.sort(cdist(TEST, TRAIN), axis=1)[:, :count]
    found = neighbours(count).fit(TRAIN).anomaly_score(TEST)
    assert found == pytest.approx(nearest.mean(1))


@pytest.mark.parametrize("count", [1, 2])
def test_a_training_row_is_not_its_own_neighbour_where_the_threshold_is_set(count):
    plain = neighbours(count).fit(TRAIN)
    twin = NearestNeighbours(neighbours=count, column_scaling="given").fit(TRAIN)
    np.testing.assert_array_equal(plain.anomaly_score(TEST), twin.anomaly_score(TEST))
    assert plain.offset_ == twin.offset_
    latent = principal_components(2).fit_transform(TRAIN)
    others = np.sort(cdist(latent, latent), axis=1)[:, 1 : count + 1].mean(1)
    reduced = neighbours_after_pca(2, count).fit(TRAIN)
    assert reduced.offset_ == pytest.approx(np.percentile(-others, 10))


ADAPTED = [distance_to_mean, gaussian, mixture, neighbours, neighbours_after_pca, pca_error]


@pytest.mark.parametrize("make", ADAPTED)
def test_an_adapted_estimator_keeps_the_contract_of_detectors(make):
    detector = make() if make not in (neighbours_after_pca, pca_error) else make(2)
    for method in (detector.anomaly_score, detector.predict):
        with pytest.raises(NotFittedError):
            method(TEST)
    detector.fit(TRAIN).set_params(contamination=7)
    with pytest.raises(ValueError, match=r"contamination is 7; expected a number in \(0, 0.5\]"):
        detector.fit(TRAIN)
    with pytest.raises(NotFittedError):
        detector.predict(TEST)


def test_components_are_those_of_the_singular_value_decomposition():
    flat = IMAGES.reshape(len(IMAGES), -1).astype(float)
    train, test = flat[:70], flat[70:]
    _, _, directions = np.linalg.svd(train - train.mean(0), full_matrices=False)
    first = directions[:64].T
    latent, other = ((part - train.mean(0)) @ first for part in (test, train))
    error = np.square(test - train.mean(0)).sum(1) - np.square(latent).sum(1)
    assert pca_error(64).fit(train).anomaly_score(test) == pytest.approx(error, abs=1e-6)
    nearest = np.sort(cdist(latent, other), axis=1)[:, :2]
    # Images are laid out as rows.
    found = neighbours_after_pca(64, 2).fit(IMAGES[:70]).anomaly_score(IMAGES[70:])
    assert found == pytest.approx(nearest.mean(1), abs=1e-4)


def test_the_norm_is_that_of_the_trained_latents():
    parameters = {"latent_dim": 3, "epochs": (2, 1), "steps": 10, "channels": (2, 4)}
    error = CANCE("error", random_state=0, **parameters).fit(IMAGES[:70])
    norm = LatentNorm(representation=error.representation_, random_state=0).fit(IMAGES[:70])
    latent = error.composite_features(IMAGES[70:])[:, :3]
    found = norm.anomaly_score(IMAGES[70:])
    assert found == pytest.approx(np.linalg.norm(latent, axis=1) ** 2, rel=1e-5)


def test_the_norm_goes_through_a_file_as_every_cance(tmp_path):
    norm = LatentNorm("latnce", latent_dim=3, epochs=(1, 1), random_state=0).fit(TRAIN)
    assert norm.history_.loss == []
    loaded = LatentNorm.load(norm.save(tmp_path / "norm"))
    np.testing.assert_array_equal(loaded.anomaly_score(TEST), norm.anomaly_score(TEST))
    # All latents leave no error, which a norm does not need.
    LatentNorm("latnce", representation="pca", latent_dim=4, random_state=0).fit(TRAIN)


def test_an_estimator_of_scikit_learn_keeps_its_scores_with_the_sign_turned():
    pipeline = make_pipeline(StandardScaler(), KernelDensity(bandwidth=0.5))
    expected = -clone(pipeline).fit(TRAIN).score_samples(TEST)
    detector = from_sklearn(pipeline).fit(TRAIN)
    np.testing.assert_array_equal(detector.anomaly_score(TEST), expected)
    # It is copied, and has the rest of the contract.
    assert not hasattr(pipeline[-1], "tree_")
    assert set(detector.predict(TRAIN)) == {-1, 1}
    assert (detector.predict(TRAIN) < 0).mean() == pytest.approx(0.1, abs=0.02)


def test_the_seed_reaches_an_estimator_wherever_it_has_one():
    inside = make_pipeline(StandardScaler(), IsolationForest(n_estimators=5))
    for estimator in (IsolationForest(n_estimators=5), inside):
        first, again, other = (
            from_sklearn(estimator, seed).fit(TRAIN).anomaly_score(TEST) for seed in (0, 0, 1)
        )
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()


class LikePyODs:
    """PyOD's face: `fit` and a `decision_function` that is higher for anomalies."""

    def __init__(self, power=1):
        self.power = power

    def get_params(self, deep=True):
        return {"power": self.power}

    def fit(self, X):
        self.centre = X.mean(0)
        return self

    def decision_function(self, X):
        return (np.abs(X - self.centre) ** self.power).sum(1)


def test_an_estimator_of_pyod_keeps_its_scores():
    found = from_pyod(LikePyODs(2)).fit(TRAIN).anomaly_score(TEST)
    assert found == pytest.approx(np.square(TEST - TRAIN.mean(0)).sum(1))
