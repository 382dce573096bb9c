import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy import integrate, optimize, stats

from cance_edu.course.explorer import drive
from cance_edu.course.lognormal.explorer import LognormalExplorer
from cance_edu.course.lognormal.feature_fit import (
    fit_feature,
    log_likelihoods,
    quantile_plot,
    removal_effect,
)
from cance_edu.course.lognormal.feature_fit_figure import draw_quantiles, draw_removal
from cance_edu.course.lognormal.figure import (
    draw_histogram,
    draw_lognormal,
    draw_spread,
    move_lognormal,
)
from cance_edu.course.lognormal.summary import lognormal_view, spread_curves
from tests.round_off import FUNCTION, rounded

MU, SIGMA = -4.4, 0.6
LOGNORMAL = stats.lognorm(s=SIGMA, scale=np.exp(MU))
MOMENTS = LOGNORMAL.mean(), LOGNORMAL.std()


def sample(count=400, seed=0):
    return LOGNORMAL.rvs(count, random_state=np.random.default_rng(seed))


def drawn(draw, *arguments):
    axes = Figure().subplots()
    return axes, draw(axes, *arguments)


def test_view_agrees_with_scipys_lognormal_and_normal():
    view = lognormal_view(*MOMENTS)
    np.testing.assert_allclose([view.mu, view.sigma], [MU, SIGMA], rtol=1e-9)
    np.testing.assert_allclose(view.median, LOGNORMAL.median(), rtol=1e-9)
    np.testing.assert_allclose(view.density, LOGNORMAL.pdf(view.z), atol=1e-9)
    np.testing.assert_allclose(view.noise_density, stats.norm.pdf(view.z, *MOMENTS), atol=1e-12)
    best = optimize.minimize_scalar(lambda z: -LOGNORMAL.pdf(z), bounds=(1e-4, 0.02))
    np.testing.assert_allclose(view.mode, best.x, rtol=1e-2)


@given(st.floats(0.05, 3), st.floats(1e-3, 1e3))
def test_noise_below_zero_is_the_gaussians_mass_there_in_any_unit(spread, unit):
    below, error = integrate.quad(stats.norm.pdf, -40, -1 / spread, epsabs=1e-13, epsrel=0)
    # The mean in deviations is rounded three times, which its density, at most 0.4, passes on;
    # SciPy's functions are right to a few units in the last place.
    error += rounded(3 * 0.25 + FUNCTION)
    found = lognormal_view(unit, spread * unit).noise_below_zero
    assert found == pytest.approx(below, abs=error, rel=0)


def test_spread_curves_are_shares_of_scipys_mean():
    curves = spread_curves(largest=2.0)
    sigma = np.sqrt(np.log1p(curves.spread**2))
    scipy = stats.lognorm(s=sigma)
    np.testing.assert_allclose(curves.median, scipy.median() / scipy.mean())
    np.testing.assert_allclose(curves.mode, np.exp(-(sigma**2)) / scipy.mean())
    np.testing.assert_allclose(curves.noise_below_zero, stats.norm.cdf(-1 / curves.spread))
    assert curves.spread[-1] == 2.0


def test_both_fits_recover_a_log_normal_and_agree_on_much_data():
    fit = fit_feature(sample(200_000))
    for view in (fit.by_moments, fit.by_logarithms):
        assert view.mode == pytest.approx(np.exp(MU - SIGMA**2), rel=0.01)
        assert view.sigma == pytest.approx(SIGMA, rel=0.01)
    assert abs(fit.log_skewness) < 4 * fit.skewness_error


def test_fit_by_logarithms_is_scipys_maximum_likelihood_and_by_moments_keeps_the_moments():
    values = sample()
    fit = fit_feature(values)
    sigma, _, scale = stats.lognorm.fit(values, floc=0)
    by_logarithms = fit.by_logarithms
    np.testing.assert_allclose([by_logarithms.sigma, by_logarithms.median], [sigma, scale])
    assert (fit.by_moments.mean, fit.by_moments.standard_deviation) == pytest.approx(
        (values.mean(), values.std())
    )


def test_skewness_error_is_the_spread_of_the_skewness_of_normal_samples():
    skewness = stats.skew(np.random.default_rng(0).normal(size=(20_000, 60)), axis=1)
    assert fit_feature(sample(60)).skewness_error == pytest.approx(skewness.std(), rel=0.03)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_values_without_a_logarithm_are_refused(bad):
    with pytest.raises(ValueError, match="is positive"):
        fit_feature([1.0, 2.0, bad])


