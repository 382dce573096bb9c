from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from scipy import stats
from scipy.stats import mannwhitneyu
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from cance_edu.course.explorer import drive
from cance_edu.course.results.comparisons_figure import (
    draw_ablation,
    draw_ablations,
    draw_aurocs_by_group,
    draw_groups_in_panels,
)
from cance_edu.course.scores.decisions_figure import draw_decision, move_decision
from cance_edu.course.scores.explorer import ScoreExplorer
from cance_edu.course.scores.failures_figure import draw_failures
from cance_edu.course.scores.figure import (
    draw_alarm_counts,
    draw_precision_recall,
    draw_roc,
    draw_scores,
)
from cance_edu.course.scores.groups_figure import (
    draw_changes,
    draw_missed_by_seeds,
    draw_misses,
)
from cance_edu.course.scores.promise_figure import draw_promise
from cance_edu.course.scores.rates_figure import draw_base_rates, draw_roc_and_beginning
from cance_edu.course.scores.summary import (
    ScoredImages,
    aurocs_by_group,
    decide,
    decision_curves,
    precision,
)
from cance_edu.course.scores.thresholds import alarm_count, held_out_threshold, promised_rank
from cance_edu.course.style import ANOMALY, NORMAL


@pytest.fixture
def scored():
    rng = np.random.default_rng(0)
    is_anomaly = rng.random(60) < 0.4
    # Rounded, so that some scores are equal.
    scores = np.round(rng.normal(2 * is_anomaly, 1), 1)
    return ScoredImages(scores, is_anomaly, rng.random((60, 1, 5, 4)).astype(np.float32))


def test_counts_are_the_confusion_matrix_and_a_score_at_the_threshold_is_no_alarm(scored):
    for threshold in (-9.0, *scored.scores[:10], 9.0):
        ours = decide(scored.scores, scored.is_anomaly, threshold)
        truth = confusion_matrix(scored.is_anomaly, scored.scores > threshold).ravel()
        counted = (
            ours.true_negatives,
            ours.false_positives,
            ours.false_negatives,
            ours.true_positives,
        )
        assert counted == tuple(truth)


def test_precision_is_bayes_rule_on_a_population_counted_one_by_one(scored):
    decision = decide(scored.scores, scored.is_anomaly, 1.0, anomaly_share=0.01)
    rng = np.random.default_rng(1)
    drawn = rng.random(400_000) < 0.01
    alarms = np.where(
        drawn,
        rng.random(400_000) < decision.true_positive_rate,
        rng.random(400_000) < decision.false_positive_rate,
    )
    assert drawn[alarms].mean() == pytest.approx(decision.precision, rel=0.05)
    assert decision.precision < 0.5


def test_precision_at_the_tested_share_is_the_share_of_true_alarms(scored):
    decision = decide(scored.scores, scored.is_anomaly, 1.0)
    alarms = scored.is_anomaly[scored.scores > 1.0]
    assert decision.precision == pytest.approx(alarms.mean(), rel=1e-12)


def test_precision_without_an_alarm_is_undefined(scored):
    assert np.isnan(decide(scored.scores, scored.is_anomaly, 99.0).precision)
    assert np.isnan(precision(0.0, 0.0, 0.5))
    assert precision(1.0, 0.0, 1e-6) == 1


def test_the_nearest_are_those_that_change_side_first(scored):
    decision = decide(scored.scores, scored.is_anomaly, 0.55)
    distance = np.abs(scored.scores - 0.55)
    for rows, side in (
        (decision.nearest_below, scored.scores <= 0.55),
        (decision.nearest_above, scored.scores > 0.55),
    ):
        assert side[rows].all()
        assert sorted(distance[rows]) == sorted(distance[side])[:4]
        assert (np.diff(scored.scores[rows]) >= 0).all()


def test_beyond_the_scores_fewer_are_near(scored):
    lowest, highest = scored.scores.min(), scored.scores.max()
    assert len(decide(scored.scores, scored.is_anomaly, lowest - 1).nearest_below) == 0
    assert len(decide(scored.scores, scored.is_anomaly, highest).nearest_above) == 0


