import numpy as np
import pytest
import torch
from scipy import stats

from cance_edu.course.noise.gaussian_mixture import EXAMPLE, GaussianMixture2D

ONE = GaussianMixture2D(
    torch.ones(1, dtype=torch.float64),
    torch.tensor([[1.0, -2.0]], dtype=torch.float64),
    torch.tensor([[[2.0, 0.6], [0.6, 0.5]]], dtype=torch.float64),
)
MIXTURES = pytest.mark.parametrize("mixture", [EXAMPLE, ONE], ids=["three", "one"])


def scipys_pdf(mixture, z):
    parts = zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    return sum(w.item() * stats.multivariate_normal.pdf(z, m, s) for w, m, s in parts)


def grid(step=0.05, half_width=9.0):
    line = np.arange(-half_width, half_width + step / 2, step)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), step**2


@MIXTURES
def test_log_prob_is_scipys(mixture):
    z = np.random.default_rng(0).normal(size=(50, 2)) * 3
    ours = mixture.log_prob(torch.from_numpy(z))
    np.testing.assert_allclose(ours, np.log(scipys_pdf(mixture, z)), rtol=1e-10)


@MIXTURES
def test_mass_mean_and_covariance_by_quadrature(mixture):
    z, area = grid()
    weight = scipys_pdf(mixture, z) * area
    mean = weight @ z
    covariance = (z - mean).T @ ((z - mean) * weight[:, None])
    assert weight.sum() == pytest.approx(1, abs=1e-8)
    np.testing.assert_allclose(mixture.mean, mean, atol=1e-6)
    np.testing.assert_allclose(mixture.covariance, covariance, atol=1e-6)


@MIXTURES
def test_draws_fall_where_the_density_says(mixture):
    z = mixture.sample(200_000, torch.Generator().manual_seed(0)).numpy()
    edges = np.linspace(-5, 5, 11)
    found, *_ = np.histogram2d(z[:, 0], z[:, 1], bins=(edges, edges))
    # Midpoint rule, 40 points a side of each square.
    middles = np.linspace(-5, 5, 400, endpoint=False) + 1 / 80
    points = np.stack(np.meshgrid(middles, middles, indexing="ij"), axis=-1)
    expected = (scipys_pdf(mixture, points) / 40**2).reshape(10, 40, 10, 40).sum((1, 3))
    error = np.sqrt(expected * (1 - expected) / len(z)) + 1e-6
    assert np.abs((found / len(z) - expected) / error).max() < 4.5


def test_the_generator_alone_decides_the_draws():
    before = torch.random.get_rng_state()
    first, second = (EXAMPLE.sample(5, torch.Generator().manual_seed(3)) for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    assert torch.equal(before, torch.random.get_rng_state())
    assert first.dtype == torch.float64


def test_the_mean_lies_where_the_density_is_low_and_one_gaussian_fits_badly():
    z = EXAMPLE.sample(20_000, torch.Generator().manual_seed(0))
    at_mean = EXAMPLE.log_prob(EXAMPLE.mean[None])
    assert (EXAMPLE.log_prob(z) < at_mean).double().mean() < 0.1
    gaussian = stats.multivariate_normal(EXAMPLE.mean, EXAMPLE.covariance)
    divergence = (EXAMPLE.log_prob(z).numpy() - gaussian.logpdf(z)).mean()
    assert divergence > 0.4


def test_far_points_have_finite_log_densities():
    assert EXAMPLE.log_prob(torch.full((1, 2), 1e6)).isfinite().all()
