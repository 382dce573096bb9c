"""Lesson 01, the log-normal mode: what it claims, and on what."""

import numpy as np
from scipy import stats

from cance_edu.course import recordings
from cance_edu.course.explorer import drive
from cance_edu.course.lognormal.feature_fit import fit_feature, quantile_plot, removal_effect
from cance_edu.course.lognormal.summary import lognormal_view, spread_curves
from cance_edu.course.page import rebuilt as rebuilt_images
from cance_edu.course.proposition.detection import ends_of_artificial_errors, optimal_score
from cance_edu.method.lognormal import lognormal_log_pdf, lognormal_mode
from cance_edu.method.proposition import augmented_log_pdf, dominance, noise_log_pdf
from tests.lessons.claims import claim, guarantee, measured, proved_in

HELD_OUT = "held-out even digits (digits, seeds 0 to 4) and MNIST's (1,000 training images, 0 to 2)"
DIGITS = "held-out even digits of the digits data set, seeds 0 to 4"
KNOWN = "log-normal errors of spread 0.4, anomalies 1.8 times as large, optimal scores"


@claim("Most errors are small, a few are large", scope=HELD_OUT, was=["01-002"])
def most_errors_are_below_the_mean(error, below_mean):
    assert measured("01 share of errors below their mean", below_mean) > 0.55
    assert stats.skew(error) > 0.8
    assert error.max() > 3 * error.mean()


@claim("no error is below zero", scope=HELD_OUT)
def no_error_is_below_zero(error):
    assert error.min() > 0


@claim(
    "half of one minus the cosine between the two images",
    scope=HELD_OUT,
)
def the_dissimilarity_is_half_of_one_minus_the_cosine(detector, held_out, dissimilarity):
    images = np.asarray(held_out, dtype=float).reshape(len(held_out), -1)
    rebuilt = np.asarray(rebuilt_images(detector, held_out), dtype=float).reshape(images.shape)
    norms = np.linalg.norm(images, axis=1) * np.linalg.norm(rebuilt, axis=1)
    assert np.allclose(dissimilarity, (1 - (images * rebuilt).sum(1) / norms) / 2, atol=1e-5)


@claim(
    "without artificial ones even an ideal $T$ takes the best rebuilt images for noise",
    scope="log-normal errors of spread 0.3 to 0.9, noise with their moments (K = 1)",
)
def without_artificial_errors_an_ideal_t_rejects_the_lowest():
    for spread in (0.3, 0.4, 0.7, 0.9):
        mode = lognormal_mode(1.0, spread)
        z = np.linspace(1e-3, mode, 500)
        noise = noise_log_pdf(z, 1.0, spread)
        ideal = lognormal_log_pdf(z, 1.0, spread) - noise
        assert (ideal[z < 0.25 * mode] < 0).all()
        assert ideal[-1] > 0
        assert (augmented_log_pdf(z, 1.0, spread) > noise).all()


@claim("a dissimilarity never exceeds 1", scope="by its definition; " + HELD_OUT)
def a_log_normal_variable_exceeds_one_now_and_then(dissimilarity, fits):
    assert dissimilarity.max() < 1
    view = fits["dissimilarity $z_c$"].by_moments
    assert stats.lognorm(view.sigma, scale=view.median).sf(1) > 0


@claim(
    "Their mean is nearly Gaussian; their product is skewed, and nearly log-normal",
    scope="six independent factors, uniform on [0.5, 1.5], 20,000 draws",
)
def products_are_nearly_log_normal(drawn):
    assert abs(stats.skew(drawn.total)) < 0.1
    assert stats.skew(drawn.product) > 2
    assert abs(stats.skew(np.log(drawn.product))) < 0.2 * stats.skew(drawn.product)


@claim("the pixels of one image share the thick pen, and go wrong together", scope=HELD_OUT)
def pixels_go_wrong_together(error, apart):
    ratio = measured("01 deviation without common factors", apart.std() / error.std())
    assert ratio < 0.8
    assert stats.skew(apart) < 0.8 * stats.skew(error)
    measured("01 skewness without common factors", stats.skew(apart))


