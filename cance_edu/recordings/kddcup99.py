"""Where a density finds less than the error does in KDDCUP99: among new rows (lesson 10).

Rows come in many copies, so a row that is held out has usually been seen. Besides rows, a tenth of
the *kinds* of rows is held out here, each with all its copies, from the autoencoder too.

It needs the data: `cance-edu data kddcup99`.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.datasets import TableTask, dagmm_split, is_training_row, kddcup99
from cance_edu.detector import CANCE
from cance_edu.experiments import auroc
from cance_edu.experiments.measures import at_a_share
from cance_edu.moments import RunningMoments
from cance_edu.nce import Contrast, anomaly_score, nce_loss, train_nce
from cance_edu.noise import GaussianNoise, widen
from cance_edu.schedule import schedule_for

SETTINGS: dict[str, Any] = {
    "seeds": [0, 1, 2],
    "steps": {"cnce": [1000, 4000], "cance": [1000, 4000, 16000]},
    "steps_on_logarithms": 1000,
    "alarms": 0.2,
    "held_out": 0.1,
    "kinds_held_out": 0.1,
    "noise": 20_000,
}

Rows = NDArray[np.float64]


def record() -> dict[str, NDArray[Any]]:
    """Score DAGMM's clean split by the error and by contrasts of different lengths.

    Returns
    -------
    dict of str to array
        `systems` names the second axis of what is (seeds, systems): `f1`; `held_out_loss` of T,
        NaN for the error, and `kinds_loss`, on rows of kinds that were held out, NaN for the
        logarithms too; `known` and `new`, the AUROC of the anomalies against those normal test
        rows that are copies of training rows, and against the others. `known_share` (seeds,) is
        the share of copies among the normal test rows.
    """
    table = kddcup99()
    runs = [_one_seed(dagmm_split(table, seed), seed) for seed in tqdm(SETTINGS["seeds"])]
    return {
        "systems": np.array(list(runs[0][1])),
        **{
            name: np.array([[found[name] for found in systems.values()] for _, systems in runs])
            for name in ("f1", "held_out_loss", "kinds_loss", "known", "new")
        },
        "known_share": np.array([share for share, _ in runs]),
    }


def _one_seed(whole: TableTask, seed: int) -> tuple[float, dict[str, dict[str, float]]]:
    """Return the share of copies among the normal rows, and what there is to say of a system."""
    split, kinds = hold_out_kinds(whole, seed)
    known = is_training_row(split)
    detector = CANCE("error", random_state=seed).fit(split.train)
    shared: dict[str, Any] = {"representation": detector.representation_, "random_state": seed}
    systems = {"error": facts(split, known, detector.anomaly_score(split.test))}
    for variant, lengths in SETTINGS["steps"].items():
        for steps in lengths:
            fitted = CANCE(variant, steps=steps, **shared).fit(split.train)
            systems[f"{variant}, {steps}"] = facts(
                split,
                known,
                fitted.anomaly_score(split.test),
                min(fitted.history_.held_out_loss),
                loss_on(fitted, kinds),
            )
    train, test = map(logarithms, map(detector.composite_features, (split.train, split.test)))
    scores, loss = contrast(train, test, seed)
    steps = SETTINGS["steps_on_logarithms"]
    systems[f"cnce of logarithms, {steps}"] = facts(split, known, scores, loss)
    return float(known[~split.test_is_anomaly].mean()), systems


def hold_out_kinds(whole: TableTask, seed: int) -> tuple[TableTask, Rows]:
    """Return the split without some kinds of training rows, and a row of each of these."""
    kinds, kind_of = np.unique(whole.train, axis=0, return_inverse=True)
    count = int(SETTINGS["kinds_held_out"] * len(kinds))
    held_out = np.random.default_rng(seed).choice(len(kinds), count, replace=False)
    return replace(whole, train=whole.train[~np.isin(kind_of, held_out)]), kinds[held_out]


@torch.no_grad()
def loss_on(fitted: CANCE, rows: Rows) -> float:
    """Return Eq. 5 of a fitted contrast, on rows and on draws of its noise."""
    z = torch.from_numpy(fitted.composite_features(rows))
    v = fitted.noise_.sample(SETTINGS["noise"], torch.Generator().manual_seed(0))
    v = widen(v, fitted.noise_.mean, fitted.scale_)
    return nce_loss(fitted.log_ratio_(z), fitted.log_ratio_(v)).item()


def facts(
    split: TableTask,
    known: NDArray[np.bool_],
    scores: Rows,
    held_out_loss: float = np.nan,
    kinds_loss: float = np.nan,
) -> dict[str, float]:
    """Return what is recorded of one system's scores of the test part."""
    against = {"known": split.test_is_anomaly | known, "new": split.test_is_anomaly | ~known}
    return {
        "f1": at_a_share(split.test_is_anomaly, scores, SETTINGS["alarms"])["f1"],
        "held_out_loss": held_out_loss,
        "kinds_loss": kinds_loss,
        **{name: auroc(split.test_is_anomaly[of], scores[of]) for name, of in against.items()},
    }


def logarithms(z: Rows) -> Rows:
    """Return composite features with the logarithms of z_e and z_c in their place."""
    return np.concatenate([z[:, :-2], np.log(np.maximum(z[:, -2:], 1e-12))], axis=1)


def contrast(train: Rows, test: Rows, seed: int) -> tuple[Rows, float]:
    """Fit T to features, without artificial errors; return scores and the least held-out loss."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    shuffled = torch.from_numpy(train)[torch.randperm(len(train), generator=generator)]
    held_out, seen = shuffled.tensor_split([int(SETTINGS["held_out"] * len(train))])
    moments = RunningMoments(train.shape[1])
    moments.update(seen)
    noise = GaussianNoise(moments.mean, moments.covariance)
    settings = Contrast(
        steps=SETTINGS["steps_on_logarithms"],
        learning_rate=schedule_for(len(seen)).learning_rate,
    )
    network, scale, history = train_nce(
        seen, noise, settings, generator=generator, held_out=held_out
    )
    z = torch.from_numpy(test)
    with torch.no_grad():
        scores = anomaly_score(network.double()(z), noise.log_prob(z, scale))
    return scores.numpy(), min(history.held_out_loss)
