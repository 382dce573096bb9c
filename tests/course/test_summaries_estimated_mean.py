import math

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import integrate, optimize, stats

from cance_edu.course.contrast.estimated_mean import (
    NoiseSetting,
    VarianceCurve,
    at_equal_budget,
    covariance_of_estimates,
    fit_mean_and_normaliser,
    in_dimensions,
    simulate,
    variance_against,
)
from cance_edu.course.contrast.estimated_mean_figure import (
    draw_budgets,
    draw_mean_variance,
    draw_widths,
)
from cance_edu.course.contrast.logistic_nce import fit_logistic_nce, radial_log_odds
from cance_edu.method.nce import nce_loss

SETTINGS = pytest.mark.parametrize(
    "setting",
    [
        NoiseSetting(),
        NoiseSetting(0.25, scale=2.0),
        NoiseSetting(4.0, mean=1.5),
        NoiseSetting(2.0, mean=-1.0, scale=0.6),
    ],
)


def sandwich(setting):
    """The covariance of an M-estimate from its slope and curvature, by adaptive quadrature."""

    def p(u):
        return math.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)

    def q(u):
        return p((u - setting.mean) / setting.scale) / setting.scale

    def posterior(u):
        return p(u) / (p(u) + setting.ratio * q(u))

    def integral(function):
        return integrate.quad(function, -10, 10, epsabs=1e-12, limit=500)[0]

    def matrix(density):
        return np.array(
            [[integral(lambda u, k=i + j: u**k * density(u)) for i in (0, 1)] for j in (0, 1)]
        )

    def vector(density):
        return np.array([integral(lambda u, k=k: u**k * density(u)) for k in (0, 1)])

    # The slope is g (1 - posterior) at data and -g posterior at noise; each varies about its mean.
    at_data = vector(lambda u: (1 - posterior(u)) * p(u))
    at_noise = vector(lambda u: posterior(u) * q(u))
    of_data = matrix(lambda u: (1 - posterior(u)) ** 2 * p(u)) - np.outer(at_data, at_data)
    of_noise = matrix(lambda u: posterior(u) ** 2 * q(u)) - np.outer(at_noise, at_noise)
    curvature = np.linalg.inv(
        matrix(lambda u: (p(u) + setting.ratio * q(u)) * posterior(u) * (1 - posterior(u)))
    )
    return curvature @ (of_data + setting.ratio * of_noise) @ curvature


@SETTINGS
def test_asymptotic_covariance_is_the_sandwich(setting):
    np.testing.assert_allclose(covariance_of_estimates(setting), sandwich(setting), atol=1e-7)


@pytest.mark.parametrize("ratio", [0.1, 1.0, 9.0])
def test_noise_like_the_data_costs_one_over_its_ratio_and_fixes_the_normaliser(ratio):
    expected = [[0, 0], [0, 1 + 1 / ratio]]
    np.testing.assert_allclose(covariance_of_estimates(NoiseSetting(ratio)), expected, atol=1e-9)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_with_much_noise_the_mean_varies_as_the_sample_mean(scale):
    variance = covariance_of_estimates(NoiseSetting(1e8, scale=scale))[1, 1]
    assert 1 < variance < 1.02


@SETTINGS
def test_fit_is_the_minimum_of_the_nce_loss(setting):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(3, 80))
    v = rng.normal(setting.mean, setting.scale, size=(3, round(80 * setting.ratio)))
    ours = fit_mean_and_normaliser(z, v, setting)

    def loss(estimate, row):
        def log_odds(u):
            noise = stats.norm.logpdf(u, setting.mean, setting.scale)
            model = estimate[0] + estimate[1] * u - u**2 / 2
            return torch.from_numpy(model - math.log(setting.ratio) - noise)

        return nce_loss(log_odds(z[row]), log_odds(v[row]), setting.ratio).item()

    for row in range(3):
        theirs = optimize.minimize(loss, [0.0, 0.0], args=(row,), tol=1e-10).x
        np.testing.assert_allclose(ours[row], theirs, atol=1e-4)


