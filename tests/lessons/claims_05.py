"""Lesson 05, noise contrastive estimation: what it claims, and on what."""

import numpy as np
import torch
from scipy import integrate, optimize, special, stats
from sklearn.metrics import log_loss

from cance_edu.course import lesson05 as lesson
from cance_edu.course.dial.data import edge
from cance_edu.method.nce import LogRatio, anomaly_score, nce_loss, total_mass
from tests.lessons.claims import claim, guarantee, measured, proved_in

LINE = "data N(1, 0.36), noise N(0, 2.25), 20,000 points, every seed"
HILLS = "three hills in the plane, 5,000 points, noise of their moments, every seed"
EIGHTS = "all of MNIST's eights, three recorded seeds, K from 1 to 5"
EVEN = "even digits, 6 latents, K = 1, every recorded seed"


def variance_of_mean(**setting):
    return lesson.covariance_of_estimates(lesson.NoiseSetting(**setting))[1, 1]


@guarantee(scope=LINE, was=["05-001", "05-002"])
def the_regression_learns_the_log_ratio(weights, line, u, log_data):
    data, noise = 1 / 0.6**2, 1 / 1.5**2
    best = torch.tensor([np.log(1.5 / 0.6) - data / 2, data, (noise - data) / 2])
    assert (weights - best).abs().max() < 0.25
    middle = (u > lesson.DATA_LAW.ppf(0.005)) & (u < lesson.DATA_LAW.ppf(0.995))
    assert np.abs(np.log(line.learned_density) - log_data.numpy())[middle].max() < 0.25


@claim("noise density times $e^T$", scope=LINE)
def noise_times_exp_T_is_the_learned_density(line, log_noise, weights, u):
    product = (log_noise + torch.stack([torch.ones_like(u), u, u**2], 1) @ weights).exp()
    np.testing.assert_allclose(line.learned_density, product.numpy())


@guarantee(scope=LINE, was=["05-003", "05-004"])
def more_noise_moves_the_constant_alone(change, page):
    assert abs(change[0] + np.log(4)) < 0.15
    assert change[1:].abs().max() < 0.25


@guarantee(scope="T = 40, single precision", was=["05-005", "05-006"])
def the_printed_form_breaks_where_sigma_rounds_to_1():
    sure = torch.tensor(40.0)
    assert torch.log(1 - torch.sigmoid(sure)) == -torch.inf
    assert torch.nn.functional.logsigmoid(-sure) == -40


@guarantee(scope=f"{LINE}, nu = 4", was=["05-007", "05-022"])
def nce_is_the_logistic_loss_and_its_bias_balances(z, v, weights_4, powers):
    on_data, on_noise = powers(z) @ weights_4, powers(v) @ weights_4
    is_data = np.repeat([1, 0], [len(z), len(v)])
    probability = torch.sigmoid(torch.cat([on_data, on_noise])).numpy()
    ours = nce_loss(on_data, on_noise, noise_ratio=4.0).item()
    assert np.isclose(ours, (1 + 4.0) * log_loss(is_data, probability))
    pull_up = torch.sigmoid(-on_data).mean()
    assert abs(pull_up - 4.0 * torch.sigmoid(on_noise).mean()) < 0.002


@claim("there is one\nminimum where both densities are above zero", scope=LINE, was=["05-008"])
def each_point_has_its_minimum_at_the_log_ratio(minima, places, loss_at):
    best = lesson.DATA_LAW.logpdf(places) - lesson.NOISE_LAW.logpdf(places)
    assert np.allclose(minima, best, atol=1e-5)
    t = np.linspace(-30, 30, 6001)
    assert (np.diff(loss_at(0.2, t), 2) > -1e-12).all(), "convex"
    # Where one density is zero, the loss falls on and on.
    assert (np.diff(-1.0 * lesson.log_expit(t) - 0.0 * lesson.log_expit(-t)) < 0).all()


def height_and_bend(p, q):
    h, best = 1e-3, np.log(p / q)
    low, middle, high = (
        -p * lesson.log_expit(t) - q * lesson.log_expit(-t) for t in (best - h, best, best + h)
    )
    return -p * lesson.log_expit(-6) - q * lesson.log_expit(6), (low - 2 * middle + high) / h**2


