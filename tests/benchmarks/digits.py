"""The bundled 8x8 digits, 5 splits (70/30 of the normal images): nearly saturated.

AUROC in percent, mean over the splits. One trained autoencoder a split serves all variants. Two
processes of one thread each share the work. The last rows have T's steps of version 0.1 beside
those of today, which held-out normal digits prefer (`contrast_steps.md`).
"""

from collections.abc import Iterator

import numpy as np
from joblib import Parallel, delayed
from tqdm.auto import tqdm

SPLITS = range(5)
VARIANTS = ("error", "latnce", "cnce", "cance")
EVEN = [0, 2, 4, 6, 8]
TASKS = (*(([digit], "auto") for digit in range(10)), (EVEN, "auto"), (EVEN, 1500))


def _aurocs(normal: list[int], steps: int | str, seed: int) -> list[float]:
    import torch

    from cance_edu.datasets import load_one_class
    from cance_edu.experiments import fit_variants

    torch.set_num_threads(1)
    split = load_one_class("digits", normal, seed)
    fits = fit_variants(split, VARIANTS, steps=steps, random_state=seed)
    return [100 * fit.auroc for fit in fits]


def table() -> Iterator[str]:
    yield "| normal | " + " | ".join(VARIANTS) + " | target |"
    yield "|---|" + "---|" * (len(VARIANTS) + 1)
    work = [delayed(_aurocs)(*task, seed) for task in TASKS for seed in SPLITS]
    done = Parallel(n_jobs=2, return_as="generator")(work)
    runs = iter(tqdm(done, total=len(work), desc="digits"))
    means = []
    for normal, _ in TASKS:
        means.append(np.mean([next(runs) for _ in SPLITS], axis=0))
        if len(normal) == 1:
            yield f"| {normal[0]} | " + " | ".join(f"{v:.1f}" for v in means[-1]) + " | |"
    *single, even, longer = means
    ten = np.mean(single, axis=0)
    for name, row, target in (
        ("mean of the ten", ten, "cance 98.8"),
        ("even digits", even, "cance 97.8"),
        ("even digits, 1500 steps", longer, ""),
    ):
        yield f"| {name} | " + " | ".join(f"{v:.2f}" for v in row) + f" | {target} |"
    for name, row in (("mean of the ten", ten), ("even digits", even)):
        yield f"| cance minus latnce, {name} | | | | {row[3] - row[1]:.1f} | 5 |"
