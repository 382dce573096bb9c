import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from cance_edu import CANCE
from cance_edu.detectors.dagmm import DAGMM, dagmm_loss, relative_features
from cance_edu.detectors.dagmm_cance import DAGMMCANCE
from cance_edu.detectors.mixture import energy, mixture_moments

RNG = np.random.default_rng(0)
POINTS = np.concatenate([RNG.normal(size=(60, 3)), RNG.normal(4, 0.5, size=(40, 3))])
TABLE = RNG.normal(size=(120, 5))
QUICK = {"epochs": 3, "batch_size": 60, "random_state": 0}


@pytest.fixture(scope="module")
def mixture():
    return GaussianMixture(2, random_state=0).fit(POINTS)


def test_the_energy_is_scikit_learns(mixture):
    parameters = mixture.weights_, mixture.means_, mixture.covariances_
    energies = energy(torch.tensor(POINTS), *map(torch.tensor, parameters))
    np.testing.assert_allclose(energies, -mixture.score_samples(POINTS), rtol=1e-10)


def test_the_energy_is_scipys_and_finite_far_away(mixture):
    parameters = mixture.weights_, mixture.means_, mixture.covariances_
    density = sum(
        w * multivariate_normal.pdf(POINTS, m, c) for w, m, c in zip(*parameters, strict=True)
    )
    energies = energy(torch.tensor(POINTS), *map(torch.tensor, parameters))
    np.testing.assert_allclose(energies, -np.log(density), rtol=1e-9)
    far = energy(torch.full((1, 3), 1e6).double(), *map(torch.tensor, parameters))
    assert far.isfinite().all()


def test_the_moments_are_one_step_of_expectation_maximization():
    start = GaussianMixture(2, max_iter=1, random_state=1, init_params="random")
    with pytest.warns(match="did not converge"):
        start.fit(POINTS)
    membership = start.predict_proba(POINTS)
    weights, means, covariances = mixture_moments(torch.tensor(membership), torch.tensor(POINTS))
    after = GaussianMixture(2, reg_covar=1e-6)
    after._initialize(POINTS, membership)
    np.testing.assert_allclose(weights, after.weights_)
    np.testing.assert_allclose(means, after.means_)
    np.testing.assert_allclose(covariances, after.covariances_)


def test_a_singular_covariance_is_said():
    flat = torch.zeros(1, 2, 2).double()
    with pytest.raises(FloatingPointError, match="raise covariance_penalty, lower latent_dim"):
        energy(torch.zeros(3, 2).double(), torch.ones(1).double(), torch.zeros(1, 2).double(), flat)


def test_the_relative_features_by_hand():
    x, y, latent = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 4)), RNG.normal(size=(6, 1))
    z = relative_features(*map(torch.tensor, (latent, x, y))).numpy()
    length = np.linalg.norm
    for i in range(6):
        cosine = x[i] @ y[i] / (length(x[i]) * length(y[i]))
        expected = [latent[i, 0], length(x[i] - y[i]) / length(x[i]), cosine]
        np.testing.assert_allclose(z[i], expected)


def test_the_loss_against_a_loop():
    energies, covariances = RNG.normal(size=5), RNG.random((2, 3, 3)) + 1
    penalty = sum(1 / covariances[k, j, j] for k in range(2) for j in range(3))
    arguments = torch.tensor(2.0), torch.tensor(energies), torch.tensor(covariances), (0.1, 0.03)
    expected = 2 + 0.1 * sum(energies) / 5 + 0.03 * penalty
    assert dagmm_loss(*arguments).item() == pytest.approx(expected)


def test_training_moves_every_weight():
    # A public reimplementation's gradient reaches none of them.
    first = DAGMM(**{**QUICK, "epochs": 1, "learning_rate": 1e-12}).fit(TABLE).network_
    trained = DAGMM(**QUICK).fit(TABLE).network_
    for before, after in zip(first.parameters(), trained.parameters(), strict=True):
        assert (before != after).any()


def test_dropout_drops_half_of_the_units_in_training_alone():
    detector, masks = DAGMM(**QUICK), []
    build = detector._new_network

    def watched(*arguments):
        network = build(*arguments)
        membership = network.membership

        def noted(z, kept=1.0):
            masks.append((network.training, torch.as_tensor(kept)))
            return membership(z, kept)

        network.membership = noted
        return network

    detector._new_network = watched
    detector.fit(TABLE)
    training = torch.cat([mask.flatten() for training, mask in masks if training])
    assert set(training.tolist()) == {0.0, 2.0}
    assert training.mean().item() == pytest.approx(1, abs=0.05)
    assert {mask.item() for training, mask in masks if not training} == {1.0}


def test_the_score_is_the_energy_in_the_mixture_of_the_whole_training_set():
    detector = DAGMM(features="relative", **QUICK).fit(TABLE)
    with torch.no_grad():
        z, _ = detector._encode(detector.scaling_(torch.as_tensor(TABLE)))
        membership = detector.network_.membership(z)
        expected = energy(z, *mixture_moments(membership, z))
    np.testing.assert_allclose(detector.anomaly_score(TABLE), expected, rtol=1e-9)


def test_dagmm_cance_says_what_its_steps_are():
    detector = DAGMMCANCE(batch_size=60)
    assert detector.resolved_params(TABLE)["steps"] == 500
    assert detector.resolved_params(np.zeros((5000, 5)))["steps"] == 1000
    assert detector.resolved_params(TABLE)["batch_size"] == 60


def test_dagmm_cance_is_cances_density_of_the_dagmms_features():
    detector = DAGMMCANCE(steps=20, **QUICK).fit(TABLE)
    model = detector.network_.autoencoder
    # Seed by seed it has the features that a DAGMM alone would have.
    alone = DAGMM(**QUICK).fit(TABLE).network_.state_dict()
    for name, weight in detector.network_.state_dict().items():
        assert torch.equal(weight, alone[name])
    assert type(detector.density_) is CANCE
    with torch.no_grad():
        z, _ = detector._encode(detector.scaling_(torch.as_tensor(TABLE)))
    np.testing.assert_allclose(detector.density_.composite_features(TABLE), z, rtol=1e-9)
    np.testing.assert_array_equal(
        detector.anomaly_score(TABLE), detector.density_.anomaly_score(TABLE)
    )
    assert model.latent_dim == 1