@claim(
    "How much a place matters is how sharply its curve bends there",
    scope=f"two densities; {LINE}, an error of 0.1 nats",
)
def a_higher_curve_may_bend_less(bends, of_data, of_noise, minima, places, loss_at):
    tall, flat = height_and_bend(1.0, 0.01)
    low, sharp = height_and_bend(0.2, 0.2)
    assert tall > 3 * low
    assert flat < sharp / 5
    ours = [height_and_bend(p, q)[1] for p, q in zip(of_data, of_noise, strict=True)]
    np.testing.assert_allclose(bends, ours, rtol=1e-4)
    error = 0.1
    cost = [loss_at(u, t + error) - loss_at(u, t) for u, t in zip(places, minima, strict=True)]
    np.testing.assert_allclose(cost, bends * error**2 / 2, rtol=0.05)


@guarantee(scope=f"{LINE}, nu in {{1, 4}}: what section 2 says of the bend's fraction")
def the_bend_is_the_data_times_the_probability_of_noise(of_data, of_noise, bends):
    for ratio in (1.0, 4.0):
        best = np.log(of_data / (ratio * of_noise))
        by_formula = of_data * ratio * of_noise / (of_data + ratio * of_noise)
        np.testing.assert_allclose(of_data * (1 - special.expit(best)), by_formula)
        second = (of_data + ratio * of_noise) * special.expit(best) * special.expit(-best)
        np.testing.assert_allclose(second, by_formula)
    np.testing.assert_allclose(bends, of_data * (1 - of_data / (of_data + of_noise)))


@guarantee(scope="nu in {0.5, 1, 4}, K in {1, 1.69}, on a line", was=["05-009"])
def with_the_best_T_the_score_is_minus_the_log_density(u, log_data):
    for noise_ratio in (0.5, 1.0, 4.0):
        for scale in (1.0, 1.69):
            log_noise = torch.from_numpy(stats.norm(0, scale).logpdf(u))
            best = log_data - log_noise - np.log(noise_ratio)
            assert torch.allclose(anomaly_score(best, log_noise, noise_ratio), -log_data)


@guarantee(scope=LINE)
def the_least_loss_is_2_ln_2_less_twice_the_jensen_shannon_divergence(least, reached):
    """By adaptive quadrature of Eq. 5 at T*."""

    def loss(x):
        p, q = lesson.DATA_LAW.pdf(x), lesson.NOISE_LAW.pdf(x)
        return -p * np.log(p / (p + q)) - q * np.log(q / (p + q))

    assert abs(integrate.quad(loss, -9, 9)[0] - least) < 1e-3
    assert abs(reached - least) < 0.02


@claim(
    "A low NCE loss is no sign of a good\ndensity",
    scope="Gaussians on a line, noise like the data or three deviations away",
)
def far_noise_has_a_lower_loss_and_a_worse_estimate(variance_far, variance_like, least_far, page):
    def least(distance):
        def loss(x):
            t = stats.norm.logpdf(x) - stats.norm.logpdf(x, distance)
            p, q = stats.norm.pdf(x), stats.norm.pdf(x, distance)
            return -p * lesson.log_expit(t) - q * lesson.log_expit(-t)

        return integrate.quad(loss, -12, 15)[0]

    assert least(3) < 0.5 < 2 * np.log(2) - 1e-6 < least(0)
    assert variance_far > 10 * variance_of_mean()
    assert np.isclose(variance_like, variance_of_mean())
    assert abs(least_far - least(3)) < 1e-3
    times = variance_far / variance_like
    said = r"falls from \$2 \\ln 2 = 1\.386\$, that of guessing, to ([\d.]+)[^*]*? grows (\d+)-fold"
    np.testing.assert_allclose(page.numbers(said), [least(3), times], rtol=0.02)


@guarantee(scope=HILLS, was=["05-010", "05-011", "05-012", "05-013", "05-014"])
def the_network_finds_the_hills(from_noise, from_learned, learned, network, noise, generator):
    assert measured("05 divergence of the noise", from_noise) > 0.8
    assert measured("05 divergence of the learned density", from_learned) < 0.03
    assert abs(measured("05 mass of the learned density", learned.mass) - 1) < 0.1
    with torch.no_grad():
        by_noise = total_mass(network(noise.sample(20_000, generator)), noise_ratio=1.0)
    assert abs(by_noise / learned.mass - 1) < 0.1
    assert network(noise.mean[None]).item() < -3