def test_curves_are_those_of_scikit_learn(scored):
    curves = decision_curves(scored.scores, scored.is_anomaly)
    false_alarms, found, _ = roc_curve(scored.is_anomaly, scored.scores, drop_intermediate=False)
    np.testing.assert_allclose(curves.false_positive_rate, false_alarms, atol=1e-12)
    np.testing.assert_allclose(curves.true_positive_rate, found, atol=1e-12)
    expected, recall, _ = precision_recall_curve(scored.is_anomaly, scored.scores)
    np.testing.assert_allclose(curves.true_positive_rate, recall[::-1], atol=1e-12)
    np.testing.assert_allclose(curves.precision[1:], expected[-2::-1], atol=1e-12)
    assert np.isnan(curves.precision[0])


def test_rarer_anomalies_make_every_alarm_worth_less(scored):
    common, rare = (
        decision_curves(scored.scores, scored.is_anomaly, share).precision for share in (0.1, 0.001)
    )
    some = (common > 0) & (common < 1)
    assert some.sum() > 10
    assert (rare[some] < common[some]).all()


def test_auroc_of_all_is_the_mean_over_groups_weighted_by_size(scored):
    groups = np.where(np.arange(60) % 3 == 0, "line", "noise")
    areas = aurocs_by_group(scored.scores, scored.is_anomaly, groups)
    normal = scored.scores[~scored.is_anomaly]
    sizes = []
    for group, area in areas.items():
        ours = scored.scores[scored.is_anomaly & (groups == group)]
        wins = mannwhitneyu(ours, normal).statistic
        assert area == pytest.approx(wins / len(ours) / len(normal), abs=1e-12)
        sizes.append(len(ours))
    together = mannwhitneyu(scored.scores[scored.is_anomaly], normal).statistic
    together /= sum(sizes) * len(normal)
    assert np.average(list(areas.values()), weights=sizes) == pytest.approx(together, abs=1e-12)


@pytest.mark.parametrize(("n", "contamination"), [(9, 0.1), (19, 0.1), (30, 0.25), (99, 0.01)])
def test_the_promised_rate_holds_for_the_last_of_n_plus_one(n, contamination):
    scores = np.random.default_rng(n).standard_cauchy(n + 1)
    alarms = [
        scores[last] > held_out_threshold(np.delete(scores, last), contamination)
        for last in range(n + 1)
    ]
    assert np.mean(alarms) <= contamination
    assert np.mean(alarms) > contamination - 1 / (n + 1)


def test_too_few_scores_cannot_promise_a_low_rate():
    with pytest.raises(ValueError, match="at least 99 scores"):
        held_out_threshold(np.arange(98), 0.01)
    with pytest.raises(ValueError, match="cannot promise"):
        alarm_count(98, 10, 0.01)
    assert held_out_threshold(np.arange(99), 0.01) == 98


@pytest.mark.parametrize("rate", [0.0, 1.0, 1.5, -0.1, 5, float("nan")])
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(ValueError, match=r"expected a rate in \(0, 1\)"):
        held_out_threshold(np.arange(99), rate)
    with pytest.raises(ValueError, match=r"expected a rate in \(0, 1\)"):
        alarm_count(99, 10, rate)


def test_scores_without_an_order_are_refused():
    with pytest.raises(ValueError, match="1 of 3 held-out scores are not finite"):
        held_out_threshold([0.0, np.nan, 1.0], 0.5)


def test_the_number_of_alarms_follows_its_law_over_all_ways_to_hold_out():
    n, m, contamination = 5, 4, 0.4
    ranks = np.arange(n + m)
    counts = []
    for chosen in combinations(range(n + m), n):
        held_out, new = ranks[list(chosen)], np.delete(ranks, chosen)
        counts.append((new > held_out_threshold(held_out, contamination)).sum())
    seen = np.bincount(counts, minlength=m + 1) / len(counts)
    law = alarm_count(n, m, contamination)
    np.testing.assert_allclose(law.pmf(np.arange(m + 1)), seen, atol=1e-12)


def test_the_right_edge_gathers_all_larger_scores():
    axes = Figure().subplots()
    draw_scores(axes, [0.0, 1.0, 2.0, 50.0], [False, False, True, True], 1.5, right_edge=4.0)
    assert axes.patches[-1].get_xy()[:, 0].max() == 4.0


