"""Lesson 01, the log-normal mode: what it claims, and on what."""

import numpy as np
from scipy import stats

from cance_edu.course import recordings
from cance_edu.course.explorer import drive
from cance_edu.course.lognormal.feature_fit import fit_feature, quantile_plot, removal_effect
from cance_edu.course.lognormal.summary import lognormal_view, spread_curves
from cance_edu.method.lognormal import lognormal_log_pdf, lognormal_mode
from cance_edu.method.proposition import dominance
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


@claim("a dissimilarity never exceeds 1", scope="by its definition; " + HELD_OUT)
def a_log_normal_variable_exceeds_one_now_and_then(dissimilarity, fits):
    assert dissimilarity.max() < 1
    view = fits["dissimilarity $z_c$"].by_moments
    assert stats.lognorm(view.sigma, scale=view.median).sf(1) > 0


@claim(
    "Added up they are normal; multiplied they are skewed, and nearly log-normal",
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
    "On MNIST, with its 784 pixels, the skewness falls below 0.4, and the deviation to a quarter",
    scope="MNIST's held-out even digits, seeds 0 to 2",
    on=["mnist"],
)
def on_mnist_independent_pixels_would_be_nearly_normal(error, apart):
    assert stats.skew(apart) < 0.4
    assert 0.2 < apart.std() / error.std() < 0.3


@claim("$\\ln z$ follows the diagonal", scope=DIGITS, on=["digits"], was=["01-029", "01-033"])
def the_logarithm_hardly_leaves_the_band(features):
    for values, name in zip(features.values(), ("z_e", "z_c"), strict=True):
        raw, log = (quantile_plot(v).outside for v in (values, np.log(values)))
        assert raw > 0.5
        assert measured(f"01 outside the band, {name}", log) < min(0.4 * raw, 0.3)


@claim(
    "one in twenty has more than 16% outside",
    scope="1,000 normal samples of 267 values",
    on=["digits"],
)
def a_normal_sample_may_leave_the_band(error):
    assert len(error) == 267
    draws = np.random.default_rng(0).normal(size=(1000, len(error)))
    outside = [quantile_plot(values).outside for values in draws]
    assert 0.03 < np.mean(np.array(outside) > 0.16) < 0.07


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


@claim("A mode does not survive a change of variables; a median does.", scope="log-normal")
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
    "In ratios the mode moves twice as fast as the mean, in differences sooner or later the mean",
    scope="log-normal, mu 0, sigma 0 to 1.5",
)
def which_is_faster_depends_on_the_axis(moved, farther, before, after):
    assert farther == "the mean"
    assert np.isclose(np.log(before.mode / after.mode), 2 * np.log(after.mean / before.mean))
    sigma = np.linspace(0.01, 1.5, 150)
    speed = np.array([2 * sigma * np.exp(-(sigma**2)), sigma * np.exp(sigma**2 / 2)])
    assert (speed[0] > speed[1])[sigma < 0.67].all()
    assert (speed[0] < speed[1])[sigma > 0.69].all()


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
    "The exponent $-3/2$ makes the mode fall fast",
    scope=HELD_OUT,
    was=["01-014", "01-018", "01-019"],
)
def the_mean_is_far_above_the_mode(spread, above_mode, fits):
    for name, symbol in (("error $z_e$", "z_e"), ("dissimilarity $z_c$", "z_c")):
        assert 0.4 < measured(f"01 spread of {symbol}", spread[name]) < 0.9
        assert 1 / lognormal_mode(1.0, spread[name]) > 1.3
        assert abs(fits[name].by_moments.median / np.median(fits[name].values) - 1) < 0.1
    assert measured("01 mean over mode", above_mode) > 0.3


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
def eights_are_more_alike(of_mnist, spread):
    recording = recordings.load("mnist_eights")
    eights = recording["test_features"][recording["test_labels"] == 8][:, -2:]
    assert len(eights) == 200
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


@claim("both keep that", scope="any positive sample: log-normal, left-skewed, two values")
def both_modes_are_at_most_the_mean():
    rng = np.random.default_rng(0)
    samples = [rng.lognormal(0, s, 50) for s in (0.1, 1, 3)] + [rng.beta(9, 1, 50), [1e-9, 1.0]]
    for sample in map(np.asarray, samples):
        logarithms = np.log(sample)
        assert lognormal_mode(sample.mean(), sample.std()) <= sample.mean()
        assert np.exp(logarithms.mean() - logarithms.var()) <= np.exp(logarithms.mean())
        assert np.exp(logarithms.mean()) <= sample.mean()


@claim("It must not be above the mean, and it cannot be", scope=f"{KNOWN}; spreads 0.05 to 3")
def any_end_up_to_the_mean_keeps_the_guarantee(ends):
    assert (ends.margin[ends.end <= 1] > 0).all()
    assert (ends.margin[ends.end > 1.01] < 0).all()
    for spread in np.geomspace(0.05, 3, 20):
        assert all(dominance(1.0, spread, mode=end).holds for end in (0.2, 0.5, 0.8, 1.0))


@claim(
    "as many anomalies are found, wherever the artificial errors end between 0.4 and 1.1",
    scope=f"{KNOWN}, 5% false alarms",
)
def detection_hardly_cares_where_they_end(ends, at_mean):
    within = ends.found[(ends.end >= 0.4) & (ends.end <= 1.1)]
    assert within.max() - within.min() < 0.005
    at_mode = np.interp(ends.mode, ends.end, ends.auroc)
    assert round(100 * at_mode) == 86, "the question says so"
    assert round(100 * ends.auroc_without) == 82, "the question says so"
    assert 0.015 < at_mode - at_mean < 0.025
    assert ends.auroc[(ends.end > 0.5) & (ends.end < 0.9)].min() > at_mode - 0.015


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
    "When the two means of $\\ln z_e$ are less than about two deviations apart",
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


@claim("Too small: the autoencoder knows these images, and rebuilds them better", scope=HELD_OUT)
def the_mode_of_training_images_is_too_small(detector, split, error, mode, fits):
    trained_on = detector.composite_features(split.train)[:, -2]
    in_training, held_out_mode = lognormal_mode(trained_on.mean(), trained_on.std()), mode
    assert trained_on.mean() < 0.8 * error.mean()
    assert measured("01 mode in training over held out", in_training / held_out_mode) < 0.9
    assert in_training / held_out_mode > 0.5
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
