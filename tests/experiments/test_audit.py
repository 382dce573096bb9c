from fractions import Fraction

import pytest

from cance_edu.experiments.paper import audit, averages, not_worse, paper_table, significance
from tests.experiments.test_statistics import counted_p


def tenths(column):
    """Return a column of Table 1's CIFAR-10 in whole tenths, where differences are exact."""
    rows = [row for row in paper_table("table1") if row.dataset == "CIFAR-10" and row.name != "Avg"]
    return [round(10 * row.cells[column].value) for row in rows]


def test_the_papers_p_value_does_not_follow_from_its_rows():
    differences = [a - b for a, b in zip(tenths("CNCE"), tenths("LatNCE"), strict=True)]
    # Three rows are equal; of seven, only the smallest difference is negative: 2 of 2^7 signs.
    assert counted_p(differences) == Fraction(2, 128)
    finding = significance()
    assert not finding.holds
    assert "the 7 printed rows that differ give p = 0.0156" in finding.found


def test_unrounded_rows_may_have_given_the_papers_p_value():
    differences = [a - b for a, b in zip(tenths("CNCE"), tenths("LatNCE"), strict=True)]
    # Equal as printed, within half a tenth on either side: two tiny gains, one larger.
    hidden = iter([Fraction(1, 100), Fraction(2, 100), Fraction(9, 10)])
    unrounded = [d if d else next(hidden) for d in differences]
    unrounded[differences.index(-1)] = Fraction(-1, 2)
    assert counted_p(unrounded) == Fraction(5, 1024)
    assert float(Fraction(5, 1024)) == pytest.approx(0.00488, abs=5e-6)


def test_one_average_does_not_follow_from_its_rows():
    found = audit()
    wrong = [finding for finding in found if not finding.holds and "average" in finding.claim]
    assert [finding.where for finding in wrong] == ["Table 6, CIFAR-10, DROCC"]
    # 81.7 + 76.7 + 66.7 + 67.1 + 73.6 + 74.4 + 74.4 + 74.3 + 80.0 + 76.2 = 745.1
    assert (wrong[0].claim, wrong[0].found) == ("the average is 74.2", "its rows give 74.51")


def test_an_average_is_printed_without_its_digit():
    (finding,) = [f for f in averages("table5") if f.where == "Table 5, MNIST, CNCE"]
    # 96.7 + 99.6 + 83.8 + 92.5 + 96.3 + 87.7 + 93.5 + 96.3 + 85.8 + 89.1 = 921.3
    assert (finding.claim, finding.found) == ("the average is 92", "its rows give 92.13")
    assert finding.holds


def test_every_printed_average_is_looked_at():
    # Four columns and two data sets in Tables 1, 2 and 5; six and two in 3; five and one in 6.
    looked_at = [f for f in audit() if "average" in f.claim]
    assert len(looked_at) == 3 * 8 + 12 + 5


def test_seventeen_of_twenty_holds():
    table = {(row.dataset, row.name): row.cells for row in paper_table("table1")}
    no_worse = [row for row, cells in table.items() if cells["CANCE"].value >= cells["CNCE"].value]
    assert len([row for row in no_worse if row[1] != "Avg"]) == 17
    assert not_worse().holds
