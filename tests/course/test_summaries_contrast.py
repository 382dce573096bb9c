import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import stats

from cance_edu.course.contrast.far_from_data import along_ray, reach
from cance_edu.course.contrast.far_from_data_figure import draw_ray
from cance_edu.course.contrast.figure import (
    draw_learning,
    draw_line_contrast,
    draw_planes,
    draw_pointwise_loss,
)
from cance_edu.course.contrast.summary import (
    Learning,
    divergence,
    line_contrast,
    on_plane,
    watch_learning,
)
from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.method.nce import LogRatio
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast, train_nce

NOISE = GaussianNoise(EXAMPLE.mean, EXAMPLE.covariance)


def standard_normal(u):
    return torch.from_numpy(stats.multivariate_normal([0.0, 0.0]).logpdf(u))


def test_rows_of_a_plane_belong_to_its_second_coordinate():
    plane = on_plane(lambda u: u[:, 0] + 100 * u[:, 1], half_width=1.0, n=3)
    np.testing.assert_array_equal(plane.x, [-1, 0, 1])
    np.testing.assert_array_equal(plane.log_density[0], [-101, -100, -99])
    np.testing.assert_array_equal(plane.log_density[:, 1], [-100, 0, 100])


def test_mass_of_densities_that_are_known():
    assert on_plane(EXAMPLE.log_prob).mass == pytest.approx(1, abs=1e-4)
    assert on_plane(EXAMPLE.log_prob, n=71).mass == pytest.approx(1, abs=1e-4)
    assert on_plane(lambda u: standard_normal(u) + np.log(3)).mass == pytest.approx(3, abs=1e-6)


def test_divergence_of_gaussians_in_closed_form_whatever_their_mass():
    z = torch.from_numpy(np.random.default_rng(0).normal(size=(200_000, 2)))
    other = stats.multivariate_normal([0.5, 0.0], np.diag([2.0, 0.8]))
    score = -torch.from_numpy(other.logpdf(z))
    expected = (1 / 2 + 1 / 0.8 + 0.5**2 / 2 - 2 + np.log(2.0 * 0.8)) / 2
    plain = divergence(standard_normal(z), score, 1.0)
    assert plain == pytest.approx(expected, abs=0.01)
    assert divergence(standard_normal(z), score - np.log(5), 5.0) == pytest.approx(plain)


@pytest.mark.parametrize("noise_ratio", [1.0, 4.0])
def test_on_a_line_the_best_log_odds_give_the_density_of_the_data(noise_ratio):
    u = torch.linspace(-3, 3, 13, dtype=torch.float64)
    log_data, log_noise = (torch.from_numpy(stats.norm(*law).logpdf(u)) for law in ((1, 2), (0, 3)))
    wrong = line_contrast(u, log_data, log_noise, torch.zeros(13), noise_ratio)
    np.testing.assert_allclose(wrong.learned_density, noise_ratio * wrong.noise_density)
    best = torch.from_numpy(wrong.optimal_log_ratio)
    right = line_contrast(u, log_data, log_noise, best, noise_ratio)
    np.testing.assert_allclose(right.learned_density, stats.norm(1, 2).pdf(u))
    np.testing.assert_allclose(right.data_density, stats.norm(1, 2).pdf(u))


