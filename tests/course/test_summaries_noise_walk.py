import math

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import optimize, special, stats

from cance_edu.course.dial.rope import FixedSample
from cance_edu.course.noise.force_figure import draw_precision
from cance_edu.course.noise.understudy import AugmentedUnderstudy, optimal_network, understudy
from cance_edu.course.noise.variance import (
    EstimateVariance,
    estimate_covariance,
    estimate_variance,
    simulated_variance,
)
from cance_edu.course.noise.walk import optimal_walk, trained_walk
from cance_edu.course.noise.walk_figure import draw_growth
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.nce import LogRatio, nce_loss, noise_objective_eq8, noise_objective_eq12
from cance_edu.method.noise import GaussianNoise, widen
from cance_edu.training.contrast import Contrast


@pytest.fixture(scope="module")
def features():
    rng = np.random.default_rng(0)
    latents = rng.normal(size=(400, 2)) + 2 * rng.integers(2, size=(400, 1))
    errors = 0.01 * rng.lognormal(0, 0.4, size=(400, 2))
    return np.concatenate([latents, errors], axis=1)


@pytest.fixture(scope="module")
def noise(features):
    return GaussianNoise(
        torch.from_numpy(features.mean(0)), torch.from_numpy(np.cov(features.T, ddof=0))
    )


@pytest.fixture(scope="module")
def stand_in(features):
    return understudy(features)


def mixture_log_prob(density, z, coordinates=slice(None)):
    gaussians, weights = density.component_distribution, density.mixture_distribution.probs
    means, covariances = gaussians.mean.numpy(), gaussians.covariance_matrix.numpy()
    parts = [
        np.log(w) + stats.multivariate_normal(m[coordinates], c[coordinates, coordinates]).logpdf(z)
        for w, m, c in zip(weights.numpy(), means, covariances, strict=True)
    ]
    return special.logsumexp(parts, axis=0)


def test_understudy_has_the_features_moments(features, stand_in):
    deviation = features.std(axis=0)
    difference = (stand_in.mean.numpy() - features.mean(axis=0)) / deviation
    np.testing.assert_allclose(difference, 0, atol=1e-3)
    np.testing.assert_allclose(stand_in.variance.sqrt().numpy(), deviation, rtol=0.02)


def test_optimal_network_is_the_log_odds_of_data_against_noise(stand_in, noise, features):
    scale = torch.tensor([1.2, 1.69, 3.0, 1.1], dtype=torch.float64)
    z, k = features[:9], np.diag(scale.numpy())
    covariance = k @ noise.covariance.numpy() @ k
    log_noise = stats.multivariate_normal(noise.mean.numpy(), covariance).logpdf(z)
    expected = mixture_log_prob(stand_in, z) - math.log(2.5) - log_noise
    ours = optimal_network(stand_in, noise, scale, 2.5)(torch.from_numpy(z))
    np.testing.assert_allclose(ours.numpy(), expected)


@pytest.mark.equation("10")
def test_augmented_density_is_eq_10_and_that_of_its_draws(stand_in, noise):
    augmentation = ReconstructionAugmentation.from_moments(noise.mean, noise.covariance)
    density = AugmentedUnderstudy(stand_in, augmentation)
    torch.manual_seed(0)
    z = density.sample(torch.Size([4000]))
    z = z.numpy()
    latents = mixture_log_prob(stand_in, z[:, :2], slice(2))
    mode, width = augmentation.mode.numpy(), augmentation.standard_deviation.numpy()
    low = stats.truncnorm(-mode / width, 0, loc=mode, scale=width).logpdf(z[:, 2:]).sum(1)
    expected = np.logaddexp(mixture_log_prob(stand_in, z), latents + low) - math.log(2)
    ours = density.log_prob(torch.from_numpy(z)).numpy()
    np.testing.assert_allclose(ours, expected, atol=1e-8)
    # Importance sampling: were draws and density not one, the mean of q / p would not be 1.
    q = mixture_log_prob(stand_in, z)
    assert np.exp(q - ours).mean() == pytest.approx(1, abs=0.05)