@claim(
    "the more so the more pixels there are",
    scope="MNIST's 784 pixels (seeds 0 to 2) beside the digits' 64, whose skewness stays above 0.6",
    on=["mnist"],
)
def on_mnist_independent_pixels_would_be_nearly_normal(error, apart):
    assert stats.skew(apart) < 0.4
    assert 0.2 < apart.std() / error.std() < 0.3


@claim(
    "$\\ln z$ stays close to the diagonal", scope=DIGITS, on=["digits"], was=["01-029", "01-033"]
)
def the_logarithm_hardly_leaves_the_band(features):
    for values, name in zip(features.values(), ("z_e", "z_c"), strict=True):
        raw, log = (quantile_plot(v).outside for v in (values, np.log(values)))
        assert raw > 0.5
        assert measured(f"01 outside the band, {name}", log) < min(0.4 * raw, 0.3)
        plot = quantile_plot(np.log(values))
        assert (abs(plot.observed - plot.normal)[abs(plot.normal) < 1.5] < 0.2).all()


@claim("$z$ is outside the band nearly everywhere", scope=DIGITS, on=["digits"])
def z_is_outside_the_band_nearly_everywhere(features):
    for values in features.values():
        plot = quantile_plot(values)
        assert plot.outside > 0.75
        assert plot.observed[0] > plot.high[0], "not small enough"
        assert plot.observed[-1] > plot.high[-1], "too large"


@claim("the smallest $\\ln z_c$ are a little too large still", scope=DIGITS, on=["digits"])
def the_smallest_logarithms_are_a_little_too_large(dissimilarity):
    raw, log = quantile_plot(dissimilarity), quantile_plot(np.log(dissimilarity))
    assert (log.observed > log.normal)[:3].all()
    assert (log.observed < raw.observed)[:3].all()


@claim(
    "one true Gaussian sample in twenty has more than 18%",
    scope="3,000 normal samples of 267 values",
    on=["digits"],
)
def a_normal_sample_may_leave_the_band(error):
    assert len(error) == 267
    draws = np.random.default_rng(1).normal(size=(3000, len(error)))  # the band itself has seed 0
    outside = [quantile_plot(values).outside for values in draws]
    assert round(100 * np.quantile(outside, 0.95)) == 18


@guarantee(scope=HELD_OUT, was=["01-030", "01-031", "01-032"])
def the_logarithm_takes_most_of_the_skewness(features):
    for values, name in zip(features.values(), ("z_e", "z_c"), strict=True):
        fit, ends = fit_feature(values), quantile_plot(values)
        assert abs(fit.log_skewness) < 0.2 * fit.skewness
        assert abs(fit.log_skewness) < 3 * fit.skewness_error
        measured(f"01 skewness of the logarithm of {name}", fit.log_skewness)
        assert (ends.observed > ends.normal)[[0, -1]].all()
        assert quantile_plot(np.log(values)).outside < ends.outside


@claim("fits these {n} errors just as well", scope=DIGITS, on=["digits"])
def an_inverse_gaussian_fits_as_well(families):
    other = families["inverse Gaussian"] - families["log-normal"]
    assert abs(measured("01 inverse Gaussian over log-normal", other)) < 3
    gamma = families["log-normal"] - families["gamma"]
    assert measured("01 log-normal over gamma", gamma) > 3


@claim("A mode need not survive a rising\nchange of variables; a median does.", scope="log-normal")
def a_mode_does_not_survive(bars, view):
    assert bars.log_heights.argmax() in (4, 5)
    assert bars.heights.argmax() < 4
    assert np.isclose(bars.edges[5], view.median)
    assert view.mode < view.median < view.mean
    assert np.isclose(np.log(view.median / view.mode), 2 * np.log(view.mean / view.median))


MODE = proved_in(
    "tests/method/test_lognormal.py::test_mode_is_where_the_density_is_largest",
    scope="any mean, spreads 0.05 to 3",
)