@pytest.fixture(scope="module")
def trained():
    generator = torch.Generator().manual_seed(0)
    contrast = Contrast(
        2.0,
        "fixed",
        initial_scale=1.5,
        steps=80,
        batch_size=128,
        hidden=(16, 8),
        learning_rate=2e-2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        z = EXAMPLE.sample(2000, generator)
        network, _, history = train_nce(z, NOISE, contrast, generator=generator)
    return network.double(), history


@torch.no_grad()
def test_the_last_record_is_the_trained_network(trained):
    network, history = trained
    z = EXAMPLE.sample(50, torch.Generator().manual_seed(1))
    first, last = (LogRatio.from_weights(history.weights[i]).double() for i in (0, -1))
    torch.testing.assert_close(last(z), network(z), rtol=0, atol=0)
    assert not torch.allclose(first(z), network(z))


@torch.no_grad()
def test_learning_is_watched_with_its_own_noise_and_ratio(trained):
    network, history = trained
    z = EXAMPLE.sample(5000, torch.Generator().manual_seed(1))
    learning = watch_learning(history, EXAMPLE, NOISE, 2.0, z)
    np.testing.assert_array_equal(learning.step, history.step)
    np.testing.assert_allclose(learning.mass, history.mass, rtol=0.15)
    # The last divergence, by quadrature
    line = np.linspace(-8, 8, 321)
    points = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    covariance = 1.5**2 * EXAMPLE.covariance
    noise_pdf = stats.multivariate_normal(EXAMPLE.mean, covariance).pdf(points)
    learned = 2 * noise_pdf * np.exp(network(torch.from_numpy(points)).numpy())
    mass, truth = learned.sum() * 0.05**2, EXAMPLE.log_prob(torch.from_numpy(points)).numpy()
    expected = (np.exp(truth) * (truth - np.log(learned / mass))).sum() * 0.05**2
    assert learning.mass[-1] == pytest.approx(mass, rel=0.01)
    assert learning.divergence[-1] == pytest.approx(expected, abs=0.03)
    assert learning.divergence[-1] < learning.divergence[0] - 0.1


def test_a_ray_starts_at_the_mean_and_has_the_length_it_is_told():
    distance = np.array([0.0, 5.0])
    ray = along_ray(lambda u: u[:, 1], NOISE, EXAMPLE, (3.0, 4.0), distance)
    end = EXAMPLE.mean.numpy() + np.array([3.0, 4.0])
    np.testing.assert_allclose(ray.log_ratio, [EXAMPLE.mean[1], end[1]])
    np.testing.assert_allclose(
        ray.true_log_prob[1], EXAMPLE.log_prob(torch.from_numpy(end[None]))[0]
    )
    law = stats.multivariate_normal(EXAMPLE.mean, EXAMPLE.covariance)
    np.testing.assert_allclose(ray.noise_log_prob[1], law.logpdf(end))
    np.testing.assert_allclose(ray.score[1], -end[1] - law.logpdf(end))
    np.testing.assert_allclose(ray.probability[1], 1 / (1 + np.exp(-end[1])))


def test_reach_is_the_mahalanobis_distance_and_its_edge_holds_all_but_a_thousandth():
    z = NOISE.sample(200_000, torch.Generator().manual_seed(0))
    points = reach(lambda u: u[:, 0], NOISE, z, np.zeros(len(z), dtype=bool))
    from_mean = (z - EXAMPLE.mean).numpy()
    inverse = np.linalg.inv(EXAMPLE.covariance)
    squared = np.einsum("ni,ij,nj->n", from_mean, inverse, from_mean)
    np.testing.assert_allclose(points.distance, np.sqrt(squared), rtol=1e-6)
    np.testing.assert_array_equal(points.log_ratio, z[:, 0])
    np.testing.assert_array_equal(points.beyond, points.distance > points.edge)
    assert points.beyond.mean() == pytest.approx(0.001, abs=0.0003)


def test_line_contrast_is_drawn():
    u = torch.linspace(-1, 1, 3)
    line = line_contrast(u, -u.square(), u - 1, u, 2.0)
    drawn = draw_line_contrast(Figure(), line)
    columns = (line.data_density, line.noise_density, line.learned_density)
    columns += (line.optimal_log_ratio, line.log_ratio)
    for artist, expected in zip(drawn, columns, strict=True):
        np.testing.assert_allclose(artist.get_xydata(), np.stack([line.u, expected], axis=1))


def test_marks_lie_on_the_curves_at_the_minima():
    t = np.linspace(-2, 2, 5)
    losses = {"a": t**2 + 3, "b": (t - 1) ** 2}
    *curves, first, second = draw_pointwise_loss(Figure().subplots(), t, losses, [0.0, 1.0])
    np.testing.assert_array_equal(curves[0].get_ydata(), t**2)
    np.testing.assert_array_equal(curves[1].get_ydata(), losses["b"])
    np.testing.assert_array_equal([first.get_xydata()[0], second.get_xydata()[0]], [[0, 0], [1, 0]])


def test_planes_share_their_contours():
    planes = {"truth": on_plane(EXAMPLE.log_prob, n=21), "noise": on_plane(NOISE.log_prob, n=21)}
    figure = Figure()
    first, second = draw_planes(figure, planes, mark=[1.0, 2.0])
    np.testing.assert_array_equal(first.levels, second.levels)
    assert [axes.get_title() for axes in figure.axes[:2]] == ["truth", "noise"]
    for axes in figure.axes[:2]:
        np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[1, 2]])


def test_learning_is_drawn_for_each_run():
    runs = {
        name: Learning(np.array([1, 2]), np.array([k, 1.0]), np.array([0.5, k / 10]))
        for name, k in {"a": 2.0, "b": 4.0}.items()
    }
    drawn = draw_learning(Figure(), runs)
    np.testing.assert_array_equal([a.get_ydata()[0] for a in drawn], [2, 0.5, 4, 0.5])
    np.testing.assert_array_equal([a.get_ydata()[1] for a in drawn], [1, 0.2, 1, 0.4])


def test_ray_is_drawn_with_minus_the_log_densities():
    ray = along_ray(lambda u: u[:, 1], NOISE, EXAMPLE, (0.0, 1.0), np.array([0.0, 1.0, 2.0]))
    drawn = draw_ray(Figure(), ray)
    expected = (-ray.true_log_prob, ray.score, -ray.noise_log_prob, -ray.log_ratio)
    for artist, values in zip(drawn, 2 * expected, strict=True):
        np.testing.assert_allclose(artist.get_xydata(), np.stack([ray.distance, values], axis=1))
