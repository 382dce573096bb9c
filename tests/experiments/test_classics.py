"""The classics against their definitions, and as methods of the experiments."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import multivariate_normal

from cance_edu.datasets import Split
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments.classics import CLASSICS
from cance_edu.experiments.methods import (
    CANCE_FAMILY_AND_NORM,
    FEATURE_CLASSICS,
    IMAGE_CLASSICS,
    TABLE_CLASSICS,
)

RNG = np.random.default_rng(0)
TRAIN = RNG.normal(size=(60, 4)) @ RNG.normal(size=(4, 4))
TEST = RNG.normal(size=(20, 4))
IMAGES = RNG.random((90, 1, 9, 9)).astype(np.float32)


def test_the_gaussian_ranks_by_its_density():
    covariance = np.cov(TRAIN.T, bias=True)
    density = multivariate_normal(TRAIN.mean(0), covariance).logpdf(TEST)
    constant = 4 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]
    assert CLASSICS["gaussian"](TRAIN, TEST, 0) == pytest.approx(-2 * density - constant)


def test_a_mixture_finds_two_groups_and_scores_what_lies_between_them_higher():
    groups = np.concatenate([RNG.normal(-5, 1, (200, 2)), RNG.normal(5, 1, (200, 2))])
    at_a_group, between = CLASSICS["gmm2"](groups, np.array([[5.0, 5.0], [0.0, 0.0]]), 0)
    expected = -np.log(0.5) + np.log(2 * np.pi)  # at the centre of one of two unit Gaussians
    assert at_a_group == pytest.approx(expected, abs=0.3)
    assert between > at_a_group + 10


@pytest.mark.parametrize(("name", "count"), [("nn1", 1), ("nn2", 2)])
def test_neighbours_are_those_of_all_distances(name, count):
    nearest = np.sort(cdist(TEST, TRAIN), axis=1)[:, :count]
    assert CLASSICS[name](TRAIN, TEST, 0) == pytest.approx(nearest.mean(1))


def test_components_are_those_of_the_singular_value_decomposition():
    train, test = (part.reshape(len(part), -1).astype(float) for part in (IMAGES[:70], IMAGES[70:]))
    _, _, directions = np.linalg.svd(train - train.mean(0), full_matrices=False)
    first = directions[:64].T
    latent, other = ((part - train.mean(0)) @ first for part in (test, train))
    error = np.square(test - train.mean(0)).sum(1) - np.square(latent).sum(1)
    assert CLASSICS["pca64"](train, test, 0) == pytest.approx(error, abs=1e-6)
    nearest = np.sort(cdist(latent, other), axis=1)[:, :2]
    assert CLASSICS["nn2_pca64"](train, test, 0) == pytest.approx(nearest.mean(1), abs=1e-6)


@pytest.mark.parametrize("method", [TABLE_CLASSICS, FEATURE_CLASSICS], ids=lambda m: m.name)
def test_a_method_of_classics_scores_the_test_part(method):
    rows = RNG.normal(size=(100, 70))
    split = Split("made up", rows[:80], rows[80:], np.arange(20) < 5)
    scores = dict(method.fit(split, method.settings({"latent_dim": 3}), 0))
    assert tuple(scores) == method.systems
    for name, found in scores.items():
        assert found == pytest.approx(CLASSICS[name](split.train, split.test, 0))


@pytest.mark.parametrize("scaling", ["unit", "standardized", "raw-error"])
def test_neighbours_of_images_are_sought_among_them_as_they_are_scaled(scaling):
    split = Split("made up", IMAGES[:70], IMAGES[70:], np.arange(20) < 5)
    flat = IMAGES.reshape(len(IMAGES), -1).astype(np.float64)
    if scaling != "unit":
        flat = (flat - flat.mean(1, keepdims=True)) / flat.std(1, keepdims=True)
    ((_, scores),) = IMAGE_CLASSICS.fit(split, {"image_scaling": scaling}, 0)
    assert scores == pytest.approx(CLASSICS["nn2_pca64"](flat[:70], flat[70:], 0), abs=1e-3)


def test_the_norm_is_that_of_the_trained_latents():
    split = Split("made up", IMAGES[:70], IMAGES[70:], np.arange(20) < 5)
    parameters = {"latent_dim": 3, "epochs": (2, 1), "steps": 10, "channels": (2, 4)}
    settings = CANCE_FAMILY_AND_NORM.settings(parameters)
    scores = dict(CANCE_FAMILY_AND_NORM.fit(split, settings, 0))
    assert tuple(scores) == CANCE_FAMILY_AND_NORM.systems
    alone = CANCE("error", random_state=0, **settings).fit(split.train)
    latent = alone.composite_features(split.test)[:, :3]
    assert scores["norm"] == pytest.approx(np.linalg.norm(latent, axis=1) ** 2, rel=1e-5)