@pytest.mark.parametrize("values", [[2.0, 2.0, 2.0], [1.0, np.inf, 3.0]])
def test_values_without_a_spread_are_refused(values):
    for function in (fit_feature, quantile_plot):
        with pytest.raises(ValueError, match="expected finite values that differ"):
            function(values)


def test_quantile_band_holds_the_order_statistics_of_standardised_normal_draws():
    plot = quantile_plot(sample(50))
    draws = np.sort(np.random.default_rng(1).normal(size=(20_000, 50)), axis=1)
    np.testing.assert_allclose(plot.normal, draws.mean(axis=0), atol=0.1)
    draws = stats.zscore(draws, axis=1)
    inside = np.mean((draws >= plot.low) & (draws <= plot.high), axis=0)
    np.testing.assert_allclose(inside, 0.95, atol=0.02)
    assert inside.mean() == pytest.approx(0.95, abs=0.005)


def test_log_likelihoods_are_maxima():
    values = sample()
    found = log_likelihoods(values)
    sigma, median = np.log(values).std(), np.exp(np.log(values).mean())
    at_best = stats.lognorm(sigma, scale=median).logpdf(values).sum()
    assert found["log-normal"] == pytest.approx(at_best)
    mean, shape = values.mean(), 1 / (np.mean(1 / values) - 1 / values.mean())  # closed forms
    wald = stats.invgauss(mean / shape, scale=shape).logpdf(values).sum()
    assert found["inverse Gaussian"] == pytest.approx(wald)
    assert found["gamma"] < found["log-normal"]


def test_quantile_plot_tells_log_normal_values_from_their_logarithms():
    values = sample()
    raw, log = quantile_plot(values), quantile_plot(np.log(values))
    assert log.outside < 0.05 < 0.5 < raw.outside
    np.testing.assert_allclose(log.observed, np.sort(stats.zscore(np.log(values))))


def test_removal_effect_is_that_of_estimating_again():
    values = sample()
    effect = removal_effect(values, most=3)
    np.testing.assert_array_equal(effect.removed, [0, 1, 2, 3])
    before = fit_feature(values)
    for count in effect.removed:
        after = fit_feature(np.sort(values)[: len(values) - count])
        assert effect.mean[count] == pytest.approx(after.by_moments.mean / before.by_moments.mean)
        for ratio, name in (
            (effect.mode_by_moments, "by_moments"),
            (effect.mode_by_logarithms, "by_logarithms"),
        ):
            expected = getattr(after, name).mode / getattr(before, name).mode
            assert ratio[count] == pytest.approx(expected)


def test_drawing_shows_densities_centres_and_the_mass_below_zero():
    view = lognormal_view(*MOMENTS)
    axes, artists = drawn(draw_lognormal, lognormal_view(1.0, 0.5))
    (left, right), top = axes.get_xlim(), axes.get_ylim()[1]
    assert left < -0.5 < 3.0 <= right
    assert 1.0 < top < 1.5
    move_lognormal(artists, view)
    np.testing.assert_array_equal(artists.density.get_data(), [view.z, view.density])
    np.testing.assert_array_equal(artists.noise.get_data(), [view.z, view.noise_density])
    tops = {}
    for name, line in artists.centres.items():
        x, (_, tops[name]) = line.get_data()
        np.testing.assert_array_equal(x, getattr(view, name))
    assert tops["mode"] > tops["median"] > tops["mean"]
    assert tops["mode"] == pytest.approx(LOGNORMAL.pdf(view.mode), rel=1e-3)
    (path,) = artists.below_zero.get_paths()
    x, y = path.vertices.T
    area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    assert x.max() <= 0
    assert area == pytest.approx(view.noise_below_zero, abs=2e-3)


def test_histogram_is_a_density_of_all_values():
    values = sample()
    axes, _ = drawn(draw_histogram, values, "z_e")
    (stairs,) = axes.patches
    shares, edges, _ = stairs.get_data()
    assert (shares * np.diff(edges)).sum() == pytest.approx(1)
    assert axes.get_xlim()[1] > values.max() == edges[-1]
    marked = axes.lines[0].get_xdata()
    np.testing.assert_array_equal(np.sort(marked), np.sort(values)[-len(marked) :])
    assert axes.get_xlabel() == "z_e"


