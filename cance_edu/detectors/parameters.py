"""CANCE's parameters: what each may be, and the checks before any training."""

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, Literal, get_args

import numpy as np
import torch

from cance_edu.method.augmentation import Augmentation
from cance_edu.method.composite import Representation
from cance_edu.method.nce import NoiseObjective
from cance_edu.training.scaling import ImageScaling

__all__ = [
    "TINY",
    "VARIANTS",
    "ColumnScaling",
    "Variant",
    "check_number",
    "check_parameters",
    "check_sizes",
    "check_weights",
    "check_widths",
]

ColumnScaling = Literal["standardized", "given"]
Variant = Literal["error", "latnce", "cnce", "cance"]

VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""The four methods of the ablation in Sec. 4.2."""

MANY_WEIGHTS = 100_000_000
"""Weights of an autoencoder that is refused; AdamW keeps four numbers for each."""

MANY_NUMBERS = 5_000
"""Numbers in an input whose covariance is too large for principal components: 200 MB."""


TINY = float(np.finfo(float).tiny)
"""The least float64 above 0 with all its digits: a bound that means "above 0"."""


def _whole(low: int) -> Callable[[Any], bool]:
    def fine(value: Any) -> bool:
        return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= low

    return fine


def _real(low: float, high: float = np.finfo(float).max) -> Callable[[Any], bool]:
    def fine(value: Any) -> bool:
        return (
            isinstance(value, Real) and not isinstance(value, bool) and low <= float(value) <= high
        )

    return fine


def _widths(value: Any) -> bool:
    widths = np.ravel(np.asarray(value, dtype=object)).tolist()
    return len(widths) > 0 and all(map(_whole(1), widths))


def _two_stages(value: Any) -> bool:
    stages = np.ravel(np.asarray(value, dtype=object)).tolist()
    return len(stages) == 2 and _whole(1)(stages[0]) and _whole(0)(stages[1])


def check_number(
    name: str,
    value: Any,
    low: float,
    high: float = np.finfo(float).max,
    expected: str = "",
    or_none: bool = False,
) -> None:
    """Refuse what is not a number from low to high, or not a whole one where low is an int.

    Parameters
    ----------
    name, value : str, object
        Of the parameter.
    low, high : float
        Its bounds.
    expected : str
        How they are said; "a number of at least 1" unless told.
    or_none : bool
        Whether None is fine too.

    Raises
    ------
    ValueError
        If it is no such number; infinity is none.
    """
    whole = isinstance(low, int)
    fine = _whole(int(low)) if whole else _real(low, high)
    if not fine(value) and not (or_none and value is None):
        bound = "above 0" if low == TINY else f"of at least {low:g}"
        expected = (expected or f"a {'whole ' * whole}number {bound}") + or_none * ", or None"
        raise ValueError(f"{name} is {value!r}; expected {expected}")


def check_widths(name: str, value: Any, fewest: int) -> None:
    """Refuse what is not a sequence of widths of layers.

    Parameters
    ----------
    name, value : str, object
        Of the parameter.
    fewest : int
        How many there must be.

    Raises
    ------
    ValueError
        If it is none.
    """
    if np.ndim(value) != 1 or len(value) < fewest or not all(map(_whole(1), value)):
        raise ValueError(
            f"{name} is {value!r}; expected a sequence of whole numbers, each at least 1 and at "
            f"least {fewest} of them, such as (64, 32)"
        )


_CHOICES = {
    "variant": VARIANTS,
    "noise_objective": get_args(NoiseObjective),
    "image_scaling": get_args(ImageScaling),
    "column_scaling": get_args(ColumnScaling),
    "augmentation": get_args(Augmentation),
}

_NUMBERS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "latent_dim": (_whole(1), "a whole number, at least 1, or None"),
    "covariance_weight": (_real(0), "a number, at least 0, or 'auto'"),
    "noise_ratio": (_real(TINY), "a number (nu) above 0"),
    "initial_scale": (
        _real(1),
        "a number (K) above 1 (Sec. 3.5); exactly 1 only with noise_objective='fixed'",
    ),
    "epochs": (_two_stages, "two whole numbers, at least 1 and 0, or 'auto'"),
    "steps": (_whole(5), "a whole number, at least 5, or 'auto'"),
    "batch_size": (_whole(2), "a whole number, at least 2, or 'auto'"),
    "channels": (_widths, "whole numbers, at least 1, and one at least, or 'auto'"),
    "hidden": (_widths, "a whole number or several, at least 1, or None"),
    "validation_fraction": (_real(0, 1 - 1e-9), "a number in [0, 1)"),
    "contamination": (_real(TINY, 0.5), "a number in (0, 0.5]"),
}
"""What each number may be, and how that is said; where it says so, None and 'auto' are fine too."""


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Look at the parameters of CANCE, but for its device and its random state.

    Parameters
    ----------
    parameters : mapping of str to object
        All of them, by name.

    Raises
    ------
    ValueError
        If one is not as documented; it is named, with what was given and what is expected.
    """
    for name, choices in _CHOICES.items():
        value = parameters[name]
        if not isinstance(value, str) or value not in choices:
            expected = ", ".join(map(repr, choices))
            raise ValueError(f"{name} is {value!r}; expected one of {expected}")
    _check_representation(parameters["representation"])
    learns = parameters["noise_objective"] != "fixed"
    for name, (fine, expected) in _NUMBERS.items():
        value = parameters[name]
        left_to_us = isinstance(value, (str, type(None))) and expected.endswith(f"or {value!r}")
        too_low = name == "initial_scale" and learns and _real(1, 1 + 1e-9)(value)
        if not left_to_us and (not fine(value) or too_low):
            raise ValueError(f"{name} is {value!r}; expected {expected}")


