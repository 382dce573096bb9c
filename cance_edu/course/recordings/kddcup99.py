"""What the representation does to CANCE on KDDCUP99, for copies and for new rows (lesson 10).

It needs the data: `cance-edu data kddcup99`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.datasets import Split, dagmm_split, is_training_row, kddcup99
from cance_edu.experiments import auroc, fit_variants
from cance_edu.experiments.measures import at_a_share
from cance_edu.experiments.tables import DAGMM_NETWORK

SETTINGS: dict[str, Any] = {
    "seeds": [0, 1, 2],
    "representations": {
        "6 latents, columns standardised": {},
        "6 latents": {"column_scaling": "given"},
        "1 latent, DAGMM's widths": DAGMM_NETWORK,
    },
    "variants": ["error", "cnce", "cance"],
    "alarms": 0.2,
}

Facts = Mapping[str, float]


def record() -> dict[str, NDArray[Any]]:
    """Score DAGMM's clean split, by the error and by densities of three representations.

    Returns
    -------
    dict of str to array
        Each (seeds, representations, variants): `f1`; `held_out_loss` of T, NaN for the error;
        `known` and `new`, the AUROC of the anomalies against those normal test rows that are
        copies of training rows, and against the others. `known_share` (seeds,) is the share of
        copies among the normal test rows, and `flags` (columns of 0 and 1,) how often each is 1 in
        normal rows.
    """
    table = kddcup99()
    runs = [_one_seed(dagmm_split(table, seed), seed) for seed in tqdm(SETTINGS["seeds"])]
    names = ("f1", "held_out_loss", "known", "new")
    return {
        **{
            name: np.array([[[f[name] for f in of] for of in facts] for _, facts in runs])
            for name in names
        },
        "known_share": np.array([share for share, _ in runs]),
        "flags": table.rows[~table.is_anomaly][:, ~table.standardized].mean(0),
    }


def _one_seed(split: Split, seed: int) -> tuple[float, list[list[Facts]]]:
    """Return the share of copies, and for each representation what there is to say of it."""
    known = is_training_row(split)
    facts = [
        [
            facts_of(split, known, result.scores, result.detector.history_.held_out_loss)
            for result in fit_variants(split, SETTINGS["variants"], random_state=seed, **settings)
        ]
        for settings in SETTINGS["representations"].values()
    ]
    return float(known[~split.is_anomaly].mean()), facts


def facts_of(
    split: Split,
    known: NDArray[np.bool_],
    scores: NDArray[np.float64],
    held_out_losses: list[float],
) -> Facts:
    """Return what is recorded of one system's scores of the test part."""
    against = {"known": split.is_anomaly | known, "new": split.is_anomaly | ~known}
    return {
        "f1": at_a_share(split.is_anomaly, scores, SETTINGS["alarms"])["f1"],
        "held_out_loss": min(held_out_losses, default=np.nan),
        **{name: auroc(split.is_anomaly[of], scores[of]) for name, of in against.items()},
    }
