from itertools import combinations

import pytest
from sklearn.metrics import f1_score

from cance_edu.experiments.paper import paper_table
from cance_edu.experiments.quoted import caption, impossible, misprint, possible_f1, quoted, slips


@pytest.mark.parametrize(("anomalies", "share"), [(3, 0.5), (4, 0.8), (5, 0.8), (5, 0.3)])
def test_the_bounds_by_all_rankings(anomalies, share):
    n = 2 * anomalies
    is_normal = [place < anomalies for place in range(n)]
    found = [
        f1_score(is_normal, [place in called for place in range(n)])
        for called in combinations(range(n), round(share * n))
    ]
    assert possible_f1(anomalies, share) == pytest.approx((min(found), max(found)))


def test_one_row_explains_the_average_that_its_rows_do_not_give():
    finding = misprint()
    # 81.7 + 76.7 + 66.7 + 67.1 + 73.6 + 74.4 + 74.4 + 71.4 + 80.0 + 76.2 = 742.2
    assert not finding.holds
    assert finding.claim == "74.3 ± 0.2"
    assert "with it the rows give 74.22, and 74.2 is" in finding.found


def test_two_more_cells_were_not_copied_as_they_are():
    finding = slips()
    assert finding.where == "Table 6, CIFAR-10, NN of class 7, NN of class 8"
    assert finding.claim == "51.3 and 69.0"
    # 51.3 is the class 3's, 51.32 there; 69.09 cut off, not rounded.
    assert finding.found.startswith("DROCC's paper has 51.13 and 69.09; the other 17 cells")
    assert not finding.holds


def test_three_numbers_of_table_7_are_impossible_on_one_split():
    abalone, thyroid = impossible()
    assert "0.453 to 0.773 whatever the ranking; outside are DAGMM's 0.20 and CANCE's 0.79" in (
        abalone.found
    )
    assert "0.463 to 0.769 whatever the ranking; outside is DROCC's 0.78" in thyroid.found
    assert not abalone.holds
    assert not thyroid.holds


def test_table_8_quotes_a_result_of_clean_data():
    assert "93.0 / 94.4 / 93.7 are, rounded, DAGMM's result of clean" in caption().found
    assert not caption().holds
    row = {r.name: r.cells["DAGMM-0"].value for r in paper_table("table8")}
    harmonic = 2 * row["Precision"] * row["Recall"] / (row["Precision"] + row["Recall"])
    assert round(harmonic, 1) == row["F1"]


def test_all_are_in_the_report():
    assert len(quoted()) == 5
