import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from cance_edu.method.lognormal import (
    lognormal_log_pdf,
    lognormal_mode,
    lognormal_moments,
    lognormal_parameters,
    truncated_normal_log_pdf,
)
from cance_edu.method.proposition import (
    augmented_log_pdf,
    dominance,
    dominance_margin,
    noise_log_pdf,
)
from tests.round_off import FUNCTION, rounded

MOMENTS = [(1.0, 0.5), (0.02, 0.01), (3.0, 6.0)]
spreads = st.floats(-3, 3).map(lambda x: 10.0**x)


def assert_not_negative(margin, z, scale):
    """Check that a margin over N(1, scale²) is at least 0, but for the roundings of its parts.

    The noise's exponent is rounded nine times, the truncated normal's is no larger, and their
    difference and `logaddexp` add ten. So for the logarithm of the scale, and for that of the
    normaliser, which is at most |ln(m_z / scale)| + 1.
    """
    exponent = ((z - 1) / scale) ** 2 / 2
    logarithms = np.abs(np.log(scale)) + np.abs(np.log(z[-1] / scale))
    assert (margin >= -rounded(32) * (exponent + logarithms + 3)).all()


@pytest.mark.parametrize(("mean", "deviation"), MOMENTS)
def test_parameters_and_moments_agree_with_scipy(mean, deviation):
    mu, sigma = lognormal_parameters(mean, deviation)
    scipy = stats.lognorm(s=sigma, scale=np.exp(mu))
    np.testing.assert_allclose([scipy.mean(), scipy.std()], [mean, deviation], rtol=1e-12)
    np.testing.assert_allclose(lognormal_moments(mu, sigma), [mean, deviation], rtol=1e-12)


@given(st.floats(1e-6, 1e6), spreads)
def test_parameters_undo_moments(mean, spread):
    moments = lognormal_moments(*lognormal_parameters(mean, spread * mean))
    # σ² is rounded 14 times in all and is at most 14, μ at most 21: so are the exponents' errors.
    # The deviation takes half of those of e^{σ²} - 1, which has 15 times its exponent's.
    exponent = 14 * 14 + 14 * (FUNCTION + 1) + 21
    roundings = exponent + 15 * 14 / 2 + 2 * FUNCTION
    np.testing.assert_allclose(moments, [mean, spread * mean], rtol=rounded(roundings))


def test_sigma_is_the_standard_deviation_of_the_logarithm_not_its_variance():
    draws = np.exp(np.random.default_rng(0).normal(0.3, 0.7, 400_000))
    _, sigma = lognormal_parameters(draws.mean(), draws.std())
    assert abs(sigma - 0.7) < 0.01


@pytest.mark.equation("9")
@pytest.mark.parametrize(("mean", "deviation"), MOMENTS)
def test_mode_is_where_the_density_is_largest(mean, deviation):
    mu, sigma = lognormal_parameters(mean, deviation)
    scipy = stats.lognorm(s=sigma, scale=np.exp(mu))
    best = optimize.minimize_scalar(
        lambda t: -scipy.logpdf(np.exp(t)), bounds=(mu - 9, mu + 3), options={"xatol": 1e-10}
    )
    np.testing.assert_allclose(lognormal_mode(mean, deviation), np.exp(best.x), rtol=1e-4)


@given(spreads)
def test_mode_is_never_above_the_mean(spread):
    assert 0 < lognormal_mode(1.0, spread) <= 1.0


@pytest.mark.parametrize(("mean", "deviation"), MOMENTS)
def test_densities_agree_with_scipy(mean, deviation):
    z = np.linspace(-0.5, 3, 41) * mean
    mu, sigma = lognormal_parameters(mean, deviation)
    ours = np.exp(lognormal_log_pdf(z, mean, deviation))
    np.testing.assert_allclose(ours, stats.lognorm.pdf(z, s=sigma, scale=np.exp(mu)), atol=1e-12)
    mode, scale = 0.7 * mean, 1.3 * deviation
    scipy = stats.truncnorm(-mode / scale, 0, loc=mode, scale=scale)
    np.testing.assert_allclose(
        np.exp(truncated_normal_log_pdf(z, mode, scale)), scipy.pdf(z), rtol=1e-9
    )
    np.testing.assert_allclose(
        noise_log_pdf(z, mean, deviation, 2.0), stats.norm.logpdf(z, mean, 2 * deviation)
    )


