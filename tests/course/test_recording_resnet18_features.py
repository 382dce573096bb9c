import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cance_edu.course.recordings import resnet18_features
from cance_edu.datasets import Split
from cance_edu.datasets.tables import Table
from cance_edu.detectors.cance import CANCE


def rows(n, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 6)) * [5, 3, 2, 1, 0.5, 0.2] + 1


def test_simple_scores_are_those_of_scikit_learn(monkeypatch):
    monkeypatch.setitem(resnet18_features.SETTINGS, "components", 3)
    train, test = rows(60, 0), rows(20, 1)
    scores = resnet18_features.simple_scores(Split("", train, test, np.ones(20, bool)))
    for name, whiten in (("components", False), ("whitened", True)):
        model = PCA(3, whiten=whiten).fit(train)
        latent = model.transform(test)
        near = KNeighborsTransformer(mode="distance", n_neighbors=2).fit(model.transform(train))
        distances = near.kneighbors(latent)[0].mean(1)
        np.testing.assert_allclose(scores[f"2-NN, {name}"], distances)
        np.testing.assert_allclose(
            scores[f"distance to the mean, {name}"], np.linalg.norm(latent, axis=1) ** 2
        )
    for name, scaler in (("error", StandardScaler(with_std=False)), (None, StandardScaler())):
        pipeline = make_pipeline(scaler, PCA(3)).fit(train)
        rebuilt = pipeline.inverse_transform(pipeline.transform(test))
        residual = (rebuilt - test) / (scaler.scale_ if scaler.scale_ is not None else 1)
        name = name or "error, columns standardised"
        np.testing.assert_allclose(scores[name], (residual**2).sum(1))


def test_a_constant_column_divides_by_nothing(monkeypatch):
    monkeypatch.setitem(resnet18_features.SETTINGS, "components", 2)
    train, test = rows(30, 0), rows(10, 1)
    train[:, 2] = 0
    scores = resnet18_features.simple_scores(Split("", train, test, np.ones(10, bool)))
    assert all(np.isfinite(score).all() for score in scores.values())


def test_every_array_has_its_axes(monkeypatch):
    table = Table("", rows(120, 2), np.arange(120) < 20, np.zeros(6, dtype=bool))
    monkeypatch.setattr(resnet18_features, "adbench_features", lambda normal: table)
    small = {"classes": [0, 4], "seeds": [0, 1], "components": 2, "fewer_steps": 5}
    for name, value in small.items():
        monkeypatch.setitem(resnet18_features.SETTINGS, name, value)
    monkeypatch.setattr(
        resnet18_features, "CANCE", lambda steps=10, **p: CANCE(steps=steps, **p), raising=True
    )
    arrays = resnet18_features.record()
    assert arrays["aurocs"].shape == (2, 2, len(arrays["scores"]))
    assert arrays["rank_correlation"].shape == arrays["mean_scale"].shape == (2, 2)
    assert arrays["loss"].shape == arrays["held_out_loss"].shape == arrays["step"].shape
    assert arrays["squared_norms"].shape == (2, 2, 3)
    assert (np.diff(arrays["squared_norms"]) > 0).all()
    assert arrays["zeros"].tolist() == [0, 0]
    np.testing.assert_array_equal(arrays["aurocs"][0], arrays["aurocs"][1])
