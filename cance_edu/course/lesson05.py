"""Lesson 05, noise contrastive estimation: what it shows, and what was recorded for it."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_expit
from scipy.stats import norm

from cance_edu.course.calibration import calibration
from cance_edu.course.contrast.estimated_mean import (
    NoiseSetting,
    VarianceCurve,
    at_equal_budget,
    covariance_of_estimates,
    in_dimensions,
    variance_against,
)
from cance_edu.course.contrast.estimated_mean_figure import draw_budgets, draw_widths
from cance_edu.course.contrast.far_from_data import along_ray, reach
from cance_edu.course.contrast.far_from_data_figure import draw_ray
from cance_edu.course.contrast.figure import (
    draw_learning,
    draw_line_contrast,
    draw_planes,
    draw_pointwise_loss,
)
from cance_edu.course.contrast.heavy_tails import heavy_tails
from cance_edu.course.contrast.line_example import DATA_LAW, NOISE_LAW, line_draws
from cance_edu.course.contrast.score_parts_figure import (
    draw_heavy_tails,
    draw_parts_against_scale,
)
from cance_edu.course.contrast.summary import divergence, line_contrast, on_plane, watch_learning
from cance_edu.course.dial.data import recorded_dial
from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import lesson_split, show_source
from cance_edu.course.picture import figure, show, tell
from cance_edu.course.pictured import pictured
from cance_edu.course.predict import answer, predict
from cance_edu.course.strip import strip
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments import auroc
from cance_edu.method.moments import RunningMoments
from cance_edu.method.nce import anomaly_score, nce_loss, total_mass
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast, train_nce

__all__ = [
    "CANCE",
    "DATA_LAW",
    "EXAMPLE",
    "NOISE_LAW",
    "Contrast",
    "GaussianNoise",
    "NoiseSetting",
    "RunningMoments",
    "along_ray",
    "anomaly_score",
    "answer",
    "at_equal_budget",
    "auroc",
    "budgets",
    "calibration",
    "covariance_of_estimates",
    "divergence",
    "draw_budgets",
    "draw_heavy_tails",
    "draw_learning",
    "draw_line_contrast",
    "draw_parts_against_scale",
    "draw_planes",
    "draw_pointwise_loss",
    "draw_ray",
    "draw_widths",
    "figure",
    "heavy_tails",
    "in_dimensions",
    "lesson_split",
    "line_contrast",
    "line_draws",
    "log_expit",
    "minimize_scalar",
    "nce_loss",
    "norm",
    "np",
    "on_plane",
    "over_seeds",
    "pictured",
    "predict",
    "reach",
    "recorded_dial",
    "seed",
    "show",
    "show_source",
    "strip",
    "tell",
    "total_mass",
    "train_nce",
    "watch_learning",
]

seed = lesson_seed()
"""The lesson's random state."""


def budgets() -> tuple[dict[str, VarianceCurve], dict[str, VarianceCurve]]:
    """Return the mean's variance against ν, for three widths: per data point, and per point.

    Lines are the formula, marks are 2,000 simulated sets of 200 data points each.
    """
    simulation = {"n_data": 200, "repetitions": 2000, "random_state": seed}
    by_ratio = {
        f"K = {scale:g}": variance_against(
            "ratio",
            np.geomspace(0.1, 30, 60),
            NoiseSetting(scale=scale),
            simulated_at=[0.25, 1, 4],
            **simulation,
        )
        for scale in (1.0, 0.5, 3.0)
    }
    return by_ratio, {name: at_equal_budget(curve) for name, curve in by_ratio.items()}
