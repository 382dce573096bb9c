"""The ablation of Sec. 4.2 on the bundled digits, over seeds and with the default settings.

One split a task and a seed a training, as in the paper: what varies is the training alone.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.course.page import DEFECTS, with_defect
from cance_edu.course.scores.summary import aurocs_by_group
from cance_edu.datasets import Split, digits, load_one_class
from cance_edu.detectors.parameters import VARIANTS
from cance_edu.experiments import Result, fit_variants

SETTINGS: dict[str, Any] = {
    "tasks": {"one digit": [8], "even digits": [0, 2, 4, 6, 8]},
    "seeds": [0, 1, 2, 3, 4],
    "split_random_state": 0,
}


def record() -> dict[str, NDArray[Any]]:
    """Fit the four variants for each task and seed.

    Returns
    -------
    dict of str to array
        `aurocs` (tasks, seeds, variants). For the even digits also `test_labels` (n,) and `scores`
        (seeds, variants, n) of the test images, and `defect_aurocs` (seeds, variants, defects) of
        normal test images with a defect against themselves. `tasks`, `variants` and `defects` name
        the axes.
    """
    tasks, seeds = SETTINGS["tasks"], SETTINGS["seeds"]
    splits = {
        name: load_one_class("digits", normal, SETTINGS["split_random_state"])
        for name, normal in tasks.items()
    }
    runs = {
        name: [list(fit_variants(split, random_state=seed)) for seed in tqdm(seeds, desc=name)]
        for name, split in splits.items()
    }
    even, even_split = runs["even digits"], splits["even digits"]
    return {
        "tasks": np.array(list(tasks)),
        "variants": np.array(VARIANTS),
        "defects": np.array(DEFECTS),
        "aurocs": np.array([[[r.auroc for r in run] for run in task] for task in runs.values()]),
        "test_labels": digits().labels_of(even_split.test),
        "scores": np.array([[r.scores for r in run] for run in even]),
        "defect_aurocs": np.array([[_defect_aurocs(r, even_split) for r in run] for run in even]),
    }


def _defect_aurocs(result: Result, split: Split) -> list[float]:
    good = split.test[~split.is_anomaly]
    images = np.concatenate([good, *(with_defect(good, kind) for kind in DEFECTS)])
    kind = np.repeat(["none", *DEFECTS], len(good))
    areas = aurocs_by_group(result.detector.anomaly_score(images), kind != "none", kind.tolist())
    return [areas[defect] for defect in DEFECTS]
