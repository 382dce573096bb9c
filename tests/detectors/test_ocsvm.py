import numpy as np
import pytest
from scipy.optimize import minimize

from cance_edu.detectors.neighbours import NearestNeighbours
from cance_edu.detectors.ocsvm import OCSVM

TABLE = np.random.default_rng(0).normal(size=(15, 2))
NEW = np.random.default_rng(1).normal(size=(6, 2)) * 2


def test_the_score_is_that_of_the_quadratic_program():
    nu, gamma, n = 0.4, 0.8, len(TABLE)
    kernel = np.exp(-gamma * ((TABLE[:, None] - TABLE) ** 2).sum(2))
    solved = minimize(
        lambda a: a @ kernel @ a / 2,
        np.full(n, 1 / n),
        jac=lambda a: kernel @ a,
        bounds=[(0, 1 / (nu * n))] * n,
        constraints={"type": "eq", "fun": lambda a: a.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    expected = -np.exp(-gamma * ((NEW[:, None] - TABLE) ** 2).sum(2)) @ solved.x
    scores = OCSVM(nu=nu, gamma=gamma, column_scaling="given").fit(TABLE).anomaly_score(NEW)
    # libsvm's coefficients sum to nu n instead of 1.
    np.testing.assert_allclose(scores / (nu * n), expected, atol=2e-3)


def test_a_wide_kernel_measures_the_distance_to_a_mean_and_a_narrow_one_to_a_neighbour():
    wide = OCSVM(nu=0.999, gamma=1e-4, column_scaling="given").fit(TABLE).anomaly_score(NEW)
    from_mean = ((NEW - TABLE.mean(0)) ** 2).sum(1)
    assert np.array_equal(np.argsort(wide), np.argsort(from_mean))
    narrow = OCSVM(nu=0.999, gamma=60, column_scaling="given").fit(TABLE).anomaly_score(NEW)
    nearest = np.sqrt(((NEW[:, None] - TABLE) ** 2).sum(2)).min(1)
    seen = narrow < -1e-12  # further away all kernels are 0
    assert np.array_equal(np.argsort(narrow[seen]), np.argsort(nearest[seen]))
    assert seen.sum() >= 3


@pytest.mark.parametrize("count", [1, 3])
def test_neighbours_by_hand(count):
    detector = NearestNeighbours(neighbours=count, column_scaling="given", contamination=0.5)
    distances = np.sort(np.linalg.norm(NEW[:, None] - TABLE, axis=2), axis=1)
    scores = detector.fit(TABLE).anomaly_score(NEW)
    np.testing.assert_allclose(scores, distances[:, :count].mean(1))
    among = np.sort(np.linalg.norm(TABLE[:, None] - TABLE, axis=2), axis=1)
    # A training row's nearest neighbour is not itself.
    assert detector.offset_ == pytest.approx(-np.median(among[:, 1 : count + 1].mean(1)))
    assert (detector.anomaly_score(TABLE) == 0).all() == (count == 1)


def test_so_many_neighbours_need_one_row_more():
    with pytest.raises(ValueError, match=r"got 15 inputs \(n_samples = 15\); .* at least 16"):
        NearestNeighbours(neighbours=15).fit(TABLE)