def test_lines_on_the_same_axes_differ_by_colour_and_dash(scored):
    axes = Figure().subplots()
    lines = [draw_roc(axes, scored.scores, scored.is_anomaly, name) for name in "abcd"]
    assert len({line.get_color() for line in lines}) == 4
    assert len({line.get_linestyle() for line in lines}) == 4


def test_precision_recall_is_drawn_as_computed(scored):
    axes = Figure().subplots()
    curves = decision_curves(scored.scores, scored.is_anomaly, 0.01)
    line = draw_precision_recall(axes, curves, "1 in 100")
    np.testing.assert_array_equal(line.get_xdata(), curves.true_positive_rate)
    np.testing.assert_array_equal(line.get_ydata(), curves.precision)
    assert axes.get_legend() is not None


def test_alarm_counts_are_drawn_beside_their_law():
    axes = Figure().subplots()
    line = draw_alarm_counts(axes, [0, 1, 1, 2], [0.25, 0.5, 0.25], promised=0.7)
    np.testing.assert_array_equal(line.get_ydata(), [0.25, 0.5, 0.25])
    assert [bar.get_height() for bar in axes.patches] == [0.25, 0.5, 0.25]
    assert "among 2 new" in axes.get_xlabel()


def test_ablation_shows_every_seed_and_the_mean():
    axes = Figure().subplots()
    lines = draw_ablation(axes, ["error", "cance"], [[0.8, 0.9], [0.9, 0.96]])
    np.testing.assert_allclose(lines[1].get_ydata(), [90, 96])
    assert [text.get_text() for text in axes.get_xticklabels()] == ["error\n85.0", "cance\n93.0"]
    assert len({line.get_marker() for line in lines}) == 2


def test_ablation_of_means_has_error_bars():
    axes = Figure().subplots()
    draw_ablation(axes, ["error"], [0.858], deviations=[0.004])
    (bars,) = axes.collections
    np.testing.assert_allclose(bars.get_segments()[0][:, 1], [85.4, 86.2])


def test_aurocs_by_group_are_drawn_one_row_a_group():
    axes = Figure().subplots()
    areas = {"error": {1: 0.8, 3: 0.9}, "cance": {1: 0.85, 3: 0.95}}
    lines = draw_aurocs_by_group(axes, areas)
    np.testing.assert_allclose(lines[1].get_xdata(), [85, 95])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["1", "3"]
    assert len({line.get_marker() for line in lines}) == 2


def test_tasks_are_panels_of_one_axis_and_a_paper_s_task_has_error_bars():
    figure = Figure()
    tables = {"small": [[0.8, 0.9], [0.9, 0.96]], "the paper": [[0.858, 0.956]]}
    draw_ablations(figure, ["error", "cance"], tables, {"the paper": [0.004, 0.003]})
    left, right = figure.axes
    assert [left.get_title(), right.get_title()] == ["small", "the paper"]
    assert left.get_ylim() == right.get_ylim()
    assert len(right.collections) == 1
    assert len(left.collections) == 0


def test_a_stretched_axis_gives_a_point_near_100_as_much_room_as_ten_below():
    figure = Figure()
    draw_ablations(figure, ["error"], {"a": [[0.8]], "b": [[0.98]]}, stretched=True)
    at_80, at_90, at_98, at_99 = figure.axes[1].transData.transform(
        [(0, percent) for percent in (80, 90, 98, 99)]
    )[:, 1]
    assert at_90 - at_80 == pytest.approx(at_99 - at_98)


def test_a_guessed_group_is_marked_where_it_is():
    figure = Figure()
    tables = {"one": {"a": {1: 0.8, 3: 0.9}}, "other": {"a": {0: 0.8, 1: 0.9}}}
    draw_groups_in_panels(figure, tables, "digit", said="3")
    assert [len(axes.patches) for axes in figure.axes] == [1, 0]
    assert figure.axes[0].patches[0].get_y() == pytest.approx(0.6)
    assert figure.axes[0].get_ylabel() == "digit"


@pytest.mark.parametrize("one_scale", [True, False])
def test_panels_share_the_scale_where_they_are_told(one_scale):
    figure = Figure()
    tables = {"one": {"a": {1: 0.8, 3: 0.9}}, "other": {"a": {1: 0.99, 3: 0.999}}}
    draw_groups_in_panels(figure, tables, "digit", beside=True, one_scale=one_scale)
    first, second = (axes.get_xlim() for axes in figure.axes)
    assert (first == second) is one_scale


