import numpy as np
import torch
from matplotlib.figure import Figure
from scipy import stats

from cance_edu.course.contrast.heavy_tails import heavy_tails
from cance_edu.course.contrast.line_example import DATA_LAW, NOISE_LAW, line_draws
from cance_edu.course.contrast.score_parts_figure import (
    draw_heavy_tails,
    draw_parts_against_scale,
)
from cance_edu.course.contrast.summary import on_plane


def test_heavy_tails_have_their_densities_and_the_noise_their_moments():
    tails = heavy_tails(n=20_000, dimension=2, spread=3.0)
    assert tails.is_anomaly.sum() == 20_000
    radius = tails.distance
    shape = np.eye(2) * 4 / 6
    points = np.stack([radius, np.zeros_like(radius)], 1)
    log_data = stats.multivariate_t(np.zeros(2), shape, 6).logpdf(points)
    np.testing.assert_allclose(tails.score, -log_data)
    log_noise = stats.norm.logpdf(radius) + stats.norm.logpdf(0)
    np.testing.assert_allclose(tails.log_ratio, log_data - log_noise)
    assert abs((radius[~tails.is_anomaly] ** 2).mean() / 2 - 1) < 0.05
    assert abs((radius[tails.is_anomaly] ** 2).mean() / 18 - 1) < 0.05


def test_draws_of_the_line_are_of_its_laws():
    z, v = line_draws(3, 5000)
    assert (len(z), len(v)) == (5000, 20_000)
    assert stats.kstest(z.numpy(), DATA_LAW.cdf).pvalue > 0.01
    assert stats.kstest(v.numpy(), NOISE_LAW.cdf).pvalue > 0.01


def test_points_of_a_plane_are_in_the_order_of_its_densities():
    plane = on_plane(lambda u: u[:, 0] + 100 * u[:, 1], half_width=1.0, n=3)
    first, second = plane.points.T
    assert torch.equal((first + 100 * second).reshape(3, 3), torch.from_numpy(plane.log_density))


def test_parts_are_drawn_in_percent_with_a_mark_for_each_seed():
    areas = np.array([[[0.5, 0.2, 0.9], [0.5, 0.8, 0.9]], [[0.7, 0.4, 0.9], [0.7, 0.8, 0.9]]])
    standing = np.array([[[4, -1, 3], [1, 2, 3]]])
    drawn = draw_parts_against_scale(Figure(), [1, 3], areas, standing)
    brought, learned, total, *stand = drawn
    np.testing.assert_allclose(brought.get_ydata(), [60, 60])
    np.testing.assert_allclose(learned.get_ydata(), [30, 80])
    np.testing.assert_allclose(total.get_ydata(), [90, 90])
    np.testing.assert_array_equal([line.get_ydata() for line in stand], standing[0].T)
    tails = heavy_tails(n=50, dimension=2)
    score, best = draw_heavy_tails(Figure().subplots(), tails)
    assert (np.diff(score.get_xdata()) >= 0).all()
    np.testing.assert_array_equal(best.get_ydata(), -tails.log_ratio[np.argsort(tails.distance)])
