from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp, wilcoxon

from cance_edu.experiments.comparison import compare
from cance_edu.experiments.pairs import Pairs, mean_interval, one_sided_p, pairs
from cance_edu.experiments.tables import TABLES
from tests.experiments.made_up import results
from tests.round_off import FUNCTION, rounded


def counted_p(differences):
    """Return the p-value in fractions, by the definition: every choice of signs is looked at."""
    kept = [Fraction(d) for d in differences if d]
    sizes = sorted(abs(d) for d in kept)
    first = {size: sizes.index(size) + 1 for size in sizes}
    ranks = [first[abs(d)] + Fraction(sizes.count(abs(d)) - 1, 2) for d in kept]
    seen = sum(rank for rank, d in zip(ranks, kept, strict=True) if d > 0)
    sums = [
        sum(rank for rank, plus in zip(ranks, signs, strict=True) if plus)
        for signs in product((False, True), repeat=len(ranks))
    ]
    return Fraction(sum(total >= seen for total in sums), len(sums))


@given(st.lists(st.integers(-4, 4), max_size=7))
def test_the_p_value_is_that_of_all_signs_counted(differences):
    # A count over 2ⁿ is a float without rounding.
    assert one_sided_p(differences) == float(counted_p(differences))


@given(st.permutations(range(1, 31)), st.integers(0, 2**30 - 1))
def test_thirty_pairs_take_no_longer_and_are_scipys(sizes, signs):
    differences = [size if signs >> place & 1 else -size for place, size in enumerate(sizes)]
    expected = wilcoxon(differences, alternative="greater", method="exact").pvalue
    assert one_sided_p(differences) == pytest.approx(expected, abs=1e-12)


def cells(*found):
    compared = compare(TABLES["table1"], [*found])
    return [c for c in compared if (c.dataset, c.protocol) == ("MNIST", "")]


def digit(name, system, *values):
    return results("table1", "MNIST", name, system, values)


def test_a_row_is_the_mean_over_the_seeds_that_both_have():
    found = cells(
        *digit("0", "cance", 0.90, 0.94, 0.10),
        *digit("0", "cnce", 0.89, 0.91),
        *digit("8", "cance", 0.80, 0.80),
        *digit("8", "cnce", 0.81, 0.81),
        *digit("9", "cance", 0.5, 0.5),
    )
    paired = pairs(found, "CANCE", "CNCE")
    assert paired.differences == {"0": pytest.approx(2), "8": pytest.approx(-1)}
    assert paired.mean == pytest.approx(0.5)


def test_a_seed_is_the_mean_over_all_rows():
    rows = [str(k) for k in range(10)]
    found = cells(
        *(r for k in rows for r in digit(k, "cance", 0.9, 0.9, 0.9)),
        *(r for k in rows for r in digit(k, "cnce", 0.9 - int(k) / 100, 0.8)),
    )
    paired = pairs(found, "CANCE", "CNCE", by="seed")
    assert paired.differences == {"seed 0": pytest.approx(4.5), "seed 1": pytest.approx(10)}


@pytest.mark.parametrize("by", ["row", "seed"])
def test_a_single_difference_is_none(by):
    found = cells(*digit("0", "cance", 0.9), *digit("0", "cnce", 0.8))
    assert pairs(found, "CANCE", "CNCE", by) is None
    assert pairs([], "CANCE", "CNCE", by) is None


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=12).filter(lambda v: np.ptp(v) > 1e-3))
def test_the_interval_is_students(values):
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    # Sums of n numbers on both sides; and the quantile of one degree of freedom, the steepest,
    # has forty times the error of its argument.
    sizes = max(map(abs, values)) + max(map(abs, expected))
    error = rounded(2 * len(values) + 2 * FUNCTION + 40) * sizes
    np.testing.assert_allclose(mean_interval(values), expected, rtol=0, atol=error)
    found = Pairs("a", "b", dict(enumerate(values)))
    assert found.interval == mean_interval(values)
    # The test at the 5% level and the interval say the same.
    assert found.shown == (ttest_1samp(values, 0).pvalue < 0.05)


def test_the_p_value_is_that_of_its_differences():
    assert Pairs("a", "b", {"0": 1.0, "1": 2.0, "2": 3.0}).p_value == 1 / 8