@claim(
    "in differences the mean is faster, from $\\sigma = 0.68$ on",
    scope="log-normal, mu 0, sigma 0 to 1.5",
)
def which_is_faster_depends_on_the_axis(moved, farther, before, after):
    assert farther == "the mean"
    assert np.isclose(np.log(before.mode / after.mode), 2 * np.log(after.mean / before.mean))
    sigma = np.linspace(0.01, 1.5, 150)
    speed = np.array([2 * sigma * np.exp(-(sigma**2)), sigma * np.exp(sigma**2 / 2)])
    assert (speed[0] > speed[1])[sigma < 0.675].all()
    assert (speed[0] < speed[1])[sigma > 0.685].all()


@claim(
    "The spread alone decides it", scope="any unit and spread", was=["01-015", "01-016", "01-017"]
)
def the_spread_alone_decides():
    for spread in (0.2, 0.7, 1.4):
        near, far = (lognormal_view(unit, unit * spread) for unit in (1.0, 255.0**2))
        assert np.isclose(near.mode / near.mean, far.mode / far.mean)
        assert np.isclose(near.noise_below_zero, far.noise_below_zero)
    curves = spread_curves()
    assert 0.16 < curves.mode[-1] < 0.18
    assert 0.54 < curves.median[-1] < 0.57
    assert 0.25 < curves.noise_below_zero[-1] < 0.26


@claim(
    "the exponent makes the mode fall fast",
    scope=HELD_OUT,
    was=["01-014", "01-018", "01-019"],
)
def the_mean_is_far_above_the_mode(spread, above_mode, fits):
    for name, symbol in (("error $z_e$", "z_e"), ("dissimilarity $z_c$", "z_c")):
        assert 0.4 < measured(f"01 spread of {symbol}", spread[name]) < 0.9
        assert 1 / lognormal_mode(1.0, spread[name]) > 1.3
        assert abs(fits[name].by_moments.median / np.median(fits[name].values) - 1) < 0.1
    assert measured("01 mean over mode", above_mode) > 0.3


@claim("a log-normal variable is below its mean with probability", scope=f"any; {HELD_OUT}")
def the_two_moments_know_the_share_below_the_mean(fits, below_mean):
    for sigma in (0.1, 0.6, 1.5):
        variable = stats.lognorm(sigma)
        assert np.isclose(variable.cdf(variable.mean()), stats.norm.cdf(sigma / 2))
    share = stats.norm.cdf(fits["error $z_e$"].by_moments.sigma / 2)
    assert abs(share - below_mean) < 0.04


@guarantee(scope=HELD_OUT, was=["01-020", "01-021", "01-022"])
def more_images_are_near_the_mode_than_near_the_mean(fits):
    for fit in fits.values():
        v, window = fit.by_moments, 0.2 * fit.by_moments.mean
        at_mode, at_mean = (np.mean(abs(fit.values - c) < window) for c in (v.mode, v.mean))
        assert at_mode > at_mean
        difference = lognormal_log_pdf([v.mode, v.mean], v.mean, v.standard_deviation) @ [1, -1]
        assert np.isclose(difference, 9 * v.sigma**2 / 8)


@claim("$T$ learns to reject what it will not meet", scope=HELD_OUT, was=["01-057", "01-058"])
def noise_lies_where_no_error_can_be(fits, below_zero, spread):
    assert np.isclose(below_zero, stats.norm.cdf(-1 / spread["error $z_e$"]))
    for name, symbol in (
        ("error $z_e$", "error z_e"),
        ("dissimilarity $z_c$", "dissimilarity z_c"),
    ):
        v = fits[name].by_moments
        gaussian = stats.norm(v.mean, v.standard_deviation)
        assert np.isclose(v.noise_below_zero, gaussian.cdf(0))
        assert 0.01 < v.noise_below_zero < 0.12
        assert fits[name].values.min() > 0
        measured(f"01 noise below zero of {symbol}", v.noise_below_zero)
    assert stats.norm.sf([1, 2]).round(2).tolist() == [0.16, 0.02], "the question says so"