def test_the_density_at_nan_is_nan_and_at_impossible_values_zero():
    z = np.array([np.nan, -1.0, 0.5])
    for log_density in (lognormal_log_pdf(z, 1.0, 0.5), truncated_normal_log_pdf(z, 0.7, 0.5)):
        assert np.isnan(log_density[0])
        assert log_density[1] == -np.inf
        assert np.isfinite(log_density[2])


def test_what_does_not_vary_has_no_density():
    with pytest.raises(ValueError, match=r"the standard deviation is 0\.0; the density needs"):
        lognormal_log_pdf(1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match=r"the scale is 0\.0; the density needs one above 0"):
        truncated_normal_log_pdf(0.1, 0.5, 0.0)


@pytest.mark.parametrize("scale", [0.01, 1.0, 1e9])
def test_truncated_normal_has_mass_one(scale):
    mass, _ = integrate.quad(lambda z: np.exp(truncated_normal_log_pdf(z, 0.5, scale)), 0, 0.5)
    assert abs(mass - 1) < 1e-6


@pytest.mark.parametrize(("mean", "deviation"), MOMENTS)
def test_densities_of_data_and_noise_have_mass_one(mean, deviation):
    mu, sigma = lognormal_parameters(mean, deviation)

    def real(t):  # in t = ln z, where the density is a bell
        return np.exp(lognormal_log_pdf(np.exp(t), mean, deviation) + t)

    def noise(z):
        return np.exp(noise_log_pdf(z, mean, deviation, 1.69))

    far = 10 * 1.69 * deviation
    for density, ends in [(real, (mu - 10 * sigma, mu + 10 * sigma)), (noise, (-far, far + mean))]:
        assert abs(integrate.quad(density, *ends, points=[sum(ends) / 2])[0] - 1) < 1e-6


def test_normaliser_survives_where_the_difference_of_cdfs_is_zero():
    mode, scale = 0.5, 1e17
    assert stats.norm.cdf(0) - stats.norm.cdf(-mode / scale) == 0
    z = np.linspace(0, mode, 5)
    # So wide a normal is flat on [0, m_z].
    np.testing.assert_allclose(truncated_normal_log_pdf(z, mode, scale), np.log(1 / mode))


@pytest.mark.equation("Prop. 3.1")
@given(spreads)
def test_proposition_holds_for_k_equal_to_one(spread):
    z = np.linspace(0, lognormal_mode(1.0, spread), 301)
    assert_not_negative(dominance_margin(z, 1.0, spread), z, spread)
    assert dominance(1.0, spread, points=301).holds


@pytest.mark.equation("Prop. 3.1")
@given(spreads, st.floats(1, 100))
def test_k_aware_augmentation_keeps_the_proposition_for_every_k(spread, noise_scale):
    z = np.linspace(0, lognormal_mode(1.0, spread), 301)
    margin = dominance_margin(z, 1.0, spread, noise_scale, "k-aware")
    assert_not_negative(margin, z, noise_scale * spread)
    assert dominance(1.0, spread, noise_scale, "k-aware", points=301).holds


@pytest.mark.parametrize(
    ("spread", "noise_scale", "holds"),
    [(0.40, 1.0, True), (0.40, 1.69, False), (0.40, 10.0, True), (0.3, 5.0, False)],
)
def test_paper_augmentation_loses_the_proposition_for_some_k_and_not_monotonely(
    spread, noise_scale, holds
):
    found = dominance(1.0, spread, noise_scale)
    assert found.holds is holds
    assert (found.margin.min() >= 0) is np.bool_(holds)


@pytest.mark.parametrize(
    ("noise_scale", "needed"), [(1.1, 0.25), (1.25, 0.36), (1.69, 0.44), (2, 0.45), (5, 0.42)]
)
def test_spread_that_each_k_needs(noise_scale, needed):
    lost, kept = 0.01, 1.0
    for _ in range(20):
        middle = (lost + kept) / 2
        if dominance(1.0, middle, noise_scale).holds:
            kept = middle
        else:
            lost = middle
    assert abs(kept - needed) < 0.01


