"""Lesson 09, pretrained features: what it shows, and what was recorded for it. No mathematics."""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr, ttest_ind
from torch.nn.functional import interpolate
from torchvision.models import resnet18

from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.composite.summary import squared_mahalanobis
from cance_edu.course.features.figure import (
    draw_overfitting,
    draw_squared_norms_by_components,
)
from cance_edu.course.features.judges import JUDGES, judged
from cance_edu.course.features.pretrained import features_of, pretrain, scattered
from cance_edu.course.over_seeds import lesson_seed
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_ablations, draw_groups_in_panels
from cance_edu.course.results.intervals_figure import Point, draw_differences
from cance_edu.course.strip import strip
from cance_edu.course.style import draw_images
from cance_edu.datasets import Images, digits, one_class_split
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments.cell import Comparison
from cance_edu.experiments.comparison import pairs
from cance_edu.experiments.paper import AVERAGE, PaperRow, paper_table
from cance_edu.experiments.report import Report, stored
from cance_edu.experiments.statistics import Pairs, mean_interval
from cance_edu.method.composite import PrincipalComponents
from cance_edu.method.moments import condition_number
from cance_edu.method.noise import widen
from cance_edu.training.device import private_randomness
from cance_edu.training.sources import Source

__all__ = [
    "CANCE",
    "CLASSES",
    "JUDGES",
    "Images",
    "Point",
    "PrincipalComponents",
    "Source",
    "answer",
    "calibration",
    "cells_of",
    "condition_number",
    "digits",
    "draw_ablations",
    "draw_differences",
    "draw_groups_in_panels",
    "draw_images",
    "draw_overfitting",
    "draw_squared_norms_by_components",
    "features_of",
    "figure",
    "judged",
    "mean_interval",
    "noise_points",
    "np",
    "of_splits",
    "one_class_split",
    "paired",
    "predict",
    "pretrain",
    "recorded_scores",
    "recording",
    "scattered",
    "seed",
    "share_of_zeros",
    "spearmanr",
    "squared_mahalanobis",
    "strip",
    "table5",
    "table6",
    "tell",
    "torch",
    "unpaired",
]

seed = lesson_seed()
"""The lesson's random state."""

ADBENCH = "ADBench's split"
CLASSES = {"0": "airplane", "4": "deer", "6": "frog"}
"""The classes of CIFAR-10 that were run on ADBench's features, by the row of the results."""


def recording() -> recordings.Recording:
    """Return what was recorded of ADBench's features: three classes, five splits each."""
    return recordings.load("resnet18_features")


def recorded_scores() -> dict[str, NDArray[np.float64]]:
    """Return the AUROCs of simple scores and of CANCE, in percent: (classes, splits) for each."""
    of_scores = np.moveaxis(100 * recording()["aurocs"], 2, 0)
    return dict(zip(recording()["scores"].tolist(), of_scores, strict=True))


def table5(dataset: str) -> list[PaperRow]:
    """Return the paper's ablation on ResNet-18's features: a row for each normal class."""
    rows = paper_table("table5")
    return [row for row in rows if (row.dataset, row.name == AVERAGE) == (dataset, False)]


def table6(column: str) -> dict[str, float]:
    """Return a column of the paper's Table 6 by class, and the average as it is printed."""
    return {row.name: row.cells[column].value for row in paper_table("table6")}


@cache
def _report() -> Report:
    return stored()


def of_splits() -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return our AUROCs on ADBench's features by class and detector, a number for each split."""
    return {k: _report().values("table5", "CIFAR-10", k, ADBENCH) for k in CLASSES}


def paired(row: str, first: str, second: str) -> Pairs:
    """Return the differences of two detectors on the same splits of a class."""
    cells = _report().cells("table5", "CIFAR-10", ADBENCH, row)
    found = pairs(cells, first, second, by="seed")
    if found is None:
        raise ValueError(f"fewer than two splits of {row!r} have both {first} and {second}")
    return found


def noise_points(detector: CANCE, count: int = 5000) -> NDArray[np.float64]:
    """Return points of the noise that a fitted detector was trained against."""
    drawn = detector.noise_.sample(count, torch.Generator().manual_seed(seed))
    points: NDArray[np.float64] = widen(drawn, detector.noise_.mean, detector.scale_).numpy()
    return points


@torch.no_grad()
def share_of_zeros(side: int) -> float:
    """Return how many of an untrained ResNet-18's features of random pixels are exactly 0.

    The images have 32 pixels a side, and are enlarged to `side`.
    """
    with private_randomness(seed):
        trunk = torch.nn.Sequential(*list(resnet18().children())[:-1], torch.nn.Flatten()).eval()
        images = torch.rand(4, 3, 32, 32)
    return float((trunk(interpolate(images, side)) == 0).float().mean())


def cells_of(row: str) -> list[Comparison]:
    """Return the cells of a class on ADBench's features."""
    return _report().cells("table5", "CIFAR-10", ADBENCH, row)


def unpaired(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    """Return Welch's 95% interval of a difference of means, as if the splits were not shared."""
    found = ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    return float(found.low), float(found.high)
