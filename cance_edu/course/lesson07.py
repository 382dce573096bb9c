"""Lesson 07, CANCE end to end: what it shows, and what was recorded for it. No mathematics."""

import numpy as np
import torch
from numpy.typing import NDArray

from cance_edu import datasets
from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.over_seeds import lesson_dataset, lesson_seed, over_seeds
from cance_edu.course.page import lesson_split, rebuilt
from cance_edu.course.picture import figure, tell
from cance_edu.course.pictured import pictured
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_ablations, draw_groups_in_panels
from cance_edu.course.scores.explorer import ScoreExplorer
from cance_edu.course.scores.failures_figure import draw_failures
from cance_edu.course.scores.promise_figure import draw_promise
from cance_edu.course.scores.rates_figure import draw_base_rates, draw_roc_and_beginning
from cance_edu.course.scores.summary import aurocs_by_group, decide
from cance_edu.course.scores.thresholds import alarm_count, held_out_threshold
from cance_edu.course.strip import strip
from cance_edu.experiments import auroc

__all__ = [
    "DEVIATIONS",
    "EIGHT",
    "EIGHTS",
    "EVEN",
    "NAMES",
    "PAPER",
    "ScoreExplorer",
    "alarm_count",
    "alarms_of_shuffled",
    "answer",
    "auroc",
    "aurocs",
    "aurocs_by_group",
    "by_digit",
    "calibration",
    "decide",
    "digit_of",
    "draw_ablations",
    "draw_base_rates",
    "draw_failures",
    "draw_groups_in_panels",
    "draw_promise",
    "draw_roc_and_beginning",
    "eights_scores",
    "figure",
    "held_out_threshold",
    "lesson_split",
    "np",
    "over_seeds",
    "pictured",
    "predict",
    "rebuilt",
    "seed",
    "strip",
    "tell",
    "torch",
]

seed = lesson_seed()
"""The lesson's random state."""

NAMES = ("Error", "LatNCE", "CNCE", "CANCE")
"""The variants of Sec. 4.2, in the order of the recordings."""

EIGHT, EVEN, EIGHTS, PAPER = (
    "digits, normal: 8",
    "digits, normal: even",
    "MNIST, normal: 8",
    "the paper: MNIST, 8",
)
"""The tasks: two on the bundled digits, one on MNIST, and the paper's Table 1."""

DEVIATIONS = {PAPER: np.array([0.4, 1.3, 0.5, 0.3]) / 100}
"""Standard deviation over the paper's five runs."""


def aurocs() -> dict[str, NDArray[np.float64]]:
    """Return the AUROCs of the four variants by task, each of shape (seeds, variants)."""
    eight, even = recordings.load("digits_ablation")["aurocs"]
    printed = np.array([[85.8, 80.6, 94.6, 95.6]]) / 100
    return {
        EIGHT: eight,
        EVEN: even,
        EIGHTS: recordings.load("mnist_eights")["aurocs"],
        PAPER: printed,
    }


def by_digit(task: str) -> dict[str, dict[int | str, float]]:
    """Return each variant's AUROC for each anomalous digit of EVEN or EIGHTS, seeds' mean."""
    recording = recordings.load("digits_ablation" if task == EVEN else "mnist_eights")
    labels = recording["test_labels"]
    is_anomaly = labels % 2 == 1 if task == EVEN else labels != 8
    of_variants = zip(NAMES, np.moveaxis(recording["scores"], 1, 0), strict=True)
    return {name: aurocs_by_group(each, is_anomaly, labels.tolist()) for name, each in of_variants}


def eights_scores() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return recorded scores on MNIST's eights (seeds, variants, images), and which are none."""
    recording = recordings.load("mnist_eights")
    return recording["scores"], recording["test_labels"] != 8


def digit_of(images: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return which digit each test image shows: to look at results, never to train or to choose."""
    official = datasets.digits() if lesson_dataset() == "digits" else datasets.mnist("test")
    return official.labels_of(images)


def alarms_of_shuffled(
    normal_scores: NDArray[np.float64], contamination: float, times: int = 2000
) -> NDArray[np.int64]:
    """Return alarms among the second half, the threshold set on the first; shuffled many times."""
    rng, n = np.random.default_rng(seed), len(normal_scores) // 2
    counts = []
    for _ in range(times):
        mixed = rng.permutation(normal_scores)
        counts.append((mixed[n:] > held_out_threshold(mixed[:n], contamination)).sum())
    return np.array(counts)
