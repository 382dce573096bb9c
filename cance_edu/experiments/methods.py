"""Who takes part in the experiments: a further system joins by one function and one line.

A method fits one split with one seed and gives scores; where several systems share a training, as
the variants of Sec. 4.2 share an autoencoder, it gives the scores of each.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cance_edu.datasets import Split
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.parameters import VARIANTS
from cance_edu.experiments.classics import CLASSICS
from cance_edu.experiments.contrasts import CONTRASTS
from cance_edu.experiments.variants import fit_variants
from cance_edu.training.scaling import standardize

__all__ = [
    "CANCE_FAMILY",
    "CANCE_FAMILY_AND_NORM",
    "EVERY_CONTRAST",
    "FEATURE_CLASSICS",
    "IMAGE_CLASSICS",
    "TABLE_CLASSICS",
    "Method",
]

Named = Iterator[tuple[str, NDArray[Any]]]
_NOT_SETTINGS = ("variant", "random_state", "verbose", "device")


@dataclass(frozen=True)
class Method:
    """A family of systems that are trained together.

    Attributes
    ----------
    name : str
        In messages.
    systems : tuple of str
        What it gives scores of, in this order.
    settings : callable of the task's parameters
        Returns all that decides its results beside the data and the seed.
    fit : callable of split, settings and seed
        Yields a system's name and its scores of the test part, higher is more anomalous.
    """

    name: str
    systems: tuple[str, ...]
    settings: Callable[[Mapping[str, Any]], dict[str, Any]]
    fit: Callable[[Split, Mapping[str, Any], int], Named]


def _cance_settings(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return every parameter, defaults too: a default may change between two versions."""
    # Up to 32 x 32 pixels "auto" is these channels, under which the results are stored.
    every = CANCE(**{"channels": (16, 32), **parameters}).get_params(deep=False)
    return {name: value for name, value in every.items() if name not in _NOT_SETTINGS}


def _fit_cance(
    split: Split, settings: Mapping[str, Any], seed: int, with_norm: bool = False
) -> Named:
    """Add, if asked, the latent's squared norm: it needs no density, its deviations are 1."""
    for result in fit_variants(split, **settings, random_state=seed):
        yield result.variant, result.scores
    if with_norm:
        latent = result.detector.composite_features(split.test)[:, :-2]
        yield "norm", np.square(latent).sum(1)


def _contrast_settings(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what all contrasts share; the rest is in their names."""
    varied = {name for _, contrast in CONTRASTS.values() for name in contrast}
    return {k: v for k, v in _cance_settings(parameters).items() if k not in varied}


def _fit_contrasts(split: Split, settings: Mapping[str, Any], seed: int) -> Named:
    for system, (variant, contrast) in CONTRASTS.items():
        parameters = {**settings, **contrast, "random_state": seed}
        (result,) = fit_variants(split, [variant], **parameters)
        settings = {**settings, "representation": result.detector.representation_}
        yield system, result.scores


def _scaling_alone(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a classic heeds: how images are scaled."""
    return {name: parameters[name] for name in ("image_scaling",) if name in parameters}


def _fit_classics(
    split: Split, settings: Mapping[str, Any], seed: int, systems: tuple[str, ...]
) -> Named:
    train, test = split.train, split.test
    if train.ndim > 2:
        if settings.get("image_scaling", "unit") != "unit":
            train, test = (standardize(torch.as_tensor(part)).numpy() for part in (train, test))
        train, test = (part.reshape(len(part), -1) for part in (train, test))
    for system in systems:
        yield system, CLASSICS[system](train, test, seed)


def _classics(name: str, *systems: str) -> Method:
    return Method(name, systems, _scaling_alone, partial(_fit_classics, systems=systems))


CANCE_FAMILY = Method("CANCE", VARIANTS, _cance_settings, _fit_cance)
CANCE_FAMILY_AND_NORM = Method(
    "CANCE and norm", (*VARIANTS, "norm"), _cance_settings, partial(_fit_cance, with_norm=True)
)
EVERY_CONTRAST = Method("every contrast", tuple(CONTRASTS), _contrast_settings, _fit_contrasts)
TABLE_CLASSICS = _classics("classics of tables", "gaussian", "gmm2", "nn1")
FEATURE_CLASSICS = _classics("classics of features", "nn2", "pca64")
IMAGE_CLASSICS = _classics("classics of images", "nn2_pca64")
