import numpy as np
import pytest
import torch
from scipy.stats import norm

from cance_edu.detectors.goad import GOAD, goad_score, squared_distances, triplet_loss

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