@guarantee(scope=f"{HILLS}: what the divergence is of, a density that is divided by its mass")
def the_divergence_does_not_depend_on_the_mass(test, truth, log_density, learned, from_learned):
    score = -log_density(test)
    twice = lesson.divergence(truth, score - np.log(2), 2 * learned.mass)
    assert np.isclose(twice, from_learned)


@guarantee(scope=HILLS)
def the_hole_is_filled_and_the_divergence_does_not_see_it(
    too_high, from_learned, learned, log_density, noise, test, score_at_cross
):
    assert too_high.max() > 0.5
    assert too_high.max() > 15 * from_learned
    cross = learned.points[too_high.argmax()][None]
    excess = log_density(cross) - lesson.EXAMPLE.log_prob(cross)
    assert np.isclose(excess.item(), too_high.max())
    assert np.isclose(score_at_cross, -log_density(cross).item())
    assert (-log_density(test) > score_at_cross).double().mean() < 0.02, "it would be found"
    drawn = noise.sample(100_000, torch.Generator().manual_seed(0))
    assert abs((noise.squared_distance(drawn) < 1.39).double().mean() - 0.5) < 0.01


@guarantee(scope=HILLS, was=["05-015"])
def before_training_the_mass_is_about_nu(noise, generator):
    untrained = LogRatio(noise.mean, noise.standard_deviation, (64, 64, 64))
    with torch.no_grad():
        at_noise = untrained(noise.sample(20_000, generator))
    masses = {ratio: total_mass(at_noise, ratio) for ratio in (1.0, 4.0)}
    assert all(0.5 < mass / ratio < 2 for ratio, mass in masses.items())


@claim(
    "a mass\nfar from 1 means that $p^\\theta$ is not $p_d$, and a mass near 1 proves nothing",
    scope=f"{HILLS}; a T that is too stiff, on the line",
    was=["05-016", "05-017", "05-018", "05-019", "05-020", "05-021"],
)
def the_mass_is_near_1_before_anything_is_learned(one, four, history, from_noise):
    assert abs(one.mass[0] - 1) < 0.15
    assert one.divergence[-1] < 0.05 < 0.7 < one.divergence[0]
    assert np.abs(np.log(one.mass)).max() > 0.1
    assert four.mass[0] > 1.5
    assert max(abs(one.mass[-1] - 1), abs(four.mass[-1] - 1)) < 0.15
    assert np.allclose(history.mass, one.mass, rtol=0.2)
    # The constant is learned by the second record, the shape is not: it is the noise's still.
    assert abs(four.mass[1] - 1) < 0.3
    assert four.divergence[1] > 0.9 * from_noise
    late = four.step >= 100
    assert np.abs(np.log(four.mass[late])).max() > 0.1, "it strays"


@guarantee(scope="T = w0 + w1 u on the line: trained as far as can be, and of another mass than 1")
def a_stiff_T_has_another_mass():
    u = np.linspace(-9, 9, 3601)
    p, q = lesson.DATA_LAW.pdf(u), lesson.NOISE_LAW.pdf(u)

    def loss(w):
        t = w[0] + w[1] * u
        return np.trapezoid(-p * lesson.log_expit(t) - q * lesson.log_expit(-t), u)

    t = np.stack([np.ones_like(u), u]).T @ optimize.minimize(loss, [0.0, 0.0]).x
    assert abs(np.trapezoid(p * special.expit(-t) - q * special.expit(t), u)) < 1e-4, "trained"
    assert abs(np.log(np.trapezoid(q * np.exp(t), u))) > 0.1


