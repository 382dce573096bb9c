"""The detector's parameters: what each may be, and the check before any training."""

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from cance_edu.method.augmentation import Augmentation
from cance_edu.method.composite import Representation
from cance_edu.method.nce import NoiseObjective
from cance_edu.training.sources import ImageScaling

if TYPE_CHECKING:
    from cance_edu.detectors.cance import CANCE

__all__ = ["VARIANTS", "ColumnScaling", "Variant", "check_parameters"]

ColumnScaling = Literal["standardized", "given"]
Variant = Literal["error", "latnce", "cnce", "cance"]

VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""The four methods of the ablation in Sec. 4.2."""

_CHOICES = {
    "variant": VARIANTS,
    "noise_objective": get_args(NoiseObjective),
    "image_scaling": get_args(ImageScaling),
    "column_scaling": get_args(ColumnScaling),
    "augmentation": get_args(Augmentation),
}


def check_parameters(detector: "CANCE") -> None:
    """Look at the parameters of a detector, but for its device and its random state.

    Parameters
    ----------
    detector : CANCE
        Fitted or not.

    Raises
    ------
    ValueError
        If one is not as documented; it is named, with what was given and what is expected.
    """
    for name, choices in _CHOICES.items():
        if getattr(detector, name) not in choices:
            expected = ", ".join(map(repr, choices))
            raise ValueError(f"{name} is {getattr(detector, name)!r}; expected one of {expected}")
    _check_representation(detector.representation)
    for name, (fine, expected) in _numbers(detector).items():
        if not fine:
            raise ValueError(f"{name} is {getattr(detector, name)!r}; expected {expected}")


def _check_representation(representation: Any) -> None:
    named = representation in ("autoencoder", "pca")
    if not named and not isinstance(representation, Representation):
        raise ValueError(
            f"representation is {representation!r}; expected 'autoencoder', 'pca' or a fitted "
            "detector's representation_"
        )


def _numbers(detector: "CANCE") -> dict[str, tuple[bool, str]]:
    """Return for each number among the parameters whether it is fine, and what is expected."""
    learns = detector.noise_objective != "fixed"
    tiny = np.finfo(float).tiny
    epochs = np.ravel(detector.epochs).tolist()
    return {
        "latent_dim": (
            detector.latent_dim is None or _whole(detector.latent_dim, 1),
            "a whole number, at least 1, or None",
        ),
        "covariance_weight": (
            detector.covariance_weight == "auto" or _real(detector.covariance_weight, 0),
            "a number, at least 0, or 'auto'",
        ),
        "noise_ratio": (_real(detector.noise_ratio, tiny), "a number (nu) above 0"),
        "initial_scale": (
            _real(detector.initial_scale, 1 + 1e-9 if learns else 1),
            "a number (K) above 1 (Sec. 3.5); exactly 1 only with noise_objective='fixed'",
        ),
        "epochs": (
            epochs == ["auto"]
            or (len(epochs) == 2 and _whole(epochs[0], 1) and _whole(epochs[1], 0)),
            "two whole numbers, at least 1 and 0, or 'auto'",
        ),
        "steps": (
            detector.steps == "auto" or _whole(detector.steps, 5),
            "a whole number, at least 5, or 'auto'",
        ),
        "batch_size": (
            detector.batch_size == "auto" or _whole(detector.batch_size, 2),
            "a whole number, at least 2, or 'auto'",
        ),
        "channels": (_widths(detector.channels), "whole numbers, at least 1, and one at least"),
        "hidden": (
            detector.hidden is None or _widths(detector.hidden),
            "a whole number or several, at least 1, or None",
        ),
        "validation_fraction": (
            _real(detector.validation_fraction, 0, 1 - 1e-9),
            "a number in [0, 1)",
        ),
        "contamination": (_real(detector.contamination, tiny, 0.5), "a number in (0, 0.5]"),
    }


def _whole(value: Any, low: int) -> bool:
    return isinstance(value, Integral) and int(value) >= low


def _real(value: Any, low: float, high: float = np.finfo(float).max) -> bool:
    return isinstance(value, Real) and low <= float(value) <= high


def _widths(value: Any) -> bool:
    return np.size(value) > 0 and all(_whole(width, 1) for width in np.ravel(value))
