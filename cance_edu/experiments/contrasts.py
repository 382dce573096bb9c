"""The ablation of K and of the augmentation: eleven noise contrasts on one trained autoencoder.

The paper compares neither K's objectives nor the scales of Eq. 10's truncated normal.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any

from cance_edu.detectors.parameters import Variant

__all__ = ["AUGMENTATIONS", "CONTRASTS", "SCALES"]

SCALES: Mapping[str, dict[str, Any]] = {
    "K = 1": {"noise_objective": "fixed", "initial_scale": 1.0},
    "K = 1.69": {"noise_objective": "fixed"},
    "Eq. 8": {"noise_objective": "eq8"},
    "Eq. 12": {"noise_objective": "eq12"},
}
"""Parameters of `CANCE`: what becomes of K, which starts at 1 + ln 2 but for the first."""

AUGMENTATIONS: Mapping[str, tuple[Variant, dict[str, Any]]] = {
    "none": ("cnce", {}),
    "paper's": ("cance", {"augmentation": "paper"}),
    "K-aware": ("cance", {"augmentation": "k-aware"}),
}
"""Variant and parameters of `CANCE`: where artificial low errors are drawn from."""

CONTRASTS: Mapping[str, tuple[Variant, dict[str, Any]]] = {
    f"{scale}, {augmentation}": (variant, SCALES[scale] | parameters)
    for scale, (augmentation, (variant, parameters)) in product(SCALES, AUGMENTATIONS.items())
    # With K = 1 the K-aware augmentation is the paper's.
    if (scale, augmentation) != ("K = 1", "K-aware")
}
"""All of them, by the name that results use."""