@claim(
    "are more alike than five different digits",
    scope="200 recorded eights of MNIST beside the run's even digits",
    was=["01-034", "01-035", "01-036", "01-037", "01-038"],
)
def eights_are_more_alike(of_mnist, of_eights, spread):
    recording = recordings.load("mnist_eights")
    eights = recording["test_features"][recording["test_labels"] == 8][:, -2:]
    assert len(eights) == 200
    assert np.isclose(of_eights, eights[:, 0].std() / eights[:, 0].mean())
    for values, mine, theirs in zip(eights.T, spread.values(), of_mnist.values(), strict=True):
        fit = fit_feature(values)
        assert np.isclose(theirs, values.std() / values.mean())
        assert theirs < mine
        assert 1.25 < 1 / lognormal_mode(1.0, theirs) < 1.45
        assert abs(fit.log_skewness) < 2 * fit.skewness_error
        raw, log = (quantile_plot(v).outside for v in (values, np.log(values)))
        assert log < 0.15 < 0.25 < raw


@guarantee(scope="the explorer of this run, steered by either pair")
def the_explorer_steers_as_the_text_says(explorer, error):
    assert drive(explorer) > 0
    explorer.controls["steer"].value = "moments"
    explorer.controls["standard_deviation"].value = error.std()
    before = explorer.view
    explorer.controls["standard_deviation"].value = 1.5 * before.standard_deviation
    assert explorer.view.mean == before.mean
    assert explorer.view.mode < before.mode
    explorer.controls["steer"].value = "parameters"
    before = explorer.view
    explorer.controls["sigma"].value = 0.8 * before.sigma
    assert np.isclose(explorer.view.median, before.median)
    assert explorer.view.mode / before.mode > before.mean / explorer.view.mean > 1
    assert f">{explorer.view.mode:.3g}<" in explorer.readout.value


@claim("Without the worst images the mean falls, and the mode of Eq. 9 rises", scope=HELD_OUT)
def without_the_worst_the_mode_rises(without, change):
    measured("01 mode without the largest", change)
    assert (without.mode_by_moments[1:] > 1).all()
    assert (without.mean[1:] < 1).all()


@claim("The effect grows with the square of how far out the image is", scope="10,000 draws")
def the_effect_of_one_image_grows_with_its_square():
    rest = np.random.default_rng(0).lognormal(0, 0.5, 10_000)
    far = rest.mean() + np.array([4.0, 8.0, 16.0])
    mode = [lognormal_mode(v.mean(), v.std()) for v in (np.append(rest, x) for x in far)]
    moved = 1 - np.array(mode) / lognormal_mode(rest.mean(), rest.std())
    spread = [(v.std() / v.mean()) ** 2 for v in (np.append(rest, x) for x in far)]
    raised = np.array(spread) - (rest.std() / rest.mean()) ** 2
    assert (np.diff(moved) > 0).all()
    assert np.allclose(raised[1:] / raised[:-1], 4, rtol=0.15)


@claim("in {less} of {runs} runs by less than here", scope="digits, seeds 0 to 4", on=["digits"])
def the_rise_stands_among_those_of_the_seeds(change, over, page):
    less, runs = page.numbers(r"in (\d) of (\d) runs by less")
    assert runs == len(over.values) == 5
    assert less == sum(value < 0.99 * change for value in over.values)


@claim(
    "One image far out can move the mode of Eq. 9 by more than the mean, and the other way",
    scope=f"an image of six times the mean in the place of the largest; {HELD_OUT}",
    was=["01-041", "01-042"],
)
def an_image_at_six_means_moves_the_mode_more_than_the_mean(error):
    rest = np.sort(error)[:-1]
    far = removal_effect(np.append(rest, 6 * rest.mean()), most=1)
    up, down = far.mode_by_moments[1] - 1, 1 - far.mean[1]
    assert up > 2 * down > 0
    assert abs(far.mode_by_logarithms[1] - 1) < 0.5 * up


