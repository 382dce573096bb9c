"""CANCE's parameters, and what "auto" and None among them stand for."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import torch
from sklearn.base import clone

from cance_edu.detectors.base import Detector
from cance_edu.detectors.parameters import (
    ColumnScaling,
    Variant,
    check_parameters,
    check_sizes,
    check_weights,
)
from cance_edu.method.augmentation import Augmentation
from cance_edu.method.autoencoder import (
    Autoencoder,
    channels_for,
    convolutional_autoencoder,
    dense_autoencoder,
)
from cance_edu.method.nce import NoiseObjective
from cance_edu.method.noise import SCALE_AT_ZERO
from cance_edu.training.scaling import ImageScaling, Scaling, scaling_of_columns
from cance_edu.training.schedule import Schedule, schedule_for
from cance_edu.training.sources import BATCH_BYTES, Source

__all__ = ["Settings"]

IMAGE_HIDDEN, TABLE_HIDDEN = 256, (64, 32)
"""Widths of the dense layers, unless told: of images one between convolutions and latents."""


class Settings(Detector):
    """The parameters of CANCE, stored as they are given; its docstring says what they mean."""

    image_shape_: tuple[int, ...]
    n_features_in_: int
    device_: str

    def __init__(
        self,
        variant: Variant = "cance",
        *,
        representation: Any = "autoencoder",
        latent_dim: int | None = None,
        covariance_weight: float | Literal["auto"] = 1.0,
        noise_ratio: float = 1.0,
        noise_objective: NoiseObjective = "eq8",
        image_scaling: ImageScaling = "unit",
        column_scaling: ColumnScaling = "standardized",
        augmentation: Augmentation = "paper",
        initial_scale: float = SCALE_AT_ZERO,
        epochs: tuple[int, int] | Literal["auto"] = "auto",
        steps: int | Literal["auto"] = "auto",
        batch_size: int | Literal["auto"] = "auto",
        channels: Sequence[int] | Literal["auto"] = "auto",
        hidden: int | Sequence[int] | None = None,
        validation_fraction: float = 0.1,
        contamination: float = 0.1,
        device: str = "auto",
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.variant = variant
        self.representation = representation
        self.latent_dim = latent_dim
        self.covariance_weight = covariance_weight
        self.noise_ratio = noise_ratio
        self.noise_objective = noise_objective
        self.image_scaling = image_scaling
        self.column_scaling = column_scaling
        self.augmentation = augmentation
        self.initial_scale = initial_scale
        self.epochs = epochs
        self.steps = steps
        self.batch_size = batch_size
        self.channels = channels
        self.hidden = hidden
        self.validation_fraction = validation_fraction
        self.contamination = contamination
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def resolved_params(self, X: Any) -> dict[str, Any]:
        """Return the parameters, with what "auto" and None stand for on some inputs.

        Parameters
        ----------
        X : array of shape (n, ...)
            Images or a table. Only its shape is looked at.

        Returns
        -------
        dict of str to object
            As `get_params`; a λ of "auto" stays, for training finds it.
        """
        twin = clone(self)  # what an earlier fit learned says nothing of these inputs
        twin.n_features_in_ = math.prod(X.shape[1:])
        images = X.ndim > 2
        if images:
            twin.image_shape_ = (1, 1, *X.shape[1:])[-3:]
        schedule = twin._schedule(len(X) - twin._n_held_out(len(X)))
        found: dict[str, Any] = self.get_params(deep=False) | {
            "latent_dim": twin._latent_dim(),
            "epochs": schedule.epochs,
            "steps": schedule.steps,
            "batch_size": schedule.batch_size,
        }
        if images and isinstance(self.channels, str):
            found["channels"] = channels_for(twin.image_shape_)
        if self.hidden is None:
            found["hidden"] = IMAGE_HIDDEN if images else TABLE_HIDDEN
        return found

    def _check_parameters(self) -> None:
        check_parameters(self.get_params(deep=False))

    def _check_sizes(self, source: Source) -> Scaling:
        """Look at what depends on parameters and inputs both; return how inputs are scaled.

        Raises
        ------
        ValueError
            If there are too few inputs, if they are too large, or do not differ.
        """
        images = hasattr(self, "image_shape_")
        check_sizes(
            len(source),
            self._latent_dim(),
            self.n_features_in_,
            images,
            self.representation,
            self.hidden,
        )
        if self._trains_an_autoencoder():
            with torch.device("meta"):
                model = self._new_autoencoder()
            sides = " x ".join(map(str, self.image_shape_[1:])) if images else ""
            what = f"images of {sides}" if images else f"{self.n_features_in_} columns"
            check_weights(model, what)
        if images:
            return Scaling(self.image_scaling)
        # Asked for in any case: it refuses rows that are all the same.
        scaling = scaling_of_columns(source)
        return scaling if self.column_scaling == "standardized" else Scaling()

    def _trains_an_autoencoder(self) -> bool:
        return isinstance(self.representation, str) and self.representation == "autoencoder"

    def _latent_dim(self) -> int:
        """Return d."""
        if not isinstance(self.representation, str):
            return int(self.representation.latent_dim)
        if self.latent_dim is not None:
            return int(self.latent_dim)
        # All principal components together leave no reconstruction error.
        return min(6, self.n_features_in_ - (self.representation == "pca"))

    def _n_held_out(self, n: int) -> int:
        """Return how many of n inputs are held out; enough remain to estimate a covariance from."""
        return min(int(self.validation_fraction * n), n - self._latent_dim() - 3)

    def _schedule(self, n: int) -> Schedule:
        """Return how long to train on n inputs: what was asked for, and else what "auto" says."""
        schedule = schedule_for(n)
        if hasattr(self, "image_shape_"):
            most = max(8, BATCH_BYTES // (4 * self.n_features_in_))
            schedule = replace(schedule, batch_size=min(schedule.batch_size, most))
        asked: dict[str, Any] = {}
        if not isinstance(self.epochs, str):
            asked["epochs"] = (int(self.epochs[0]), int(self.epochs[1]))
        for name in ("batch_size", "steps"):
            if getattr(self, name) != "auto":
                asked[name] = int(getattr(self, name))
        return replace(schedule, **asked)

    def _new_autoencoder(self) -> Autoencoder:
        """Return one with first weights; of images in [0, 1], so are the reconstructions."""
        if hasattr(self, "image_shape_"):
            return convolutional_autoencoder(
                self.image_shape_,
                self._latent_dim(),
                "auto" if isinstance(self.channels, str) else np.ravel(self.channels).tolist(),
                IMAGE_HIDDEN if self.hidden is None else int(self.hidden),  # type: ignore[arg-type]
                bounded=self.image_scaling == "unit",
            )
        widths = TABLE_HIDDEN if self.hidden is None else np.atleast_1d(self.hidden).tolist()
        return dense_autoencoder(self.n_features_in_, self._latent_dim(), widths).double()
