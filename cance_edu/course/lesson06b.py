"""Lesson 06b, what moves K, and does it matter: what it shows, and what was recorded for it."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import chi

from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.dial.rope import FixedSample
from cance_edu.course.noise.confidence import confidence_sweep, gaussian_confidence_sweep
from cance_edu.course.noise.flexible import flexible_variance
from cance_edu.course.noise.force import sharp_core, two_modes
from cance_edu.course.noise.force_figure import (
    draw_first_force,
    draw_precision,
    draw_sweeps,
)
from cance_edu.course.noise.known_density import known_fits
from cance_edu.course.noise.known_density_explorer import KnownDensityExplorer
from cance_edu.course.noise.referee import (
    Look,
    chance_of_stars,
    holm,
    looks_at,
    signs_against_each_other,
)
from cance_edu.course.noise.referee_figure import draw_ends, draw_looks
from cance_edu.course.noise.understudy import AugmentedUnderstudy
from cance_edu.course.noise.variance import estimate_variance
from cance_edu.course.noise.walk import ScaleWalk, optimal_walk, trained_walk
from cance_edu.course.noise.walk_figure import draw_chance, draw_growth
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import lesson_split, show_source
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.recordings import drift
from cance_edu.method.noise import SCALE_AT_ZERO, GaussianNoise
from cance_edu.training.contrast import Contrast

__all__ = [
    "START",
    "Contrast",
    "FixedSample",
    "KnownDensityExplorer",
    "Look",
    "ScaleWalk",
    "answer",
    "calibration",
    "chance_of_stars",
    "chi",
    "confidence_sweep",
    "draw_chance",
    "draw_ends",
    "draw_first_force",
    "draw_growth",
    "draw_looks",
    "draw_precision",
    "draw_sweeps",
    "estimate_variance",
    "figure",
    "flexible_variance",
    "gains_of_width",
    "gaussian_confidence_sweep",
    "holm",
    "known_fits",
    "looks_at",
    "np",
    "optimal_walk",
    "over_seeds",
    "predict",
    "recordings",
    "seed",
    "sharp_core",
    "show_source",
    "signs_against_each_other",
    "stand_in",
    "tell",
    "torch",
    "trained_walk",
    "two_modes",
]

seed = lesson_seed()
"""The lesson's random state."""

START = SCALE_AT_ZERO
"""Where K begins, at psi = 0."""


def stand_in() -> tuple[AugmentedUnderstudy, GaussianNoise, int]:
    """Return a stand-in for the eights' features, the noise, and how many eights there are."""
    train = lesson_split(normal=[8], random_state=seed).train
    return *drift.stand_in(train, seed), len(train)


def gains_of_width() -> tuple[list[Look], list[Look], NDArray[Any]]:
    """Return what width gains, how that changes with moments of unseen images, and `inside`.

    Returns
    -------
    gains, changes : list of Look
        K = 1.69 against 1, for each variant and half; and unseen against seen.
    inside : array of shape (2, 2)
        The share of normal test points within the 95% ellipsoid, by half and by K.
    """
    recording = recordings.load("held_out_moments")
    points = 100 * (recording["aurocs"][..., 1] - recording["aurocs"][..., 0])
    gains = [
        Look(f"{name}, {half}: K = 1.69 minus K = 1", points[:, v, h])
        for v, name in enumerate(("CNCE", "CANCE"))
        for h, half in enumerate(("seen", "unseen"))
    ]
    changes = [
        Look(f"{name}: that gain, unseen minus seen", points[:, v, 1] - points[:, v, 0])
        for v, name in enumerate(("CNCE", "CANCE"))
    ]
    return gains, changes, recording["inside"].mean(0)
