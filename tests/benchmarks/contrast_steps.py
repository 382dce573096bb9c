"""T's steps on few inputs, judged by the NCE loss of held-out normal images; no anomaly is seen.

Of each digit's normal training images a third is held out. One autoencoder a digit serves all
settings. Loss: Eq. 11 on the held-out third with K fixed at 1 + ln 2, so that all settings are
asked the same question; its least possible value differs from digit to digit, so what counts is
the difference to the default's. K: where Eq. 8 takes it, the mean over the coordinates. Seconds:
CPU time of T and K.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import ttest_1samp
from tqdm.auto import tqdm

from cance_edu.datasets import load_one_class
from cance_edu.detectors.cance import CANCE
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.nce import nce_loss
from cance_edu.method.noise import widen
from cance_edu.training.contrast import Batches

SETTINGS: dict[str, dict[str, Any]] = {
    f"{steps} steps": {"steps": steps} for steps in (1500, 1000, 750, 500, 300)
}
DEFAULT = next(iter(SETTINGS))
SEEDS = range(1)
POINTS = 20_000


def judged(detector: CANCE, held_out: NDArray[np.float32]) -> float:
    """Return Eq. 11 of T on other normal images, with K as it is."""
    features = torch.from_numpy(detector.composite_features(held_out))
    noise = detector.noise_
    augmentation = ReconstructionAugmentation.from_moments(noise.mean, noise.covariance, "paper")
    looks = Batches(features, noise, augmentation, POINTS, POINTS)
    with torch.no_grad():
        z, v = looks.draw(detector.scale_, torch.Generator().manual_seed(1))
        on_noise = detector.log_ratio_(widen(v, noise.mean, detector.scale_))
        return nce_loss(detector.log_ratio_(z), on_noise, 1.0).item()


def measured(digit: int, seed: int) -> Iterator[tuple[float, float, float]]:
    """Yield loss, mean K and CPU seconds of each setting."""
    train = load_one_class("digits", [digit], seed).train
    third = len(train) // 3
    held_out, seen = train[:third], train[third:]
    common: dict[str, Any] = {"random_state": seed, "device": "cpu"}
    shared = CANCE(variant="error", **common).fit(seen).representation_
    for settings in SETTINGS.values():
        of = common | settings | {"representation": shared}
        fixed = CANCE(noise_objective="fixed", **of).fit(seen)
        start = time.process_time()
        learned = CANCE(**of).fit(seen)
        seconds = time.process_time() - start
        yield judged(fixed, held_out), learned.scale_.mean().item(), seconds


def table() -> Iterator[str]:
    runs = [(digit, seed) for digit in range(10) for seed in SEEDS]
    found = np.array([list(measured(*run)) for run in tqdm(runs, desc="digits")])
    losses, scales, seconds = np.moveaxis(found, 2, 0)
    yield "| setting | loss | minus the default's, 95% | lower in | K, mean | CPU seconds |"
    yield "|---" * 6 + "|"
    for place, name in enumerate(SETTINGS):
        difference = losses[:, place] - losses[:, 0]
        interval = "" if name == DEFAULT else "{:+.4f} to {:+.4f}".format(*_interval(difference))
        yield (
            f"| {name} | {losses[:, place].mean():.4f} | {interval} | "
            f"{(difference < 0).sum()} of {len(runs)} | {scales[:, place].mean():.3f} | "
            f"{seconds[:, place].mean():.1f} |"
        )


def _interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    low, high = ttest_1samp(differences, 0).confidence_interval()
    return float(low), float(high)
