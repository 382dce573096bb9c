import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from cance_edu.datasets import (
    SPLITS,
    Images,
    Split,
    Table,
    adbench_split,
    dagmm_split,
    drocc_split,
    goad_split,
    is_training_row,
    shared_rows,
)
from cance_edu.method.proposition import dominance
from tests.round_off import rounded


def table(n_normal, n_anomalies, seed=0):
    """Return distinct rows in mixed order; the first column numbers them."""
    rng = np.random.default_rng(seed)
    is_anomaly = rng.permutation(np.arange(n_normal + n_anomalies) < n_anomalies)
    rows = rng.normal(size=(len(is_anomaly), 4)) * [1, 10, 1, 1] + [0, 5, 0, 0]
    rows[:, 0] = np.arange(len(rows))
    rows[:, 3] = 0.1
    return Table("toy", rows, is_anomaly, np.array([False, True, True, True]), "made up")


tables = st.builds(table, st.integers(200, 400), st.integers(20, 100), st.integers(0, 2**32 - 1))
seeds = st.integers(0, 2**32 - 1)


@given(tables, seeds, st.sampled_from(sorted(SPLITS)))
def test_no_row_is_in_both_parts(data, seed, name):
    task = SPLITS[name](data, seed)
    train, test = task.train[:, 0], task.test[:, 0]
    assert len(set(train) | set(test)) == len(train) + len(test)
    assert not data.is_anomaly[train.astype(int)].any()
    np.testing.assert_array_equal(task.is_anomaly, data.is_anomaly[test.astype(int)])
    assert task.differs == "made up"
    again = SPLITS[name](data, seed)
    np.testing.assert_array_equal(again.test, task.test)
    assert not np.array_equal(SPLITS[name](data, seed + 1).train[:, 0], train)


@given(tables, seeds, st.sampled_from(sorted(SPLITS)))
def test_columns_are_standardised_by_the_training_part_alone(data, seed, name):
    task = SPLITS[name](data, seed)
    # A sum over the training rows is rounded once a row. The mean's error, in deviations, stays;
    # the standardised column is rounded twice more, and its own mean once a row.
    n, largest = len(task.train), np.abs(task.train[:, 1:3]).max(0)
    train = data.rows[task.train[:, 0].astype(int)]
    far = np.abs(train[:, 1:3]).max(0) / train[:, 1:3].std(0)
    mean = task.train[:, 1:3].mean(0)
    assert (np.abs(mean) <= rounded(n + 4) * (far + largest)).all()
    np.testing.assert_allclose(task.train[:, 1:3].std(0), 1, rtol=rounded(n + 8))
    np.testing.assert_allclose(task.train[:, 3], 0, atol=rounded(n) * 0.1)
    # The same affine map takes both parts of a column back to the table.
    trained, tested = task.train[:, 0].astype(int), task.test[:, 0].astype(int)
    centre, spread = data.rows[trained, 1].mean(), data.rows[trained, 1].std()
    rows = data.rows[tested, 1]
    error = rounded(2 * n + 8) * (2 * np.abs(rows) + np.abs(train[:, 1]).max())
    assert (np.abs(task.test[:, 1] * spread + centre - rows) <= error).all()


