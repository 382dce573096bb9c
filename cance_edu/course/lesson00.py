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
from cance_edu.course.pictured import Pictured, pictured
from cance_edu.course.predict import answer, guess, predict
from cance_edu.course.scores.figure import draw_scores
from cance_edu.course.scores.groups_figure import draw_aurocs_against, draw_by_digit
from cance_edu.course.scores.memorised import alarms_while_learning
from cance_edu.course.scores.memorised_figure import draw_memorised
from cance_edu.course.scores.rates_figure import draw_roc_and_threshold
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
    "draw_aurocs_against",
    "draw_by_digit",
    "draw_images",
    "draw_ingredients",
    "draw_memorised",
    "draw_roc_and_threshold",
    "draw_scores",
    "figure",
    "first_images",
    "guess",
    "held_out_threshold",
    "ingredients",
    "lesson_split",
    "mnist_aurocs_against",
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


def mnist_aurocs_against() -> dict[str, NDArray[np.float64]]:
    """Return the AUROCs of MNIST's eights against all others, ones and fives: (seeds, variants)."""
    recording = recordings.load("mnist_eights")
    labels, scores = recording["test_labels"], recording["scores"]
    against = {"all other digits": recording["aurocs"]}
    for title, digit in (("ones", 1), ("fives", 5)):
        rows = np.isin(labels, [8, digit])
        is_digit = labels[rows] == digit
        areas = [[auroc(is_digit, variant[rows]) for variant in seed] for seed in scores]
        against[title] = np.array(areas)
    return against


def first_images() -> Pictured:
    """Return nine eights and the nine other digits of MNIST, 0 first, as a detector saw them."""
    groups = (pictured(), pictured("lowest"), pictured("others"))
    rows = (slice(1), slice(None), slice(None))
    names = [name for group, part in zip(groups, rows, strict=True) for name in group.name[part]]
    arrays = (
        np.concatenate([getattr(g, field)[part] for g, part in zip(groups, rows, strict=True)])
        for field in ("image", "reconstruction", "features", "log_ratio", "score")
    )
    return Pictured(("8", *names[1:]), *arrays)
