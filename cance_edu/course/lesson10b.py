"""Lesson 10b, what the representation decides: what it uses. No mathematics."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.lesson10 import biopsies, goad_split, seed
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_groups_in_panels
from cance_edu.course.scores.shares_figure import draw_errors_by_latents
from cance_edu.detectors import classics
from cance_edu.experiments import auroc

__all__ = [
    "MEASURES",
    "SYSTEMS",
    "answer",
    "auroc",
    "biopsies",
    "by_choice",
    "calibration",
    "choices",
    "classics",
    "draw_errors_by_latents",
    "draw_groups_in_panels",
    "figure",
    "goad_split",
    "np",
    "predict",
    "recorded",
    "seed",
    "spearmanr",
    "tell",
]

MEASURES = {"f1": "F1", "known": "AUROC, copies", "new": "AUROC, new rows"}
SYSTEMS = ("Error", "CNCE", "CANCE")


def recorded(name: str) -> NDArray[np.float64]:
    """Return what was recorded on KDDCUP99 under a name."""
    found: NDArray[np.float64] = recordings.load("kddcup99")[name]
    return found


def choices() -> list[str]:
    """Return the three representations, in the order of the recording."""
    return list(recordings.load("kddcup99").about["settings"]["representations"])


def by_choice(measure: str) -> dict[str, NDArray[np.float64]]:
    """Return a measure of each system, in percent: shape (seeds, representations)."""
    return {name: 100 * recorded(measure)[:, :, place] for place, name in enumerate(SYSTEMS)}
