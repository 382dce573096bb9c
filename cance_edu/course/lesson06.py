"""Lesson 06, learning the noise: what it shows, and what was recorded for it. No mathematics."""

import numpy as np
import torch

from cance_edu.course.calibration import calibration
from cance_edu.course.dial.widget import KDial
from cance_edu.course.dial.words import nats_table
from cance_edu.course.noise.explorer import NoiseExplorer
from cance_edu.course.noise.force import (
    augmented_error,
    loss_of_scale,
    noise_force,
    skewed_error,
)
from cance_edu.course.noise.force_figure import draw_losses, draw_two_forces
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import lesson_split
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.strip import strip
from cance_edu.detectors.cance import CANCE
from cance_edu.method.noise import narrow, noise_scale, widen

__all__ = [
    "CANCE",
    "KDial",
    "NoiseExplorer",
    "answer",
    "augmented_error",
    "calibration",
    "draw_losses",
    "draw_two_forces",
    "figure",
    "lesson_split",
    "loss_of_scale",
    "narrow",
    "nats_table",
    "noise_force",
    "noise_scale",
    "np",
    "over_seeds",
    "predict",
    "seed",
    "skewed_error",
    "strip",
    "tell",
    "torch",
    "widen",
]

seed = lesson_seed()
"""The lesson's random state."""
