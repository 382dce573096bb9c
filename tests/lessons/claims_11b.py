"""Lesson 11b, your own detector on your own data: what it claims, and on what."""

import numpy as np
from scipy import stats

from tests.lessons.claims import claim, guarantee

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


@claim(
    "A Gaussian takes the middle of a ring for its most normal place, and there the anomalies are",
    scope=THREE,
)
def a_gaussian_is_below_a_coin_on_a_ring(areas, detectors, train, test, is_anomaly, pairs):
    assert areas.loc["ring", "mine"].max() < 5
    mine = detectors["mine"]().fit(train)
    assert mine.anomaly_score(np.zeros((1, 2)))[0] < mine.anomaly_score(train).min()
    radius = np.linalg.norm(test, axis=1)
    assert np.median(radius[is_anomaly]) < np.min(radius[~is_anomaly])
    assert pairs["ring", "forest"].interval[1] < -20


@claim("Widened, all three of the biopsies hold zero", scope=THREE)
def what_three_splits_show_is_gone_once_they_overlap(ahead, pairs, unwidened, splits, table):
    assert len(ahead) == 3
    assert (ahead > 0).all()
    assert unwidened["biopsies", "largest"].shown
    of_biopsies = [p for (split, _), p in pairs.items() if split == "biopsies"]
    assert len(of_biopsies) == 3
    assert not any(p.shown for p in of_biopsies)
    first = splits["biopsies"](0)
    assert len(first.test) / len(first.train) == 391 / 178
    low, high = pairs["biopsies", "largest"].interval
    half = stats.t.ppf(0.975, 2) * np.std(ahead, ddof=1) * np.sqrt(1 / 3 + 391 / 178)
    assert np.isclose((high - low) / 2, half)
    low, high = unwidened["biopsies", "largest"].interval
    assert np.isclose((high - low) / 2 * np.sqrt(1 + 3 * 391 / 178), half)
    assert len(table.rows) == len(first.test) + len(first.train) == 569


@claim("A comparison on one table is a statement about that table", scope=THREE)
def the_order_turns_round_from_one_table_to_the_other(areas):
    forest, cance = (areas[name].groupby("split").mean() for name in ("forest", "cance"))
    assert cance["ring"] > forest["ring"] + 2
    assert forest["biopsies"] > cance["biopsies"]


@guarantee(scope="three arrays made up in the lesson")
def arrays_of_ones_own_become_a_split(yours, on_yours, X_normal, X_test, y_test):
    assert np.allclose(yours.train.mean(0), 0)
    assert np.allclose(yours.train.std(0), 1)
    assert len(X_test) == len(yours.test) == len(y_test)
    assert len(X_normal) == len(yours.train)
    assert on_yours.failed.isna().all()
    assert on_yours[on_yours.measure == "auroc"].value.min() > 0.9


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 2
    assert "Your calibration over 2 predictions" in page.text


@guarantee(scope="scikit-learn's and PyOD's faces")
def the_adapters_turn_scores_the_right_way(train, forest, largest):
    far, near = np.array([[9.0, 9.0]]), train[:1]
    for detector in (forest(0), largest()):
        fitted = detector.fit(train)
        assert fitted.anomaly_score(far)[0] > fitted.anomaly_score(near)[0]
