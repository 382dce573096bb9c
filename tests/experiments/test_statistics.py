from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp, ttest_ind, wilcoxon
from sklearn.metrics import f1_score, precision_recall_fscore_support, precision_score, recall_score

from cance_edu.experiments.statistics import (
    Pairs,
    at_a_share,
    at_a_share_of_all,
    auroc,
    mean_interval,
    measures,
    one_sided_p,
    precision_among_highest,
    variance_of_the_mean,
    welch_interval,
)
from tests.round_off import FUNCTION, rounded

# Each measure is a sum of at most 60 parts of at most 1, each rounded three times, and so is what
# it is compared with.
ROUND_OFF = rounded(2 * 60 * (3 + 1))


def close_to(expected):
    return pytest.approx(expected, abs=ROUND_OFF, rel=0)


def share_of_pairs(is_anomaly, scores):
    """Return the AUROC by its meaning: pairs that are in order, equal ones by half."""
    anomalous, normal = scores[is_anomaly][:, None], scores[~is_anomaly]
    return float(np.mean((anomalous > normal) + 0.5 * (anomalous == normal)))


@st.composite
def scored(draw):
    """Draw the truth, with both kinds in it, and scores of which none are equal."""
    truth = draw(st.lists(st.booleans(), min_size=5, max_size=60).filter(lambda t: len(set(t)) > 1))
    scores = draw(st.permutations(range(len(truth))))
    return np.array(truth), np.array(scores, dtype=float)


@given(scored())
def test_areas_are_scikit_learns_or_those_of_all_pairs(drawn):
    is_anomaly, scores = drawn
    assert auroc(is_anomaly, scores) == close_to(share_of_pairs(is_anomaly, scores))
    found = measures(is_anomaly, scores)
    hits = is_anomaly[np.argsort(-scores)]
    precision_at_hits = (np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits]
    assert found["average_precision"] == close_to(precision_at_hits.mean())
    assert found["auroc"] == close_to(share_of_pairs(is_anomaly, scores))


@given(scored())
def test_f1_at_the_true_number_is_scikit_learns(drawn):
    is_anomaly, scores = drawn
    threshold = np.sort(scores)[-is_anomaly.sum()]
    expected = f1_score(is_anomaly, scores >= threshold)
    assert measures(is_anomaly, scores)["f1"] == close_to(expected)


@given(scored(), st.sampled_from([0.2, 0.5]))
def test_a_share_is_scikit_learns_too(drawn, share):
    is_anomaly, scores = drawn
    called = scores >= np.sort(scores)[-round(share * len(scores))]
    found = at_a_share(is_anomaly, scores, share)
    assert found[f"precision at {share:.0%}"] == close_to(precision_score(is_anomaly, called))
    assert found[f"recall at {share:.0%}"] == close_to(recall_score(is_anomaly, called))
    assert found[f"f1 at {share:.0%}"] == close_to(f1_score(is_anomaly, called))


@given(scored(), st.lists(st.floats(-5, 5), max_size=40), st.sampled_from([0.2, 0.5]))
def test_a_threshold_of_all_scores_is_a_percentile_of_both_parts(drawn, training, share):
    is_anomaly, scores = drawn
    threshold = np.percentile([*training, *scores], 100 - 100 * share)
    found = at_a_share_of_all(is_anomaly, scores, np.array(training), share)
    by_sklearn = precision_recall_fscore_support(
        is_anomaly, scores > threshold, average="binary", zero_division=0
    )
    assert list(found.values()) == [close_to(value) for value in by_sklearn[:3]]
    assert list(found) == [
        f"{name} at {share:.0%} of all" for name in ("precision", "recall", "f1")
    ]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=2, max_size=6).filter(
        lambda rows: len({truth for truth, _ in rows}) > 1
    ),
    st.data(),
)
def test_of_equal_scores_every_order_counts_the_same(rows, data):
    truth, scores = (np.array(column) for column in zip(*rows, strict=True))
    count = data.draw(st.integers(1, len(rows)))
    orders = [
        sorted(order, key=lambda row: -scores[row]) for order in permutations(range(len(rows)))
    ]
    expected = np.mean([truth[order[:count]].mean() for order in orders])
    assert precision_among_highest(truth, scores.astype(float), count) == pytest.approx(expected)


def test_of_a_few_inputs_one_is_called_anomalous():
    found = at_a_share(np.array([False, True]), np.array([0.0, 1.0]), 0.2)
    assert set(found.values()) == {1.0}
    for count in (0, 3):
        with pytest.raises(ValueError, match=f"count is {count}; expected 1 to 2"):
            precision_among_highest(np.array([False, True]), np.array([0.0, 1.0]), count)


def test_a_constant_score_finds_what_chance_finds():
    truth = np.arange(58) >= 29
    assert measures(truth, np.zeros(58))["f1"] == 0.5


def test_kinds_are_measured_each_against_all_normal_inputs():
    rng = np.random.default_rng(0)
    group = rng.permutation(np.repeat(["good", "fog", "glass"], [30, 7, 9]))
    scores = rng.normal(size=46) + (group == "fog")
    found = measures(group != "good", scores, group)
    for kind in ("fog", "glass"):
        rows = (group == "good") | (group == kind)
        expected = share_of_pairs((group == kind)[rows], scores[rows])
        assert found[f"auroc of {kind}"] == pytest.approx(expected)
    assert found["auroc"] == pytest.approx(share_of_pairs(group != "good", scores))
    assert len(found) == len(measures(group != "good", scores)) + 2


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


def test_overlapping_splits_widen_an_interval_as_nadeau_and_bengio_say():
    values = [1.0, 2.0, 4.0, 3.0, 5.0]
    low, high = mean_interval(values)
    wide_low, wide_high = mean_interval(values, overlap=1.0)
    # 1/5 + 1 in place of 1/5
    assert (wide_high - wide_low) / (high - low) == pytest.approx(6**0.5)
    assert (wide_low + wide_high) / 2 == pytest.approx(3)
    assert Pairs("a", "b", dict(enumerate(values)), 1.0).interval == (wide_low, wide_high)


def test_the_means_of_overlapping_splits_vary_as_the_correction_says():
    """Five splits in halves of the same 40 numbers; the test part's mean is what is measured.

    Two halves share 10 numbers of 20, so two means correlate by 1/2 = n_test / (n_test + n_train),
    which is the correction's assumption.
    """
    rng = np.random.default_rng(0)
    data = rng.normal(size=(20_000, 1, 40))
    means = rng.permuted(np.tile(data, (1, 5, 1)), axis=2)[:, :, :20].mean(2)
    true, s2 = means.mean(1).var(), means.var(1, ddof=1).mean()
    assert true == pytest.approx(0.03, rel=0.05)  # (1/2 + 1/2 / 5) / 20
    assert s2 * (1 / 5 + 1) == pytest.approx(true, rel=0.05)
    assert s2 / 5 == pytest.approx(true / 6, rel=0.05)


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=8).filter(lambda v: np.ptp(v) > 1e-2),
    st.lists(st.floats(-5, 5), min_size=2, max_size=8).filter(lambda v: np.ptp(v) > 1e-2),
)
def test_the_interval_of_two_means_is_scipys(a, b):
    expected = ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    variances = [variance_of_the_mean(float(np.std(x, ddof=1)), len(x)) for x in (a, b)]
    found = welch_interval(np.mean(a) - np.mean(b), variances, (len(a) - 1, len(b) - 1))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
