"""What one seed would cost of each system that was not run on the paper's images, in CPU hours.

A system is fitted to few images of random numbers (what they show takes no time), for one and for
two epochs of each kind that it has; the difference is an epoch. Its time an image, times its epochs
and the images of the fits that are missing, is their cost. `data/costs.csv` has it, and `cance-edu
report` prints it.
"""

import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from cance_edu.experiments.paper import AVERAGE
from cance_edu.experiments.report import stored
from cance_edu.experiments.system import System
from cance_edu.experiments.systems import SYSTEMS
from cance_edu.experiments.tables import TABLES

# Shape of an image, and training images of a split.
SETS = {
    "MNIST": ((1, 28, 28), 6_000),
    "CIFAR-10": ((3, 32, 32), 5_000),
    "MNIST-C": ((1, 28, 28), 60_000),
}
FEW = 128
EPOCHS = ("pretraining_epochs", "warm_up_epochs", "epochs")


def table() -> Iterator[str]:
    yield "| data | column | fits | CPU ms an image and epoch | epochs | CPU hours |"
    yield "|---|---|---|---|---|---|"
    for dataset, column, system, tags, fits in _waiting():
        shape, n = SETS[dataset]
        images = np.random.default_rng(0).random((FEW, *shape), dtype=np.float32)
        found = _epochs(system, tags)
        each = {name: _seconds_an_image(system, tags, images, name) for name in found}
        hours = sum(each[name] * epochs for name, epochs in found.items()) * n * fits / 3600
        seconds = " + ".join(f"{1000 * s:.2f}" for s in each.values())
        epochs = " + ".join(map(str, found.values()))
        yield f"| {dataset} | {column} | {fits} | {seconds} | {epochs} | {hours:.1f} |"


def _waiting() -> Iterator[tuple[str, str, System, frozenset[str], int]]:
    """Find the systems of images with splits that were not run, and how many."""
    for name, cells in stored().tables.items():
        for block in TABLES[name].blocks:
            split_of = {row.name: row.recipe.name for row in block.rows}
            for column, system in block.columns.items() if block.primary else ():
                place = block.dataset, block.protocol, column
                missing = [
                    c.row
                    for c in cells
                    if (c.dataset, c.protocol, c.column) == place and c.verdict == "not run"
                ]
                fits = len({split_of[row] for row in missing if row != AVERAGE})
                tags = block.rows[0].recipe.tags
                if fits and "images" in tags:
                    yield block.dataset, column, SYSTEMS[system], tags, fits


def _kind(system: System) -> Any:
    """Return a system's class."""
    module, _, name = system.detector.partition(":")
    return getattr(import_module(module), name)


def _epochs(system: System, tags: frozenset[str]) -> dict[str, int]:
    """Return how many epochs of each kind a fit has."""
    parameters = _kind(system)(**system.settings_on(tags)).get_params()
    return {kind: parameters[kind] for kind in EPOCHS if kind in parameters}


def _seconds_an_image(system: System, tags: frozenset[str], images: np.ndarray, kind: str) -> float:
    """Return the CPU seconds that an epoch of a kind takes, divided by the images."""
    least = dict.fromkeys(_epochs(system, tags), 1)
    spent = []
    for epochs in (1, 1, 2):  # the first warms up
        settings = system.settings_on(tags) | least | {kind: epochs}
        start = time.process_time()
        _kind(system)(**settings, random_state=0).fit(images)
        spent.append(time.process_time() - start)
    return (spent[2] - spent[1]) / len(images)
