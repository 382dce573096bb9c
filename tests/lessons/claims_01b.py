"""Notebook 01b, slips of notation: what it claims, and on what."""

import numpy as np
from scipy import stats

from cance_edu.course.lognormal.summary import lognormal_view
from cance_edu.method.lognormal import lognormal_mode
from tests.lessons.claims import claim, guarantee

KNOWN = "log-normal, mu -1, sigma 0.6"


@guarantee(scope=KNOWN, was=["01-003", "01-004", "01-005", "01-008", "01-009", "01-010", "01-011"])
def formulas_agree_with_other_routes(
    known, highest, power_mean, mu, sigma, mean, deviation, lesson
):
    assert abs(highest - np.exp(mu - sigma**2)) < 1e-4
    assert np.isclose(lognormal_mode(mean, deviation), np.exp(mu - sigma**2), rtol=1e-12)
    assert mu != 0
    assert abs(lesson.LogNormal(mu, sigma).mode - np.exp(mu - sigma**2)) < 1e-6
    assert known.median() == np.exp(mu)
    assert np.isclose(power_mean(1), mean, rtol=1e-9)
    assert np.isclose(power_mean(2), np.exp(2 * mu + 2 * sigma**2), rtol=1e-9)
    assert np.isclose(power_mean(2) - power_mean(1) ** 2, deviation**2, rtol=1e-9)
    assert np.allclose([known.mean(), known.std()], [mean, deviation])


@guarantee(scope="mean 0.014, deviation 0.009", was=["01-012", "01-013"])
def scipys_log_normal_of_the_parameters_has_the_moments_and_the_mode(parameters, m, s):
    mu, sigma = parameters
    scipy = stats.lognorm(s=sigma, scale=np.exp(mu))
    assert np.allclose([scipy.mean(), scipy.std()], [m, s])
    z = np.linspace(1e-4, 0.03, 30_000)
    assert np.isclose(z[scipy.pdf(z).argmax()], lognormal_mode(m, s), rtol=1e-2)


@claim(
    "The deviation gives the same share of the mean in both units",
    scope="mean 0.014, deviation 0.009, in grey values to 1 and to 255",
    was=["01-047", "01-048", "01-049"],
)
def the_unit_decides(right, wrong):
    assert np.isclose(*right)
    assert wrong[0] > 0.99
    assert wrong[1] < 1e-3


@claim(
    "describe a variable near $e^0 = 1$, dozens of times too large",
    scope="mean 0.014, deviation 0.009",
    was=["01-050", "01-051", "01-052", "01-053"],
)
def loc_is_not_the_mean(proper, mistaken, m, s):
    assert np.isclose(proper.mean, m)
    assert np.isclose(proper.mode, lognormal_mode(m, s))
    assert abs(mistaken.mean - 1) < 0.05
    assert mistaken.mean > 24 * m


@claim(
    "Both are nearly right on average", scope=f"{KNOWN}, 250 values, seeds 0 to 4", was=["01-039"]
)
def both_find_the_mode_and_one_scatters_more(by_moments, by_logarithms, highest, ratio):
    assert abs(by_moments.mean() / highest - 1) < 0.05
    assert abs(by_logarithms.mean() / highest - 1) < 0.05
    assert abs(ratio - 1.45) < 0.1


@claim(
    "hardly more at $\\sigma = 0.2$, about twice as many at 0.6, many times as many at 1",
    scope="log-normal, 250 values and ever more",
)
def the_factor_depends_on_sigma(factors, in_the_limit, ratio, sigma):
    assert sigma == 0.6
    assert factors[0.6] == ratio**2
    limits = {s: in_the_limit(s) for s in factors}
    for both in (factors, limits):
        assert list(both) == [0.2, 0.4, 0.6, 0.8, 1.0]
        assert (np.diff(list(both.values())) > 0).all()
        assert both[0.2] < 1.1
        assert 1.9 < both[0.6] < 2.6
        assert both[1.0] > 4
    rng = np.random.default_rng(0)
    for s, n in ((0.4, 5_000), (0.6, 10_000)):  # many images: the limit, by trial
        logarithms = rng.normal(0, s, (1000, n))
        z = np.exp(logarithms)
        by_moments = lognormal_mode(z.mean(1), z.std(1))
        by_logarithms = np.exp(logarithms.mean(1) - logarithms.var(1))
        assert abs(by_moments.var() / by_logarithms.var() / limits[s] - 1) < 0.15
    logarithms, z = rng.normal(0, 1, (2000, 250)), np.exp(rng.normal(0, 1, (2000, 2500)))
    ten_times_as_many = lognormal_mode(z.mean(1), z.std(1))
    assert ten_times_as_many.std() > np.exp(logarithms.mean(1) - logarithms.var(1)).std()


@guarantee(scope="mean 0.014, deviation 0.009", was=["01-059", "01-060"])
def wider_noise_has_twice_as_much_below_zero(m, s):
    wider = 1 + np.log(2)
    assert round(wider, 2) == 1.69
    below = [lognormal_view(m, k * s).noise_below_zero for k in (1, wider)]
    assert below[1] > 2 * below[0]


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 3
    assert "Your calibration over 3 predictions" in page.text
