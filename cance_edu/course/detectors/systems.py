"""All detectors on the bundled digits, one class at a time: how well, and how long."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from cance_edu.datasets import load_one_class
from cance_edu.datasets.split import with_labels
from cance_edu.detectors.base import Detector
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.dagmm import DAGMM
from cance_edu.detectors.dagmm_cance import DAGMMCANCE
from cance_edu.detectors.deep_sad import DeepSAD
from cance_edu.detectors.deep_svdd import DeepSVDD
from cance_edu.detectors.drocc import DROCC
from cance_edu.detectors.goad import GOAD
from cance_edu.detectors.kde import KDE
from cance_edu.detectors.lsa import LSA
from cance_edu.detectors.neighbours import NearestNeighbours
from cance_edu.detectors.ocsvm import OCSVM
from cance_edu.detectors.pixelcnn import PixelCNN
from cance_edu.detectors.vae import VAE
from cance_edu.experiments import auroc

__all__ = ["SYSTEMS", "SystemRun", "run_system"]

SYSTEMS: dict[str, tuple[type[Detector], dict[str, Any]]] = {
    "KDE, 10 components": (KDE, {}),
    "KDE, 40 components": (KDE, {"components": 40}),
    "OC-SVM": (OCSVM, {}),
    "1-NN": (NearestNeighbours, {}),
    "Deep SVDD": (DeepSVDD, {"batch_size": 32}),
    "Deep SAD, no labels": (DeepSAD, {"batch_size": 32}),
    "Deep SAD, 10 labels": (DeepSAD, {"batch_size": 32}),
    "VAE": (VAE, {"epochs": 200, "batch_size": 32}),
    "DAGMM-0": (DAGMM, {"features": "relative", "batch_size": 128}),
    "DAGMM-1": (DAGMM, {"batch_size": 128}),
    "GOAD": (GOAD, {}),
    "LSA": (LSA, {"epochs": 200, "batch_size": 32}),
    "PixelCNN": (PixelCNN, {"batch_size": 16}),
    "CANCE": (CANCE, {}),
    "DROCC": (DROCC, {"epochs": 50}),
    "DAGMM-CANCE": (DAGMMCANCE, {"batch_size": 128}),
}
"""By name: the class, and what differs from its defaults.

Written down before the first run; no test part chose any of it, unlike CANCE's defaults
(`cance_edu.training.schedule`). With about 125 training images, networks that take small batches
well have smaller ones, and two have more epochs.
"""


@dataclass(frozen=True)
class SystemRun:
    """What one detector did on one class with one seed.

    Attributes
    ----------
    auroc : float
        Of the test part, in [0, 1].
    seconds : float
        CPU time to fit and to score the test part, on one thread.
    below_blank : float
        Share of the normal test images that score lower than a blank image; 0 means that a blank
        image looks more normal than each of them.
    """

    auroc: float
    seconds: float
    below_blank: float


def run_system(name: str, digit: int, seed: int) -> SystemRun:
    """Fit a system of `SYSTEMS` on one class of the digits, and score the test part.

    Parameters
    ----------
    name : str
        One of `SYSTEMS`. With "10 labels" in it, so many random anomalies leave the test part, and
        are shown as such.
    digit, seed : int
        The normal class; the random state of the training. The split is that of seed 0.
    """
    kind, settings = SYSTEMS[name]
    split = with_labels(load_one_class("digits", [digit]), 10 * ("10 labels" in name), seed)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        began = time.process_time()
        detector: Any = kind(**settings, random_state=seed)
        scores = detector.fit(split.train, split.train_labels).anomaly_score(split.test)
        seconds = time.process_time() - began
    finally:
        torch.set_num_threads(threads)
    blank = detector.anomaly_score(np.zeros_like(split.test[:1]))
    normal = scores[~split.is_anomaly]
    return SystemRun(auroc(split.is_anomaly, scores), seconds, float((normal < blank).mean()))
