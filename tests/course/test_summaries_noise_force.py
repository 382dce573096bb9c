import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import integrate, special, stats

from cance_edu.course.noise.confidence import (
    confidence_slope,
    confidence_sweep,
    gaussian_confidence_sweep,
)
from cance_edu.course.noise.force import (
    KnownFeature,
    augmented_error,
    loss_of_scale,
    noise_force,
    skewed_error,
    two_modes,
)
from cance_edu.course.noise.force_figure import draw_force, draw_losses, draw_sweeps
from cance_edu.method.nce import noise_objective_eq8, noise_objective_naive

FEATURES = [skewed_error(), skewed_error(0.8), two_modes(), augmented_error()]
STEP = 1e-4


def quad(function, feature):
    """SciPy's adaptive quadrature over each interval on which the density is smooth."""
    ends = np.clip(feature.breaks, -40, 40)
    return sum(integrate.quad(function, *piece, limit=400)[0] for piece in pairwise(ends))


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f.name)
def test_known_features_have_mass_one(feature):
    assert quad(lambda z: np.exp(feature.log_pdf(np.array(z))), feature) == pytest.approx(1)


@pytest.mark.parametrize("feature", FEATURES[:3], ids=lambda f: f.name)
def test_known_features_have_the_moments_of_the_noise(feature):
    def moment(power):
        return quad(lambda z: z**power * np.exp(feature.log_pdf(np.array(z))), feature)

    first, second = moment(1), moment(2)
    assert first == pytest.approx(feature.mean, abs=1e-5)
    assert math.sqrt(second - first**2) == pytest.approx(feature.standard_deviation, rel=1e-4)


def test_the_noise_does_not_know_of_the_augmentation():
    plain, augmented = skewed_error(0.5), augmented_error(0.5)
    assert (plain.mean, plain.standard_deviation) == (1.0, 0.5)
    assert (augmented.mean, augmented.standard_deviation) == (1.0, 0.5)


def two_modes_log_ratio(scale, noise_ratio):
    """T* of the two modes on tensors, and so with a gradient."""
    deviation = math.hypot(1.5, 0.6)

    def log_ratio(u):
        z = u[:, 0]
        modes = [-(((z - m) / 0.6) ** 2) / 2 for m in (-1.5, 1.5)]
        log_p = torch.logaddexp(*modes) - math.log(2 * 0.6)
        log_noise = -((z / (scale * deviation)) ** 2) / 2 - math.log(scale * deviation)
        return log_p - log_noise - math.log(noise_ratio)

    return log_ratio


@pytest.mark.equation("8")
@pytest.mark.parametrize("confidence", [0.6, 1.0, 1.4])
@pytest.mark.parametrize(("scale", "noise_ratio"), [(1.1, 1.0), (1.69, 3.0), (3.0, 0.5)])
def test_force_is_the_gradient_of_the_librarys_objectives(scale, noise_ratio, confidence):
    z = torch.linspace(-40, 40, 40_001, dtype=torch.float64)[:, None]
    zero = torch.zeros(1, dtype=torch.float64)
    k = torch.full_like(z, scale, requires_grad=True)  # a K for each point keeps them apart
    best = two_modes_log_ratio(scale, noise_ratio)

    def gradient(objective):
        value = objective(lambda u: confidence * best(u), z, z / scale, zero, k, noise_ratio)
        return len(z) * torch.autograd.grad(value, k)[0][:, 0].numpy()

    grid = z[:, 0].numpy()
    on_noise = gradient(noise_objective_naive)
    on_data = gradient(noise_objective_eq8) - on_noise
    p = (stats.norm.pdf(grid, -1.5, 0.6) + stats.norm.pdf(grid, 1.5, 0.6)) / 2
    noise_pdf = stats.norm.pdf(grid, 0, scale * math.hypot(1.5, 0.6))
    force = noise_force(two_modes(), [scale], noise_ratio, confidence=confidence)
    assert force.data.item() == pytest.approx(np.trapezoid(p * on_data, grid), abs=2e-5)
    assert force.noise.item() == pytest.approx(np.trapezoid(noise_pdf * on_noise, grid), abs=2e-5)


@pytest.mark.parametrize("noise_ratio", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f.name)
def test_at_the_optimum_the_terms_cancel(feature, noise_ratio):
    force = noise_force(feature, [1.0, 1.69, 5.0], noise_ratio)
    assert np.abs(force.total).max() < 1e-12
    assert np.abs(force.noise).max() > 0.01


def test_data_of_another_density_do_not_cancel():
    """Eq. 8's p_d under a T* that has seen p_m, with the slope of T* written out."""
    mu, sigma = -math.log1p(0.16) / 2, math.sqrt(math.log1p(0.16))
    mode, k = math.exp(mu - sigma**2), 1.69
    p_d = stats.lognorm(sigma, scale=math.exp(mu))
    p_n = stats.norm(1, 0.4 * k)
    p_t = stats.truncnorm(-mode / 0.4, 0, loc=mode, scale=0.4)

    def data_and_noise(z):
        real, artificial = p_d.pdf(z), p_t.pdf(z) if z <= mode else 0.0
        slope = (
            real * (-1 / z - (math.log(z) - mu) / (sigma**2 * z)) - artificial * (z - mode) / 0.4**2
        ) / (real + artificial)
        p_m = (real + artificial) / 2
        push = (slope + (z - 1) / (0.4 * k) ** 2) * (z - 1) / k
        is_data = p_m / (p_m + p_n.pdf(z))
        return real * (1 - is_data) * push, -p_n.pdf(z) * is_data * push

    force = noise_force(skewed_error(), [k], trained_on=augmented_error())
    pieces = ((1e-9, mode - 1e-9), (mode + 1e-9, 12))
    for found, place in ((force.data, 0), (force.noise, 1)):
        expected = sum(
            integrate.quad(lambda z, i=place: data_and_noise(z)[i], *piece, limit=400)[0]
            for piece in pieces
        )
        assert found.item() == pytest.approx(expected, abs=1e-5)
    assert force.total.item() > 0.01


