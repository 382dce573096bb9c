"""MNIST, one normal digit, whole test set: CANCE beside PyOD's AutoEncoder in one run.

AUROC in percent. Each detector is fitted with three seeds, one detector after the other with each;
a time is the median of the three, a scoring time that of three calls with each. "Over PyOD's" are
ratios of medians, for a fit in wall and in CPU seconds; of images scored a second, more is better.
PyOD: preprocessing=False, hidden_neuron_list=[256, 64, 32], dropout_rate=0, epoch_num=50,
batch_size=128. It is a dependency of this benchmark alone (`pip install -e .[bench]`).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

import torch
from tqdm.auto import tqdm

from cance_edu import CANCE
from cance_edu.datasets import Split, load_one_class
from cance_edu.experiments import auroc

SETTINGS: dict[str, dict[str, Any]] = {
    "CANCE, 10 + 3 epochs, 600 steps": {"epochs": (10, 3), "steps": 600},
    "CANCE, 12 + 4 epochs, 800 steps": {"epochs": (12, 4), "steps": 800},
    "CANCE, default (20 + 5 epochs, 1000 steps)": {},
    "CANCE, 40 + 10 epochs": {"epochs": (40, 10)},
}
PYOD, SEEDS, IMAGES = "PyOD AutoEncoder", range(3), 10_000
PAPER = {8: 95.6, 2: 97.1}


@dataclass(frozen=True)
class Run:
    """One detector with one seed: AUROC in percent, and seconds."""

    auroc: float
    wall: float
    cpu: float
    scoring: float


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


def _run(name: str, split: Split, seed: int) -> Run:
    train, test = split.train, split.test
    if name == PYOD:
        detector = _pyod(seed)
        train, test = (images.reshape(len(images), -1) for images in (train, test))
    else:
        detector = CANCE(random_state=seed, **SETTINGS[name])
    torch.manual_seed(seed)
    _, wall, cpu = _timed(lambda: detector.fit(train))
    score = getattr(detector, "anomaly_score", detector.decision_function)
    runs = [_timed(lambda: score(test)) for _ in range(3)]
    return Run(
        100 * auroc(split.is_anomaly, runs[0][0]), wall, cpu, median(wall for _, wall, _ in runs)
    )


def table() -> Iterator[str]:
    yield (
        "| digit | detector | AUROC, three seeds | paper | fit, wall s | fit, CPU s | "
        f"score {IMAGES:,}, s | fit over PyOD's: wall | CPU | images a second over PyOD's |"
    )
    yield "|---" * 10 + "|"
    for digit in tqdm(PAPER, desc="MNIST"):
        split = load_one_class("mnist", [digit])
        names = [*SETTINGS, PYOD]
        runs = [{name: _run(name, split, seed) for name in names} for seed in SEEDS]

        def middle(name: str, kind: str, runs: list[dict[str, Run]] = runs) -> float:
            return median(getattr(run[name], kind) for run in runs)

        for name in names:
            wall, cpu, scoring = (middle(name, kind) for kind in ("wall", "cpu", "scoring"))
            areas = [run[name].auroc for run in runs]
            yield (
                f"| {digit} | {name} | {mean(areas):.2f} ({min(areas):.2f} to {max(areas):.2f}) | "
                f"{PAPER[digit]} | {wall:.1f} | {cpu:.1f} | {scoring:.2f} | "
                f"{wall / middle(PYOD, 'wall'):.2f} | {cpu / middle(PYOD, 'cpu'):.2f} | "
                f"{middle(PYOD, 'scoring') / scoring:.2f} |"
            )
