"""Who memorised the training images: the autoencoder, or the network T that came after it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from cance_edu.course.noise.run import log_density, noise_run
from cance_edu.detectors.cance import CANCE

__all__ = ["Alarms", "alarm_rate", "alarms_while_learning"]


@dataclass(frozen=True)
class Alarms:
    """How many new normal images raise an alarm, at a threshold set on the training images.

    Attributes
    ----------
    step : array of int, shape (records,)
        Steps that T had taken.
    by_score : array of shape (records,)
        Share of alarms by S with T as it was then.
    by_error : float
        By the reconstruction error alone, which knows no T.
    """

    step: NDArray[np.int64]
    by_score: NDArray[np.float64]
    by_error: float


def alarm_rate(training_scores: ArrayLike, new_scores: ArrayLike, contamination: float) -> float:
    """Return the share of new scores above the threshold that `contamination` of training exceed.

    Parameters
    ----------
    training_scores, new_scores : array_like
        Higher is more anomalous.
    contamination : float
        In (0, 1).
    """
    threshold = np.quantile(np.asarray(training_scores), 1 - contamination)
    return float(np.mean(np.asarray(new_scores) > threshold))


def alarms_while_learning(
    detector: CANCE, training: Any, new: Any, contamination: float = 0.1
) -> Alarms:
    """Return the alarms on new normal images at each recorded step of a fitted detector.

    Parameters
    ----------
    detector : CANCE
        Fitted in this session, with a T.
    training, new : array of shape (n, channels, height, width)
        The images it was fitted on, and normal images that it has not seen.
    contamination : float
        Share of the training images that raise an alarm.

    Raises
    ------
    ValueError
        As `noise_run` does.
    """
    run = noise_run(detector)
    before, after = (
        torch.from_numpy(detector.composite_features(images)) for images in (training, new)
    )
    rates = [
        alarm_rate(-log_density(run, before, i), -log_density(run, after, i), contamination)
        for i in range(len(run.step))
    ]
    by_error = alarm_rate(before[:, -2], after[:, -2], contamination)
    return Alarms(run.step, np.array(rates), by_error)
