import numpy as np
import pytest
import torch
from scipy.stats import norm
from sklearn.metrics import log_loss, roc_auc_score

from cance_edu.detectors.goad import GOAD
from cance_edu.detectors.goad_loss import goad_loss, goad_score, squared_distances, triplet_loss

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(6, 4, 3))


def test_distances_against_a_loop():
    centres = RNG.normal(size=(4, 3))
    found = squared_distances(torch.tensor(FEATURES), torch.tensor(centres)).numpy()
    for place in np.ndindex(6, 4, 4):
        i, m, other = place
        assert found[place] == pytest.approx(np.sum((FEATURES[i, m] - centres[other]) ** 2))


@pytest.mark.parametrize("margin", [0.0, 1.0, 5.0])
def test_the_loss_against_a_loop(margin):
    centres = FEATURES.mean(0)
    terms = []
    for row in FEATURES:
        for m in range(4):
            distances = [np.sum((row[m] - centre) ** 2) for centre in centres]
            nearest = min(distances[other] for other in range(4) if other != m)
            terms.append(max(distances[m] + margin - nearest, 0))
    assert triplet_loss(torch.tensor(FEATURES), margin).item() == pytest.approx(np.mean(terms))


def test_the_objective_is_scikit_learns_log_loss_and_the_weighted_triplets():
    features, guesses = torch.tensor(FEATURES), torch.tensor(RNG.normal(size=(6, 4, 4)))
    shares = guesses.softmax(2).reshape(24, 4).numpy()
    named = log_loss(np.tile(np.arange(4), 6), shares)
    expected = named + 0.3 * triplet_loss(features, 2.0).item()
    assert goad_loss(features, guesses, 2.0, 0.3).item() == pytest.approx(expected)


def test_a_trained_network_names_the_maps():
    mixed = np.random.default_rng(0).normal(size=(400, 6)) @ np.diag([3, 2, 1, 1, 0.5, 0.1])
    detector = GOAD(maps=8, epochs=30, learning_rate=1e-2, random_state=0).fit(mixed)
    with torch.no_grad():
        features = detector.network_(detector.scaling_(torch.as_tensor(mixed)))
        named = detector.network_.guess(features).argmax(2)
    share = (named == torch.arange(8)).double().mean().item()
    assert share > 4 / 8  # one in eight by guessing


def test_the_score_of_two_maps_is_the_posterior_of_two_gaussians():
    # exp(-d^2) is a Gaussian of variance 1/2; the maps are equally likely beforehand.
    centres, features = np.array([[-1.0], [2.0]]), RNG.normal(size=(5, 2, 1))
    found = goad_score(torch.tensor(features), torch.tensor(centres)).numpy()
    for row, score in zip(features, found, strict=True):
        expected = 0.0
        for m in range(2):
            densities = norm.pdf(row[m, 0], centres[:, 0], np.sqrt(0.5))
            expected -= np.log(densities[m] / densities.sum())
        assert score == pytest.approx(expected)


def test_maps_that_cannot_be_told_apart_cost_a_guess_each():
    score = goad_score(torch.zeros(1, 8, 2), torch.zeros(8, 2)).item()
    assert score == pytest.approx(8 * np.log(8))


def test_centres_are_the_means_over_the_training_rows_and_maps_stay():
    table = RNG.normal(size=(50, 4))
    detector = GOAD(maps=5, dimensions=3, epochs=2, random_state=0).fit(table)
    with torch.no_grad():
        features = detector.network_(detector.scaling_(torch.as_tensor(table)))
    torch.testing.assert_close(detector.centres_, features.mean(0))
    first = GOAD(maps=5, dimensions=3, epochs=1, random_state=0).fit(table)
    torch.testing.assert_close(first.network_.maps, detector.network_.maps)


def test_linear_features_would_have_one_centre_for_all_maps():
    """Rows are standardised, so the mean of a linear map is 0; behind the activation it is not."""
    table = RNG.normal(size=(50, 4))
    detector = GOAD(maps=5, dimensions=3, epochs=2, random_state=0).fit(table)
    *linear, activation = detector.network_.features
    detector.network_.features = torch.nn.Sequential(*linear)
    with torch.no_grad():
        before = detector.network_(detector.scaling_(torch.as_tensor(table)))
    assert before.mean(0).abs().max() < 1e-12 < 0.01 < detector.centres_.std(0).min()
    torch.testing.assert_close(activation(before).mean(0), detector.centres_)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_far_from_correlated_rows_stands_out(seed):
    """A score that points the wrong way for some seeds is the mark of centres that coincide."""
    mixed = np.random.default_rng(seed).normal(size=(700, 6)) @ np.diag([3, 2, 1, 1, 0.5, 0.1])
    train, test = mixed[:500], np.concatenate([mixed[500:], 4 * mixed[:100][:, ::-1]])
    detector = GOAD(maps=64, epochs=2, random_state=seed).fit(train)
    assert roc_auc_score(np.arange(300) >= 200, detector.anomaly_score(test)) > 0.9
