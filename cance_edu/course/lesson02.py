"""Lessons 02 and 02b, Prop. 3.1: what they show, and what was recorded. No mathematics."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import erf

from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.dial.data import recorded_dial
from cance_edu.course.over_seeds import lesson_seed, over_seeds
from cance_edu.course.page import lesson_split
from cance_edu.course.picture import figure, tell
from cance_edu.course.pictured import pictured
from cance_edu.course.predict import answer, predict
from cance_edu.course.proposition.detection import (
    best_log_ratio,
    ends_of_artificial_errors,
    thresholds,
)
from cance_edu.course.proposition.detection_figure import draw_thresholds
from cance_edu.course.proposition.explorer import PropositionExplorer
from cance_edu.course.proposition.figure import draw_side_by_side
from cance_edu.course.proposition.joint import square_margin, two_cluster_margin
from cance_edu.course.proposition.maps_figure import (
    draw_augmented,
    draw_loss_map,
    draw_squares,
)
from cance_edu.course.proposition.proof_figure import draw_curves, draw_low_errors
from cance_edu.course.proposition.spreads import spread_interval
from cance_edu.course.proposition.staircase import AT_START, staircase, switches
from cance_edu.course.proposition.staircase_figure import (
    draw_bands,
    draw_optimal_scores,
    draw_staircase,
    draw_switches,
)
from cance_edu.course.proposition.summary import (
    loss_map,
    needed_spread,
    proposition_view,
    safe_spread,
)
from cance_edu.course.strip import strip
from cance_edu.detectors.parameters import Variant
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.lognormal import (
    lognormal_log_pdf,
    lognormal_mode,
    truncated_normal_log_pdf,
)
from cance_edu.method.nce import anomaly_score
from cance_edu.method.proposition import (
    dominance,
    dominance_margin,
    noise_log_pdf,
)

__all__ = [
    "AT_START",
    "PropositionExplorer",
    "ReconstructionAugmentation",
    "anomaly_score",
    "answer",
    "best_log_ratio",
    "brentq",
    "calibration",
    "dominance",
    "dominance_margin",
    "draw_augmented",
    "draw_bands",
    "draw_curves",
    "draw_loss_map",
    "draw_low_errors",
    "draw_optimal_scores",
    "draw_side_by_side",
    "draw_squares",
    "draw_staircase",
    "draw_switches",
    "draw_thresholds",
    "ends_of_artificial_errors",
    "erf",
    "figure",
    "lesson_split",
    "lognormal_log_pdf",
    "lognormal_mode",
    "loss_map",
    "low_noise",
    "mnist_features",
    "needed_spread",
    "noise_draws",
    "noise_log_pdf",
    "np",
    "over_seeds",
    "pictured",
    "predict",
    "proposition_view",
    "safe_spread",
    "scores_of_low_eights",
    "seed",
    "share_called_noise",
    "spread_interval",
    "square_margin",
    "staircase",
    "strip",
    "switches",
    "tell",
    "thresholds",
    "torch",
    "train_contrast",
    "truncated_normal_log_pdf",
    "two_cluster_margin",
    "with_latents",
]

seed = lesson_seed()
"""The lesson's random state."""


def mnist_features() -> NDArray[np.float64]:
    """Return error and dissimilarity of 1,000 training eights of MNIST, recorded."""
    features: NDArray[np.float64] = recordings.load("mnist_eights")["train_features"][:, -2:]
    return features


def scores_of_low_eights(error: float) -> NDArray[np.float64]:
    """Return the scores of MNIST's test eights with less than an error, recorded at K = 1.69."""
    stops = recorded_dial().stops
    low = ~stops.is_anomaly & (stops.features[:, -2] < error)
    (at_start,) = np.flatnonzero(stops.scale == 1.69)
    scores: NDArray[np.float64] = stops.parts[at_start, 2, low]
    return scores


def noise_draws(features: ArrayLike, count: int) -> NDArray[np.float64]:
    """Return draws of a Gaussian with the moments of some features, shape (count, features)."""
    features = np.asarray(features, dtype=float)
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal(features.mean(0), np.cov(features.T), count)


def train_contrast(
    variant: Variant, detector: CANCE, images: NDArray[np.float32], steps: int = 600
) -> CANCE:
    """Train T alone on images, at K = 1 and ν = 1, upon a representation that is there."""
    return CANCE(
        variant,
        representation=detector.representation_,
        noise_objective="fixed",
        initial_scale=1.0,
        steps=steps,
        random_state=seed,
    ).fit(images)


def share_called_noise(fitted: CANCE, points: torch.Tensor) -> float:
    """Return at what share of the points T is negative."""
    return float((fitted.log_ratio_(points) < 0).double().mean())


def low_noise(fitted: CANCE, features: ArrayLike, count: int = 20_000) -> torch.Tensor:
    """Return the noise's draws whose error and dissimilarity are in [0, m_z]."""
    moments = torch.as_tensor(np.asarray(features)).to(torch.get_default_dtype())
    covariance = torch.cov(moments.T, correction=0)
    end = ReconstructionAugmentation.from_moments(moments.mean(0), covariance).mode
    drawn = fitted.noise_.sample(count, torch.Generator().manual_seed(0)).cpu()
    return drawn[((drawn[:, -2:] >= 0) & (drawn[:, -2:] <= end)).all(dim=1)]


def with_latents(points: torch.Tensor, features: ArrayLike | None) -> torch.Tensor:
    """Return the points with latents of random rows of some features; as they are without any."""
    if features is None:
        return points
    latents = torch.as_tensor(np.asarray(features)[:, :-2]).to(points)
    rows = torch.randint(
        len(latents), (len(points),), generator=torch.Generator().manual_seed(seed)
    )
    return torch.cat([latents[rows], points[:, -2:]], dim=1)
