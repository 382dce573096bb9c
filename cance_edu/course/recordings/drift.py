"""How far K drifts with a perfect T*, from one training set to the next (lesson 06b).

The training sets are drawn from a stand-in for the features of the digits' eights: many that share
nothing; and, from a few pools, subsets that share most of their points, as the splits of one data
set do.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm.auto import tqdm

from cance_edu.course.dial.rope import FixedSample
from cance_edu.course.noise.understudy import AugmentedUnderstudy, augmented_understudy
from cance_edu.course.noise.walk import optimal_walk
from cance_edu.course.page import lesson_split
from cance_edu.detectors.cance import CANCE
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast
from cance_edu.training.device import private_randomness

SETTINGS: dict[str, Any] = {
    "normal": [8],
    "seed": 0,
    "steps": 600,
    "sets": 20,
    "pools": 4,
    "pool_size": 174,  # as many eights as the digits have
    "subsets": 5,
}


def record() -> dict[str, NDArray[Any]]:
    """Let K walk on each training set, with T* of the density that the set was drawn from.

    Returns
    -------
    dict of str to array
        The last K of `apart` (sets, 8), and of `overlapping` (pools, subsets, 8).
    """
    split = lesson_split(SETTINGS["normal"], SETTINGS["seed"], "digits")
    density, noise = stand_in(split.train, SETTINGS["seed"])
    apart, overlapping = training_sets(density, len(split.train))

    def ends_of(sets: Tensor) -> NDArray[Any]:
        contrast = Contrast(steps=SETTINGS["steps"])
        walks = (
            optimal_walk(FixedSample(density, rows), noise, contrast, random_state=SETTINGS["seed"])
            for rows in tqdm(sets, desc="training sets")
        )
        return np.array([walk.scale[-1] for walk in walks])

    together = ends_of(overlapping.flatten(0, 1))
    return {
        "apart": ends_of(apart),
        "overlapping": together.reshape(*overlapping.shape[:2], -1),
    }


def stand_in(
    train: NDArray[np.float32], random_state: int
) -> tuple[AugmentedUnderstudy, GaussianNoise]:
    """Return a known density that looks like the features of images, and the noise beside it."""
    detector = CANCE(noise_objective="fixed", steps=5, random_state=random_state).fit(train)
    noise = detector.noise_
    return augmented_understudy(detector.composite_features(train), noise, random_state), noise


def training_sets(density: AugmentedUnderstudy, n: int) -> tuple[Tensor, Tensor]:
    """Return sets of n points that share nothing, (sets, n, D), and (pools, subsets, n, D)."""
    with private_randomness(SETTINGS["seed"]):
        apart = density.real.sample(torch.Size([SETTINGS["sets"], n]))
        pools = density.real.sample(torch.Size([SETTINGS["pools"], SETTINGS["pool_size"]]))
        return apart, torch.stack([_subsets(pool, n) for pool in pools])


def _subsets(pool: Tensor, n: int) -> Tensor:
    """Return random subsets of n rows of a pool, shape (subsets, n, D)."""
    return torch.stack([pool[torch.randperm(len(pool))[:n]] for _ in range(SETTINGS["subsets"])])