@claim("Both modes keep that", scope="any positive sample: log-normal, left-skewed, two values")
def both_modes_are_at_most_the_mean():
    rng = np.random.default_rng(0)
    samples = [rng.lognormal(0, s, 50) for s in (0.1, 1, 3)] + [rng.beta(9, 1, 50), [1e-9, 1.0]]
    for sample in map(np.asarray, samples):
        logarithms = np.log(sample)
        assert lognormal_mode(sample.mean(), sample.std()) <= sample.mean()
        assert np.exp(logarithms.mean() - logarithms.var()) <= np.exp(logarithms.mean())
        assert np.exp(logarithms.mean()) <= sample.mean()


@claim(
    "The proof needs an end that is not above the mean, and Eq. 9's never is",
    scope=f"{KNOWN}; spreads 0.05 to 3",
)
def any_end_up_to_the_mean_keeps_the_guarantee(ends):
    assert (ends.margin[ends.end <= 1] > 0).all()
    assert (ends.margin[ends.end > 1.01] < 0).all()
    for spread in np.geomspace(0.05, 3, 20):
        assert all(dominance(1.0, spread, mode=end).holds for end in (0.2, 0.5, 0.8, 1.0))


@claim("From the kink on the lowest errors decide", scope=KNOWN)
def from_the_kink_on_the_lowest_errors_decide():
    before, after = (dominance(1.0, 0.4, mode=end) for end in (0.88, 0.92))
    assert np.isclose(before.z[before.margin.argmin()], 0.88)
    assert after.z[after.margin.argmin()] < 0.3
    beyond = dominance(1.0, 0.4, mode=1.1)
    assert beyond.z[beyond.margin.argmin()] == 0


@claim(
    "as many anomalies are found, wherever the artificial errors end between 0.4 and 1.1",
    scope=f"{KNOWN}, 5% false alarms",
)
def as_many_are_found_wherever_they_end(ends, at_mean):
    within = ends.found[(ends.end >= 0.4) & (ends.end <= 1.1)]
    assert within.max() - within.min() < 0.005
    at_mode = np.interp(ends.mode, ends.end, ends.auroc)
    assert round(100 * at_mode) == 86, "the question says so"
    assert round(100 * ends.auroc_without) == 82, "the question says so"
    assert 0.015 < at_mode - at_mean < 0.025
    assert ends.auroc[(ends.end > 0.5) & (ends.end < 0.9)].min() > at_mode - 0.015


@claim("detection is best near the mode, and at the mean half of the gain is lost", scope=KNOWN)
def detection_is_best_near_the_mode(ends, at_mode, at_mean, left, how_much):
    assert how_much == "about half"
    assert np.isclose(left, (at_mean - ends.auroc_without) / (at_mode - ends.auroc_without))
    assert 0.4 < left < 0.5
    assert ends.auroc.max() - at_mode < 0.003
    assert abs(ends.end[ends.auroc.argmax()] - ends.mode) < 0.1


@claim("fewer artificial errors are left below the mode, and images there score", scope=KNOWN)
def ending_at_the_mean_raises_the_scores_below_the_mode(ends):
    z = np.linspace(0.01, ends.mode, 200)
    assert (optimal_score(z, 0.4, 1.0) > optimal_score(z, 0.4, ends.mode)).all()


@claim(
    "At a spread of 0.7 the mean is even worse than no artificial errors",
    scope="as before, but spread 0.7; anomalies 1.4 to 2.5 times as large",
)
def at_a_large_spread_the_mean_is_worse_than_none():
    for times in (1.4, 1.8, 2.5):
        mode = lognormal_mode(1.0, 0.7)
        wide = ends_of_artificial_errors(0.7, times, [mode, 1.0])
        assert wide.auroc[1] < wide.auroc_without < wide.auroc[0]


@claim("costs less than half a pair", scope=f"{KNOWN}; an end 8% above or below the mode")
def a_mode_that_is_a_little_off_costs_little(ends, at_mode):
    off = np.interp([0.92 * ends.mode, 1.08 * ends.mode], ends.end, ends.auroc)
    assert (off > at_mode - 0.005).all()