@pytest.mark.parametrize(("augmentation", "widening"), [("paper", 1.0), ("k-aware", 1.69)])
def test_margin_agrees_with_scipy_densities(augmentation, widening):
    mean, deviation, k = 0.02, 0.0081, 1.69
    scale = widening * deviation
    mode = lognormal_mode(mean, deviation)
    z = np.linspace(1e-6, mode, 50)
    mu, sigma = lognormal_parameters(mean, deviation)
    p_0 = stats.lognorm.pdf(z, s=sigma, scale=np.exp(mu))
    p_t = stats.truncnorm.pdf(z, -mode / scale, 0, loc=mode, scale=scale)
    p_n = stats.norm.pdf(z, mean, k * deviation)
    ours = dominance_margin(z, mean, deviation, k, augmentation)
    np.testing.assert_allclose(ours, np.log((p_0 + p_t) / 2 / p_n), atol=1e-9)
    uneven = augmented_log_pdf(z, mean, deviation, scale=scale, artificial_share=0.2)
    np.testing.assert_allclose(uneven, np.log(0.8 * p_0 + 0.2 * p_t), atol=1e-9)


def test_what_each_assumption_of_the_proof_is_for():
    assert dominance(1.0, 0.3).holds
    assert not dominance(1.0, 0.3, mode=1.5).holds  # m_z <= mu_z
    assert not dominance(1.0, 0.3, artificial_share=0.1).holds  # half and half
    assert not dominance(1.0, 0.3, scale=0.03).holds  # the truncated normal's scale
    assert not dominance(1.0, 0.3, noise_scale=1.69).holds  # K = 1


@given(spreads)
def test_log_normality_is_not_needed(spread):
    mode = lognormal_mode(1.0, spread)
    z = np.linspace(0, mode, 101)
    noise = noise_log_pdf(z, 1.0, spread)
    # Even with no real data at low errors, half of the truncated normal is enough.
    artificial = truncated_normal_log_pdf(z, mode, spread) - np.log(2)
    assert_not_negative(artificial - noise, z, spread)


def test_size_of_what_is_lost_on_mnist_like_errors():
    spread, k = 0.405, 1.69
    variance = np.log(1 + spread**2)
    mode = np.exp(-1.5 * variance)  # μ_z = 1
    p_0 = stats.lognorm(s=np.sqrt(variance), scale=np.exp(-variance / 2))
    p_t = stats.truncnorm(-mode / spread, 0, loc=mode, scale=spread)
    p_n = stats.norm(1, k * spread)

    def ratio(z):
        return 2 * p_n.pdf(z) / (p_0.pdf(z) + p_t.pdf(z))

    # The noise is denser from zero up to one crossing.
    crossing = optimize.brentq(lambda z: ratio(z) - 1, 0.01, mode)
    assert (ratio(np.linspace(crossing + 1e-6, mode, 500)) < 1).all()
    found = dominance(1.0, spread, k)
    assert abs(found.lost_share - crossing / mode) < 1e-3
    assert abs(found.worst_ratio - ratio(np.linspace(0, crossing, 500)).max()) < 1e-3
    assert abs(found.lost_noise_mass - (p_n.cdf(crossing) - p_n.cdf(0))) < 1e-4
    assert round(found.lost_share, 2) == 0.15
    assert round(found.worst_ratio, 2) == 1.34
    assert round(found.lost_noise_mass, 3) == 0.026


def test_a_ratio_beyond_a_float_is_infinite_and_no_warning():
    found = dominance(1.0, 0.02, 10)
    assert found.worst_ratio == np.inf
    assert found.margin.min() < -709
    assert not found.holds


@pytest.mark.parametrize("spread", [0.0, -0.3, np.inf, np.nan])
def test_there_is_no_dominance_without_a_spread(spread):
    with pytest.raises(ValueError, match=f"standard deviation is {spread}; Prop. 3.1"):
        dominance(1.0, spread, noise_scale=10)


def test_a_margin_that_floats_cannot_hold_counts_as_lost():
    with np.errstate(all="ignore"):
        found = dominance(1.0, 1e-200, noise_scale=2)
    assert np.isnan(found.margin).any()
    assert not found.holds


def test_errors_name_what_was_given():
    with pytest.raises(ValueError, match="positive mean"):
        lognormal_mode(0.0, 1.0)
    with pytest.raises(ValueError, match="at least 0"):
        lognormal_mode(1.0, -1.0)
    with pytest.raises(ValueError, match="expected 'paper' or 'k-aware'"):
        dominance(1.0, 0.3, augmentation="other")
