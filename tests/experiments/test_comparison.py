import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from cance_edu.experiments.comparison import Comparison, Ours, compare, difference_interval
from cance_edu.experiments.paper_tables import Printed, paper_table
from cance_edu.experiments.tables import TABLES
from tests.experiments.made_up import results

VALUES = [97.0, 97.4, 96.9, 97.9, 97.6]


def sample(mean, deviation, n):
    """Return n numbers of this mean and deviation."""
    shape = np.arange(n) - (n - 1) / 2
    return mean + deviation * shape / shape.std(ddof=1)


@pytest.mark.parametrize(("deviation", "runs"), [(0.4, 5), (1.9, 30)])
def test_the_interval_is_welchs_and_wider_by_the_rounding(deviation, runs):
    interval = difference_interval(VALUES, Printed(97.7, deviation, 1), runs)
    paper = sample(97.7, deviation, runs)
    expected = ttest_ind(VALUES, paper, equal_var=False).confidence_interval(0.95)
    np.testing.assert_allclose(interval, (expected.low - 0.05, expected.high + 0.05))


@pytest.mark.parametrize("deviation", [None, 0.0])
def test_without_a_deviation_it_is_that_of_one_sample(deviation):
    interval = difference_interval(VALUES, Printed(92, deviation, 0), 5)
    expected = ttest_1samp(np.subtract(VALUES, 92), 0).confidence_interval(0.95)
    np.testing.assert_allclose(interval, (expected.low - 0.5, expected.high + 0.5))


def test_two_results_that_never_vary_differ_by_no_more_than_the_rounding():
    interval = difference_interval([98.2] * 5, Printed(98.1, 0.0, 1), 5)
    np.testing.assert_allclose(interval, (0.05, 0.15))


def cell(values, paper):
    ours = Ours(dict(enumerate(values)), ()) if values else None
    return Comparison("MNIST", "8", "", "CANCE", paper, ours, 5)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([97.0, 97.1, 97.2], "better"),
        ([93.0, 93.1, 93.2], "worse"),
        ([94.6, 95.6, 96.6], "same"),
        # The mean is above by a third of the printed digit, and hardly varies: rounding decides.
        ([95.63, 95.63, 95.63], "same"),
        ([97.0], "one seed"),
        ([], "not run"),
    ],
)
def test_the_verdict_says_where_the_interval_lies(values, verdict):
    assert cell(values, Printed(95.6, None, 1)).verdict == verdict


def test_what_is_missing_has_no_difference():
    assert cell([], Printed(95.6, 0.3, 1)).difference is None
    assert cell([97.0], Printed(95.6, 0.3, 1)).interval is None
    assert cell([97.0], Printed(95.6, 0.3, 1)).difference == pytest.approx(1.4)
    assert cell([97.0, 97.2], None).difference is None
    assert cell([97.0, 97.2], None).verdict == "not in the paper"


def test_what_is_of_another_protocol_is_shown_and_not_compared():
    split = "ADBench's split"
    found = results("table5", "CIFAR-10", "4", "cance", [0.75, 0.77], split)
    other = at("table5", found, "CIFAR-10", "4", split, "CANCE")
    assert (other.verdict, other.difference, other.interval) == ("other protocol", None, None)
    assert str(other.paper) == "89.2 ± 0.3"
    assert other.ours.values == {0: 75, 1: 77}


def test_mean_and_deviation_are_over_seeds():
    ours = Ours({0: 1.0, 1: 2.0, 2: 6.0}, ())
    assert ours.mean == 3
    # (4 + 1 + 9) / 2 = 7
    assert ours.deviation == pytest.approx(7**0.5)
    assert Ours({0: 1.0}, ()).deviation is None


def at(table, found, *place):
    (cell,) = [
        c
        for c in compare(TABLES[table], found)
        if (c.dataset, c.row, c.protocol, c.column) == place
    ]
    return cell