@claim(
    "a data point counts with the probability\nthat a point there is noise",
    scope="N(0, 1) against noise of any kind: the integrand of I; against noise like the data",
    was=["05-029", "05-036"],
)
def noise_like_the_data_costs_one_over_nu():
    for ratio in (1.0, 4.0, 9.0):
        assert np.isclose(variance_of_mean(ratio=ratio), 1 + 1 / ratio)
    # The formula as it stands in the lesson, for noise that lies elsewhere and is wider.
    p, q = stats.norm(0, 1).pdf, stats.norm(1, 2).pdf

    def entry(i, j):
        return integrate.quad(lambda u: p(u) * q(u) / (p(u) + q(u)) * u ** (i + j), -12, 12)[0]

    information = np.array([[entry(i, j) for j in (0, 1)] for i in (0, 1)])
    of_normaliser, expected = np.diag(np.linalg.inv(information))
    assert np.isclose(variance_of_mean(mean=1, scale=2), expected)
    found = lesson.covariance_of_estimates(lesson.NoiseSetting(mean=1, scale=2))
    assert np.isclose(found[0, 0], of_normaliser - (1 + 1))


formula = proved_in(
    "tests/course/test_summaries_estimated_mean.py::test_asymptotic_covariance_is_the_sandwich",
    scope="four settings of nu, mean and width, by quadrature",
)


@guarantee(
    scope="N(0, 1), K in {0.5, 1, 3}, nu 0.1 to 30; simulations of 200 points",
    was=["05-030", "05-031", "05-032", "05-033", "05-034", "05-035"],
)
def more_noise_is_better_and_half_and_half_is_a_good_buy(by_ratio, at_one_budget):
    exact, budget = by_ratio["K = 1"], at_one_budget["K = 1"]
    over_formula = exact.simulated / np.array([1 + 1 / r for r in exact.simulated_at])
    assert np.abs(over_formula - 1).max() < 0.2
    assert all((np.diff(curve.expected) < 0).all() for curve in by_ratio.values())
    assert all(curve.expected[-1] < 2 for curve in by_ratio.values())
    ratios = exact.value
    assert abs(ratios[budget.expected.argmin()] - 1) < 0.1
    best = [ratios[curve.expected.argmin()] for curve in at_one_budget.values()]
    assert all(0.5 < ratio < 2 for ratio in best)
    assert np.isclose(3 * variance_of_mean(ratio=2), 9 / 8 * 2 * variance_of_mean(ratio=1))


@guarantee(
    scope="N(0, 1), nu = 1, simulations of 200 points",
    was=["05-037", "05-038", "05-039", "05-040", "05-041", "05-042", "05-043"],
)
def on_a_line_narrow_and_distant_noise_are_dear_and_wide_noise_is_cheap(by_dimension):
    curve = by_dimension["D = 1"]
    best_scale = curve.value[curve.expected.argmin()]
    assert 1.5 < best_scale < 1.65
    assert abs(curve.expected.min() - 1.69) < 0.005
    assert variance_of_mean(scale=3) < variance_of_mean(scale=1)
    away = variance_of_mean(mean=3)
    assert min(variance_of_mean(scale=0.3), away) > 20
    simulation = {"n_data": 200, "repetitions": 2000, "random_state": lesson.seed}
    at_scales = [0.3, 0.5, 1, 1.5, 3, 10]
    simulated = lesson.variance_against("scale", at_scales, simulated_at=at_scales, **simulation)
    assert np.abs(simulated.simulated / simulated.expected - 1).max() < 0.2
    far = lesson.variance_against("mean", [3], simulated_at=[3], **simulation).simulated[0]
    assert measured("05 simulated variance, noise 3 away", far) > 1.1 * away
    like_data, best = (
        lesson.covariance_of_estimates(lesson.NoiseSetting(scale=scale))
        for scale in (1.0, best_scale)
    )
    assert abs(like_data[0, 0]) < 1e-9 < 0.01 < abs(best[0, 0])
    # By symmetry the normaliser and the mean have nothing to do with each other.
    assert max(abs(like_data[0, 1]), abs(best[0, 1])) < 1e-9


in_several_dimensions = proved_in(
    "tests/course/test_summaries_estimated_mean.py::test_the_mean_in_several_dimensions_by_simulation",
    scope="D in {1, 3}, K in {1, 1.5}",
)


