import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import distance
from torch.distributions import MultivariateNormal

from cance_edu.method.noise import GaussianNoise, narrow, noise_scale, psi_of_noise_scale, widen
from tests.round_off import FUNCTION, rounded

A = torch.tensor(np.random.default_rng(0).normal(size=(3, 3)))
MEAN, COVARIANCE = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64), A @ A.T
K = torch.tensor([1.0, 1.69, 4.0], dtype=torch.float64)


@pytest.mark.parametrize("scale", [1.0, K])
def test_log_prob_is_torchs_multivariate_normal_with_k_sigma_k(scale):
    z = torch.randn(20, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 5
    k = torch.diag(torch.as_tensor(scale).expand(3).double())
    theirs = MultivariateNormal(MEAN, k @ COVARIANCE @ k).log_prob(z)
    torch.testing.assert_close(GaussianNoise(MEAN, COVARIANCE).log_prob(z, scale), theirs)


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_squared_distance_is_scipys_mahalanobis(scale):
    z = torch.randn(20, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 5
    inverse = np.linalg.inv(scale**2 * COVARIANCE.numpy())
    theirs = [distance.mahalanobis(point, MEAN.numpy(), inverse) ** 2 for point in z.numpy()]
    ours = GaussianNoise(MEAN, COVARIANCE).squared_distance(z, scale)
    np.testing.assert_allclose(ours.numpy(), theirs)


def test_widened_draws_have_the_widened_covariance():
    noise = GaussianNoise(MEAN, COVARIANCE)
    draws = widen(noise.sample(400_000, torch.Generator().manual_seed(0)), MEAN, K).numpy()
    expected = torch.diag(K) @ COVARIANCE @ torch.diag(K)
    scale = expected.diag().sqrt()
    error = (np.cov(draws.T) - expected.numpy()) / np.outer(scale, scale)
    assert np.abs(error).max() < 0.01
    assert (np.abs(draws.mean(0) - MEAN.numpy()) / scale.numpy()).max() < 0.01


@given(st.lists(st.floats(-30, 30), min_size=3, max_size=3), st.floats(-1e4, 1e4))
def test_narrow_undoes_widen_and_k_is_at_least_one(point, psi):
    z = torch.tensor([point], dtype=torch.float64)
    scale = noise_scale(torch.full((3,), psi, dtype=torch.float64))
    assert ((scale >= 1) & scale.isfinite()).all()
    # Six roundings, each of a number no larger than these three together.
    sizes = (z - MEAN).abs() + MEAN.abs() + z.abs()
    assert ((narrow(widen(z, MEAN, scale), MEAN, scale) - z).abs() <= rounded(6) * sizes).all()


def test_psi_zero_is_not_k_one():
    psi = torch.zeros(1, dtype=torch.float64)
    assert noise_scale(psi).item() == pytest.approx(1 + math.log(2))
    torch.testing.assert_close(noise_scale(psi_of_noise_scale(K[1:])), K[1:])
    with pytest.raises(ValueError, match="above 1"):
        psi_of_noise_scale(K)


@given(st.floats(1 + 1e-6, 1e6))
def test_psi_of_any_scale_gives_it_back(scale):
    k = torch.tensor([scale], dtype=torch.float64)
    # ψ = k - 1 + ln(1 - e^(1 - k)): two functions and four sums; the logarithm is at most 14, and
    # takes its argument's error as it is. ψ's error is K's at most, which takes two functions more
    # and a sum. Beyond ψ = 20 torch's softplus returns ψ itself.
    roundings = rounded(14 * (FUNCTION + 1) + 4 * FUNCTION + 4)
    torch.testing.assert_close(
        noise_scale(psi_of_noise_scale(k)), k, rtol=roundings, atol=math.exp(-20)
    )


def test_far_points_have_finite_log_densities():
    far = torch.full((1, 3), 1e8, dtype=torch.float64)
    assert GaussianNoise(MEAN, COVARIANCE).log_prob(far).isfinite().all()


@pytest.mark.parametrize("variances", [(1.0, 1.0, 1.0), (1.0, 0.0, 1.0)])
def test_singular_covariance_is_refused_with_advice(variances):
    deviation = torch.tensor(variances, dtype=torch.float64).sqrt()
    with pytest.raises(ValueError, match=r"condition number .*Raise\s+covariance_weight"):
        GaussianNoise(MEAN, torch.outer(deviation, deviation))


def test_units_do_not_make_a_covariance_singular():
    units = torch.tensor([1e-8, 1.0, 1e8], dtype=torch.float64)
    noise = GaussianNoise(MEAN * units, COVARIANCE * torch.outer(units, units))
    plain = GaussianNoise(MEAN, COVARIANCE)
    z = plain.sample(5, torch.Generator().manual_seed(0))
    # The units multiply to 1, so the density does not change.
    torch.testing.assert_close(noise.log_prob(z * units), plain.log_prob(z))
