"""Lesson 00, start here: what it shows, and what was recorded for it. No mathematics."""

import numpy as np
from numpy.typing import NDArray

from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.contrast.ingredients import ingredients
from cance_edu.course.contrast.ingredients_figure import draw_ingredients
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import lesson_split
from cance_edu.course.picture import figure, show, tell
from cance_edu.course.pictured import pictured
from cance_edu.course.predict import answer, guess, predict
from cance_edu.course.scores.figure import draw_roc, draw_scores
from cance_edu.course.scores.groups_figure import draw_aurocs_over_seeds, draw_by_digit
from cance_edu.course.scores.memorised import alarms_while_learning
from cance_edu.course.scores.memorised_figure import draw_memorised
from cance_edu.course.scores.thresholds import held_out_threshold
from cance_edu.course.strip import strip
from cance_edu.course.style import draw_images
from cance_edu.experiments import auroc

__all__ = [
    "NAMES",
    "alarms_while_learning",
    "answer",
    "auroc",
    "calibration",
    "digit_images",
    "draw_aurocs_over_seeds",
    "draw_by_digit",
    "draw_images",
    "draw_ingredients",
    "draw_memorised",
    "draw_roc",
    "draw_scores",
    "figure",
    "guess",
    "held_out_threshold",
    "ingredients",
    "lesson_split",
    "mnist_aurocs",
    "mnist_medians",
    "mnist_scores",
    "np",
    "over_seeds",
    "pictured",
    "predict",
    "seed",
    "show",
    "strip",
    "tell",
]

seed = lesson_seed()
"""The lesson's random state."""

NAMES = ("error alone", "LatNCE: latents alone", "CNCE: both", "CANCE: both, augmented")
"""The four variants of Sec. 4.2, in the order of the recordings."""


def mnist_scores() -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the scores of MNIST's 10,000 test images by a detector of eights, and their digits."""
    recording = recordings.load("mnist_pictures")
    return recording["test_scores"], recording["test_labels"]


def mnist_medians() -> dict[str, float]:
    """Return the median score of each digit, in the order of the digits."""
    scores, labels = mnist_scores()
    return {str(digit): float(np.median(scores[labels == digit])) for digit in range(10)}


def mnist_aurocs() -> NDArray[np.float64]:
    """Return the AUROC of the four variants on MNIST's eights, shape (seeds, variants)."""
    return recordings.load("mnist_eights")["aurocs"]


def digit_images() -> tuple[NDArray[np.float64], list[str]]:
    """Return nine eights and the nine other digits of MNIST, and a title for each."""
    eights, others = pictured("lowest"), pictured("others")
    ordinary = pictured().image[:1]
    return np.concatenate([ordinary, eights.image, others.image]), [""] * 18
