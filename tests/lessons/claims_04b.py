"""04b, running moments: what it claims, and on what."""

import numpy as np

from cance_edu.course import lesson04 as lesson
from tests.lessons.claims import guarantee, proved_in

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
def with_n_minus_1_eq_14_is_off(wrong_by):
    assert wrong_by[0] > 1e-4 > 1e-12 > wrong_by[1]


@guarantee(scope=LIVE, was=["04-068", "04-069", "04-070"])
def the_textbooks_formula_fails_in_float32(variance, textbook, by_eq_14):
    assert variance < 1e-4
    assert abs(textbook / variance - 1) > 0.5
    assert abs(by_eq_14 / variance - 1) < 1e-8


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 4
