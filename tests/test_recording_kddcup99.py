import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss, roc_auc_score

from cance_edu.datasets import TableTask
from cance_edu.datasets.tables import Table
from cance_edu.detector import CANCE
from cance_edu.recordings import kddcup99


def split(train, test, is_anomaly):
    return TableTask("", "", np.array(train, float), np.array(test, float), np.array(is_anomaly))


def test_an_area_is_that_of_known_and_new_rows_together():
    rng = np.random.default_rng(0)
    known, is_anomaly = rng.random(500) < 0.6, rng.random(500) < 0.2
    known &= ~is_anomaly
    scores = np.where(is_anomaly, 1, np.where(known, 0, 2)) + rng.normal(size=500)
    task = split(np.zeros((1, 1)), np.zeros((500, 1)), is_anomaly)
    found = kddcup99.facts(task, known, scores, 0.1)
    share = known[~is_anomaly].mean()
    together = share * found["known"] + (1 - share) * found["new"]
    assert together == pytest.approx(roc_auc_score(is_anomaly, scores))
    assert found["known"] > 0.7 > 0.3 > found["new"]
    count = 100
    alarms = np.argsort(-scores)[:count]
    assert found["f1"] == pytest.approx(2 * is_anomaly[alarms].sum() / (count + is_anomaly.sum()))


def test_only_the_last_two_features_become_logarithms():
    z = np.array([[-1.0, 2.0, np.e, 0.0]])
    np.testing.assert_allclose(kddcup99.logarithms(z), [[-1, 2, 1, np.log(1e-12)]])


def test_a_contrast_knows_a_density(monkeypatch):
    monkeypatch.setitem(kddcup99.SETTINGS, "steps_on_logarithms", 400)
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(3000, 2)), rng.normal(size=(500, 2))
    scores, loss = kddcup99.contrast(train, test, 0)
    density = np.log(2 * np.pi) + np.square(test).sum(1) / 2
    assert np.corrcoef(scores, density)[0, 1] > 0.95
    assert 0 < loss < 2 * np.log(2)


def test_a_kind_is_held_out_with_all_its_copies(monkeypatch):
    monkeypatch.setitem(kddcup99.SETTINGS, "kinds_held_out", 0.3)
    rows = np.repeat(np.arange(10.0)[:, None], np.arange(1, 11), axis=0)
    left, kinds = kddcup99.hold_out_kinds(split(rows, rows, np.zeros(55)), seed=3)
    assert kinds.shape == (3, 1)
    assert len(np.unique(kinds)) == 3
    expected = rows[~np.isin(rows, kinds)[:, 0]]
    np.testing.assert_array_equal(left.train, expected)
    assert len(left.test) == 55


def test_the_loss_of_other_rows_is_that_of_a_classifier():
    """Scikit-learn's log loss, once for the rows and once for as many draws of the noise."""
    rng = np.random.default_rng(0)
    fitted = CANCE("cnce", latent_dim=2, epochs=(1, 1), steps=20, random_state=0)
    fitted.fit(rng.normal(size=(200, 4)))
    rows = rng.normal(size=(kddcup99.SETTINGS["noise"], 4))
    z = torch.from_numpy(fitted.composite_features(rows))
    generator = torch.Generator().manual_seed(0)
    noise = fitted.noise_.sample(len(z), generator)
    widened = fitted.noise_.mean + fitted.scale_ * (noise - fitted.noise_.mean)
    with torch.no_grad():
        probability = fitted.log_ratio_(torch.cat([z, widened])).sigmoid().numpy()
    expected = 2 * log_loss(np.arange(2 * len(z)) < len(z), probability)
    assert kddcup99.loss_on(fitted, rows) == pytest.approx(expected, rel=1e-6)


def test_every_array_has_its_axes(monkeypatch):
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(100, 5)), np.repeat(rng.normal(size=(20, 5)), 5, 0)])
    table = Table("", rows, np.arange(200) < 40, np.ones(5, dtype=bool))
    monkeypatch.setattr(kddcup99, "kddcup99", lambda: table)
    monkeypatch.setitem(kddcup99.SETTINGS, "seeds", [0, 1])
    monkeypatch.setitem(kddcup99.SETTINGS, "steps", {"cnce": [5, 6], "cance": [5]})
    monkeypatch.setitem(kddcup99.SETTINGS, "steps_on_logarithms", 5)
    monkeypatch.setattr(
        kddcup99, "CANCE", lambda *a, **p: CANCE(*a, latent_dim=2, epochs=(1, 1), **p)
    )
    arrays = kddcup99.record()
    assert arrays["systems"].tolist() == [
        *("error", "cnce, 5", "cnce, 6", "cance, 5", "cnce of logarithms, 5")
    ]
    for name in ("f1", "held_out_loss", "kinds_loss", "known", "new"):
        assert arrays[name].shape == (2, 5)
        assert np.isfinite(arrays[name][:, 1:4]).all()
    assert arrays["known_share"].shape == (2,)
