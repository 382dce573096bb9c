import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cance_edu.course.recordings import kddcup99
from cance_edu.datasets import Split
from cance_edu.datasets.tables import Table


def test_an_area_is_that_of_known_and_new_rows_together():
    rng = np.random.default_rng(0)
    known, is_anomaly = rng.random(500) < 0.6, rng.random(500) < 0.2
    known &= ~is_anomaly
    scores = np.where(is_anomaly, 1, np.where(known, 0, 2)) + rng.normal(size=500)
    task = Split("", np.zeros((1, 1)), np.zeros((500, 1)), is_anomaly)
    found = kddcup99.facts_of(task, known, scores, [0.3, 0.1, 0.2])
    share = known[~is_anomaly].mean()
    together = share * found["known"] + (1 - share) * found["new"]
    assert together == pytest.approx(roc_auc_score(is_anomaly, scores))
    assert found["known"] > 0.7 > 0.3 > found["new"]
    count = 100
    alarms = np.argsort(-scores)[:count]
    assert found["f1"] == pytest.approx(2 * is_anomaly[alarms].sum() / (count + is_anomaly.sum()))
    assert found["held_out_loss"] == 0.1


def test_every_array_has_its_axes(monkeypatch):
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(100, 5)), np.repeat(rng.normal(size=(20, 5)), 5, 0)])
    rows[:, 3] = np.arange(200) % 4 == 1
    table = Table("", rows, np.arange(200) < 40, np.array([True, True, True, False, True]))
    quick = {"latent_dim": 2, "epochs": (1, 1), "steps": 5}
    monkeypatch.setattr(kddcup99, "kddcup99", lambda: table)
    monkeypatch.setitem(kddcup99.SETTINGS, "seeds", [0, 1])
    monkeypatch.setitem(
        kddcup99.SETTINGS,
        "representations",
        {"standardised": quick, "given": quick | {"column_scaling": "given"}},
    )
    arrays = kddcup99.record()
    for name in ("f1", "held_out_loss", "known", "new"):
        assert arrays[name].shape == (2, 2, 3)
        assert np.isfinite(arrays[name][..., 1:]).all()
        assert (arrays[name][:, 0] != arrays[name][:, 1]).any()
    assert np.isnan(arrays["held_out_loss"][..., 0]).all()
    assert arrays["known_share"].shape == (2,)
    assert arrays["flags"] == pytest.approx([0.25])