@given(tables, seeds)
def test_counts_are_as_documented(data, seed):
    normal, anomalies = int((~data.is_anomaly).sum()), int(data.is_anomaly.sum())

    def counts(task):
        wrong = int(task.is_anomaly.sum())
        return len(task.train), len(task.test) - wrong, wrong

    assert counts(drocc_split(data, seed)) == (normal - anomalies, anomalies, anomalies)
    assert counts(goad_split(data, seed)) == (normal // 2, normal - normal // 2, anomalies)
    trained, tested, wrong = counts(dagmm_split(data, seed))
    assert trained + tested == normal
    assert tested + wrong == (normal + anomalies + 1) // 2
    trained, tested, wrong = counts(adbench_split(data, seed))
    assert trained + tested == normal
    assert trained == pytest.approx(0.7 * normal, abs=0.5)
    assert wrong == pytest.approx(0.3 * anomalies, abs=0.5)


@given(tables, seeds, st.floats(0, 1))
def test_contamination_adds_anomalies_that_are_not_tested(data, seed, share):
    clean, mixed = dagmm_split(data, seed), dagmm_split(data, seed, share)
    np.testing.assert_array_equal(mixed.test[:, 0], clean.test[:, 0])
    drawn = data.is_anomaly.sum() - clean.is_anomaly.sum()
    added = set(mixed.train[:, 0]) - set(clean.train[:, 0])
    assert len(added) == len(mixed.train) - len(clean.train) == int(share * drawn)
    assert data.is_anomaly[[int(row) for row in added]].all()
    assert not added & set(mixed.test[:, 0])


def test_a_contaminated_adbench_split_trains_on_the_other_anomalies():
    data = table(100, 10)
    clean, mixed = adbench_split(data, 1), adbench_split(data, 1, contaminated=True)
    np.testing.assert_array_equal(mixed.test[:, 0], clean.test[:, 0])
    assert len(mixed.train) == len(clean.train) + 7
    assert (mixed.name, clean.name) == (
        "toy, ADBench's split, contaminated",
        "toy, ADBench's split",
    )


def test_records_of_arrays_are_compared_and_hashed_by_identity():
    one = table(20, 5)
    split = Split("toy", one.rows, one.rows, one.is_anomaly)
    images = Images(one.rows, one.is_anomaly.astype(int))
    for record in (one, split, images, dominance(1.0, 0.5)):
        assert record != copy.copy(record)
        assert len({record, record, copy.copy(record)}) == 2


def test_impossible_splits_are_refused():
    with pytest.raises(ValueError, match=r"contamination is 1\.5"):
        dagmm_split(table(10, 2), contamination=1.5)
    for n_normal, n_anomalies in ((20, 0), (5, 5), (0, 5)):
        with pytest.raises(ValueError, match="too few for DROCC's split"):
            drocc_split(table(n_normal, n_anomalies))


def test_the_f1_of_droccs_code_has_a_ceiling():
    """Normal is its positive class, and the top 80% are called normal, in a half-half test."""
    task = drocc_split(table(400, 100))
    perfect = ~task.is_anomaly + np.random.default_rng(0).uniform(0, 0.5, len(task.test))
    called_normal = perfect >= np.percentile(perfect, 20)
    assert f1_score(~task.is_anomaly, called_normal) == pytest.approx(1 / 1.3, abs=1e-3)


def test_copies_are_found_row_by_row():
    rng = np.random.default_rng(0)
    train, test = (rng.integers(0, 4, (n, 3)).astype(float) for n in (40, 50))
    task = Split("toy", train, test, np.zeros(50, dtype=bool))
    expected = [any((row == other).all() for other in task.train) for row in task.test]
    assert is_training_row(task).tolist() == expected
    assert 0 < sum(expected) < 50


def test_shared_rows_are_counted():
    train = np.array([[0.0, 1.0], [2.0, 3.0], [0.0, 1.0]])
    test = np.array([[-0.0, 1.0], [2.0, 3.5], [2.0, 3.0], [2.0, 3.0], [7.0, 7.0]])
    truth = np.array([False, False, True, True, True])
    shared = shared_rows(Split("toy", train, test, truth))
    assert (shared.normal, shared.anomalous) == (0.5, 2 / 3)


@given(st.integers(1, 5), seeds)
def test_distinct_rows_share_nothing_and_copies_everything(copies, seed):
    data = table(120, 30, seed)
    assert shared_rows(goad_split(data, seed)).normal == 0
    constant = Table("same", data.rows * 0 + copies, data.is_anomaly, data.standardized)
    shared = shared_rows(goad_split(constant, seed))
    assert (shared.normal, shared.anomalous) == (1, 1)
