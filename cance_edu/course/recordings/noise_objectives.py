"""Does learning K help, or only its being wide? One table of AUROCs over seeds, for lesson 06.

Every seed draws its own images and trains its own autoencoder, which all fits of that seed share.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.course.over_seeds import LessonDataset
from cance_edu.course.page import lesson_split
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments import fit_variants

SETTINGS: dict[str, Any] = {
    "normal": [8],
    "datasets": ["digits", "mnist"],
    "seeds": [0, 1, 2, 3, 4],
    "variants": ["cnce", "cance"],
    "ways": [["fixed", 1.0], ["fixed", 1.69], ["eq8", 1.69], ["eq12", 1.69]],
    "steps": 1500,
}


def record() -> dict[str, NDArray[Any]]:
    """Fit every variant under every way of setting K, for each data set and seed.

    Returns
    -------
    dict of str to array
        `datasets`, `seeds`, `variants` and `ways` name the axes of `aurocs` (datasets, seeds,
        variants, ways) and of `noise_scale`, the last K, which has one more for its 8 coordinates.
    """
    runs = [(name, seed) for name in SETTINGS["datasets"] for seed in SETTINGS["seeds"]]
    results = [_one_seed(name, seed) for name, seed in tqdm(runs, desc="data sets and seeds")]
    shape = (len(SETTINGS["datasets"]), len(SETTINGS["seeds"]))
    areas, scales = (np.asarray(values) for values in zip(*results, strict=True))
    return {
        "datasets": np.array(SETTINGS["datasets"]),
        "seeds": np.array(SETTINGS["seeds"]),
        "variants": np.array(SETTINGS["variants"]),
        "ways": np.array([f"{objective}, K = {scale}" for objective, scale in SETTINGS["ways"]]),
        "aurocs": areas.reshape(*shape, *areas.shape[1:]),
        "noise_scale": scales.reshape(*shape, *scales.shape[1:]),
    }


def _one_seed(dataset: LessonDataset, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return AUROCs (variants, ways) and the last K (variants, ways, 8)."""
    split = lesson_split(SETTINGS["normal"], seed, dataset)
    representation = CANCE("error", random_state=seed).fit(split.train).representation_
    shared = {
        "representation": representation,
        "steps": SETTINGS["steps"],
        "random_state": seed,
    }
    by_way = [
        list(
            fit_variants(
                split,
                SETTINGS["variants"],
                noise_objective=objective,
                initial_scale=initial_scale,
                **shared,
            )
        )
        for objective, initial_scale in SETTINGS["ways"]
    ]
    fits = list(zip(*by_way, strict=True))
    return (
        np.array([[fit.auroc for fit in row] for row in fits]),
        np.array([[fit.detector.scale_.cpu().numpy() for fit in row] for row in fits]),
    )