@guarantee(scope="one coordinate's mean of N(0, I), nu = 1, D in {1, 2, 4, 8, 16}, K up to 4")
def each_further_dimension_multiplies_the_price_of_width(price, by_dimension, page):
    curves = list(by_dimension.values())
    assert 0.9 < price[1] < 0.95, "the question says 0.94 times"
    assert 8 < price[8] < 8.5
    assert 90 < price[16] < 100
    best = [curve.value[curve.expected.argmin()] for curve in curves]
    gain = [1 - curve.expected.min() / 2 for curve in curves]
    assert (np.diff(best) < 0).all()
    assert (np.diff(gain) < 0).all()
    assert best[-1] > 1
    assert 0.04 < gain[3] < 0.06
    narrow = [np.interp(0.5, curve.value, curve.expected) for curve in curves]
    assert min(narrow) > 5
    dimensions = [1, 8, 16]
    growth = np.diff([np.log(price[d]) for d in dimensions]) / np.diff(dimensions)
    np.testing.assert_allclose(np.exp(growth), 4 / 3, atol=0.05)


@guarantee(scope="D = 8, K = 3, nu = 1: which data the estimate comes from")
def the_outermost_tenth_of_the_data_gives_most_of_the_information():
    radius = np.linspace(0, 12, 24_001)
    p, q = (np.exp(-((radius / k) ** 2) / 2) / k**8 for k in (1, 3))
    could_be_noise = q / (p + q)
    assert np.isclose(p[0] / q[0], 3**8)
    assert could_be_noise[0] < 1e-3
    share = could_be_noise * radius**2 * stats.chi.pdf(radius, 8)
    outside = radius > stats.chi.ppf(0.9, 8)
    assert could_be_noise[outside].min() > 0.05
    whole = np.trapezoid(share, radius)
    assert np.trapezoid(share[outside], radius[outside]) / whole > 0.8
    assert np.isclose(8 / whole, lesson.in_dimensions(8, [3]).expected[0], rtol=1e-3)


@guarantee(
    scope=f"{HILLS}, straight up",
    was=["05-023", "05-024", "05-025", "05-026", "05-027", "05-028"],
)
def far_out_T_is_straight_and_the_noise_carries_the_score(ray, distance, network, noise):
    assert ray.probability[150] < 1e-6
    assert ray.probability[distance >= 6].max() < 1e-3
    assert ray.score[150] < -ray.true_log_prob[150]
    far = distance >= 10
    straight = np.polyval(np.polyfit(distance[far], ray.log_ratio[far], 1), distance[far])
    bend = np.abs(ray.log_ratio[far] - straight).max() / np.ptp(ray.log_ratio[far])
    assert measured("05 bend of T far away", bend) < 0.05
    assert -ray.true_log_prob[-1] - ray.score[-1] > 100
    rise = ray.score[-1] - ray.score[far][0]
    of_noise = (ray.noise_log_prob[far][0] - ray.noise_log_prob[-1]) / rise
    assert measured("05 share of the noise in the rise of S", of_noise) > 0.5
    # T's line is the larger part at first, and the parabola in the end.
    ahead = -ray.noise_log_prob > -ray.log_ratio
    assert not ahead[(distance >= 7) & (distance <= 12)].any()
    assert ahead[distance >= 19].all()
    near = (distance >= 2) & (distance <= 3)
    assert np.abs(ray.score + ray.true_log_prob)[near].max() < 0.7
    assert sum(isinstance(layer, torch.nn.ELU) for layer in network.layers) == 3


@guarantee(scope="the truth straight up: at its kink the hill above gives way to a broader one")
def the_kink_of_the_truth_is_where_a_broader_hill_takes_over(noise):
    hills = lesson.EXAMPLE
    parts = hills.weights, hills.means, hills.covariances
    above, below = (
        [
            np.log(w) + stats.multivariate_normal(m, c).logpdf(noise.mean.numpy() + up)
            for w, m, c in zip(*(part.numpy() for part in parts), strict=True)
        ]
        for up in np.array([[0, 6.0], [0, 7.5]])
    )
    first, second = int(np.argmax(above)), int(np.argmax(below))
    assert first == 2
    assert hills.covariances[second, 1, 1] > 5 * hills.covariances[first, 1, 1]


