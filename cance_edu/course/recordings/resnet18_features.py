"""What simple scores and CANCE see in ADBench's ResNet-18 features, over splits (lesson 09).

It needs ADBench's files: `cance-edu data adbench`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from tqdm.auto import tqdm

from cance_edu.course.composite.summary import squared_mahalanobis
from cance_edu.datasets import Split, Table, adbench_features, adbench_split
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments import auroc
from cance_edu.experiments.classics import neighbours, pca_error, principal_components
from cance_edu.experiments.tables import PCA_OF_FEATURES

SETTINGS: dict[str, Any] = {
    "classes": [0, 4, 6],
    "seeds": [0, 1, 2, 3, 4],
    "components": 64,
    "neighbours": 2,
    "fewer_steps": 200,
}

Rows = NDArray[np.float64]


def record() -> dict[str, NDArray[Any]]:
    """Score each class and split; the seed chooses the split and CANCE's training.

    Returns
    -------
    dict of str to array
        `aurocs` (classes, seeds, scores), whose last axis `scores` names. Of CANCE, each (classes,
        seeds): `rank_correlation` of its score of the test rows with the squared Mahalanobis norm
        of their z, and `mean_scale`, the mean of K's diagonal. `loss` and `held_out_loss` (classes,
        seeds, records) at each `step`. Of the features, (classes, seeds, 3): `squared_norms`, the
        quantiles 5%, 50% and 95% of the whitened components' squared norm, of normal test rows;
        and (classes,): `zeros`, the share of numbers that are 0, and `explained`, the share of the
        normal rows' variance that the components have.
    """
    tables = [adbench_features(normal) for normal in SETTINGS["classes"]]
    runs = [
        [_run(table, seed) for seed in tqdm(SETTINGS["seeds"], desc=f"class {normal}")]
        for normal, table in zip(SETTINGS["classes"], tables, strict=True)
    ]
    normal_rows = [table.rows[~table.is_anomaly] for table in tables]
    return {
        "scores": np.array(list(runs[0][0][0])),
        "aurocs": np.array([[list(areas.values()) for areas, _ in of] for of in runs]),
        **{
            name: np.array([[facts[name] for _, facts in of] for of in runs])
            for name in runs[0][0][1]
        },
        "zeros": np.array([(table.rows == 0).mean() for table in tables]),
        "explained": np.array(
            [
                principal_components(rows, SETTINGS["components"]).explained_variance_ratio_.sum()
                for rows in normal_rows
            ]
        ),
    }


def _run(table: Table, seed: int) -> tuple[dict[str, float], dict[str, Any]]:
    split = adbench_split(table, seed)
    scores = simple_scores(split, seed)
    settings = PCA_OF_FEATURES | {"latent_dim": SETTINGS["components"], "random_state": seed}
    detector = CANCE(**settings).fit(split.train)
    stopped = CANCE(**settings, steps=SETTINGS["fewer_steps"]).fit(split.train)
    z_train, z_test = map(detector.composite_features, (split.train, split.test))
    scores["Mahalanobis norm of z"] = squared_mahalanobis(z_train, z_test)
    scores["CANCE"] = detector.anomaly_score(split.test)
    scores["CANCE, fewer steps"] = stopped.anomaly_score(split.test)
    norms = np.square(z_test[~split.is_anomaly, :-2]).sum(1)
    history = detector.history_
    facts = {
        "rank_correlation": spearmanr(scores["CANCE"], scores["Mahalanobis norm of z"]).statistic,
        "mean_scale": float(detector.scale_.mean()),
        "step": history.step,
        "loss": history.loss,
        "held_out_loss": history.held_out_loss,
        "squared_norms": np.quantile(norms, [0.05, 0.5, 0.95]),
    }
    return {name: auroc(split.is_anomaly, s) for name, s in scores.items()}, facts


def simple_scores(split: Split, seed: int = 0) -> dict[str, Rows]:
    """Return scores of the test rows that train nothing: neighbours, distances, PCA's errors."""
    train, test = split.train, split.test
    centre, spread = train.mean(0), train.std(0)
    spread = np.where(spread > 0, spread, 1.0)
    model = principal_components(train, SETTINGS["components"])
    few, few_test = model.transform(train), model.transform(test)
    deviations = np.sqrt(model.explained_variance_)

    def near(some: Rows, others: Rows) -> Rows:
        return neighbours(some, others, seed, SETTINGS["neighbours"])

    def error(scale: Callable[[Rows], Rows]) -> Rows:
        return pca_error(scale(train), scale(test), seed, SETTINGS["components"])

    return {
        "2-NN": near(train, test),
        "2-NN, components": near(few, few_test),
        "2-NN, whitened": near(few / deviations, few_test / deviations),
        "distance to the mean, components": np.square(few_test).sum(1),
        "distance to the mean, whitened": np.square(few_test / deviations).sum(1),
        "error": error(lambda rows: rows),
        "error, columns standardised": error(lambda rows: (rows - centre) / spread),
    }