@pytest.mark.equation("8")
def test_the_control_has_no_force(stand_in, noise):
    """The mean gradient over many batches is small against that of each of its terms."""
    augmentation = ReconstructionAugmentation.from_moments(noise.mean, noise.covariance)
    scale = torch.full((4,), 1.69, dtype=torch.float64)
    torch.manual_seed(0)
    for density in (stand_in, AugmentedUnderstudy(stand_in, augmentation)):
        network = optimal_network(density, noise, scale)
        k = scale.clone().requires_grad_()
        z, v = density.sample(torch.Size([60_000])), noise.sample(60_000)
        both = noise_objective_eq8(network, z, v, noise.mean, k)
        on_noise = -torch.nn.functional.softplus(network(widen(v, noise.mean, k))).mean()
        (force,), (pull,) = (torch.autograd.grad(value, k) for value in (both, on_noise))
        assert (force.abs() < 0.1 * pull.abs()).all()


def test_a_walk_takes_as_many_steps_as_k_and_can_be_repeated(stand_in, noise):
    contrast = Contrast(steps=10, batch_size=32)
    state = torch.get_rng_state()
    first, again, other = (
        optimal_walk(stand_in, noise, contrast, random_state=s) for s in (0, 0, 1)
    )
    assert torch.equal(torch.get_rng_state(), state)
    assert first.step.tolist() == list(range(1, 9))
    np.testing.assert_array_equal(first.scale, again.scale)
    assert not np.array_equal(first.scale, other.scale)
    # AdamW's first step is as long as its rate; dK/dψ at K = 1.69 is one half.
    np.testing.assert_allclose(np.abs(first.scale[0] - 1 - np.log(2)), 1e-3, rtol=0.01)


def test_walks_on_fresh_draws_stay(stand_in, noise):
    contrast = Contrast(steps=300, batch_size=128, hidden=(32, 32), learning_rate=5e-3)
    walk = optimal_walk(stand_in, noise, contrast)
    assert abs(walk.scale[-1].mean() - 1.69) < 0.03


@pytest.mark.equation("8", "12")
@pytest.mark.parametrize("noise_ratio", [0.25, 1.0, 4.0])
def test_eq_8_narrows_a_coordinate_where_descent_lengthens_its_weights(noise, noise_ratio):
    """By autograd, for any T that is a network, and any batch: F_j = -(w_j · ∂L/∂w_j) / K_j."""
    torch.manual_seed(0)
    network = LogRatio(noise.mean, noise.standard_deviation, (16, 16)).double()
    z = noise.mean + torch.randn(50, 4).double() * noise.standard_deviation
    v = noise.sample(round(50 * noise_ratio))
    k = torch.tensor([1.1, 1.69, 2.5, 4.0], dtype=torch.float64, requires_grad=True)
    loss = nce_loss(network(z), network(widen(v, noise.mean, k.detach())), noise_ratio)
    first = next(network.parameters())
    (slope,) = torch.autograd.grad(loss, first)
    lengthens = -(first * slope).sum(0).detach()  # of |w_j|² / 2, by gradient descent
    for sign, objective in ((1, noise_objective_eq8), (-1, noise_objective_eq12)):
        (force,) = torch.autograd.grad(objective(network, z, v, noise.mean, k, noise_ratio), k)
        torch.testing.assert_close(force, sign * lengthens / k.detach())


def test_a_trained_walk_has_a_record_of_T_beside_each_K(stand_in, noise):
    augmentation = ReconstructionAugmentation.from_moments(noise.mean, noise.covariance)
    torch.manual_seed(0)
    rows = stand_in.sample(torch.Size([60]))
    sample = FixedSample(AugmentedUnderstudy(stand_in, augmentation), rows)
    contrast = Contrast(steps=60, batch_size=32, hidden=(16, 16))
    state = torch.get_rng_state()
    first, again = (trained_walk(sample, noise, contrast, random_state=1) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), state)
    assert first.scale.shape == first.length.shape == first.fresh_pull.shape
    assert first.scale.shape == (len(first.step), 4)
    np.testing.assert_array_equal(first.confidence, again.confidence)
    assert abs(first.confidence[0]) < 0.3, "a network begins near T = 0"
    marks = draw_growth(Figure().subplots(), first)
    np.testing.assert_array_equal(marks.get_ydata(), first.scale[-1])
    np.testing.assert_allclose(marks.get_xdata(), first.length[-1] / first.length[0] - 1)


