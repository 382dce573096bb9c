import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch import nn
from torch.distributions import Independent, Normal, kl_divergence

from cance_edu.detectors import vae
from cance_edu.detectors.vae import VAE, gaussian_kl, gaussian_nll

RNG = np.random.default_rng(0)


def test_the_toll_for_a_code_is_torchs_divergence():
    mean, log_variance = torch.randn(2, 6, 3).double()
    posterior = Independent(Normal(mean, (log_variance / 2).exp()), 1)
    prior = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    torch.testing.assert_close(gaussian_kl(mean, log_variance), kl_divergence(posterior, prior))


def test_the_toll_for_an_error_is_torchs_log_density():
    x, y = torch.randn(2, 4, 1, 3, 3).double()
    expected = -Normal(y, 0.7).log_prob(x).flatten(1).sum(1)
    variance = torch.tensor(0.49).double()
    torch.testing.assert_close(gaussian_nll(x, y, variance), expected)


def test_a_linear_one_reaches_the_likelihood_of_probabilistic_pca(monkeypatch):
    def linear(shape, outputs, latent_dim):
        return nn.Linear(shape[0], outputs), nn.Linear(latent_dim, shape[0])

    monkeypatch.setattr(vae, "encoder_and_decoder", linear)
    table = RNG.normal(size=(400, 2)) @ RNG.normal(size=(2, 5)) + 0.4 * RNG.normal(size=(400, 5))
    settings = {"epochs": 1500, "batch_size": 400, "learning_rate": 3e-2}
    detector = VAE(latent_dim=2, column_scaling="given", random_state=0, **settings).fit(table)
    inputs, generator = torch.as_tensor(table), torch.Generator().manual_seed(0)
    bounds = []
    with torch.no_grad():
        for _ in range(300):
            reconstructions, kl = detector._reconstruct(inputs, generator)
            nll = gaussian_nll(inputs, reconstructions, detector.noise_variance_)
            bounds.append(-(nll + kl).mean().item())
    pca = PCA(2).fit(table)
    likelihood = pca.score_samples(table).mean()
    assert np.mean(bounds) == pytest.approx(likelihood, abs=0.05)
    assert np.mean(bounds) < likelihood + 0.02
    assert detector.noise_variance_.item() == pytest.approx(pca.noise_variance_, rel=0.15)


def test_a_given_variance_weighs_the_error():
    table = RNG.normal(size=(60, 4))
    settings = {"epochs": 1, "learning_rate": 1e-12, "random_state": 0}
    narrow, wide = (VAE(noise_variance=v, **settings).fit(table) for v in (0.1, 10.0))
    with torch.no_grad():
        inputs = narrow.scaling_(torch.as_tensor(table))
        reconstructions, kl = narrow._reconstruct(inputs)
    squared = (inputs - reconstructions).square().sum(1)
    difference = narrow.anomaly_score(table) - wide.anomaly_score(table)
    expected = squared * (1 / 0.2 - 1 / 20) + 2 * np.log(0.1 / 10)
    np.testing.assert_allclose(difference, expected, rtol=1e-6)
    assert (kl >= 0).all()


def test_a_variance_that_is_none():
    with pytest.raises(ValueError, match="noise_variance is 0; expected a number above 0, or 'l"):
        VAE(noise_variance=0).fit(RNG.normal(size=(60, 4)))
