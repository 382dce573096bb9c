"""Does learning K help, or only its being wide? One table of AUROCs over seeds, for lesson 06.

Every seed draws its own images and trains its own autoencoder, which all fits of that seed share.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.datasets import OneClass
from cance_edu.detector import CANCE
from cance_edu.experiments import auroc
from cance_edu.lessons import LessonDataset, lesson_split
from cance_edu.nce import NoiseObjective
from cance_edu.parameters import Variant

SETTINGS: dict[str, Any] = {
    "normal": [8],
    "datasets": ["digits", "mnist"],
    "seeds": [0, 1, 2, 3, 4],
    "variants": ["cnce", "cance"],
    "ways": [["fixed", 1.0], ["fixed", 1.69], ["eq8", 1.69], ["eq12", 1.69]],
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
    representation = CANCE("error", random_state=seed).fit(split.train_images).representation_
    fits = [
        [_one_fit(split, representation, seed, variant, *way) for way in SETTINGS["ways"]]
        for variant in SETTINGS["variants"]
    ]
    return (
        np.array([[area for area, _ in row] for row in fits]),
        np.array([[scale for _, scale in row] for row in fits]),
    )


def _one_fit(
    split: OneClass,
    representation: Any,
    seed: int,
    variant: Variant,
    objective: NoiseObjective,
    initial_scale: float,
) -> tuple[float, NDArray[Any]]:
    detector = CANCE(
        variant,
        representation=representation,
        noise_objective=objective,
        initial_scale=initial_scale,
        random_state=seed,
    ).fit(split.train_images)
    area = auroc(split.test_is_anomaly, detector.anomaly_score(split.test_images))
    return area, detector.scale_.cpu().numpy()
