"""What lesson 01 draws: ten bars, products of factors, both axes, where artificial errors end."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import integrate, stats

from cance_edu.course.lognormal.bars import ten_bars
from cance_edu.course.lognormal.bars_figure import draw_bars, draw_centres
from cance_edu.course.lognormal.feature_fit_figure import draw_both_quantiles, draw_estimates
from cance_edu.course.lognormal.figure import draw_features, draw_products, draw_share_below
from cance_edu.course.lognormal.products import products, without_common_factors
from cance_edu.course.lognormal.summary import centre_curves, lognormal_view
from cance_edu.course.proposition.detection import (
    ends_of_artificial_errors,
    optimal_score,
    thresholds,
)
from cance_edu.course.proposition.detection_figure import draw_ends, draw_thresholds
from cance_edu.method.lognormal import lognormal_moments, lognormal_parameters

SPREAD, ANOMALOUS = 0.4, 1.8


def test_ten_bars_hold_the_same_on_both_axes_and_are_the_mean_density_there():
    bars = ten_bars(0.3, 0.5)
    before, after = stats.norm(0.3, 0.5), stats.lognorm(0.5, scale=np.exp(0.3))
    for edges, heights, variable in (
        (bars.log_edges, bars.log_heights, before),
        (bars.edges, bars.heights, after),
    ):
        np.testing.assert_allclose(np.diff(variable.cdf(edges)), bars.share)
        np.testing.assert_allclose(heights * np.diff(edges), bars.share)
        middle = integrate.quad(variable.pdf, edges[4], edges[5])[0] / (edges[5] - edges[4])
        assert heights[4] == pytest.approx(middle)
    assert bars.edges[5] == pytest.approx(after.median())


def test_products_are_of_the_factors_that_are_added_up():
    drawn = products(draws=50_000)
    assert drawn.total.mean() == pytest.approx(1, abs=0.01)
    assert drawn.product.mean() == pytest.approx(1, abs=0.02)
    assert drawn.total.var() == pytest.approx(1 / 12 / 6, rel=0.05)
    assert drawn.product.var() == pytest.approx((1 + 1 / 12) ** 6 - 1, rel=0.05)
    assert np.corrcoef(drawn.total, np.log(drawn.product))[0, 1] > 0.9


def test_shuffled_pixels_keep_their_own_values_and_lose_what_they_share():
    rng = np.random.default_rng(0)
    shared = rng.lognormal(size=(500, 1)) * rng.random((500, 40))
    apart = without_common_factors(shared)
    assert apart.mean() == pytest.approx(shared.mean())
    assert apart.var() == pytest.approx(shared.var(0).sum() / 40**2, rel=0.2)


def test_centres_over_sigma_are_scipys():
    curves = centre_curves()
    variable = stats.lognorm(curves.sigma[1:])
    np.testing.assert_allclose(curves.mean[1:], variable.mean())
    np.testing.assert_allclose(curves.median[1:], variable.median())
    np.testing.assert_allclose(curves.mode, np.exp(-(curves.sigma**2)))


def test_at_a_held_mean_the_modes_logarithm_moves_three_times_as_far_as_the_medians():
    """What TEACHING.md tells teachers to ask."""
    narrow, wide = (stats.lognorm(s, scale=np.exp(-(s**2) / 2)) for s in (0.4, 0.9))
    assert narrow.mean() == pytest.approx(wide.mean())
    by_mode = np.log(lognormal_view(1, narrow.std()).mode / lognormal_view(1, wide.std()).mode)
    assert by_mode == pytest.approx(3 * np.log(narrow.median() / wide.median()))


def draws(mean, count=400_000):
    mu, sigma = lognormal_parameters(mean, SPREAD * mean)
    return np.random.default_rng(0).lognormal(mu, sigma, count)


@pytest.fixture(scope="module")
def view():
    return thresholds(SPREAD, ANOMALOUS)


def test_shares_above_each_threshold_are_those_of_draws(view):
    normal, anomalous = draws(1.0), draws(ANOMALOUS)
    for rule, end in {"without": None, "same": view.mode, "raised": view.mode}.items():
        for found, values in ((view.alarms, normal), (view.found, anomalous)):
            share = np.mean(optimal_score(values, SPREAD, end) > view.threshold[rule])
            assert found[rule] == pytest.approx(share, abs=0.003)
    assert view.alarms["without"] == pytest.approx(0.05, abs=1e-3)
    assert view.alarms["again"] == pytest.approx(0.05, abs=1e-3)


def test_the_step_is_ln_of_one_plus_the_artificial_over_the_real_density(view):
    artificial = stats.truncnorm.pdf(0, -view.mode / SPREAD, 0, scale=SPREAD)
    mu, sigma = lognormal_parameters(1.0, SPREAD)
    real = stats.lognorm.pdf(view.mode, sigma, scale=np.exp(mu))
    assert view.step == pytest.approx(np.log1p(artificial / real))


def test_ends_at_the_mode_are_the_papers_and_the_auroc_is_the_share_of_pairs_won(view):
    ends = ends_of_artificial_errors(SPREAD, ANOMALOUS, [view.mode, 1.0, 1.2])
    assert ends.found[0] == pytest.approx(view.found["again"])
    assert ends.found_without == pytest.approx(view.found["without"])
    normal, anomalous = draws(1.0, 4000), draws(ANOMALOUS, 4000)
    for end, area in ((None, ends.auroc_without), (view.mode, ends.auroc[0]), (1.2, ends.auroc[2])):
        wins = optimal_score(anomalous, SPREAD, end)[:, None] > optimal_score(normal, SPREAD, end)
        assert area == pytest.approx(wins.mean(), abs=0.012)
    assert ends.margin[0] > ends.margin[1] > 0 > ends.margin[2]


def test_figures_draw_what_they_are_given(view):
    bars, values = ten_bars(), draws(1.0, 300)
    upper, lower = draw_bars(Figure(), bars, lognormal_view(*lognormal_moments(0.0, 0.6)))
    assert [bar.get_height() for bar in lower.patches] == pytest.approx(list(bars.heights))
    assert [bar.get_width() for bar in upper.patches] == pytest.approx(np.diff(bars.log_edges))
    _, logarithmic = draw_centres(Figure(), centre_curves())
    assert logarithmic.get_yscale() == "log"
    axes = Figure().subplots()
    draw_share_below(axes, values, "z_e", said=0.5)
    assert axes.lines[-1].get_xdata()[0] == np.quantile(values, 0.5)
    draw_products(Figure(), products(draws=500))
    draw_features(Figure(layout="constrained"), {"z_e": values, "z_c": values})
    titles = [
        axes.get_title() for axes in draw_both_quantiles(Figure(), {"a": values, "b": values})
    ]
    assert titles == ["a", "b"]
    axes = Figure().subplots()
    draw_estimates(axes, {"a": values, "b": values + 1}, 0.8)
    assert [patch.get_label() for patch in axes.patches] == ["a", "b"]
    assert [line.get_xdata()[0] for line in axes.lines[:2]] == [values.mean(), values.mean() + 1]
    _, alarms, found = draw_thresholds(Figure(), view)
    assert [bar.get_width() for bar in alarms.patches] == list(view.alarms.values())
    assert [bar.get_width() for bar in found.patches] == list(view.found.values())
    ends = ends_of_artificial_errors(SPREAD, ANOMALOUS, [0.8, 1])
    detection, guarantee = draw_ends(Figure(), ends)
    assert list(detection.lines[0].get_ydata()) == list(ends.auroc)
    assert list(detection.lines[1].get_ydata()) == [ends.auroc_without] * 2
    assert list(guarantee.lines[0].get_ydata()) == list(ends.margin)
