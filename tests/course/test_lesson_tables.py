"""What lessons 09 to 11 set up: judges of features, tables with nothing to find in them."""

import numpy as np

from cance_edu.course import lesson10, lesson11b
from cance_edu.course.features.judges import JUDGES, judged


def test_judges_find_what_differs_and_nothing_in_noise():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 100)
    rows = rng.normal(size=(200, 10))
    apart = rows + 8 * labels[:, None]
    assert judged(apart, labels, 0).shape == (2, len(JUDGES))
    assert judged(apart, labels, 0).min() > 0.95
    assert abs(judged(rows, labels, 0).mean() - 0.5) < 0.1


def test_copied_rows_are_copies_or_each_kept_once():
    with_copies, distinct = lesson10.copied(distinct=False), lesson10.copied(distinct=True)
    assert with_copies.rows.shape == (4500, 5)
    assert len(np.unique(distinct.rows, axis=0)) == len(distinct.rows) < 1501
    assert distinct.is_anomaly.sum() == with_copies.is_anomaly.sum() == 500


def test_anomalies_lie_inside_the_ring():
    train, test, is_anomaly = lesson11b.ring(0)
    radius = np.linalg.norm(test, axis=1)
    assert len(train) == 600
    assert is_anomaly.sum() == 200
    assert np.median(radius[is_anomaly]) < 1.2 < radius[~is_anomaly].min()


def test_a_table_of_the_paper_is_shown_as_it_is_printed():
    lines = lesson10.as_markdown("table7").splitlines()
    assert lines[:2] == ["| method | Abalone | Thyroid |", "| --- | --- | --- |"]
    assert lines[-1] == "| CANCE | 0.79 ± 0.06 | 0.73 ± 0.02 |"
    assert len(lines) == 7
