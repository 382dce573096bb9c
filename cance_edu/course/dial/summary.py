r"""What the K dial shows: the score S as a sum of two parts, and which part carries it (Eq. 6).

.. math:: S = \underbrace{-\ln p_{nK}(z)}_{\text{brought}}
              + \underbrace{-T(z) - \ln ν}_{\text{learned}}

A *stop* of the dial is a K at which T was trained with the noise held; T is known at stops alone.
How far an input *stands out* is its S minus the mean of S over normal inputs, in S's standard
deviations over normal inputs. Being linear in S, it is the sum of what the two parts contribute.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from cance_edu.course.dial.rope import pulls, pulls_on
from cance_edu.course.noise.run import noise_run
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments import auroc
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.nce import LogRatio
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Batches

__all__ = ["PARTS", "Run", "Stops", "run_of", "stops_of"]

Array = NDArray[np.float64]

PARTS = ("brought", "learned", "sum")
"""Of the score, in the order of every array that has an axis for them."""


@dataclass(frozen=True)
class Stops:
    """T trained with the noise held at several K, and what it says of the same inputs.

    Attributes
    ----------
    scale : array of shape (s,)
        K, the same in all coordinates, rising.
    features : array of shape (n, D)
        Composite features of the inputs.
    is_anomaly : array of bool, shape (n,)
        The truth.
    log_ratio : array of shape (s, n)
        T at each stop.
    noise : GaussianNoise
        N(μ, Σ).
    noise_ratio : float
        ν.
    """

    scale: Array
    features: Array
    is_anomaly: NDArray[np.bool_]
    log_ratio: Array
    noise: GaussianNoise
    noise_ratio: float = 1.0

    @cached_property
    def learned(self) -> Array:
        """-T - ln ν, shape (s, n)."""
        return -self.log_ratio.astype(np.float64) - math.log(self.noise_ratio)

    @cached_property
    def brought(self) -> Array:
        """-ln p_nK, shape (s, n)."""
        z = torch.from_numpy(self.features)
        return np.stack([-self.noise.log_prob(z, k).numpy() for k in self.scale.tolist()])

    @property
    def parts(self) -> Array:
        """Brought, learned and their sum S, in nats; shape (s, 3, n)."""
        return np.stack([self.brought, self.learned, self.brought + self.learned], 1)

    def areas(self) -> Array:
        """Return the AUROC of each part taken as a score by itself, shape (s, 3)."""
        return np.array([[auroc(self.is_anomaly, part) for part in at] for at in self.parts])

    def standing(self) -> Array:
        """Return how far each input stands out, part by part; shape (s, 3, n)."""
        normal = self.parts[:, :, ~self.is_anomaly]
        unit = normal[:, 2].std(1)[:, None, None]
        return (self.parts - normal.mean(2, keepdims=True)) / unit

    def mean_standing(self) -> Array:
        """Return how far the anomalies stand out on average, shape (s, 3)."""
        return self.standing()[:, :, self.is_anomaly].mean(2)

    @cached_property
    def whitened(self) -> Array:
        """The inputs where N(μ, Σ) is the standard normal, by Σ's Cholesky factor; (n, D)."""
        centred = torch.from_numpy(self.features) - self.noise.mean
        return torch.linalg.solve_triangular(self.noise.cholesky, centred.T, upper=False).T.numpy()

    @property
    def radius(self) -> Array:
        """Distance from μ in spreads: root mean square of the D whitened coordinates; (n,)."""
        return np.sqrt(np.square(self.whitened).mean(1))


@dataclass(frozen=True)
class Run:
    """K while it learned, and what pulled on it.

    Attributes
    ----------
    step : array of shape (r,)
        Steps taken.
    scale : array of shape (r, D)
        K's diagonal.
    pulls : array of shape (r, 3, D)
        The data term's pull on ln K, the noise term's and their sum's; positive widens.
    """

    step: NDArray[np.int64]
    scale: Array
    pulls: Array


def stops_of(detectors: Sequence[CANCE], inputs: Any, is_anomaly: NDArray[np.bool_]) -> Stops:
    """Return what detectors with the noise held at different K say of the same inputs.

    Parameters
    ----------
    detectors : sequence of CANCE
        Fitted with noise_objective="fixed" on one representation and the same data; at least 2.
    inputs : array of shape (n, ...)
        What they are asked about, images or rows of a table.
    is_anomaly : array of bool, shape (n,)
        The truth.

    Raises
    ------
    NotFittedError, ValueError
        If one is not fitted, learns K, or cannot be compared with the others.
    """
    detectors = sorted(detectors, key=lambda detector: detector.initial_scale)
    features = _shared_features(detectors, inputs)
    first = detectors[0]
    noise = GaussianNoise(first.noise_.mean.cpu(), first.noise_.covariance.cpu())
    with torch.no_grad():
        log_ratio = torch.stack([d.log_ratio_(features) for d in detectors])
    return Stops(
        scale=np.array([detector.initial_scale for detector in detectors]),
        features=features.numpy(),
        is_anomaly=np.asarray(is_anomaly, dtype=bool),
        log_ratio=log_ratio.numpy(),
        noise=noise,
        noise_ratio=first.noise_ratio,
    )


def _shared_features(detectors: Sequence[CANCE], inputs: Any) -> Tensor:
    """Return the inputs' composite features, after a look at whether they are all detectors'."""
    scales = [detector.initial_scale for detector in detectors]
    if len(set(scales)) < 2 or len(set(scales)) < len(scales):
        raise ValueError(
            f"the noise is held at K = {scales}; expected at least two detectors with "
            'noise_objective="fixed", each with another initial_scale'
        )
    first, *others = detectors
    check_is_fitted(first)
    for detector in others:
        check_is_fitted(detector)
        if not torch.equal(detector.noise_.covariance.cpu(), first.noise_.covariance.cpu()):
            raise ValueError(
                f"the detectors with K = {first.initial_scale:g} and {detector.initial_scale:g} "
                "have other composite features; fit the second with the same data and "
                "random_state, and representation=first.representation_"
            )
        if detector.noise_ratio != first.noise_ratio:
            raise ValueError(
                f"the detectors have noise_ratio {first.noise_ratio:g} and "
                f"{detector.noise_ratio:g}; expected one for all"
            )
    # The latents come first: variant "latnce" has no more.
    return torch.from_numpy(first.composite_features(inputs)[:, : len(first.noise_.mean)])


def run_of(detector: CANCE, features: Tensor, n: int) -> Run:
    """Return how a detector learned K, and what pulled on it at each record.

    Parameters
    ----------
    detector : CANCE
        Fitted in this session, with an objective that learns K.
    features : tensor of shape (m, D)
        Composite features of its training data.
    n : int
        Data points and noise points to average over, the same at every record.
    """
    run = noise_run(detector)
    augmentation = None
    if detector.variant == "cance":
        augmentation = ReconstructionAugmentation.from_moments(
            run.noise.mean, run.noise.covariance, detector.augmentation
        )
    batches = Batches(features, run.noise, augmentation, n, n)
    pulled = []
    for weights, scale in zip(run.weights, run.scale, strict=True):
        k = torch.from_numpy(scale)
        z, v = batches.draw(k, torch.Generator().manual_seed(0))
        network = LogRatio.from_weights(weights).double()
        pulled.append(pulls(network, z, v, run.noise.mean, k, run.noise_ratio))
    return Run(
        run.step, run.scale, np.stack([pulls_on(detector.noise_objective, pull) for pull in pulled])
    )
