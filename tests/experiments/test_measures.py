from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from cance_edu.datasets import CORRUPTIONS
from cance_edu.experiments.measures import (
    area,
    areas_by_corruption,
    at_a_share,
    at_the_true_share,
    f1_and_areas,
    precision_among_highest,
)
from tests.round_off import rounded

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
    assert area(is_anomaly, scores)["auroc"] == close_to(share_of_pairs(is_anomaly, scores))
    found = f1_and_areas(is_anomaly, scores)
    hits = is_anomaly[np.argsort(-scores)]
    precision_at_hits = (np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits]
    assert found["average_precision"] == close_to(precision_at_hits.mean())
    assert found["auroc"] == close_to(share_of_pairs(is_anomaly, scores))


@given(scored())
def test_f1_at_the_true_number_is_scikit_learns(drawn):
    is_anomaly, scores = drawn
    threshold = np.sort(scores)[-is_anomaly.sum()]
    expected = f1_score(is_anomaly, scores >= threshold)
    assert f1_and_areas(is_anomaly, scores)["f1"] == close_to(expected)


@given(scored(), st.sampled_from([0.2, 0.5]))
def test_a_share_is_scikit_learns_too(drawn, share):
    is_anomaly, scores = drawn
    called = scores >= np.sort(scores)[-round(share * len(scores))]
    found = at_a_share(is_anomaly, scores, share)
    assert found["precision"] == close_to(precision_score(is_anomaly, called))
    assert found["recall"] == close_to(recall_score(is_anomaly, called))
    assert found["f1"] == close_to(f1_score(is_anomaly, called))


@given(scored())
def test_at_the_true_share_alarms_are_as_many_as_anomalies(drawn):
    is_anomaly, scores = drawn
    found = at_the_true_share(is_anomaly, scores)
    expected = f1_and_areas(is_anomaly, scores)
    for name in ("precision", "recall", "f1"):
        assert found[name] == close_to(expected["f1"])
    assert found["auroc"] == expected["auroc"]


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


def test_a_constant_score_finds_what_chance_finds():
    truth = np.arange(58) >= 29
    assert f1_and_areas(truth, np.zeros(58))["f1"] == 0.5


def test_corruptions_are_measured_each_against_all_originals():
    rng = np.random.default_rng(0)
    originals = rng.normal(size=30)
    corrupted = {name: rng.normal(place / 5, size=7) for place, name in enumerate(CORRUPTIONS)}
    scores = np.concatenate([originals, *corrupted.values()])
    truth = np.arange(len(scores)) >= len(originals)
    found = areas_by_corruption(truth, scores)
    assert list(found) == ["auroc", *CORRUPTIONS]
    assert found["auroc"] == pytest.approx(share_of_pairs(truth, scores))
    for name, part in corrupted.items():
        both = np.concatenate([originals, part])
        assert found[name] == pytest.approx(share_of_pairs(np.arange(37) >= 30, both))