def test_other_figures_draw_what_they_are_given():
    figure, curves = Figure(), spread_curves()
    draw_spread(figure, curves, {"z_e": 0.5})
    shares, below = figure.axes
    assert [line.get_label() for line in shares.get_lines()] == ["median", "mode", "z_e"]
    np.testing.assert_array_equal(shares.get_lines()[1].get_ydata(), curves.mode)
    np.testing.assert_allclose(below.get_lines()[0].get_ydata(), 100 * curves.noise_below_zero)
    assert shares.get_lines()[2].get_xdata() == [0.5, 0.5]

    values = sample()
    plots = {"z": quantile_plot(values), "ln z": quantile_plot(np.log(values))}
    _, points = drawn(draw_quantiles, plots)
    for line, plot in zip(points, plots.values(), strict=True):
        np.testing.assert_array_equal(line.get_data(), [plot.normal, plot.observed])

    effect = removal_effect(values)
    _, lines = drawn(draw_removal, effect)
    changes = [100 * (line - 1) for line in (effect.mean, effect.mode_by_moments)]
    np.testing.assert_allclose([line.get_ydata() for line in lines[:2]], changes)


@pytest.fixture(scope="module")
def explorer():
    return LognormalExplorer(sample(), "z_e")


@pytest.fixture(autouse=True)
def start_again(request):
    """Put the shared explorer back to where it started."""
    yield
    if "explorer" in request.fixturenames:
        explorer = request.getfixturevalue("explorer")
        explorer.controls["steer"].value = "moments"
        explorer.controls["mean"].value = sample().mean()
        explorer.controls["standard_deviation"].value = sample().std()


def number_of(explorer, name):
    return explorer.readout.value.split(f'data-name="{name}">')[1].split("<")[0]


def shown_pair(explorer):
    return [n for n, c in explorer.controls.items() if c.layout.display != "none"][1:]


def test_explorer_starts_at_the_samples_moments(explorer):
    assert explorer.view.mean == pytest.approx(sample().mean())
    assert explorer.view.standard_deviation == pytest.approx(sample().std())
    assert shown_pair(explorer) == ["mean", "standard_deviation"]


@pytest.mark.parametrize("pair", ["moments", "parameters"])
def test_every_control_can_be_driven_from_either_pair(explorer, pair):
    explorer.controls["steer"].value = pair
    assert drive(explorer) == 5 * 4
    assert explorer.message.value == ""


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_readout_is_scipys_over_the_whole_range(explorer, place):
    explorer.controls["steer"].value = "parameters"
    for name in ("mu", "sigma"):
        control = explorer.controls[name]
        control.value = control.min + place * (control.max - control.min)
    mu, sigma = explorer.controls["mu"].value, explorer.controls["sigma"].value
    scipy = stats.lognorm(s=sigma, scale=np.exp(mu))
    assert number_of(explorer, "mode") == f"{np.exp(mu - sigma**2):.3g}"
    assert number_of(explorer, "median") == f"{scipy.median():.3g}"
    assert number_of(explorer, "mean") == f"{scipy.mean():.3g}"
    assert number_of(explorer, "deviation") == f"{scipy.std():.3g}"
    below = stats.norm.cdf(0, scipy.mean(), scipy.std())
    assert number_of(explorer, "noise_below_zero") == f"{100 * below:.1f}%"


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_changing_the_pair_changes_nothing_else(explorer, place):
    explorer.controls["steer"].value = "parameters"
    for name in ("mu", "sigma"):
        control = explorer.controls[name]
        control.value = control.min + place * (control.max - control.min)
    before = explorer.readout.value
    explorer.controls["steer"].value = "moments"
    assert explorer.readout.value == before
    assert shown_pair(explorer) == ["mean", "standard_deviation"]
    explorer.controls["steer"].value = "parameters"
    assert explorer.readout.value == before
    assert shown_pair(explorer) == ["mu", "sigma"]


def test_the_pair_that_does_not_steer_has_no_effect(explorer):
    before = explorer.readout.value
    explorer.controls["sigma"].value = explorer.controls["sigma"].max
    assert explorer.readout.value == before


def test_no_density_that_the_parameters_reach_is_cut_off(explorer):
    explorer.controls["steer"].value = "parameters"
    top = explorer.canvas.figure.axes[0].get_ylim()[1]
    for mu in (explorer.controls["mu"].min, explorer.controls["mu"].max):
        for sigma in (explorer.controls["sigma"].min, explorer.controls["sigma"].max):
            explorer.controls["mu"].value, explorer.controls["sigma"].value = mu, sigma
            assert explorer.view.density.max() < top


def test_sliders_start_on_one_of_their_steps():
    # Or the front end would move them, and the picture with them, as soon as it shows them.
    controls = LognormalExplorer(sample()).controls
    for name in ("mean", "standard_deviation", "mu", "sigma"):
        control = controls[name]
        steps = (control.value - control.min) / control.step
        assert steps == pytest.approx(round(steps), abs=1e-6)
