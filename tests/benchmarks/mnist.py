"""MNIST, one normal digit, whole test set: CANCE beside PyOD's AutoEncoder in one run.

AUROC in percent; times in wall and CPU seconds of this process, so compare them within a row.
PyOD: preprocessing=False, hidden_neuron_list=[256, 64, 32], dropout_rate=0, epoch_num=50,
batch_size=128. It is a dependency of this benchmark alone (`pip install -e .[bench]`).
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from tqdm.auto import tqdm

from cance_edu import CANCE
from cance_edu.datasets import load_one_class
from cance_edu.experiments import auroc

SETTINGS: dict[str, dict[str, Any]] = {
    "CANCE, 12 + 4 epochs": {"epochs": (12, 4), "steps": 800},
    "CANCE, default (20 + 5 epochs)": {},
    "CANCE, 40 + 10 epochs": {"epochs": (40, 10)},
}
PAPER = {8: 95.6, 2: 97.1}


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def _pyod(seed: int) -> Any:
    from pyod.models.auto_encoder import AutoEncoder

    return AutoEncoder(
        preprocessing=False,
        hidden_neuron_list=[256, 64, 32],
        dropout_rate=0,
        epoch_num=50,
        batch_size=128,
        random_state=seed,
        verbose=0,
    )


def table() -> Iterator[str]:
    yield "| digit | detector | seed | AUROC | fit, wall s | fit, CPU s | score 10,000, wall s |"
    yield "|---|---|---|---|---|---|---|"
    summary: dict[tuple[int, str], list[tuple[float, float, float]]] = {}
    for digit in tqdm((8, 2), desc="MNIST"):
        split = load_one_class("mnist", [digit])
        flat_train = split.train.reshape(len(split.train), -1)
        flat_test = split.test.reshape(len(split.test), -1)
        for seed in range(3):
            runs: list[tuple[str, Any, Any, Any]] = []
            for name, parameters in SETTINGS.items():
                detector = CANCE(random_state=seed, **parameters)
                runs.append((name, detector, split.train, split.test))
            runs.append(("PyOD AutoEncoder", _pyod(seed), flat_train, flat_test))
            for name, detector, train, test in runs:
                torch.manual_seed(seed)
                _, wall, cpu = _timed(lambda d=detector, x=train: d.fit(x))
                score = getattr(detector, "anomaly_score", detector.decision_function)
                scores, score_wall, _ = _timed(lambda f=score, x=test: f(x))
                area = 100 * auroc(split.is_anomaly, scores)
                summary.setdefault((digit, name), []).append((area, wall, score_wall))
                yield (
                    f"| {digit} | {name} | {seed} | {area:.2f} | {wall:.1f} | {cpu:.1f} | "
                    f"{score_wall:.2f} |"
                )
    yield ""
    yield "| digit | detector | AUROC | paper | points above PyOD | fit / PyOD's fit | images/s |"
    yield "|---|---|---|---|---|---|---|"
    for (digit, name), rows in summary.items():
        area, wall, score_wall = np.mean(rows, axis=0)
        pyod = np.mean(summary[digit, "PyOD AutoEncoder"], axis=0)
        yield (
            f"| {digit} | {name} | {area:.2f} | {PAPER[digit]} | {area - pyod[0]:.1f} | "
            f"{wall / pyod[1]:.2f} | {10_000 / score_wall:,.0f} |"
        )