def test_percent_and_fractions_are_the_papers():
    found = results("table1", "MNIST", "8", "cance", [0.95, 0.97])
    assert at("table1", found, "MNIST", "8", "", "CANCE").ours.values == {0: 95, 1: 97}
    split = "DROCC's split"
    found = results("table7", "Thyroid", "Thyroid", "cance", [0.5, 0.7], split, measure="f1")
    thyroid = at("table7", found, "Thyroid", "Thyroid", split, "CANCE")
    assert thyroid.difference == pytest.approx(0.6 - 0.73)


def test_the_papers_rows_come_in_its_order_and_ours_after_them():
    for name in ("table1", "table2", "table3", "table7", "table8"):
        rows = [(row.dataset, row.name) for row in paper_table(name)]
        cells = compare(TABLES[name], [])
        assert [
            row for row in dict.fromkeys((c.dataset, c.row) for c in cells) if row in rows
        ] == rows
    abalone = [c.row for c in compare(TABLES["table7"], []) if c.dataset == "Abalone"]
    assert list(dict.fromkeys(abalone)) == ["Abalone", "average precision", "AUROC"]


@pytest.mark.parametrize("name", TABLES)
def test_without_results_nothing_was_run(name):
    cells = compare(TABLES[name], [])
    assert cells
    assert {cell.verdict for cell in cells} == {"not run"}


def test_protocols_are_lines_of_their_own():
    found = results("table1", "CIFAR-10", "1", "cnce", [0.6, 0.7], "images in [0, 1]")
    cells = [
        c
        for c in compare(TABLES["table1"], found)
        if (c.dataset, c.row, c.column) == ("CIFAR-10", "1", "CNCE")
    ]
    assert [(c.protocol, c.verdict) for c in cells] == [
        ("images in [0, 1]", "same"),
        ("each image standardised", "not run"),
        ("standardised, λ = 1", "not run"),
        ("standardised, λ = 1, raw error", "not run"),
    ]
    assert {str(c.paper) for c in cells} == {"63.4 ± 0.7"}


def test_another_table_shows_the_same_result_and_other_systems_are_not_run():
    found = results("table1", "MNIST", "8", "cance", [0.95, 0.97])
    cells = {
        c.column: c
        for c in compare(TABLES["table3"], found)
        if (c.dataset, c.row, c.protocol) == ("MNIST", "8", "")
    }
    assert cells["CANCE"].ours.values == {0: 95, 1: 97}
    assert cells["LSA"].verdict == "not run"
    assert str(cells["LSA"].paper) == "95.3"


def test_results_with_other_settings_are_not_taken():
    found = results("table1", "MNIST", "8", "cance", [0.95, 0.97])
    found[0]["settings"] = found[0]["settings"] | {"latent_dim": 7}
    assert at("table1", found, "MNIST", "8", "", "CANCE").ours.values == {1: 97}


def test_an_average_is_over_the_seeds_that_have_all_rows():
    found = [
        *results("table2", "MNIST", "0, 1", "cance", [0.90, 0.92, 0.10]),
        *results("table2", "MNIST", "0, 8", "cance", [0.80, 0.81]),
        *results("table2", "MNIST", "1, 8", "cance", [0.70, 0.73]),
    ]
    average = at("table2", found, "MNIST", "Avg", "", "CANCE")
    # (90 + 80 + 70) / 3 and (92 + 81 + 73) / 3
    assert average.ours.values == {0: pytest.approx(80), 1: pytest.approx(82)}
    assert len(average.ours.records) == 6
    assert average.verdict == "worse"
    assert at("table2", found[:-2], "MNIST", "Avg", "", "CANCE").verdict == "not run"


def test_a_protocol_without_all_rows_has_no_average():
    rows = {(c.row, c.protocol) for c in compare(TABLES["table5"], []) if c.dataset == "CIFAR-10"}
    assert ("4", "ADBench's split") in rows
    assert ("Avg", "the paper's split, from weights") in rows
    assert ("Avg", "ADBench's split") not in rows


def test_a_table_that_the_paper_does_not_have_is_averaged_over_all_of_its_rows():
    found = [r for k in range(10) for r in results("digits", "digits", str(k), "error", [k / 10])]
    assert at("digits", found, "digits", "Avg", "", "Error").ours.values == {0: pytest.approx(45)}
    assert at("digits", found[:-1], "digits", "Avg", "", "Error").ours is None
