"""Lesson 07b, failures that one number hides: what it shows and what was recorded for it."""

import atexit
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.lesson07 import NAMES, digit_of
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import DEFECTS, lesson_split, with_defect
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_aurocs_by_group
from cance_edu.course.scores.error_density import ErrorDensity
from cance_edu.course.scores.groups_figure import draw_changes, draw_misses
from cance_edu.course.scores.summary import aurocs_by_group
from cance_edu.course.style import draw_images
from cance_edu.datasets import image_folder, load_one_class
from cance_edu.experiments import auroc

__all__ = [
    "DEFECTS",
    "NAMES",
    "ErrorDensity",
    "Path",
    "answer",
    "auroc",
    "aurocs_by_group",
    "calibration",
    "damaged",
    "defect_aurocs",
    "digit_of",
    "draw_aurocs_by_group",
    "draw_changes",
    "draw_images",
    "draw_misses",
    "even_digits",
    "figure",
    "image_folder",
    "lesson_split",
    "np",
    "over_seeds",
    "predict",
    "seed",
    "tell",
    "temporary_folder",
    "with_defect",
    "write_images",
]

seed = lesson_seed()
"""The lesson's random state."""


def defect_aurocs() -> NDArray[np.float64]:
    """Return the recorded AUROCs of damaged digits, shape (seeds, variants, defects)."""
    return recordings.load("digits_ablation")["defect_aurocs"]


def damaged(good: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    """Return normal images, the same with each defect, and what was done to each ("none", ...)."""
    spoiled = [with_defect(good, kind, seed) for kind in DEFECTS]
    return np.concatenate([good, *spoiled]), np.repeat(["none", *DEFECTS], len(good))


def even_digits() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float32]]:
    """Return the scores of five recorded CANCE of the even digits (seeds, n), digits and images."""
    recording = recordings.load("digits_ablation")
    settings = recording.about["settings"]
    tested = load_one_class(
        "digits", settings["tasks"]["even digits"], settings["split_random_state"]
    )
    scores = recording["scores"][:, NAMES.index("CANCE")]
    return scores, recording["test_labels"], tested.test


def temporary_folder() -> Path:
    """Return a new folder, which is removed when the kernel ends."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


def write_images(folder: Path, images: NDArray[np.float32]) -> None:
    """Write images of one channel as PNGs to a folder, which is made."""
    folder.mkdir(parents=True)
    for place, image in enumerate(images):
        picture = Image.fromarray((255 * image[0]).round().astype(np.uint8))
        picture.save(folder / f"{place:03}.png")
