import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import special, stats

from cance_edu.method import nce
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.moments import RunningMoments
from cance_edu.method.nce import (
    NOISE_OBJECTIVES,
    LogRatio,
    anomaly_score,
    nce_loss,
    noise_objective_eq8,
    noise_objective_eq12,
    noise_objective_naive,
    total_mass,
)
from cance_edu.method.noise import GaussianNoise, widen
from cance_edu.training.contrast import Contrast, train_nce

MEAN = torch.tensor([0.2], dtype=torch.float64)


@pytest.mark.equation("3", "5", "11")
@pytest.mark.parametrize("noise_ratio", [0.5, 1.0, 3.0])
def test_loss_is_the_negative_log_likelihood_of_the_labels(noise_ratio):
    on_data, on_noise = np.random.default_rng(0).normal(size=(2, 9))
    is_data = 1 / (1 + np.exp(-on_data))
    is_noise = 1 - 1 / (1 + np.exp(-on_noise))
    eq3 = np.mean(np.log(is_data)) + noise_ratio * np.mean(np.log(is_noise))
    ours = nce_loss(torch.from_numpy(on_data), torch.from_numpy(on_noise), noise_ratio)
    np.testing.assert_allclose(ours, -eq3)


@pytest.mark.equation("3", "4")
@pytest.mark.parametrize("noise_ratio", [0.5, 2.0])
def test_the_loss_is_least_at_the_true_log_odds(noise_ratio):
    z = np.linspace(-4, 4, 101)
    p, q = stats.norm.pdf(z, 0.5, 0.8), stats.norm.pdf(z, 0, 1.5)

    def slopes(log_odds):
        """At each z, the slope of the expected loss in T(z)."""
        at_data, at_noise = torch.from_numpy(np.stack([log_odds] * 2)).requires_grad_()
        loss = nce_loss(at_data, at_noise, noise_ratio)
        on_data, on_noise = torch.autograd.grad(loss, [at_data, at_noise])
        return len(z) * (p * on_data.numpy() + q * on_noise.numpy())

    best = np.log(p) - np.log(noise_ratio * q)
    np.testing.assert_allclose(slopes(best), 0, atol=1e-15)
    assert (slopes(best + 0.01) > 0).all()
    assert (slopes(best - 0.01) < 0).all()


def test_loss_of_extreme_log_odds_is_finite():
    far = torch.tensor([-1e4, 1e4], dtype=torch.float64)
    np.testing.assert_allclose(nce_loss(far, far, 2.0), 15_000)


@pytest.mark.equation("4")
def test_log_odds_network_standardises_and_is_a_logit():
    mean, deviation = torch.tensor([100.0, 0.01]).double(), torch.tensor([10.0, 0.002]).double()
    network = LogRatio(mean, deviation, hidden=(4,)).double()
    z = torch.randn(5, 2, dtype=torch.float64) * deviation + mean
    first, last = network.layers[0], network.layers[-1]
    hidden = ((z - mean) / deviation).numpy() @ first.weight.detach().numpy().T
    hidden = hidden + first.bias.detach().numpy()
    hidden = np.where(hidden > 0, hidden, np.expm1(hidden))
    expected = hidden @ last.weight.detach().numpy()[0] + last.bias.item()
    np.testing.assert_allclose(network(z).detach(), expected, rtol=1e-9)