@claim(
    "To it the lowest errors are the most normal; to $-\\ln p_0$ they are not",
    scope=KNOWN,
)
def without_artificial_errors_low_ones_are_ranked_the_other_way_round(ends, at_mode):
    z = np.linspace(0.01, 4, 2000)
    rising = np.diff(optimal_score(z, 0.4)) > 0
    assert not rising[z[1:] < ends.mode].any()
    assert rising[z[:-1] > ends.mode].all()
    mu, sigma = np.log(1.8), lognormal_view(1.0, 0.4).sigma  # of two log-normals, sigma the same
    by_error = stats.norm.cdf(mu / (sigma * 2**0.5))
    assert round(100 * by_error) == 86
    assert abs(by_error - at_mode) < 0.005


@claim(
    "At 0.4: 0.84 of the mean against 0.80, nearly the same. At 1: 0 against 0.35", scope="gamma"
)
def a_gamma_has_nearly_the_same_mode_at_a_small_spread():
    gamma = [1 - spread**2 for spread in (0.4, 1.0)]
    assert np.round(gamma, 2).tolist() == [0.84, 0]
    assert np.round(lognormal_mode(1.0, [0.4, 1.0]), 2).tolist() == [0.8, 0.35]
    shape = 1 / 0.4**2
    z = np.linspace(0.01, 2, 20_000)
    assert abs(z[stats.gamma(shape, scale=1 / shape).pdf(z).argmax()] - gamma[0]) < 1e-3


@claim(
    "When the two means of $\\ln z_e$ are no more than about that deviation apart",
    scope="two normal classes of equal size and deviation",
)
def two_classes_have_one_peak_up_to_two_deviations():
    t = np.linspace(-4, 4, 4001)
    peaks = {}
    for distance in (1.9, 2.2, 4.0):
        density = stats.norm.pdf(t, -distance / 2) + stats.norm.pdf(t, distance / 2)
        peaks[distance] = int((np.diff(np.sign(np.diff(density))) < 0).sum())
    assert peaks == {1.9: 1, 2.2: 2, 4.0: 2}
    share = np.array([0.48, 0.52, 0.8, 0.84])
    of_two = np.interp(share, (stats.norm.cdf(t, -2) + stats.norm.cdf(t, 2)) / 2, t)
    steep, flat = np.diff(of_two)[[0, 2]] / np.diff(stats.norm.ppf(share))[[0, 2]]
    assert steep > 3 * flat
    rng, outside = np.random.default_rng(0), {}
    for distance in (0, 1, 2):
        classes = distance * rng.integers(0, 2, size=(200, 267))
        samples = rng.normal(size=(200, 267)) + classes
        outside[distance] = np.mean([quantile_plot(values).outside for values in samples])
    assert outside[1] < outside[0] + 0.02, "one deviation apart is not seen"
    assert outside[2] > 2 * outside[0], "two deviations apart is"


@claim("Too small: the autoencoder knows these images, and rebuilds them better", scope=HELD_OUT)
def the_mode_of_training_images_is_too_small(detector, split, error, mode, fits):
    trained_on = detector.composite_features(split.train)[:, -2]
    in_training, held_out_mode = lognormal_mode(trained_on.mean(), trained_on.std()), mode
    assert trained_on.mean() < 0.8 * error.mean()
    assert measured("01 mode in training over held out", in_training / held_out_mode) < 0.9
    assert in_training / held_out_mode > 0.5
    assert trained_on.std() < 0.8 * error.std(), "the noise gets too small a deviation, too"
    fit = fits["error $z_e$"]
    by_estimator = np.log(fit.by_moments.mode / fit.by_logarithms.mode)
    assert abs(by_estimator) < -np.log(in_training / held_out_mode)


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 7
    assert "Your calibration over 7 predictions" in page.text


DROPPED = {
    "01-040 01-043": "the invented outlier gave way to the largest real error, taken away",
}
