"""Lesson 00, start here: what it shows, and its images. No mathematics."""

from cance_edu.course.calibration import calibration
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import lesson_split
from cance_edu.course.picture import figure, show, tell
from cance_edu.course.predict import answer, guess, predict

__all__ = [
    "answer",
    "calibration",
    "figure",
    "guess",
    "lesson_seed",
    "lesson_split",
    "over_seeds",
    "predict",
    "show",
    "tell",
]