@pytest.mark.equation("5")
@pytest.mark.parametrize("noise_ratio", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("feature", FEATURES[:3], ids=lambda f: f.name)
def test_least_loss_is_that_of_the_true_probabilities(feature, noise_ratio):
    k = 1.5

    def integrand(z):
        p = np.exp(feature.log_pdf(np.array(z)))
        q = noise_ratio * stats.norm.pdf(z, feature.mean, k * feature.standard_deviation)
        return -special.xlogy(p, p / (p + q)) - special.xlogy(q, q / (p + q))

    loss = loss_of_scale(feature, [k], noise_ratio).item()
    assert loss == pytest.approx(quad(integrand, feature), abs=1e-6)


@pytest.mark.parametrize("feature", FEATURES[:3], ids=lambda f: f.name)
def test_noise_term_is_the_slope_of_the_least_loss(feature):
    scale = np.array([1.1, 1.69, 3.0])
    difference = loss_of_scale(feature, scale + STEP) - loss_of_scale(feature, scale - STEP)
    naive = noise_force(feature, scale).noise
    np.testing.assert_allclose(difference / (2 * STEP), -naive, atol=3e-5)


def test_a_kept_network_is_never_better_than_a_refitted_one():
    scale = np.linspace(0.5, 4, 15)
    for trained_at in (1.0, 2.0):
        gap = loss_of_scale(skewed_error(), scale, trained_at=trained_at) - loss_of_scale(
            skewed_error(), scale
        )
        assert (gap > -1e-9).all()
        assert gap[np.abs(scale - trained_at).argmin()] == pytest.approx(0, abs=1e-9)
        assert gap.max() > 0.01


@pytest.mark.parametrize("noise_ratio", [0.25, 1.0])
@pytest.mark.parametrize("feature", FEATURES[:3], ids=lambda f: f.name)
def test_confidence_slope_against_finite_differences(feature, noise_ratio):
    above, below = (
        noise_force(feature, [1.69], noise_ratio, confidence=a).total.item()
        for a in (1 + STEP, 1 - STEP)
    )
    slope = confidence_slope(feature, 1.69, noise_ratio)
    assert slope == pytest.approx((above - below) / (2 * STEP), abs=1e-5)


def test_gaussian_sweep_in_one_dimension_is_that_of_a_gaussian_feature():
    gaussian = KnownFeature("Gaussian", stats.norm.logpdf, 0.0, 1.0)
    confidence = [0.3, 0.8, 1.0, 1.5]
    ours = gaussian_confidence_sweep(1, confidence, 1.69, 0.5)
    feature = confidence_sweep(gaussian, confidence, 1.69, 0.5)
    np.testing.assert_allclose(ours.force, feature.force, atol=1e-6)


@pytest.mark.parametrize(("confidence", "sign"), [(0.1, 1), (0.5, -1), (2.0, 1)])
def test_gaussian_sweep_in_eight_dimensions_against_draws(confidence, sign):
    generator = torch.Generator().manual_seed(0)
    z, v = torch.randn(2, 200_000, 8, generator=generator, dtype=torch.float64)
    k = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)

    def network(u):
        return confidence * (8 * math.log(3) - (1 - 1 / 9) * u.square().sum(1) / 2)

    value = noise_objective_eq8(network, z, v, torch.zeros(8).double(), k)
    drawn = torch.autograd.grad(value, k)[0].item()
    (exact,) = gaussian_confidence_sweep(8, [confidence], 3.0, 1.0).force
    assert exact == pytest.approx(drawn, abs=0.01)
    assert exact * sign > 0


def test_drawn_curves_are_the_numbers():
    axes = Figure().subplots(1, 3)
    force = noise_force(two_modes(), [1.0, 2.0])
    data, noise, total = draw_force(axes[0], force)
    np.testing.assert_array_equal(data.get_ydata(), force.data)
    np.testing.assert_array_equal(noise.get_ydata(), force.noise)
    np.testing.assert_array_equal(total.get_ydata(), force.total)
    losses = [1.2, 1.0, 0.9], [1.3, 1.0, 1.1]
    least, kept, touch = draw_losses(axes[1], [1, 2, 3], *losses, trained_at=2, guessing=1.39)
    np.testing.assert_array_equal(least.get_ydata(), [1.2, 1.0, 0.9])
    np.testing.assert_array_equal(kept.get_ydata(), [1.3, 1.0, 1.1])
    assert (touch.get_xdata()[0], touch.get_ydata()[0]) == (2, 1.0)
    sweep = gaussian_confidence_sweep(2, [0.5, 1.0, 1.5], 1.69, 1.0)
    (line,) = draw_sweeps(axes[2], [sweep])
    np.testing.assert_allclose(line.get_ydata() * np.abs(sweep.force).max(), sweep.force)
    assert axes[2].get_legend().get_texts()[0].get_text() == sweep.label