@pytest.mark.parametrize("noise_ratio", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("dimension", [1, 8])
def test_covariance_where_noise_is_data_in_closed_form(dimension, noise_ratio):
    d = dimension
    of_gradient = np.array([[1, -d / 2], [-d / 2, (d**2 + 2 * d) / 4]])
    expected = (1 + 1 / noise_ratio) * np.linalg.inv(of_gradient)
    expected[0, 0] -= 1 + 1 / noise_ratio
    np.testing.assert_allclose(
        estimate_covariance(1.0, dimension, noise_ratio), expected, rtol=1e-6, atol=1e-9
    )


def test_covariance_in_two_dimensions_against_a_grid_of_the_plane():
    axis = np.linspace(-9, 9, 601)
    x, y = np.meshgrid(axis, axis)
    p, q = stats.norm.pdf(x) * stats.norm.pdf(y), stats.norm.pdf(x, 0, 2) * stats.norm.pdf(y, 0, 2)
    g = np.stack([np.ones_like(x), -(x**2 + y**2) / 2])
    weight = p * 3 * q / (p + 3 * q) * (axis[1] - axis[0]) ** 2
    expected = np.linalg.inv(np.einsum("iab,jab,ab->ij", g, g, weight))
    expected[0, 0] -= 1 + 1 / 3
    np.testing.assert_allclose(estimate_covariance(2.0, 2, 3.0), expected, rtol=1e-6)


def test_variance_at_a_radius_is_that_of_the_log_density():
    ours = estimate_variance([1.0, 1.5], [0.0, 2.0])
    for place, k in enumerate((1.0, 1.5)):
        (cc, ca), (_, aa) = estimate_covariance(k)
        np.testing.assert_allclose(ours.variance[:, place], [cc, cc - 4 * ca + 4 * aa])


def test_simulation_agrees_with_the_asymptotic_variance():
    scale, radius = [0.9, 1.8], [0.0, 3.0]
    fits = simulated_variance(scale, radius, repeats=1500)
    exact = estimate_variance(scale, radius)
    np.testing.assert_allclose(fits.variance, exact.variance, rtol=0.15)


def test_simulated_fits_minimise_the_nce_loss():
    """The variance of three fits, found by a general optimiser on the same draws."""
    n, k = 60, 1.5
    rng = np.random.default_rng(3)
    z, v = rng.normal(size=(3, n)), rng.normal(scale=k, size=(3, n))

    def fit(data, drawn):
        def loss(theta):
            def log_odds(u):
                model = theta[0] - theta[1] * u**2 / 2 - math.log(2 * math.pi) / 2
                return model - stats.norm.logpdf(u, 0, k)

            return (
                -special.log_expit(log_odds(data)).sum() - special.log_expit(-log_odds(drawn)).sum()
            )

        return optimize.minimize(loss, [0.0, 1.0], tol=1e-10).x

    estimates = np.array([fit(*draws) for draws in zip(z, v, strict=True)])
    expected = n * (estimates @ [1, -2.0]).var()
    ours = simulated_variance([k], [2.0], n=n, repeats=3, random_state=3)
    assert ours.variance.item() == pytest.approx(expected, rel=1e-3)


def test_best_scale_is_where_the_variance_is_least():
    variance = EstimateVariance(
        np.array([1.0, 2.0, 3.0]), np.zeros(2), np.array([[3.0, 1, 2], [1, 2, 3]])
    )
    assert variance.best_scale.tolist() == [2.0, 1.0]


def test_drawn_precision_is_over_that_at_1_and_the_guess_is_marked():
    exact = estimate_variance([1.0, 2.0], [0.0, 3.0])
    axes = Figure().subplots()
    (line,) = draw_precision(axes, {"rigid": exact}, guess=1.5)
    np.testing.assert_array_equal(line.get_ydata(), exact.variance[1] / exact.variance[1, 0])
    assert axes.get_legend_handles_labels()[1] == ["rigid", "your K, 1.50"]
