"""Lesson 11b, your own detector on your own data: what it uses."""

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture

from cance_edu.course.calibration import calibration
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.intervals_figure import draw_differences_in_panels
from cance_edu.datasets import Split, Table, goad_split
from cance_edu.detectors.adapters import from_pyod, from_sklearn
from cance_edu.experiments import compare
from cance_edu.experiments.panels import Point
from cance_edu.experiments.statistics import Pairs

__all__ = [
    "BaseEstimator",
    "GaussianMixture",
    "IsolationForest",
    "Pairs",
    "Split",
    "answer",
    "biopsies",
    "calibration",
    "compare",
    "draw_differences_in_panels",
    "figure",
    "from_pyod",
    "from_sklearn",
    "goad_split",
    "np",
    "points",
    "predict",
    "ring",
    "tell",
]


Rows = NDArray[np.float64]


def biopsies() -> Table:
    """Return scikit-learn's 569 biopsies: malignant ones are anomalies."""
    found = load_breast_cancer()
    everything = np.ones(found.data.shape[1], dtype=bool)
    return Table("biopsies", found.data, found.target == 0, everything)


def ring(seed: int) -> tuple[Rows, Rows, NDArray[np.bool_]]:
    """Return rows to learn from, rows to test, and which of these are anomalies: made up."""
    rng = np.random.default_rng(seed)
    angle, radius = rng.uniform(0, 2 * np.pi, size=900), rng.normal(2, 0.15, size=900)
    rows = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    inside = rng.normal(scale=0.7, size=(200, 2))
    test = np.concatenate([rows[600:], inside])
    return rows[:600], test, np.arange(len(test)) >= 300


def points(found: dict[tuple[str, str], Pairs], split: str, system: str) -> list[Point]:
    """Return a split's paired differences as they are drawn, under one name in the legend."""
    return [
        Point(f"{p.first} − {p.second}", system, p.mean, *p.interval)
        for (of, _), p in found.items()
        if of == split
    ]
