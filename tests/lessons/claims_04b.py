"""04b, running moments: what it claims, and on what."""

import numpy as np

from cance_edu.course import lesson04 as lesson
from tests.lessons.claims import claim, guarantee, proved_in

LIVE = "even digits and 16 principal components; MNIST's eights and 6; lesson seed"
RECORDED = "MNIST's eights, 6 latents of an autoencoder, recorded, seed 0"


@guarantee(scope=RECORDED, was=["04-053", "04-056", "04-057"])
def the_coordinates_differ_in_size_and_correlate(deviations, among, with_latents, correlations):
    assert deviations[6] < 0.01 < 0.9 < deviations[:6].min()
    assert among < with_latents
    assert with_latents > 0.15
    assert correlations[6, 7] > 0.7


@guarantee(scope=f"{RECORDED}; {LIVE}", was=["04-054"])
def a_gaussian_undoes_a_change_of_units_and_distances_do_not(moved, points):
    assert moved == ["the nearest neighbour's"]
    units = np.ones(points.shape[1])
    units[-2:] = 1000, 100
    order = np.random.default_rng(0).permutation(len(units))
    usual = lesson.squared_mahalanobis(points, points)
    scaled = (points * units)[:, order]
    np.testing.assert_allclose(lesson.squared_mahalanobis(scaled, scaled), usual, rtol=1e-6)


@guarantee(scope=LIVE, was=["04-058", "04-059"])
def the_order_changes_the_path_and_not_its_end(frames, gaps, at_first, at_last):
    slopes = [np.polyfit(frames[i].batch[:, 1], frames[i].batch[:, 0], 1)[0] for i in (0, 11)]
    assert slopes[0] < slopes[1]
    assert at_first[1] > 1.3 * at_last[1]
    assert gaps[-1] < 1e-10 < 1e-3 < gaps[0]
    assert frames[-1].full_ellipse[1].min() < 0 < min(frame.batch[:, 1].min() for frame in frames)


ANY_BATCHES = proved_in(
    "tests/method/test_moments.py::test_any_batching_gives_the_moments_of_all_points",
    scope="any points, batches and offsets that Hypothesis finds",
)


@guarantee(scope=LIVE, was=["04-060", "04-061"])
def eq_14_is_exact_for_any_batches(ways, off_by, points):
    for name, moments in ways.items():
        assert off_by[name] < 1e-12
        np.testing.assert_allclose(moments.mean, points.mean(0), rtol=0, atol=1e-12)


@guarantee(
    scope="Appendix A's second sum, on the notebook's points cut at a third",
    was=["04-062", "04-063", "04-064", "04-065", "04-066"],
)
def one_printed_cross_term_is_not_zero(
    vanish, first_printed, second_printed, second_meant, n_t, n_b, n, mean_t, mean_b, merged, exact
):
    assert vanish == [True, False]
    assert max(np.abs(first_printed).max(), np.abs(second_meant).max()) < 1e-10
    assert np.abs(second_printed).max() > 0.1
    between = n_t * n_b / n * np.outer(mean_t - mean_b, mean_t - mean_b)
    np.testing.assert_allclose(second_printed, between, atol=1e-10)
    np.testing.assert_allclose(merged[1], exact, atol=1e-12)
    np.testing.assert_allclose(merged[1] + second_printed / n, exact + between / n, atol=1e-12)


@guarantee(scope=LIVE, was=["04-067"])
def with_n_minus_1_eq_14_is_off(wrong_by, exact):
    assert wrong_by[0] > 1e-4 > 1e-12 > wrong_by[1]
    assert wrong_by[0] * np.abs(exact).max() > 1e-4


@claim("With $n - 1$ you would have to change all three weights", scope=LIVE)
def with_other_weights_n_minus_1_is_exact(covariances, n_t, n_b, n, mean_t, mean_b):
    one, other, both = covariances[0]
    between = np.outer(mean_t - mean_b, mean_t - mean_b)
    weights = (n_t - 1, n_b - 1, n_t * n_b / n)
    merged = sum(w * m for w, m in zip(weights, (one, other, between), strict=True)) / (n - 1)
    np.testing.assert_allclose(merged, both, rtol=0, atol=1e-12)
    ours = (n_t / n, n_b / n, n_t * n_b / n**2)
    assert all(
        abs(w / (n - 1) / weight - 1) > 1e-5 for w, weight in zip(weights, ours, strict=True)
    )


@guarantee(scope=LIVE, was=["04-068", "04-069", "04-070"])
def the_textbooks_formula_fails_in_float32(variance, by_textbook, by_eq_14):
    assert variance < 2e-4
    assert abs(by_textbook[0] / variance - 1) > 0.5
    assert abs(by_textbook[1] / variance - 1) < 1e-6
    assert abs(by_eq_14[1] / variance - 1) < 1e-8


@claim("So it returns a multiple of that", scope=LIVE)
def the_textbooks_formula_goes_in_steps(by_textbook, step):
    assert step == 2.0**-10
    assert by_textbook[0] % step == 0


@claim("a variance may come out negative", scope=f"{LIVE}; 20 orders of the images")
def the_textbooks_variance_may_be_negative(textbook, error):
    orders = [np.random.default_rng(seed).permutation(len(error)) for seed in range(20)]
    assert min(textbook((error[order] + 100).astype("float32")) for order in orders) < 0


@claim("Eq. 14 subtracts before it squares, and needs no float64 here", scope=f"{LIVE}; 100 added")
def eq_14_needs_no_float64_here(variance, by_eq_14):
    assert abs(by_eq_14[0] / variance - 1) < 1e-3


@claim(
    "further from zero float32 rounds the running mean too coarsely with each image: there it "
    "takes float64 as well",
    scope=f"{LIVE}; 10,000 added",
)
def further_away_eq_14_needs_float64(variance, far_away, error, one_by_one, lesson):
    assert far_away[0] / variance > 1.5
    assert abs(far_away[1] / variance - 1) < 1e-8
    stored = (error + 10_000).astype("float32").astype("float64")
    assert abs(one_by_one(stored) / variance - 1) < 0.02  # the points rounded, the mean not
    ours = lesson.running((error + 10_000)[:, None, None]).covariance.item()
    assert abs(ours / variance - 1) < 1e-8
    assert abs(one_by_one(error) / variance - 1) < 1e-8


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 4