@claim(
    "Even a perfect $T$ may be\nupside down as a score.",
    scope="Student's t with 6 degrees of freedom in 8 dimensions, anomalies N(0, 9 I)",
)
def the_best_T_is_upside_down_and_its_score_is_right(area_of_best_T, area_of_best_S, tails):
    assert area_of_best_T < 0.05
    assert area_of_best_S > 0.98
    centre, unit = np.zeros(8), np.eye(8)
    law = stats.multivariate_t(centre, unit * 4 / 6, 6)
    np.testing.assert_allclose(law.rvs(200_000, random_state=0).var(0), 1, rtol=0.05)
    expected = law.logpdf([[9.0] + [0.0] * 7]) - stats.multivariate_normal(centre).logpdf(
        [9.0] + [0.0] * 7
    )
    order = np.argsort(tails.distance)
    ours = np.interp(9, tails.distance[order], tails.log_ratio[order])
    assert abs(ours - expected) < 0.1
    rise = np.diff(-tails.log_ratio[order])
    turn = tails.distance[order][1:] < 3
    assert (rise[turn] > -1e-9).all(), "rises at first"
    beyond = tails.distance[order][1:] > 3.5
    assert (rise[beyond] < 1e-9).all(), "then falls"
    assert tails.distance[tails.is_anomaly].mean() > 6
    assert (np.diff(tails.score[order]) > -1e-9).all(), "S rises all the way"


@guarantee(
    scope=EVEN,
    was=[f"05-{number:03d}" for number in range(44, 50)],
)
def the_parts_of_the_score_of_even_digits(
    scores, areas, detector, split, points, generator, features
):
    assert np.allclose(scores["sum"], detector.anomaly_score(split.test))
    drawn = detector.noise_.sample(100_000, generator)
    with torch.no_grad():
        mass = total_mass(detector.log_ratio_(drawn), noise_ratio=1.0)
    normal = ~split.is_anomaly
    gain = points.log_ratio[normal].mean() - np.log(mass)
    assert measured("05 gain over the Gaussian", gain) > 0.5
    named = {"-T alone": "learned", "Gaussian alone": "brought", "S, their sum": "sum"}
    of_T, of_noise, of_S = (
        measured(f"05 auroc of {name}", areas[part]) for name, part in named.items()
    )
    assert 0.75 < of_noise < of_S < of_noise + 0.1
    assert of_T < of_S - 0.1
    assert (scores["sum"][normal] < 0).mean() > 0.1
    assert of_noise - 0.5 > 0.75 * (of_S - 0.5), "the Gaussian does most of the work"


@guarantee(scope="the strip's three images")
def in_the_strip_what_was_brought_tells_the_eights_apart(page):
    told = r"\$T\$ says \+([\d.]+) to the ugly eight,\s+\+([\d.]+) to the ordinary one; "
    *T, ugly, ordinary = page.numbers(told + r"you brought ([\d.]+) and ([\d.]+)\.")
    assert abs(T[0] - T[1]) < 0.3
    assert ugly - ordinary > 8
    strip = lesson.pictured()
    both = (strip.score + strip.log_ratio)[[1, 0]]
    np.testing.assert_allclose([ugly, ordinary], both, atol=0.06)


@guarantee(scope=f"{HILLS}: the mean of the noise, which lies in the empty middle")
def the_noise_is_blind_to_the_hole_and_S_is_not(above_middle, noise, test, network):
    at_middle = noise.log_prob(noise.mean[None])
    assert (noise.log_prob(test) < at_middle).all(), "the most normal place of all"
    assert above_middle > 0.98
    with torch.no_grad():
        score = -(network(test) + noise.log_prob(test))
        of_middle = -(network(noise.mean[None]) + at_middle)
    assert np.isclose((score < of_middle).double().mean(), above_middle)
    truth = -lesson.EXAMPLE.log_prob(test) < -lesson.EXAMPLE.log_prob(noise.mean[None])
    assert truth.double().mean() > 0.98, "rightly so"


@guarantee(scope=EVEN, was=["05-046"], on=["digits"])
def the_gaussian_nearly_solves_the_digits(areas):
    assert areas["brought"] > 0.95


