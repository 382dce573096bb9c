"""Lesson 08b, chosen by the test part: what it shows, and how it is set up. No mathematics."""

import numpy as np

from cance_edu.course.calibration import calibration
from cance_edu.course.detectors.paths_figure import draw_paths
from cance_edu.course.detectors.small_svdd import follow_svdd
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import show_source
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.datasets import load_one_class
from cance_edu.detectors.deep_sad import sad_loss
from cance_edu.detectors.deep_svdd import svdd_loss
from cance_edu.detectors.drocc import drocc_loss
from cance_edu.detectors.drocc_search import project

__all__ = [
    "answer",
    "calibration",
    "draw_paths",
    "drocc_loss",
    "figure",
    "follow_svdd",
    "load_one_class",
    "np",
    "over_seeds",
    "predict",
    "project",
    "sad_loss",
    "seed",
    "show_source",
    "svdd_loss",
    "tell",
]

seed = lesson_seed()
"""The lesson's random state."""