def test_base_rates_lower_the_curve_and_the_threshold_is_a_dot_on_each(scored):
    axes = Figure().subplots()
    shares = (0.5, 0.01)
    first, second = draw_base_rates(axes, scored.scores, scored.is_anomaly, 0.0, shares)
    assert (np.nan_to_num(second.get_ydata()) <= np.nan_to_num(first.get_ydata())).all()
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    here = decide(scored.scores, scored.is_anomaly, 0.0, anomaly_share=0.01)
    assert dots[1].get_ydata() == [here.precision]
    assert dots[1].get_xdata() == [here.true_positive_rate]


def test_the_beginning_of_a_roc_curve_is_the_same_curve(scored):
    figure = Figure()
    draw_roc_and_beginning(figure, {"S": scored.scores}, scored.is_anomaly, 0.01)
    whole, beginning = figure.axes
    np.testing.assert_array_equal(whole.lines[0].get_data(), beginning.lines[0].get_data())
    assert beginning.get_xlim() == (0, 0.05)
    assert beginning.lines[1].get_xdata() == [0.01, 0.01]


def test_the_width_of_a_promise_is_that_of_the_beta_law():
    figure = Figure()
    draw_promise(figure, [0, 1, 1, 2], [0.25, 0.5, 0.25], n=100, contamination=0.1, said=0.5)
    left, right = figure.axes
    assert left.lines[-1].get_xdata() == [1, 1]
    corners = right.collections[0].get_paths()[0].vertices
    rank = promised_rank(100, 0.1)
    expected = stats.beta(101 - rank, rank).ppf([0.025, 0.975])
    found = np.unique(corners[corners[:, 0] == 100][:, 1])
    np.testing.assert_allclose(found, expected)


def test_each_failure_stands_above_its_reconstruction_and_their_difference():
    images = np.random.default_rng(0).random((3, 1, 3, 3))
    figure = Figure()
    draw_failures(
        figure, {"missed": [2, 0], "accused": [1]}, images, images / 2, list("abc"), [1, 2, 3]
    )
    missed, accused = figure.subfigs
    drawn = [axes.images[0].get_array() for axes in missed.axes]
    np.testing.assert_allclose(drawn[0], images[2, 0])
    np.testing.assert_allclose(drawn[3], images[0, 0] / 2)
    np.testing.assert_allclose(drawn[5], (images[0, 0] / 2) ** 2)
    assert [axes.get_title() for axes in missed.axes[:2]] == ["c: S = 3.0", "a: S = 1.0"]
    errors = [f"{(images[row] ** 2).mean() / 4:.3f}" for row in (2, 0)]
    assert [axes.get_xlabel() for axes in missed.axes[4:]] == errors
    darkest = {axes.images[0].get_clim()[1] for axes in (*missed.axes[4:], accused.axes[2])}
    assert darkest == {(images**2).max() / 4}
    assert len(accused.axes) == 3


def test_who_misses_what_is_counted_by_seeds_and_what_none_misses_is_left_out():
    missed = [[1, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 0]]
    bars = draw_missed_by_seeds(Figure().subplots(), missed)
    assert [bar.get_height() for bar in bars] == [1, 1, 1]


def test_what_all_seeds_miss_is_drawn_beside_the_bars():
    figure, images = Figure(), np.random.default_rng(0).random((4, 1, 8, 8))
    bars = draw_misses(figure, [[1, 1, 0, 1], [1, 0, 0, 1]], images)
    assert [bar.get_height() for bar in bars] == [1, 2]
    drawn = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    np.testing.assert_array_equal(drawn, images[[0, 3], 0])


def test_a_change_is_two_markers_in_the_row_of_its_group():
    axes = Figure().subplots()
    areas = ({1: 0.9, 3: 0.8}, {1: 0.9, 3: 0.5})
    before, after = draw_changes(axes, *areas, ("clean", "spoiled"), "digit")
    assert axes.get_ylabel() == "digit"
    np.testing.assert_allclose(before.get_xdata(), [90, 80])
    np.testing.assert_allclose(after.get_xdata(), [90, 50])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["1", "3"]


