"""Fits that take a moment: scores drawn at random for images drawn at random."""

import os
import time
from functools import partial

import numpy as np

from cance_edu.datasets import Recipe, Split
from cance_edu.experiments.sweep import Fit
from cance_edu.experiments.systems import System

NAMES = ("one", "two")


class Drawn:
    """A detector that draws its scores; the first of two hands on who it was."""

    def __init__(self, pause=0.0, place=0, random_state=0, representation=None):
        self.pause, self.place, self.random_state = pause, place, random_state
        self.representation_ = representation or "handed on"
        self.device_ = f"process {os.getpid()}"

    def get_params(self, deep=True):
        return {"pause": self.pause, "place": self.place, "random_state": self.random_state}

    def fit(self, X, y=None):
        time.sleep(self.pause / len(NAMES))
        self.seen = round(1e6 * float(X[0, 0, 0, 0]))
        return self

    def anomaly_score(self, X):
        rng = np.random.default_rng([self.random_state, self.place, self.seen])
        return rng.random(len(X))


def load(name, seed):
    rng = np.random.default_rng(name)
    images = rng.random((40, 1, 2, 2)).astype(np.float32)
    return Split("quick", images[:20], images[20:], np.arange(20) < 8)


def recipe(row):
    return Recipe(f"quick {row}", "Made Up", partial(load, row), frozenset({"images"}))


def systems(pause=0.0):
    """Return two systems, of which the second takes the first one's representation."""
    return tuple(
        System(
            name,
            f"{__name__}:Drawn",
            {"pause": pause, "place": place},
            after="one" if place else "",
        )
        for place, name in enumerate(NAMES)
    )


def quick_fits(rows, seeds, pause=0.0):
    """Return a fit of each row and seed, each with two results."""
    both = systems(pause)
    return [Fit(recipe(row), both, seed) for seed in range(seeds) for row in range(rows)]


def meet(folder, count):
    """Return once so many processes are here."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < count:
        time.sleep(0.01)


def process_of(record):
    """Return which process computed a result."""
    return int(record["device"].removeprefix("process "))


def outcome(records):
    """Return what must be the same however often a sweep was killed: all but how it went."""
    went = ("seconds", "device")
    return [{name: v for name, v in record.items() if name not in went} for record in records]
