import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from cance_edu.experiments.cell import Comparison, Ours, difference_interval
from cance_edu.experiments.comparison import compare_table, pairs, usable
from cance_edu.experiments.paper import Printed, paper_table
from cance_edu.experiments.tables import TABLES
from tests.experiments.made_up import results


def compare(table, records):
    return compare_table(table, usable(records))


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
    return Comparison("MNIST", "8", "", "CANCE", paper, ours, 5, margin=0.5)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([97.0, 97.1, 97.2], "better"),
        ([93.0, 93.1, 93.2], "worse"),
        ([94.6, 95.6, 96.6], "not told apart"),
        # The mean is above by half a point but a bit, and hardly varies: rounding decides.
        ([96.04, 96.04, 96.04], "reproduced"),
        ([96.06, 96.06, 96.06], "better"),
        # Within the margin, though it leaves out zero.
        ([95.8, 95.8, 95.8], "reproduced"),
        ([97.0, 97.1], "fewer than 3 seeds"),
        ([97.0], "fewer than 3 seeds"),
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
    found = results("table5", "CIFAR-10", "4", "CANCE", [0.75, 0.77], split)
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
    found = results("table1", "MNIST", "8", "CANCE", [0.95, 0.97])
    assert at("table1", found, "MNIST", "8", "", "CANCE").ours.values == {0: 95, 1: 97}
    split = "DROCC's split"
    found = results("table7", "Thyroid", "Thyroid", "CANCE", [0.5, 0.7], split, measure="f1")
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
    found = results("table1", "CIFAR-10", "1", "CNCE", [0.6, 0.7, 0.65], "images in [0, 1]")
    cells = [
        c
        for c in compare(TABLES["table1"], found)
        if (c.dataset, c.row, c.column) == ("CIFAR-10", "1", "CNCE")
    ]
    assert [(c.protocol, c.verdict) for c in cells] == [
        ("images in [0, 1]", "not told apart"),
        ("each image standardised", "not run"),
        ("standardised, λ = 1", "not run"),
        ("standardised, λ = 1, raw error", "not run"),
    ]
    assert {str(c.paper) for c in cells} == {"63.4 ± 0.7"}


def test_another_table_shows_the_same_result_and_other_systems_are_not_run():
    found = results("table1", "MNIST", "8", "CANCE", [0.95, 0.97])
    cells = {
        c.column: c
        for c in compare(TABLES["table3"], found)
        if (c.dataset, c.row, c.protocol) == ("MNIST", "8", "")
    }
    assert cells["CANCE"].ours.values == {0: 95, 1: 97}
    assert cells["LSA"].verdict == "not run"
    assert str(cells["LSA"].paper) == "95.3"


def test_results_with_other_settings_are_not_taken():
    found = results("table1", "MNIST", "8", "CANCE", [0.95, 0.97])
    found[0]["settings"] = found[0]["settings"] | {"latent_dim": 7}
    assert at("table1", found, "MNIST", "8", "", "CANCE").ours.values == {1: 97}


def test_an_average_is_over_the_seeds_that_have_all_rows():
    found = [
        *results(
            "table2", "MNIST", "0, 1", "CANCE", [0.90, 0.92, 0.10], "10 latents, our first reading"
        ),
        *results("table2", "MNIST", "0, 8", "CANCE", [0.80, 0.81], "10 latents, our first reading"),
        *results("table2", "MNIST", "1, 8", "CANCE", [0.70, 0.73], "10 latents, our first reading"),
    ]
    average = at("table2", found, "MNIST", "Avg", "10 latents, our first reading", "CANCE")
    # (90 + 80 + 70) / 3 and (92 + 81 + 73) / 3
    assert average.ours.values == {0: pytest.approx(80), 1: pytest.approx(82)}
    assert len(average.ours.records) == 6
    assert average.verdict == "fewer than 3 seeds"
    assert (
        at("table2", found[:-2], "MNIST", "Avg", "10 latents, our first reading", "CANCE").verdict
        == "not run"
    )


def test_a_protocol_without_all_rows_has_no_average():
    rows = {(c.row, c.protocol) for c in compare(TABLES["table5"], []) if c.dataset == "CIFAR-10"}
    assert ("4", "ADBench's split") in rows
    assert ("Avg", "the paper's split, from weights") in rows
    assert ("Avg", "ADBench's split") not in rows


def test_a_table_that_the_paper_does_not_have_is_averaged_over_all_of_its_rows():
    found = [r for k in range(10) for r in results("digits", "digits", str(k), "Error", [k / 10])]
    assert at("digits", found, "digits", "Avg", "", "Error").ours.values == {0: pytest.approx(45)}
    assert at("digits", found[:-1], "digits", "Avg", "", "Error").ours is None


