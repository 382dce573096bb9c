"""Fits that take a moment: scores drawn at random for images drawn at random."""

import os
import time
from functools import partial

import numpy as np

from cance_edu.datasets import Split
from cance_edu.experiments import measures
from cance_edu.experiments.fits import Fit
from cance_edu.experiments.methods import Method
from cance_edu.experiments.tasks import Task

SYSTEMS = ("one", "two")


def load(name, seed):
    rng = np.random.default_rng(name)
    images = rng.random((40, 1, 2, 2)).astype(np.float32)
    return Split("quick", images[:20], images[20:], np.arange(20) < 8)


def measure(is_anomaly, scores):
    """Return the AUROC, and which process computed it."""
    return measures.area(is_anomaly, scores) | {"process": float(os.getpid())}


def settings(pause, parameters):
    return {"pause": pause}


def fit(split, settings, seed):
    for place, system in enumerate(SYSTEMS):
        time.sleep(settings["pause"] / len(SYSTEMS))
        rng = np.random.default_rng([seed, place, round(1e6 * float(split.train[0, 0, 0, 0]))])
        yield system, rng.random(len(split.test))


def quick_fits(rows, seeds, pause=0.0):
    """Return a fit of each row and seed, each with two results."""
    method = Method("quick", SYSTEMS, partial(settings, pause), fit)
    tasks = [
        Task("quick", "Made Up", str(row), partial(load, row), {}, measure=measure)
        for row in range(rows)
    ]
    return [Fit(task, method, seed) for seed in range(seeds) for task in tasks]


def meet(folder, count):
    """Return once so many processes are here."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < count:
        time.sleep(0.01)


def outcome(records):
    """Return what must be the same however often a sweep was killed: all but how it went."""
    went = ("seconds", "peak_memory_mb", "measures")
    return [
        {name: value for name, value in record.items() if name not in went}
        | {"auroc": record["measures"]["auroc"]}
        for record in records
    ]