@pytest.mark.parametrize("mean", [4.0, 8.0, 60.0])
def test_separable_points_have_no_estimate(mean):
    z, v = np.array([[-1.0, 0.0, 0.5]]), np.array([[-1.0, 0.0, 1.0]]) + mean
    with pytest.raises(ArithmeticError, match="a point separates data from noise"):
        fit_mean_and_normaliser(z, v, NoiseSetting(mean=mean))


@SETTINGS
def test_simulated_estimates_are_centred_and_vary_as_expected(setting):
    estimates = simulate(setting, n_data=500, repetitions=800, random_state=1)
    expected = covariance_of_estimates(setting)
    truth = [-math.log(2 * math.pi) / 2, 0]
    spread = np.sqrt(np.abs(expected.diagonal()) / 500)
    assert (np.abs(estimates.mean(0) - truth) < spread / 5 + 0.01).all()
    assert 500 * estimates[:, 1].var() == pytest.approx(expected[1, 1], rel=0.15)


def test_curves_vary_what_they_say_and_keep_the_rest():
    curve = variance_against(
        "mean", [0.0, 1.0], NoiseSetting(4.0), simulated_at=[1.0], n_data=50, repetitions=40
    )
    setting = NoiseSetting(4.0, mean=1.0)
    assert curve.expected[0] == pytest.approx(1.25)
    assert curve.expected[1] == covariance_of_estimates(setting)[1, 1]
    assert curve.simulated[0] == pytest.approx(50 * simulate(setting, 50, 40)[:, 1].var())


def test_an_equal_budget_charges_for_the_noise():
    curve = variance_against("ratio", [0.5, 1.0, 2.0], simulated_at=[1.0], repetitions=20)
    budget = at_equal_budget(curve)
    np.testing.assert_allclose(budget.expected, [4.5, 4.0, 4.5])
    np.testing.assert_allclose(budget.simulated, 2 * curve.simulated)


def test_variance_is_drawn_with_its_simulations():
    curve = VarianceCurve(*map(np.array, ([1.0, 2.0], [3.0, 4.0], [1.5], [3.6])))
    line, marks = draw_mean_variance(Figure().subplots(), {"a": curve}, "x")
    np.testing.assert_array_equal(line.get_xydata(), [[1, 3], [2, 4]])
    np.testing.assert_array_equal(marks.get_xydata(), [[1.5, 3.6]])


@pytest.mark.parametrize("dimension", [1, 3])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_mean_in_several_dimensions_by_simulation(dimension, scale):
    """NCE of (c, b₁) is logistic regression, fitted to 800 sets of 400 points."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(800, 400, dimension))
    u = np.concatenate([z, rng.normal(scale=scale, size=z.shape)], axis=1)
    known = radial_log_odds(np.linalg.norm(u, axis=2), scale, dimension, 1.0)
    slopes = np.stack([np.ones(u.shape[:2]), u[..., 0]], axis=-1)
    means = fit_logistic_nce(slopes, np.arange(800) < 400, known, [0.0, 0.0])[:, 1]
    expected = in_dimensions(dimension, [scale]).expected[0]
    assert 400 * means.var() == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_in_one_dimension_it_is_the_mean_on_the_line(scale):
    setting = NoiseSetting(2.0, scale=scale)
    ours = in_dimensions(1, [scale], noise_ratio=2.0).expected[0]
    assert ours == pytest.approx(covariance_of_estimates(setting)[1, 1], rel=1e-6)


def test_budgets_and_widths_draw_their_curves():
    curve = VarianceCurve(*map(np.array, ([1.0, 2.0], [4.0, 3.0], [1.5], [3.6])))
    left, _, right, _ = draw_budgets(Figure(), {"a": curve}, {"b": at_equal_budget(curve)})
    np.testing.assert_array_equal(left.get_ydata(), [4, 3])
    np.testing.assert_array_equal(right.get_ydata(), [8, 9])
    (line,) = draw_widths(Figure().subplots(), {"a": curve})
    np.testing.assert_array_equal(line.get_ydata(), [4, 3])
