"""MNIST's digit 8 in small: what the lessons show beside the bundled digits.

No image is kept: composite features, scores and learned K alone.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.course.page import small_mnist
from cance_edu.datasets import Split
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.parameters import VARIANTS
from cance_edu.experiments import fit_variants
from cance_edu.method.nce import NoiseObjective

SETTINGS: dict[str, Any] = {
    "normal": [8],
    "seeds": [0, 1, 2],
    "latent_dim": 6,
    "steps": 1500,
    "noise_objectives": ["eq8", "eq12", "naive", "fixed"],
}


def record() -> dict[str, NDArray[Any]]:
    """Fit the four variants for each seed, and CANCE under each objective of K.

    Returns
    -------
    dict of str to array
        `train_features`, `test_features` (n, 8) and `test_labels` of the first seed; `aurocs` and
        `scores` (seeds, variants[, n]); `steps` and `noise_scale` (seeds, objectives, steps, 8);
        `objective_aurocs` (seeds, objectives), without and with the augmentation.
    """
    seeds, objectives = SETTINGS["seeds"], SETTINGS["noise_objectives"]
    lengths = {name: SETTINGS[name] for name in ("latent_dim", "steps")}
    arrays: dict[str, list[Any]] = {
        name: [] for name in ("aurocs", "scores", "noise_scale", "objective_aurocs")
    }
    for seed in tqdm(seeds, desc="seeds"):
        split = small_mnist(SETTINGS["normal"], seed)
        results = list(fit_variants(split, random_state=seed, **lengths))
        arrays["aurocs"].append([r.auroc for r in results])
        arrays["scores"].append([r.scores for r in results])
        last = results[-1].detector
        if seed == seeds[0]:
            once = {
                "train_features": last.composite_features(split.train),
                "test_features": last.composite_features(split.test),
                "test_labels": np.repeat(np.arange(10), 200),
            }
        learned = [_objective(split, last, objective, seed) for objective in objectives]
        arrays["noise_scale"].append([scale for scale, _ in learned])
        arrays["objective_aurocs"].append([areas for _, areas in learned])
    stacked = {name: np.asarray(rows) for name, rows in arrays.items()}
    return (
        once | stacked | {"steps": np.asarray(last.history_.step), "variants": np.array(VARIANTS)}
    )


def _objective(
    split: Split, trained: CANCE, objective: NoiseObjective, seed: int
) -> tuple[NDArray[Any], list[float]]:
    """Return K at the recorded steps, and the AUROC without and with the augmentation."""
    plain, augmented = fit_variants(
        split,
        ("cnce", "cance"),
        representation=trained.representation_,
        noise_objective=objective,
        steps=SETTINGS["steps"],
        random_state=seed,
    )
    scale = np.stack([step.numpy() for step in augmented.detector.history_.scale])
    return scale, [plain.auroc, augmented.auroc]
