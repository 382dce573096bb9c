"""The paper's results beside ours, as lesson 11 shows them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

from cance_edu.course.results.intervals_figure import (
    Point,
    draw_differences,
    draw_differences_in_panels,
)
from cance_edu.course.results.summary import (
    READINGS,
    Judged,
    alike,
    by_class,
    judged,
    outside_by_chance,
    paper_by_class,
    readings,
    sides_of_zero,
    verdicts,
)
from cance_edu.course.results.verdicts_figure import draw_counts, draw_judged, draw_readings
from cance_edu.experiments.cell import Comparison, Ours
from cance_edu.experiments.paper import Printed, paper_table
from cance_edu.experiments.report import stored


def cell(ours, paper="97.5 ± 0.3", margin=0.5):
    value, deviation = map(float, paper.split(" ± "))
    found = Ours(dict(enumerate(ours)), ())
    return Comparison("MNIST", "7", "", "CANCE", Printed(value, deviation, 1), found, 5, margin)


@pytest.fixture(scope="module")
def report():
    return stored()


def test_columns_are_alike_by_level_profile_and_correlation():
    rng = np.random.default_rng(0)
    theirs = rng.normal(60, 10, size=10)
    moved = alike(theirs + 3, theirs)
    assert np.isclose(moved.level, 3)
    assert np.isclose(moved.apart, 3)
    assert moved.profile < 1e-9
    ours = theirs + rng.normal(0, 5, size=10)
    found = alike(ours, theirs)
    assert np.isclose(found.correlation, np.corrcoef(ours, theirs)[0, 1])
    half = stats.norm.ppf(0.975) / np.sqrt(7)
    z = np.arctanh(found.correlation)
    np.testing.assert_allclose([found.low, found.high], np.tanh([z - half, z + half]))
    assert np.isclose(found.profile, np.abs(ours - theirs - (ours - theirs).mean()).mean())


def test_equal_programs_leave_zero_out_as_often_as_welchs_test_rejects():
    rng = np.random.default_rng(1)
    p = stats.ttest_ind(*rng.normal(size=(2, 5, 20_000)), equal_var=False).pvalue
    unrounded = replace(cell([0.0] * 5), paper=Printed(97.5, 0.3, 6))
    often = outside_by_chance([unrounded], 4000)
    assert abs(often - (p < 0.05).mean()) < 0.012
    assert outside_by_chance([cell([0.0] * 5)], 4000) < often, "rounding makes it more cautious"
    assert outside_by_chance([cell([0.0] * 5, "100.0 ± 0.0")], 10) == 0


def test_sides_of_zero_by_another_deviation():
    cells = [cell([98.4, 98.5, 98.6]), cell([97.5, 97.6, 97.4]), cell([96.0, 96.1, 96.2])]
    assert sides_of_zero(cells) == {"above": 1, "holds": 1, "below": 1}
    assert sides_of_zero(cells, lambda deviation: 20 * deviation) == {"holds": 3}


def test_a_cell_is_judged_in_points_whatever_the_unit_of_its_table():
    one = cell([0.981, 0.982, 0.983], "0.975 ± 0.003", margin=0.01)
    percent = judged("x", one, scale=1)
    assert np.isclose(percent.difference, 0.7)
    assert percent.low < percent.difference < percent.high
    assert percent.verdict == one.verdict
    with pytest.raises(ValueError, match="x has no interval"):
        judged("x", cell([0.98]))


def test_each_printed_number_has_one_verdict(report):
    counts = verdicts(report)
    total = sum(counts.values(), Counter())
    rows = {k: paper_table(f"table{k}") for k in range(1, 9)}
    again = [row.cells["CANCE"] for k in (3, 4, 6) for row in rows[k]]
    printed = sum(len(row.cells) for of in rows.values() for row in of)
    assert len(again) == 34
    assert total.total() == printed - len(again)
    assert counts["Table 4, MNIST-C"].total() == 4
    assert "Table 1, MNIST" in counts


def test_readings_have_exactly_one_that_counts(report):
    found = readings(report)
    assert list(found) == list(READINGS)
    for several in found.values():
        assert len(several) > 1
        assert sum(each.primary for each in several) == 1


def test_classes_are_ten_and_in_the_papers_order(report):
    ours = by_class(report, "CIFAR-10", "images in [0, 1]", "Error")
    theirs = paper_by_class("CIFAR-10", "Error")
    assert ours.shape == theirs.shape == (10,)
    assert theirs[1] == 33.8


def test_verdicts_are_drawn_with_their_margin_and_a_guess():
    points = [
        Judged("one", 1.0, 0.6, 1.4, "better"),
        Judged("two", 0.1, -0.1, 0.3, "reproduced", primary=False),
    ]
    axes = Figure().subplots()
    bars = draw_judged(axes, points, margin=0.5, said=0.2)
    assert len(bars) == 2
    assert [label.get_fontweight() for label in axes.get_yticklabels()] == ["bold", "normal"]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["within 0.5", "your guess", "better", "reproduced"]


def test_readings_share_a_panel_by_their_margin():
    point = Judged("a reading", 1.0, 0.6, 1.4, "better")
    figure = Figure(layout="constrained")
    found = {"first": [point, point], "second": [point], "third": [point]}
    draw_readings(figure, found, {"first": 0.5, "second": 0.5, "third": 1.0})
    labels = [[t.get_text() for t in axes.get_yticklabels()] for axes in figure.axes]
    assert labels == [
        ["first: a reading", "first: a reading", "second: a reading"],
        ["third: a reading"],
    ]


def test_shares_of_verdicts_add_up_to_all():
    axes = Figure().subplots()
    counts = {"Table 1": {"better": 3, "not run": 1}, "Table 2": {"worse": 2}}
    bars = draw_counts(axes, counts)
    widths = np.array([[patch.get_width() for patch in bar] for bar in bars])
    np.testing.assert_allclose(widths.sum(0), 100)
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Table 1 (4)", "Table 2 (2)"]


def test_differences_name_their_systems_if_there_are_several():
    points = [Point("row", system, 1.0, 0.5, 1.5) for system in ("one", "two")]
    several, alone = Figure().subplots(), Figure().subplots()
    draw_differences(several, points, label="points")
    draw_differences(alone, points[:1])
    assert [t.get_text() for t in several.get_legend().get_texts()] == ["one", "two"]
    assert several.get_xlabel() == "points"
    assert alone.get_legend() is None


def test_differences_of_two_kinds_have_a_scale_of_their_own():
    figure = Figure()
    far, near = [Point("row", "one", -90.0, -91.0, -89.0)], [Point("row", "one", 1.0, 0.5, 1.5)]
    draw_differences_in_panels(figure, {"far": far, "near": near})
    assert [axes.get_title() for axes in figure.axes] == ["far", "near"]
    assert figure.axes[1].get_xlim()[0] > -2
    assert figure.axes[0].get_xlim()[0] < -89