@pytest.mark.parametrize("panels", [1, 2, 3])
def test_groups_run_from_top_to_bottom_in_panels_that_share_them(panels):
    row = Figure().subplots(1, panels, sharey=True, squeeze=False)[0]
    for axes in row:
        draw_aurocs_by_group(axes, {"a": {"first": 0.9, "second": 0.8}})
    for axes in row:
        bottom, top = axes.get_ylim()
        assert bottom > 1 > 0 > top


def test_a_moved_decision_shows_counts_points_and_images(scored):
    curves = decision_curves(scored.scores, scored.is_anomaly)
    first = decide(scored.scores, scored.is_anomaly, 0.5)
    artists = draw_decision(Figure(layout="constrained"), scored, curves, first)
    second = decide(scored.scores, scored.is_anomaly, 1.5)
    move_decision(artists, scored, second)
    assert list(artists.threshold.get_xdata()) == [1.5, 1.5]
    counts = [int(text.get_text()) for text in artists.counts]
    assert counts == confusion_matrix(scored.is_anomaly, scored.scores > 1.5).ravel().tolist()
    assert artists.roc_point.get_xydata().tolist() == [
        [second.false_positive_rate, second.true_positive_rate]
    ]
    assert artists.precision_point.get_xydata().tolist() == [
        [second.true_positive_rate, second.precision]
    ]
    for thumbnail, row in zip(artists.above, second.nearest_above, strict=True):
        np.testing.assert_allclose(thumbnail.picture.get_array(), scored.images[row, 0])
        frame = to_hex(thumbnail.frame.get_edgecolor()).upper()
        assert frame == (ANOMALY if scored.is_anomaly[row] else NORMAL)
        assert thumbnail.title.get_text() == f"{scored.scores[row]:.1f}"


def test_images_that_are_not_there_are_hidden(scored):
    curves = decision_curves(scored.scores, scored.is_anomaly)
    almost = np.sort(scored.scores)[-3]
    decision = decide(scored.scores, scored.is_anomaly, almost)
    artists = draw_decision(Figure(layout="constrained"), scored, curves, decision)
    assert [t.picture.get_visible() for t in artists.above] == [True, True, False, False]
    assert all(t.picture.get_visible() for t in artists.below)


def test_colour_images_are_shown_as_such(scored):
    images = np.random.default_rng(2).random((60, 3, 5, 4)).astype(np.float32)
    explorer = ScoreExplorer(scored.scores, scored.is_anomaly, images)
    shown = explorer.artists.above[0].picture.get_array()
    assert shown.shape == (5, 4, 3)


def test_explorer_survives_every_control(scored):
    explorer = ScoreExplorer(scored.scores, scored.is_anomaly, scored.images)
    before = explorer.picture.value
    assert drive(explorer) == 8
    assert explorer.picture.value == before


def test_explorer_says_what_it_shows(scored):
    explorer = ScoreExplorer(scored.scores, scored.is_anomaly, scored.images, threshold=0.5)
    explorer.controls["threshold"].value = 1.5
    alarms = scored.scores > 1.5
    assert f'"true_positives">{(alarms & scored.is_anomaly).sum()}<' in explorer.readout.value
    assert f'"false_positives">{(alarms & ~scored.is_anomaly).sum()}<' in explorer.readout.value
    assert '"threshold">1.5<' in explorer.readout.value


def test_explorer_changes_the_precision_alone_with_the_base_rate(scored):
    explorer = ScoreExplorer(scored.scores, scored.is_anomaly, scored.images, threshold=1.0)
    before = explorer.decision
    explorer.controls["anomaly_share"].value = 0.001
    after = explorer.decision
    expected = precision(before.true_positive_rate, before.false_positive_rate, 0.001)
    assert after.precision == pytest.approx(float(expected))
    assert after.true_positives == before.true_positives
    curve = explorer.artists.precision_recall.get_ydata()
    assert np.nanmin(curve) == pytest.approx(0.001)


def test_explorer_without_an_alarm_says_so():
    scores, truth = np.array([0.0, 1.0, 2.0, 1.5]), np.array([False, False, False, True])
    explorer = ScoreExplorer(scores, truth, np.zeros((4, 1, 3, 3)))
    explorer.controls["threshold"].value = 2.0
    assert "no alarm" in explorer.readout.value