@guarantee(scope=EVEN, was=["05-050", "05-051", "05-052"])
def many_anomalies_lie_beyond_the_noise_and_some_are_called_data(points, split, scores):
    anomaly = split.is_anomaly
    assert measured("05 anomalies beyond the noise", points.beyond[anomaly].mean()) > 0.4
    called = (points.log_ratio[anomaly & points.beyond] > 0).mean()
    assert measured("05 anomalies called data", called) > 0.1
    alike = np.corrcoef(scores["sum"][anomaly], scores["brought"][anomaly])[0, 1]
    assert measured("05 correlation of S with the Gaussian", alike) > 0.97


@guarantee(scope=EVEN, was=["05-050"], on=["digits"])
def of_the_digits_most_anomalies_lie_beyond_the_noise(points, split):
    assert points.beyond[split.is_anomaly].mean() > 0.8


@guarantee(scope=EVEN, was=["05-053", "05-054"])
def more_data_than_noise_lie_beyond_the_edge_and_T_says_so(detector, split):
    z = torch.from_numpy(detector.composite_features(split.train))
    of_train = lesson.reach(detector.log_ratio_, detector.noise_, z, np.zeros(len(z), dtype=bool))
    tail = of_train.beyond.mean()
    assert measured("05 training images beyond the noise", tail) > 0.004
    said = of_train.log_ratio[of_train.beyond].mean()
    assert measured("05 T at training images beyond the noise", said) > 0


@guarantee(scope=EVEN, was=["05-055", "05-056", "05-057", "05-058", "05-059"])
def the_learned_part_pays_where_noise_is(points, split, scores):
    def gained(part):
        truth = split.is_anomaly[part]
        return lesson.auroc(truth, scores["sum"][part]) - lesson.auroc(
            truth, scores["brought"][part]
        )

    inside, outside = gained(~points.beyond), gained(points.beyond)
    assert measured("05 auroc gained where noise is", inside) > 0.01
    assert measured("05 auroc gained beyond the noise", outside) < 0.03
    assert outside < inside
    anomalies = points.distance[split.is_anomaly]
    still = {scale: (anomalies > scale * points.edge).mean() for scale in (1, 1.69, 5)}
    assert still[1.69] < still[1] - 0.05
    assert still[5] < 0.1


@claim(
    "$K$ decides which part carries the score, and on these images hardly how good\nthe sum is",
    scope=EIGHTS,
    was=["05-060", "05-061", "05-062", "05-063"],
)
def K_decides_which_part_carries_the_score(dial, learned_area, price, page):
    brought, learned, total = np.moveaxis(dial.areas, 2, 0)
    assert (learned[:, 0] < 0.35).all()
    assert (learned[:, 5] > 0.95).all()
    assert (np.ptp(total, axis=1) < 0.02).all()
    assert (np.abs(total - brought) < 0.02).all()
    stops, anomaly = dial.stops, dial.stops.is_anomaly
    reach = edge(8)
    assert (stops.radius[anomaly] < 3 * reach).mean() > 0.99, "nearly all have noise about them"
    far = anomaly & (stops.radius > reach)
    assert (stops.log_ratio[0, far] > 0).mean() > 0.9
    assert stops.log_ratio[0, ~anomaly].mean() > 0.5
    of_noise, of_T, of_S = np.moveaxis(dial.standing, 2, 0)
    assert (of_noise[:, 0] > 0.9 * of_S[:, 0]).all(), "brought at K = 1"
    assert (of_T[:, 5] > 0.75 * of_S[:, 5]).all(), "learned at K = 3"
    assert (np.diff(of_noise, axis=1) < 0).all(), "wider noise brings fewer nats"
    np.testing.assert_allclose(brought, brought[:, :1] + 0 * brought, atol=1e-9)
    at_three = stops.scale.tolist().index(3)
    assert np.corrcoef(-stops.log_ratio[at_three], stops.parts[at_three, 2])[0, 1] > 0.95
    (off,) = page.numbers(r"with 5,000\s+points a mean is off by only ([\d.]+) deviations")
    assert abs(off - np.sqrt(lesson.in_dimensions(8, [3]).expected[0] / 5000)) < 0.006
    assert np.isclose(lesson.in_dimensions(8, [1]).expected[0], 2)
    assert stops.features.shape[1] == 8


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 6
    assert "Your calibration over 6 predictions" in page.text
