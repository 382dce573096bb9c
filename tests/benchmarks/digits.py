"""The bundled 8x8 digits, 5 splits (70/30 of the normal images): nearly saturated.

AUROC in percent, mean over the splits. One trained autoencoder a split serves all variants. Two
processes of one thread each share the work.
"""

from collections.abc import Iterator

import numpy as np
from joblib import Parallel, delayed
from tqdm.auto import tqdm

SPLITS = range(5)
VARIANTS = ("error", "latnce", "cnce", "cance")
TASKS = (*([digit] for digit in range(10)), [0, 2, 4, 6, 8])


def _aurocs(normal: list[int], seed: int) -> list[float]:
    import torch

    from cance_edu.datasets import load_one_class
    from cance_edu.experiments import fit_variants

    torch.set_num_threads(1)
    split = load_one_class("digits", normal, seed)
    return [100 * r.auroc for r in fit_variants(split, VARIANTS, random_state=seed)]


def table() -> Iterator[str]:
    yield "| normal | " + " | ".join(VARIANTS) + " | target |"
    yield "|---|" + "---|" * (len(VARIANTS) + 1)
    work = [delayed(_aurocs)(normal, seed) for normal in TASKS for seed in SPLITS]
    done = Parallel(n_jobs=2, return_as="generator")(work)
    runs = iter(tqdm(done, total=len(work), desc="digits"))
    means = []
    for normal in TASKS:
        means.append(np.mean([next(runs) for _ in SPLITS], axis=0))
        if len(normal) == 1:
            yield f"| {normal[0]} | " + " | ".join(f"{v:.1f}" for v in means[-1]) + " | |"
    single, even = np.mean(means[:-1], axis=0), means[-1]
    yield "| mean of the ten | " + " | ".join(f"{v:.2f}" for v in single) + " | cance 98.8 |"
    yield "| even digits | " + " | ".join(f"{v:.2f}" for v in even) + " | cance 97.8 |"
    for name, row in (("mean of the ten", single), ("even digits", even)):
        yield f"| cance minus latnce, {name} | | | | {row[3] - row[1]:.1f} | 5 |"
