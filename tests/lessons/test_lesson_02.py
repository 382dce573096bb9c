"""What lesson 02 draws: the staircase of the proof, its switches, spreads with their intervals."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import integrate, stats

from cance_edu.course.proposition.detection import best_log_ratio
from cance_edu.course.proposition.spreads import spread_interval
from cance_edu.course.proposition.staircase import Switch, families, staircase, switches
from cance_edu.course.proposition.staircase_figure import (
    draw_bands,
    draw_optimal_scores,
    draw_staircase,
    draw_switches,
)
from cance_edu.course.proposition.summary import loss_map
from cance_edu.method.lognormal import lognormal_mode

SPREAD = 0.4
MODE = float(lognormal_mode(1.0, SPREAD))
SIGMA = np.sqrt(np.log1p(SPREAD**2))
REAL = stats.lognorm(SIGMA, scale=np.exp(-(SIGMA**2) / 2))


@pytest.mark.parametrize("spread", [0.1, 0.4, 1.0])
def test_the_staircase_is_scipys_densities_and_goes_down(spread):
    stairs = staircase(spread)
    mode, sigma = float(lognormal_mode(1.0, spread)), np.sqrt(np.log1p(spread**2))
    half = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2)).pdf(stairs.z) / 2
    artificial = stats.truncnorm(-mode / spread, 0, mode, spread).pdf(stairs.z) / 2
    expected = [
        half + artificial,
        half + stats.norm(mode, spread).pdf(stairs.z),
        half + stats.norm(1, spread).pdf(stairs.z),
        stats.norm(1, spread).pdf(stairs.z),
    ]
    np.testing.assert_allclose(stairs.sides, expected, atol=1e-12)
    assert (np.diff(stairs.sides, axis=0) <= 1e-12).all()
    inside = stats.norm(mode, spread)
    assert stairs.normaliser == pytest.approx(inside.cdf(mode) - inside.cdf(0))


def test_each_switch_changes_one_thing():
    cases = {case.name[0]: case for case in switches(SPREAD)}
    np.testing.assert_allclose(cases["a"].noise, stats.norm(1, SPREAD).pdf(cases["a"].z))
    assert cases["1"].z[-1] == 1.2
    few = cases["2"]
    artificial = stats.truncnorm(-MODE / SPREAD, 0, MODE, SPREAD).pdf(few.z)
    np.testing.assert_allclose(few.augmented, 0.9 * REAL.pdf(few.z) + 0.1 * artificial)
    narrow = stats.truncnorm(-2 * MODE / SPREAD, 0, MODE, SPREAD / 2).pdf(cases["3"].z)
    np.testing.assert_allclose(cases["3"].augmented, (REAL.pdf(few.z) + narrow) / 2, atol=1e-12)
    wide = stats.norm(1, SPREAD * (1 + np.log(2))).pdf(few.z)
    np.testing.assert_allclose(cases["4"].noise, wide)
    assert [case.holds for case in cases.values()] == [True, False, False, False, False, True]


def test_a_switch_is_lost_where_the_noise_is_denser():
    z = np.linspace(0, 1, 5)
    case = Switch("x", z, np.ones(5), np.array([2, 1, 1.5, 1, 0.5]))
    assert not case.holds
    np.testing.assert_array_equal(case.lost_at, [0, 0.5])


def test_other_families_have_the_same_artificial_half_and_the_moments():
    found = families(SPREAD)
    z = found["nothing"].z
    artificial = stats.truncnorm(-MODE / SPREAD, 0, MODE, SPREAD).pdf(z) / 2
    np.testing.assert_allclose(found["nothing"].augmented, artificial)
    gamma = stats.gamma(1 / SPREAD**2, scale=SPREAD**2)
    np.testing.assert_allclose(found["gamma"].augmented, artificial + gamma.pdf(z) / 2)
    apart = np.sqrt(SPREAD**2 - 0.1**2)

    def bumps(x):
        return (stats.norm.pdf(x, 1 - apart, 0.1) + stats.norm.pdf(x, 1 + apart, 0.1)) / 2

    np.testing.assert_allclose(found["two bumps"].augmented, artificial + bumps(z) / 2)
    variance = integrate.quad(lambda x: (x - 1) ** 2 * bumps(x), -2, 4, points=[0.6, 1.4])[0]
    assert variance == pytest.approx(SPREAD**2)


@pytest.mark.parametrize(("data", "noise", "ratio"), [(0.2, 0.7, 1), (1.3, 0.1, 1), (0.5, 0.5, 10)])
def test_the_best_log_ratio_is_found_without_its_formula(data, noise, ratio):
    assert best_log_ratio(data, noise, ratio) == pytest.approx(
        np.log(data / (ratio * noise)), abs=1e-5
    )


def test_a_spreads_interval_holds_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(0)
    held = [
        low < SPREAD < high
        for low, _, high in (
            spread_interval(REAL.rvs(400, random_state=rng), 300) for _ in range(200)
        )
    ]
    assert 0.85 < np.mean(held) <= 0.99
    low, spread, high = spread_interval([1.0, 2.0, 3.0])
    assert spread == pytest.approx(np.std([1, 2, 3]) / 2)
    assert low <= spread <= high


def test_figures_draw_what_they_are_given():
    stairs = staircase(SPREAD)
    axes, margin = draw_staircase(Figure(), stairs)
    np.testing.assert_array_equal(axes.lines[-2].get_ydata(), stairs.sides[0])
    np.testing.assert_array_equal(axes.lines[-1].get_ydata(), stairs.sides[-1])
    least = np.log(stairs.sides[0] / stairs.sides[-1]).min()
    assert margin.lines[2].get_ydata().min() == least
    assert margin.lines[-1].get_ydata() == [least]
    assert margin.texts[0].get_text() == f"smallest, {least:.2f}"
    cases = switches(SPREAD)
    panels = draw_switches(Figure(), cases)
    assert min(axes.get_xlim()[1] for axes in panels) > max(case.z[-1] for case in cases)
    assert [axes.get_title().endswith("holds") for axes in panels] == [c.holds for c in cases]
    lost = loss_map(np.linspace(0.1, 0.7, 7), [1.0, 2.0, 5.0])
    axes, below = draw_bands(Figure(), lost, {"a": (0.3, 0.4, 0.5), "b": (0.5, 0.6, 0.7)}, 0.453)
    assert list(axes.lines[0].get_xdata()) == [0.3, 0.5]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b"]
    drawn = below.collections[0].get_array()
    np.testing.assert_array_equal(
        drawn.compressed(), 100 * lost.lost_noise_mass[lost.lost_share > 0]
    )
    assert axes.get_xlim() == below.get_xlim()
    z = np.linspace(0.1, 2, 401)
    axes = Figure().subplots()
    draw_optimal_scores(axes, z, z, z + (z > MODE), MODE)
    assert axes.texts[0].get_text() == "a step of 1.0 nat"