@pytest.mark.equation("6", "7")
@pytest.mark.parametrize("noise_ratio", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("scale", [1.0, 1.69, 5.0])
def test_with_the_optimal_network_the_score_is_the_negative_log_density(noise_ratio, scale):
    z = torch.linspace(-4, 4, 9, dtype=torch.float64)[:, None]
    log_p = torch.from_numpy(stats.norm.logpdf(z[:, 0], 0.3, 0.7))
    log_noise = GaussianNoise(MEAN, torch.eye(1).double()).log_prob(z, scale)
    optimal = log_p - (
        math.log(noise_ratio) + torch.from_numpy(stats.norm.logpdf(z[:, 0], 0.2, scale))
    )
    torch.testing.assert_close(anomaly_score(optimal, log_noise, noise_ratio), -log_p)


def data_pdf(z):
    return stats.norm.pdf(z, 0.5, 0.8)


GRID = np.linspace(-40, 40, 16_001)


def integrals(log_odds, slope, scale, noise_ratio):
    """The gradient in K of Eq. 8's two expectations, by the chain rule on paper and quadrature."""
    is_data = special.expit(log_odds(GRID))
    # d/dK of L_K(sg(u)) = K (u - mean) + mean is (z - mean) / K at z = L_K(u).
    push = slope(GRID) * (GRID - MEAN.item()) / scale
    noise_pdf = stats.norm.pdf(GRID, MEAN.item(), scale)
    data = np.trapezoid(data_pdf(GRID) * (1 - is_data) * push, GRID)
    noise = -noise_ratio * np.trapezoid(noise_pdf * is_data * push, GRID)
    return data, noise


def autograd_integrals(objective, log_odds, scale, noise_ratio):
    """The same for an objective of the library: autograd at each point, and quadrature."""
    z = torch.from_numpy(GRID)[:, None]
    v = (z - MEAN) / scale + MEAN  # L_K(v) = z
    k = torch.full_like(z, scale, requires_grad=True)  # a K for each point keeps them apart

    def gradient(objective):
        value = objective(lambda u: log_odds(u[:, 0]), z, v, MEAN, k, noise_ratio)
        return len(z) * torch.autograd.grad(value, k)[0][:, 0].numpy()

    on_noise = gradient(noise_objective_naive)
    on_data = gradient(objective) - on_noise
    noise_pdf = stats.norm.pdf(GRID, MEAN.item(), scale)
    return np.trapezoid(data_pdf(GRID) * on_data, GRID), np.trapezoid(noise_pdf * on_noise, GRID)


def underfit(u):
    return 0.6 - 0.4 * (u - 0.5) ** 2


def underfit_slope(u):
    return -0.8 * (u - 0.5)


@pytest.mark.equation("8", "12")
@pytest.mark.parametrize(("scale", "noise_ratio"), [(1.2, 1.0), (2.0, 0.5), (1.69, 3.0)])
def test_gradient_of_the_objectives_in_k_against_quadrature(scale, noise_ratio):
    data, noise = integrals(underfit, underfit_slope, scale, noise_ratio)
    assert min(abs(data), abs(noise), abs(data + noise)) > 1e-3
    eq8 = autograd_integrals(noise_objective_eq8, underfit, scale, noise_ratio)
    np.testing.assert_allclose(eq8, [data, noise], rtol=1e-9)

    def minus_eq12(*arguments):
        return -noise_objective_eq12(*arguments)

    eq12 = autograd_integrals(minus_eq12, underfit, scale, noise_ratio)
    np.testing.assert_allclose(eq12, [data, noise], rtol=1e-9)


@pytest.mark.equation("8", "12")
def test_values_of_the_objectives_against_the_printed_formulas():
    rng = np.random.default_rng(0)
    z, v = rng.normal(size=(7, 2)), rng.normal(size=(5, 2))
    mean, k = np.array([0.5, -1.0]), np.array([1.2, 3.0])

    def log_odds(u):
        return u[:, 0] - 0.5 * u[:, 1] ** 2

    on_data = np.log(special.expit(log_odds(z)))  # L_K(sg(L_K^-1(z))) = z
    on_noise = np.log(1 - special.expit(log_odds(k * (v - mean) + mean)))
    eq8 = on_data.sum() / 7 + 3 * on_noise.sum() / 5
    tensors = [torch.from_numpy(a) for a in (z, v, mean, k)]
    np.testing.assert_allclose(noise_objective_eq8(log_odds, *tensors, 3.0), eq8)
    np.testing.assert_allclose(noise_objective_eq12(log_odds, *tensors, 3.0), -eq8)
    naive = noise_objective_naive(log_odds, *tensors, 3.0)
    np.testing.assert_allclose(naive, 3 * on_noise.sum() / 5)


def times_optimal(factor, scale, noise_ratio):
    """A factor times T*, the log-odds of the data against ν p_nK with this K."""

    def log_odds(z):
        log_p = -(((z - 0.5) / 0.8) ** 2) / 2 - math.log(0.8)
        log_noise = -(((z - MEAN.item()) / scale) ** 2) / 2 - math.log(scale)
        return factor * (log_p - log_noise - math.log(noise_ratio))

    return log_odds


@pytest.mark.equation("8")
@pytest.mark.parametrize("noise_ratio", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("scale", [1.0, 1.69, 3.0, 5.0])
def test_at_the_optimal_network_k_feels_no_force(scale, noise_ratio):
    def forces(factor):
        log_odds = times_optimal(factor, scale, noise_ratio)
        return autograd_integrals(noise_objective_eq8, log_odds, scale, noise_ratio)

    data, noise = forces(1)
    assert abs(data) > 0.01  # each term pulls, ...
    assert abs(data + noise) < 1e-10  # ... and together they do not
    if noise_ratio >= 1:
        assert sum(forces(0.95)) > 1e-4  # T underfits: minimising Eq. 8, K shrinks
        assert sum(forces(1.05)) < -1e-4  # T is overconfident: K grows


@pytest.mark.equation("8")
def test_with_scarce_and_wide_noise_an_underfit_network_widens_it():
    # The signs of the test above are no law: here, at ν = 1/2 and K = 5, they are the other way.
    def forces(factor):
        return autograd_integrals(noise_objective_eq8, times_optimal(factor, 5.0, 0.5), 5.0, 0.5)

    assert sum(forces(0.95)) < -1e-4
    assert sum(forces(1.05)) > 1e-4


def test_objectives_have_their_names():
    assert set(NOISE_OBJECTIVES) == {"eq8", "eq12", "naive"}


def test_mass_of_a_known_density_is_one():
    v = torch.from_numpy(stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000, 0, 2.0))
    on_noise = torch.from_numpy(stats.norm.logpdf(v, 0.5, 0.8) - stats.norm.logpdf(v, 0, 2.0))
    assert total_mass(on_noise - math.log(3), 3) == pytest.approx(1, abs=1e-3)


def mixture(n, generator):
    centre = torch.tensor([[-1.5, 0.0], [1.5, 1.0]], dtype=torch.float64)
    which = torch.randint(2, (n,), generator=generator)
    return centre[which] + 0.6 * torch.randn(n, 2, dtype=torch.float64, generator=generator)


def mixture_pdf(z):
    parts = [stats.multivariate_normal(c, 0.36).pdf(z) for c in ([-1.5, 0.0], [1.5, 1.0])]
    return np.mean(parts, axis=0)


def divergence(score, points, cell):
    """KL between the mixture and exp(-score) over its mass, which else would flatter it."""
    truth = mixture_pdf(points)
    log_mass = np.log(np.exp(-score).sum() * cell)
    return (truth * (np.log(truth) + score)).sum() * cell + log_mass


def test_an_unknown_objective_is_named():
    with pytest.raises(ValueError, match="noise_objective is 'eq99'; expected one of 'eq8', "):
        Contrast(noise_objective="eq99")


def fit(contrast, z, seed=0, **more):
    moments = RunningMoments(z.shape[1]).update(z)
    noise = GaussianNoise(moments.mean, moments.covariance)
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return (*train_nce(z, noise, contrast, generator=generator, **more), noise)


@pytest.mark.equation("7", "11")
@pytest.mark.parametrize(("noise_ratio", "objective"), [(1.0, "eq8"), (2.0, "fixed")])
def test_a_known_density_is_learned(noise_ratio, objective):
    generator = torch.Generator().manual_seed(0)
    z = mixture(20_000, generator)
    contrast = Contrast(noise_ratio, objective, steps=800, learning_rate=5e-3, hidden=(32, 32))
    network, scale, history, noise = fit(contrast, z, held_out=mixture(2000, generator))
    axis = np.linspace(-7, 7, 281)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    points, cell = torch.from_numpy(grid), (axis[1] - axis[0]) ** 2
    with torch.no_grad():
        log_noise = noise.log_prob(points, scale)
        score = anomaly_score(network(points).double(), log_noise, noise_ratio).numpy()
    assert 0.95 < np.exp(-score).sum() * cell < 1.05
    assert history.mass[-1] == pytest.approx(1, abs=0.05)
    assert divergence(score, grid, cell) < 0.05
    # The best Gaussian does not pass, so something was learned.
    assert divergence(-noise.log_prob(points).numpy(), grid, cell) > 0.1
    # What chose the T that is kept is its NCE loss on new data and noise.
    data, v = mixture(20_000, generator), widen(noise.sample(20_000, generator), noise.mean, scale)
    with torch.no_grad():
        of_data, of_noise = network(data).numpy(), network(v).numpy()
    expected = np.logaddexp(0, -of_data).mean() + noise_ratio * np.logaddexp(0, of_noise).mean()
    late = zip(history.step, history.held_out_loss, strict=True)
    assert min(loss for step, loss in late if step > contrast.rest) == pytest.approx(
        expected, abs=0.1
    )


@pytest.mark.parametrize("objective", ["eq8", "eq12", "naive", "fixed"])
def test_k_rests_in_the_last_fifth_while_the_network_goes_on(objective):
    z = mixture(500, torch.Generator().manual_seed(0))
    contrast = Contrast(noise_objective=objective, steps=80, batch_size=32, hidden=(8,))
    network, scale, history, _ = fit(contrast, z)
    learns = objective != "fixed"
    assert history.step == list(range(2, 81, 2))
    for step, (before, after) in zip(history.step[1:], pairwise(history.scale), strict=True):
        assert torch.equal(before, after) is not (learns and step <= 64)
    for before, after in pairwise(history.weights):
        assert not torch.equal(before["layers.0.weight"], after["layers.0.weight"])
    assert torch.equal(history.scale[-1], scale)
    assert (scale > 1).all()
    assert not network.training


@pytest.mark.parametrize("steps", [1, 39, 41, 79, 81, 200])
def test_history_has_at_most_40_records_and_the_last_step(steps):
    z = mixture(100, torch.Generator().manual_seed(0))
    *_, history, _ = fit(Contrast(steps=steps, batch_size=2, hidden=(2,)), z)
    lengths = {len(records) for records in vars(history).values()}
    assert lengths == {len(history.step)}
    assert len(history.step) <= 40
    assert history.step[-1] == steps


def test_network_of_least_held_out_loss_is_taken_but_only_from_where_k_rests():
    z = mixture(500, torch.Generator().manual_seed(0))
    elsewhere = z + 4  # held-out data that training makes less likely at every step
    contrast = Contrast(steps=80, batch_size=64, hidden=(16,))
    network, _, history, _ = fit(contrast, z, held_out=elsewhere)
    resting = [i for i, step in enumerate(history.step) if step > 64]
    best = min(resting, key=lambda i: history.held_out_loss[i])
    assert best != resting[-1]
    assert history.held_out_loss[best] > min(history.held_out_loss)
    for name, weights in network.state_dict().items():
        assert torch.equal(weights, history.weights[best][name])


def test_all_randomness_comes_from_the_generator_and_the_first_weights():
    z = mixture(100, torch.Generator().manual_seed(0))
    contrast = Contrast(steps=3, batch_size=8, hidden=(4,))
    (_, _, first, _), (_, _, second, _), (_, _, other, _) = (fit(contrast, z, s) for s in (0, 0, 1))
    assert first.loss == second.loss
    assert first.loss != other.loss
    moments = RunningMoments(2).update(z)
    noise = GaussianNoise(moments.mean, moments.covariance)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        LogRatio(noise.mean, noise.standard_deviation, contrast.hidden)
        after_the_weights = torch.get_rng_state()
        torch.manual_seed(0)
        train_nce(z, noise, contrast, generator=torch.Generator().manual_seed(0))
        assert torch.equal(torch.get_rng_state(), after_the_weights)


def test_psi_is_not_pulled_by_weight_decay(monkeypatch):
    def no_force(network, z, v, mean, scale, noise_ratio):
        return 0 * scale.sum()

    monkeypatch.setitem(nce.NOISE_OBJECTIVES, "eq8", no_force)
    z = mixture(500, torch.Generator().manual_seed(0))
    _, scale, *_ = fit(Contrast(initial_scale=3.0, steps=50, batch_size=32, hidden=(8,)), z)
    np.testing.assert_allclose(scale, 3.0, rtol=1e-12)


def test_data_come_from_the_augmented_density():
    class Spy(ReconstructionAugmentation):
        seen: list = []  # noqa: RUF012

        def __call__(self, composite, scale, generator=None):
            self.seen.append(len(composite))
            return super().__call__(composite, scale, generator)

    z = mixture(500, torch.Generator().manual_seed(0)).exp()
    augmentation = Spy.from_moments(z.mean(0), torch.diag(z.var(0)))
    fit(Contrast(steps=5, batch_size=32, hidden=(8,)), z, augmentation=augmentation)
    assert Spy.seen.count(32) == 5


def test_a_loss_that_is_not_finite_stops_training():
    z = mixture(500, torch.Generator().manual_seed(0))
    with pytest.raises(FloatingPointError, match=r"became (nan|inf): look for .* learning rate"):
        fit(Contrast(steps=200, learning_rate=1e30, hidden=(8,)), z)
