"""Lesson 05, noise contrastive estimation: what it claims, and on what."""

import numpy as np
import torch
from scipy import integrate, stats
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


@claim("How much a point matters is how sharply its curve bends there", scope="two densities")
def a_higher_curve_may_bend_less(bends, of_data, of_noise):
    tall, flat = height_and_bend(1.0, 0.01)
    low, sharp = height_and_bend(0.2, 0.2)
    assert tall > 3 * low
    assert flat < sharp / 5
    ours = [height_and_bend(p, q)[1] for p, q in zip(of_data, of_noise, strict=True)]
    np.testing.assert_allclose(bends, ours, rtol=1e-4)


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
    "A\nlow NCE loss is no sign of a good density",
    scope="Gaussians on a line, noise like the data or three deviations away",
)
def far_noise_has_a_lower_loss_and_a_worse_estimate(variance_far):
    def least(distance):
        def loss(x):
            t = stats.norm.logpdf(x) - stats.norm.logpdf(x, distance)
            p, q = stats.norm.pdf(x), stats.norm.pdf(x, distance)
            return -p * lesson.log_expit(t) - q * lesson.log_expit(-t)

        return integrate.quad(loss, -12, 15)[0]

    assert least(3) < 0.5 < 2 * np.log(2) - 1e-6 < least(0)
    assert variance_far > 10 * variance_of_mean()


@guarantee(scope=HILLS, was=["05-010", "05-011", "05-012", "05-013", "05-014"])
def the_network_finds_the_hills(from_noise, from_learned, learned, network, noise, generator):
    assert measured("05 divergence of the noise", from_noise) > 0.8
    assert measured("05 divergence of the learned density", from_learned) < 0.03
    assert abs(measured("05 mass of the learned density", learned.mass) - 1) < 0.1
    with torch.no_grad():
        by_noise = total_mass(network(noise.sample(20_000, generator)), noise_ratio=1.0)
    assert abs(by_noise / learned.mass - 1) < 0.1
    assert network(noise.mean[None]).item() < -3


@guarantee(scope=HILLS)
def the_hole_is_filled_and_the_divergence_does_not_see_it(too_high, from_learned):
    assert too_high.max() > 0.5
    assert too_high.max() > 15 * from_learned


@guarantee(scope=HILLS, was=["05-015"])
def before_training_the_mass_is_about_nu(noise, generator):
    untrained = LogRatio(noise.mean, noise.standard_deviation, (64, 64, 64))
    with torch.no_grad():
        at_noise = untrained(noise.sample(20_000, generator))
    masses = {ratio: total_mass(at_noise, ratio) for ratio in (1.0, 4.0)}
    assert all(0.5 < mass / ratio < 2 for ratio, mass in masses.items())


@claim(
    "a mass far from 1 means that training is not done, and a mass near 1\nproves nothing",
    scope=HILLS,
    was=["05-016", "05-017", "05-018", "05-019", "05-020", "05-021"],
)
def the_mass_is_near_1_before_anything_is_learned(one, four, history):
    assert abs(one.mass[0] - 1) < 0.15
    assert one.divergence[-1] < 0.05 < 0.7 < one.divergence[0]
    assert np.abs(np.log(one.mass)).max() > 0.1
    assert four.mass[0] > 1.5
    assert max(abs(one.mass[-1] - 1), abs(four.mass[-1] - 1)) < 0.15
    assert np.allclose(history.mass, one.mass, rtol=0.2)


@claim(
    "a data point teaches as much\nas it could have been noise",
    scope="N(0, 1) against noise of any kind: the integrand of I; against noise like the data",
    was=["05-029", "05-036"],
)
def noise_like_the_data_costs_one_over_nu():
    for ratio in (1.0, 4.0, 9.0):
        assert np.isclose(variance_of_mean(ratio=ratio), 1 + 1 / ratio)


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
    of_the_normaliser = [
        abs(lesson.covariance_of_estimates(lesson.NoiseSetting(scale=scale))[0, 0])
        for scale in (1.0, best_scale)
    ]
    assert of_the_normaliser[0] < 1e-9 < 0.01 < of_the_normaliser[1]


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


@guarantee(
    scope=f"{HILLS}, straight up",
    was=["05-023", "05-024", "05-025", "05-026", "05-027", "05-028"],
)
def far_out_T_is_straight_and_the_noise_carries_the_score(ray, distance):
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


@claim(
    "$-T$ is no anomaly score,\nnot even where $T$ is perfect.",
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
    "$K$ decides which part carries the score, and\nhardly how good the sum is",
    scope=EIGHTS,
    was=["05-060", "05-061", "05-062", "05-063"],
)
def K_decides_which_part_carries_the_score(dial, learned_area):
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


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 6
    assert "Your calibration over 6 predictions" in page.text
