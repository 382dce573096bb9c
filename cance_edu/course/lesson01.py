"""Lessons 01 and 01b, the log-normal mode: what they show, what was recorded. No mathematics."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, skew
from torch.distributions import LogNormal

from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.lognormal.bars import ten_bars
from cance_edu.course.lognormal.bars_figure import draw_bars, draw_centres
from cance_edu.course.lognormal.explorer import LognormalExplorer
from cance_edu.course.lognormal.feature_fit import (
    fit_feature,
    log_likelihoods,
    quantile_plot,
    removal_effect,
)
from cance_edu.course.lognormal.feature_fit_figure import (
    draw_both_quantiles,
    draw_estimates,
    draw_removal,
)
from cance_edu.course.lognormal.figure import (
    draw_features,
    draw_products,
    draw_share_below,
    draw_spread,
)
from cance_edu.course.lognormal.products import products, without_common_factors
from cance_edu.course.lognormal.summary import centre_curves, lognormal_view, spread_curves
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import lesson_split, rebuilt
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.proposition.detection import ends_of_artificial_errors
from cance_edu.course.proposition.detection_figure import draw_ends
from cance_edu.course.strip import strip
from cance_edu.course.style import draw_images
from cance_edu.method.lognormal import lognormal_mode, lognormal_moments, lognormal_parameters

__all__ = [
    "LogNormal",
    "LognormalExplorer",
    "answer",
    "calibration",
    "centre_curves",
    "draw_bars",
    "draw_both_quantiles",
    "draw_centres",
    "draw_ends",
    "draw_estimates",
    "draw_features",
    "draw_images",
    "draw_products",
    "draw_removal",
    "draw_share_below",
    "draw_spread",
    "eights",
    "ends_of_artificial_errors",
    "figure",
    "fit_feature",
    "lesson_split",
    "log_likelihoods",
    "lognormal_mode",
    "lognormal_moments",
    "lognormal_parameters",
    "lognormal_view",
    "norm",
    "np",
    "over_seeds",
    "predict",
    "products",
    "quantile_plot",
    "rebuilt_worst",
    "removal_effect",
    "seed",
    "skew",
    "spread_curves",
    "squared_differences",
    "strip",
    "tell",
    "ten_bars",
    "without_common_factors",
]

seed = lesson_seed()
"""The lesson's random state."""


def eights() -> dict[str, NDArray[np.float64]]:
    """Return error and dissimilarity of 200 held-out eights of MNIST, recorded."""
    recording = recordings.load("mnist_eights")
    features = recording["test_features"][recording["test_labels"] == 8]
    return {"MNIST's eights, $z_e$": features[:, -2], "MNIST's eights, $z_c$": features[:, -1]}


def squared_differences(detector: CANCE, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared difference at each pixel, shape (n, pixels); z_e is the mean of a row."""
    return ((images - rebuilt(detector, images)) ** 2).reshape(len(images), -1)


def rebuilt_worst(
    detector: CANCE, images: NDArray[np.float32], error: NDArray[np.float64]
) -> tuple[NDArray[np.float32], list[str]]:
    """Return the three images of largest error and three of median error, then all rebuilt."""
    order = np.argsort(error)[::-1]
    middle = len(order) // 2
    rows = np.concatenate([order[:3], order[middle : middle + 3]])
    titles = [f"{error[row]:.3f}" for row in rows] + ["rebuilt"] * len(rows)
    return np.concatenate([images[rows], rebuilt(detector, images[rows])]), titles
