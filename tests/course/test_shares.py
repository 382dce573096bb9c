"""F1 and average precision at another share of anomalies, and the figures that show them."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, f1_score

from cance_edu.course.scores.shares_figure import (
    draw_by_share,
    draw_by_split,
    draw_errors,
    draw_f1_on_roc,
)
from cance_edu.course.scores.summary import average_precision_at_share, decision_curves, f1_at_share


@pytest.fixture
def scored():
    """Twelve anomalies, which score higher on average, and thirty normal rows; no score twice."""
    rng = np.random.default_rng(3)
    is_anomaly = np.arange(42) < 12
    return rng.normal(1.5 * is_anomaly, 1), is_anomaly


def repeated(scores, is_anomaly, anomalies, normal):
    """Return the scores with each anomaly and each normal row as often as told."""
    times = np.where(is_anomaly, anomalies, normal)
    return np.repeat(scores, times), np.repeat(is_anomaly, times)


@pytest.mark.parametrize("times", [(1, 1), (1, 7), (5, 1), (3, 2)])
def test_f1_at_a_share_is_that_of_rows_counted_as_often(scored, times):
    scores, is_anomaly = repeated(*scored, *times)
    # Between copies any order is as good: the highest are exactly as many as there are anomalies.
    alarm = np.zeros(len(scores), dtype=bool)
    alarm[np.argsort(-scores, kind="stable")[: is_anomaly.sum()]] = True
    expected = f1_score(is_anomaly, alarm)
    assert f1_at_share(*scored, is_anomaly.mean()) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("times", [(1, 1), (1, 7), (5, 1), (3, 2)])
def test_average_precision_at_a_share_is_scikit_learns_with_weights(scored, times):
    scores, is_anomaly = scored
    weights = np.where(is_anomaly, *times)
    expected = average_precision_score(is_anomaly, scores, sample_weight=weights)
    share = weights[is_anomaly].sum() / weights.sum()
    assert average_precision_at_share(*scored, share) == pytest.approx(expected, abs=1e-12)


def test_the_share_is_the_tested_one_unless_told(scored):
    share = scored[1].mean()
    assert f1_at_share(*scored) == f1_at_share(*scored, share)
    assert average_precision_at_share(*scored) == average_precision_at_share(*scored, share)


def test_equal_scores_get_the_share_and_a_perfect_ranking_gets_one():
    is_anomaly = np.arange(10) < 3
    assert f1_at_share(np.zeros(10), is_anomaly, 0.07) == pytest.approx(0.07)
    assert average_precision_at_share(np.zeros(10), is_anomaly, 0.07) == pytest.approx(0.07)
    assert f1_at_share(is_anomaly * 1.0, is_anomaly, 0.07) == pytest.approx(1)
    assert average_precision_at_share(is_anomaly * 1.0, is_anomaly, 0.07) == pytest.approx(1)


def test_each_line_passes_through_its_point_and_ends_where_nothing_is_found(scored):
    axes = Figure().subplots()
    shares = {share: f1_at_share(*scored, share) for share in (0.5, 0.1)}
    lines = draw_f1_on_roc(axes, decision_curves(*scored), shares)
    for line, (share, f1) in zip(lines, shares.items(), strict=True):
        (start, end), (top, bottom) = line.get_data()
        assert (start, top, bottom) == (0, 1, 0)
        assert share * 1 == pytest.approx((1 - share) * end)
        assert f"F1 {f1:.2f}" in line.get_label()
    for point, (share, f1) in zip(axes.lines[2::2], shares.items(), strict=True):
        false_alarms, found = np.ravel(point.get_data())
        assert found == f1
        assert share * found + (1 - share) * false_alarms == pytest.approx(share)
    assert axes.get_xlabel()
    assert axes.get_ylabel()


def test_measures_by_share_are_drawn_as_given():
    axes = Figure().subplots()
    lines = draw_by_share(axes, [0.01, 0.1], {"F1": [0.2, 0.6], "AUROC": [0.9, 0.9]})
    assert [line.get_ydata().tolist() for line in lines] == [[0.2, 0.6], [0.9, 0.9]]
    assert len({line.get_linestyle() for line in lines}) == 2
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel()


def test_systems_stand_side_by_side_over_their_split_and_the_band_is_the_papers():
    axes = Figure().subplots()
    values = {"a": np.array([0.9, 0.5]), "b": np.array([0.8, 0.4])}
    lines = draw_by_split(axes, ["one", "two"], values, (0.7, 0.1))
    assert [line.get_ydata().tolist() for line in lines] == [[0.9, 0.5], [0.8, 0.4]]
    assert (lines[0].get_xdata() < lines[1].get_xdata()).all()
    assert np.round(lines[0].get_xdata()).tolist() == [0, 1]
    (band,) = axes.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.6, 0.8))
    assert not draw_by_split(Figure().subplots(), ["one"], {"a": np.array([0.9])})[0].axes.patches


def test_errors_are_drawn_by_kind():
    truth = np.array([False, True, False])
    axes = Figure().subplots()
    normal, anomalous = draw_errors(axes, [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], truth)
    assert normal.get_offsets().tolist() == [[1.0, 0.1], [3.0, 0.3]]
    assert anomalous.get_offsets().tolist() == [[2.0, 0.2]]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
