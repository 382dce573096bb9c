"""Lesson 11b, your own detector on your own data: what it claims, and on what."""

import numpy as np
from scipy import stats

from tests.lessons.claims import guarantee

THREE = "a ring and the biopsies, seeds 0 to 2"


@guarantee(scope=THREE)
def each_fit_has_its_line_and_a_failure_its_reason(found, detectors, areas):
    assert set(found.system) == set(detectors)
    failed = found[found.failed.notna()]
    assert set(failed.system) == {"broken"}
    assert len(failed) == 6
    assert failed.failed.str.contains("out of memory").all()
    assert failed.value.isna().all()
    assert areas.shape == (6, 5)
    assert len(areas) == 6


@guarantee(scope=THREE)
def what_no_seed_changes_has_no_deviation_on_one_split(areas):
    spread = areas.groupby("split").std()
    assert spread.loc["ring", ["mine", "largest"]].max() == 0
    assert spread.loc["ring", "forest"] > 0
    assert spread.loc["biopsies"].min() > 0


@guarantee(scope=THREE)
def a_gaussian_is_far_behind_on_a_ring_and_not_told_apart_on_biopsies(pairs, table, splits):
    assert pairs["ring", "mixture"].interval[1] < -20
    low, high = pairs["biopsies", "mixture"].interval
    assert low < 0 < high
    first = splits["biopsies"](0)
    assert len(first.test) / len(first.train) == 391 / 178
    differences = list(pairs["biopsies", "mixture"].differences.values())
    half = stats.t.ppf(0.975, 2) * np.std(differences, ddof=1) * np.sqrt(1 / 3 + 391 / 178)
    assert np.isclose((high - low) / 2, half)
    assert len(table.rows) == 569


@guarantee(scope="scikit-learn's and PyOD's faces")
def the_adapters_turn_scores_the_right_way(train, forest, largest):
    far, near = np.array([[9.0, 9.0]]), train[:1]
    for detector in (forest(0), largest()):
        fitted = detector.fit(train)
        assert fitted.anomaly_score(far)[0] > fitted.anomaly_score(near)[0]