def check_sizes(
    n: int, latent_dim: int, n_features: int, images: bool, representation: Any, hidden: Any
) -> None:
    """Look at what depends on the parameters and on the inputs both.

    Parameters
    ----------
    n, n_features : int
        How many inputs there are, and numbers in one of them.
    latent_dim : int
        d.
    images : bool
        Whether they are images.
    representation, hidden : object
        The parameters of CANCE.

    Raises
    ------
    ValueError
        If they do not go together.
    """
    if images and hidden is not None and np.ndim(hidden) > 0:
        raise ValueError(f"hidden is {hidden!r}; expected one whole number for images")
    if n < latent_dim + 3:
        raise ValueError(
            f"got {n} inputs (n_samples = {n}) for {latent_dim} latents; the covariance of the d + "
            f"2 composite features needs at least {latent_dim + 3}: pass more inputs or lower "
            "latent_dim"
        )
    if not images and latent_dim > n_features:
        raise ValueError(
            f"latent_dim is {latent_dim}, more than the {n_features} columns; expected no more"
        )
    if representation == "pca" and n_features > MANY_NUMBERS:
        raise ValueError(
            f"an input has {n_features:,} numbers, whose covariance takes "
            f"{8 * n_features**2 / 1e9:,.1f} GB; for representation='pca' at most "
            f"{MANY_NUMBERS:,} are allowed: resize, choose columns, or take 'autoencoder'"
        )


def check_weights(model: torch.nn.Module, what: str) -> None:
    """Refuse an autoencoder of more weights than a computer of today trains.

    Parameters
    ----------
    model : nn.Module
        The autoencoder; on the "meta" device, where it takes no memory.
    what : str
        The inputs it is for, in the message.

    Raises
    ------
    ValueError
        If it has more than 100 million weights.
    """
    weights = sum(math.prod(parameter.shape) for parameter in model.parameters())
    if weights > MANY_WEIGHTS:
        raise ValueError(
            f"{what} make an autoencoder of {weights / 1e6:,.0f} million weights, whose training "
            f"takes {16 * weights / 1e9:,.1f} GB; expected at most {MANY_WEIGHTS / 1e6:.0f} "
            "million: resize, pass more `channels` (each halves the sides), or a smaller `hidden`"
        )


def _check_representation(representation: Any) -> None:
    named = isinstance(representation, str) and representation in ("autoencoder", "pca")
    if not named and not isinstance(representation, Representation):
        raise ValueError(
            f"representation is {representation!r}; expected 'autoencoder', 'pca', a fitted "
            "detector's representation_, or an object with latent_dim, encode and decode"
        )