def test_an_average_has_the_deviation_that_its_rows_make():
    rows = [row for row in paper_table("table2") if row.dataset == "MNIST"]
    deviations = np.array([row.cells["CANCE"].deviation for row in rows if row.name != "Avg"])
    average = at("table2", [], "MNIST", "Avg", "6 latents", "CANCE").paper
    assert str(average) == "97.6"  # as printed
    # Means of three independent rows: their deviation, and its degrees of freedom, by simulation.
    rng = np.random.default_rng(0)
    runs = rng.normal(size=(20_000, 5, 3)) * deviations
    assert average.deviation == pytest.approx(runs.mean(2).std(), rel=0.01)
    variances = (runs.var(1, ddof=1) / 9).sum(1)
    freedom = 2 * variances.mean() ** 2 / variances.var()
    assert average.freedom == pytest.approx(freedom, rel=0.05)
    assert average.freedom > 4


def test_splits_that_follow_the_seed_widen_the_interval():
    values, split = [0.70, 0.74, 0.72], "GOAD's split"
    found = results("table7", "Thyroid", "Thyroid", "CANCE", values, split, measure="f1")
    narrow = [record | {"resplit": False} for record in found]
    wide, thin = (
        at("table7", records, "Thyroid", "Thyroid", split, "CANCE") for records in (found, narrow)
    )
    assert wide.ours.overlap == 0.5
    assert wide.interval[0] < thin.interval[0] < thin.interval[1] < wide.interval[1]


def test_results_of_two_data_sets_are_never_averaged():
    place = "table1", "CIFAR-10", "1", "CANCE"
    protocol = "images in [0, 1]"
    jpeg = results(*place, [0.5, 0.6, 0.7], protocol, "from JPEG", data="a")
    official = results(*place, [0.8, 0.9], protocol, data="b")
    for found in ([*jpeg, *official], [*official, *jpeg]):
        shown = at("table1", found, "CIFAR-10", "1", protocol, "CANCE").ours
        assert shown.values == {0: 80, 1: 90}
        assert usable(found).others == 3
    # Of two that differ, the last ones.
    other = results(*place, [0.3], protocol, "from PNG", data="c")
    shown = at("table1", [*jpeg, *other], "CIFAR-10", "1", protocol, "CANCE").ours
    assert shown.values == {0: 30}


def test_of_two_defaults_the_last_one_counts():
    found = results("table1", "MNIST", "8", "CANCE", [0.95, 0.97])
    later = [r | {"settings": r["settings"] | {"steps": 2000}} for r in found[:1]]
    assert at("table1", [*found, *later], "MNIST", "8", "", "CANCE").ours.values == {0: 95}
    assert usable([*found, *later]).others == 2


def test_fits_that_failed_are_kept_apart():
    whole, failed = results("table1", "MNIST", "8", "CANCE", [0.95, 0.97])
    del failed["measures"]
    found = usable([whole, failed | {"failed": "ValueError: no"}])
    assert [record["seed"] for record in found.failed] == [1]
    assert found.others == 0
    assert at("table1", [whole], "MNIST", "8", "", "CANCE").ours.values == {0: 95}


# -- pairs ----------------------------------------------------------------------------------------


def cells(*found):
    compared = compare(TABLES["table1"], [*found])
    return [c for c in compared if (c.dataset, c.protocol) == ("MNIST", "")]


def digit(name, column, *values):
    return results("table1", "MNIST", name, column, values)


def test_a_row_is_the_mean_over_the_seeds_that_both_have():
    found = cells(
        *digit("0", "CANCE", 0.90, 0.94, 0.10),
        *digit("0", "CNCE", 0.89, 0.91),
        *digit("8", "CANCE", 0.80, 0.80),
        *digit("8", "CNCE", 0.81, 0.81),
        *digit("9", "CANCE", 0.5, 0.5),
    )
    paired = pairs(found, "CANCE", "CNCE")
    assert paired.differences == {"0": pytest.approx(2), "8": pytest.approx(-1)}
    assert paired.mean == pytest.approx(0.5)


def test_a_seed_is_the_mean_over_all_rows():
    rows = [str(k) for k in range(10)]
    found = cells(
        *(r for k in rows for r in digit(k, "CANCE", 0.9, 0.9, 0.9)),
        *(r for k in rows for r in digit(k, "CNCE", 0.9 - int(k) / 100, 0.8)),
    )
    paired = pairs(found, "CANCE", "CNCE", by="seed")
    assert paired.differences == {"seed 0": pytest.approx(4.5), "seed 1": pytest.approx(10)}


@pytest.mark.parametrize("by", ["row", "seed"])
def test_a_single_difference_is_none(by):
    found = cells(*digit("0", "CANCE", 0.9), *digit("0", "CNCE", 0.8))
    assert pairs(found, "CANCE", "CNCE", by) is None
    assert pairs([], "CANCE", "CNCE", by) is None


def test_what_no_seed_changes_is_the_same_beside_every_seed():
    protocol, near = "images in [0, 1]", "2-NN on 64 components"
    found = [
        *results("table1", "CIFAR-10", "1", "CANCE", [0.5, 0.6, 0.7], protocol),
        *results("table1", "CIFAR-10", "1", near, [0.4], protocol),
    ]
    cells = [c for c in compare(TABLES["table1"], found) if c.protocol == protocol]
    paired = pairs([c for c in cells if c.row == "1"], "CANCE", near, by="seed")
    assert list(paired.differences.values()) == pytest.approx([10, 20, 30])
    assert paired.overlap == 0
