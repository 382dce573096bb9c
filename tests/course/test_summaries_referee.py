import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

from cance_edu.course import recordings
from cance_edu.course.noise.confidence import gaussian_confidence_sweep, gaussian_first_force
from cance_edu.course.noise.flexible import flexible_variance
from cance_edu.course.noise.force import noise_force, sharp_core
from cance_edu.course.noise.force_figure import draw_first_force
from cance_edu.course.noise.referee import (
    Look,
    chance_of_stars,
    holm,
    looks_at,
    signs_against_each_other,
)
from cance_edu.course.noise.referee_figure import draw_ends, draw_looks
from cance_edu.course.noise.variance import estimate_variance
from cance_edu.course.noise.walk import ScaleWalk
from cance_edu.course.noise.walk_figure import draw_chance


@pytest.fixture(scope="module")
def table():
    return recordings.load("noise_objectives")


def test_holm_by_hand():
    # Holm (1979): 3 times the smallest, 2 times the next, once the largest; none falls back.
    np.testing.assert_allclose(holm([0.04, 0.01, 0.03]), [0.06, 0.03, 0.06])
    np.testing.assert_allclose(holm([0.6, 0.9]), [1, 1])


def test_holm_keeps_its_promise_under_the_null():
    rng = np.random.default_rng(0)
    rejected = [(holm(rng.uniform(size=20)) < 0.05).any() for _ in range(4000)]
    assert 0.035 < np.mean(rejected) < 0.06


def test_of_twenty_looks_none_survives_and_the_signs_differ_once(table):
    looks = looks_at(table["aurocs"], table["datasets"])
    assert len(looks) == 20
    assert sum(look.shown for look in looks) == 3
    assert holm([look.p_value for look in looks]).min() > 0.3
    direct = signs_against_each_other(table["aurocs"], table["datasets"])
    assert [look.shown for look in direct] == [False, True, False, False]
    assert round(direct[1].mean, 3) == 0.213
    assert direct[1].p_value == pytest.approx(0.049, abs=5e-4)


def test_all_160_recorded_coordinates_move_as_their_objective_says(table):
    eq8, eq12 = table["noise_scale"][..., 2, :], table["noise_scale"][..., 3, :]
    assert eq8.size == eq12.size == 160
    assert (eq8 < 1 + np.log(2)).all()
    assert (eq12 > 1 + np.log(2)).all()


def test_without_any_effect_one_star_in_twenty_looks_is_usual():
    stars = chance_of_stars(redraws=5000)
    assert stars.mean() == pytest.approx(1, abs=0.06)
    assert (stars > 0).mean() == pytest.approx(1 - 0.95**20, abs=0.03)


def test_with_two_knots_the_broken_line_is_a_line_in_the_radius():
    """Against the general theorem, with the gradient (1, r)."""
    radius = np.linspace(0, stats.chi.isf(1e-6, 3), 4001)
    ours = flexible_variance([1.0], [0.0, 2.0], knots=2, dimension=3).variance[:, 0]
    gradient = np.stack([np.ones_like(radius), radius])
    density = stats.chi.pdf(radius, 3)
    information = np.trapezoid(gradient[:, None] * gradient * density / 2, radius)
    covariance = np.linalg.inv(information) - np.diag([2.0, 0.0])
    expected = [g @ covariance @ g for g in np.array([[1.0, 0.0], [1.0, 2.0]])]
    np.testing.assert_allclose(ours, expected, rtol=1e-4)


def test_far_out_wide_noise_hurts_a_rigid_model_and_helps_a_flexible_one():
    far = float(stats.chi.isf(1e-4, 8))
    rigid = estimate_variance([1.0, 1.7], [far], 8).variance[0]
    flexible = flexible_variance([1.0, 1.7], [far], knots=8, dimension=8).variance[0]
    assert rigid[1] / rigid[0] > 1.3
    assert flexible[1] / flexible[0] < 0.55


@pytest.mark.parametrize("dimension", [1, 8])
@pytest.mark.parametrize(("scale", "noise_ratio"), [(1.69, 1.0), (1.69, 0.25), (1.1, 0.5), (3, 4)])
def test_the_law_at_small_confidence(dimension, scale, noise_ratio):
    sweep = gaussian_confidence_sweep(dimension, [1e-5], scale, noise_ratio)
    slope = gaussian_first_force(scale, noise_ratio, dimension)
    assert sweep.force[0] / 1e-5 == pytest.approx(float(slope), rel=1e-3)
    assert (slope > 0) == (noise_ratio > 1 / scale**2)


@pytest.mark.parametrize("shape", [(0.3, 1.5, 0.8), (0.2, 1.5, 0.7), (0.1, 2.0, 0.9)])
def test_a_sharp_core_is_widened_by_eq_8_however_underconfident_T_is(shape):
    for confidence in (0.05, 0.2, 0.5, 0.8, 0.95):
        force = noise_force(sharp_core(*shape), [1.69], 1.0, confidence=confidence)
        assert force.total[0] < 0


def test_figures_draw_the_numbers():
    looks = [Look("a", np.array([1.0, 2.0, 3.0])), Look("b", np.array([-1.0, 0.5, 0.4]))]
    axes = Figure().subplots()
    draw_looks(axes, looks)
    assert "a   p" in axes.get_yticklabels()[0].get_text()
    draw_looks(axes, looks, named=False)
    assert {label.get_text() for label in axes.get_yticklabels()} == {"?"}
    ends = np.arange(6.0).reshape(2, 3)
    (marks,) = draw_ends(Figure().subplots(), {"eq8": ends}, 1.69)
    np.testing.assert_array_equal(marks.get_ydata(), ends.ravel())
    walk = ScaleWalk(np.array([1, 2]), np.array([[1.6, 1.8], [1.5, 1.9]]))
    (band,) = draw_chance(Figure().subplots(), {"fresh": [walk]})
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (1.5, 1.9)
    assert len(draw_first_force(Figure().subplots()).levels) == 3
