"""The method in the order of Fig. 1: autoencoder, composite features, noise contrast, score."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from cance_edu.detectors.files import load_detector, save_detector
from cance_edu.detectors.inputs import fitting_source, scoring_source
from cance_edu.detectors.settings import Settings
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.composite import PrincipalComponents, Representation
from cance_edu.method.moments import moments_of
from cance_edu.method.nce import anomaly_score
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.autoencoder import COVARIANCE_WEIGHTS, train_until_well_conditioned
from cance_edu.training.checks import check_features
from cance_edu.training.contrast import Contrast, History, train_nce
from cance_edu.training.device import Randomness, randomness, reproducible
from cance_edu.training.features import composite_features, fitted_before
from cance_edu.training.scaling import Scaling, scaling_of
from cance_edu.training.sources import BATCH, Source

__all__ = ["CANCE"]

ENOUGH_TO_CHOOSE = 10
"""Held-out inputs by whose loss one of T's records is chosen; with fewer it is the last."""


class CANCE(Settings):
    """Anomaly detector whose score is higher the more anomalous an input is.

    An autoencoder, or principal components, gives composite features z = (z_l, z_e, z_c); a
    network trained by noise contrastive estimation gives their density; the score is S(x) =
    -(T(z) + ln ν + ln p_nK(z)), Eq. 6.

    Parameters
    ----------
    variant : {"cance", "cnce", "latnce", "error"}
        Sec. 4.2: the whole method; without the augmentation; on the latents alone; the
        reconstruction error alone.
    representation : {"autoencoder", "pca"}, or a fitted one with latent_dim, encode and decode
        Where the latents come from. A fitted one, as a detector's `representation_`, is copied and
        used as it is, scaling included; parameters that build or train one then do nothing.
    latent_dim : int, optional
        d. 6 unless told, for tables no more than the number of columns, and for "pca" one less,
        for all components together leave no error.
    covariance_weight : float or "auto"
        λ of Eq. 2; "auto" takes the smallest that is well conditioned, training for each.
    noise_ratio : float
        ν, noise points for each data point.
    noise_objective : {"eq8", "eq12", "naive", "fixed"}
        What K minimises: Eq. 8, Eq. 12 (its negative), the noise term alone; or K stays.
    image_scaling : {"unit", "standardized", "raw-error"}
        Images as they are, in [0, 1]; or each with mean 0 and deviation 1; or so for the
        autoencoder alone, while the error is measured on the images as they are.
    column_scaling : {"standardized", "given"}
        Each column of a table with mean 0 and deviation 1, or as it is.
    augmentation : {"paper", "k-aware"}
        Scale of Eq. 10's truncated normals: σ_z, or K σ_z.
    initial_scale : float
        K at the start, above 1; with "fixed" the K that stays, 1 included.
    epochs : (int, int) or "auto"
        Of the autoencoder's two stages. "auto": 20 and 5, or 60 and 15 below 1,000 training inputs
        (those held out not counted; T's learning rate changes there too).
    steps : int or "auto"
        Of the noise contrast. "auto": 1000, or 500 below 1,000 training inputs.
    batch_size : int or "auto"
        Inputs a step of the autoencoder. "auto": 128, or 32 below 1,000 training inputs; fewer
        images if so many took more than 64 MiB, but no fewer than 8.
    channels : sequence of int or "auto"
        Of the convolutions, each of which halves an image's sides. "auto": 16, 32, 64, 64, ... for
        as many as bring the sides down to 8, and two at least.
    hidden : int or sequence of int, optional
        Width of the dense layer for images, 256 unless told; for tables the widths of the dense
        layers, 64 and 32 unless told.
    validation_fraction : float
        Share of the normal data held out, for the condition number and for stopping T; T is not
        stopped by fewer than 10.
    contamination : float
        Share of the training data that `predict` calls anomalous, in (0, 0.5].
    device : str
        Where images are encoded: "cpu", "cuda", or "auto", which is what the variable
        CANCE_EDU_DEVICE says or, where it says nothing, a GPU if there is one. For tables "auto" is
        the CPU. What is learned lives in main memory.
    random_state : int, RandomState or None
        The same integer gives the same scores.
    verbose : bool
        Whether to show progress bars.

    Attributes
    ----------
    representation_ : Autoencoder, PrincipalComponents or what was given
        Where the latents come from; its `scaling` is what was done to the inputs before.
    variant_, noise_ratio_ : str, float
        Those it was fitted with, and scores by.
    noise_, scale_, log_ratio_ : GaussianNoise, tensor, LogRatio
        p_n, K's diagonal and T; absent with variant "error".
    history_ : History
        Losses, K, mass and T's weights at no more than 40 steps.
    autoencoder_losses_ : list of float
        Mean loss of each epoch; empty if nothing was trained.
    covariance_weight_ : float
        λ that was used; NaN if no autoencoder was trained.
    condition_numbers_ : dict of float to float
        Condition number of the held-out latents' covariance, for each λ that was tried. With fewer
        than 5 d held-out inputs the training latents are taken.
    offset_ : float
        What `decision_function` subtracts from `score_samples`.
    image_shape_ : (channels, height, width)
        Only if fitted on images.
    n_features_in_ : int
        Numbers in one input.
    device_ : str
        Where inputs are encoded.

    Examples
    --------
    >>> table = np.random.default_rng(0).normal(size=(200, 3))
    >>> detector = CANCE(epochs=(2, 1), steps=50, random_state=0).fit(table)
    >>> far, near = detector.anomaly_score([[9.0, 9.0, -9.0], [0.0, 0.0, 0.0]])
    >>> bool(far > near)
    True
    """

    representation_: Any  # a Representation; those of this course are torch modules too

    # -- learning, from left to right in Fig. 1 -------------------------------------------------

    def fit(self, X: Any, y: Any = None) -> "CANCE":
        """Learn from normal data.

        Parameters
        ----------
        X : array, memmap, tensor, DataFrame or torch Dataset
            Images (n, channels, height, width) or (n, height, width), of 8 bits or in [0, 1], or a
            table (n, features). No more than a few batches are held in memory, beside the composite
            features; a memory map of images, or of a table in float32 or float64, stays on disk.
        y : ignored

        Returns
        -------
        CANCE
            Itself.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data are not as documented, before any training; or if the latents
            collapse, or leave no error, which only shows after it.
        FloatingPointError
            If a loss is not finite.
        KeyboardInterrupt
            If interrupted; the detector is then not fitted.
        """
        self._begin_fit()
        random = randomness(self.random_state)
        source = fitting_source(self, X)
        scaling = self._check_sizes(source)
        # Parameters may be set after the fit, for the next: scores go by what it was fitted with.
        self.variant_, self.noise_ratio_ = self.variant, self.noise_ratio
        try:
            with reproducible(self.device_):
                self._learn(source, scaling, random)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("fit was interrupted: this detector is not fitted") from None
        return self

    def _learn(self, source: Source, scaling: Scaling, random: Randomness) -> None:
        """Learn where z comes from, then the density of z, then a threshold on its score."""
        order = torch.randperm(len(source), generator=random.order)
        n_held_out = self._n_held_out(len(source))
        held_out, training = order[:n_held_out], order[n_held_out:]
        train = source.subset(training)
        self.representation_ = self._learn_representation(
            train, source.subset(held_out), scaling, random
        )
        features = composite_features(self.representation_, source)
        some = scaling_of(self.representation_)(next(train.on("cpu").batches()))
        check_features(features, training, some, self.variant_)
        self._learn_density(features[training], features[held_out], random)
        self._set_offset(self._score(features))

    def _learn_representation(
        self, train: Source, held_out: Source, scaling: Scaling, random: Randomness
    ) -> Representation:
        """Train E and D, or find the principal components, or take what is given."""
        self.autoencoder_losses_: list[float] = []
        self.condition_numbers_: dict[float, float] = {}
        self.covariance_weight_ = math.nan
        if not isinstance(self.representation, str):
            return fitted_before(self.representation, scaling, train)
        if self.representation == "pca":
            components = PrincipalComponents(self.n_features_in_, self._latent_dim())
            components.fit(map(scaling, train.on("cpu").batches())).scaling = scaling
            return components.eval()
        # The covariance of a few held-out latents is singular, however good the latents are.
        enough = len(held_out) >= 5 * self._latent_dim()
        asked = self.covariance_weight
        model, self.autoencoder_losses_, self.condition_numbers_ = train_until_well_conditioned(
            self._new_autoencoder,
            train,
            held_out if enough else train,
            scaling,
            random,
            weights=COVARIANCE_WEIGHTS if isinstance(asked, str) else [float(asked)],
            schedule=self._schedule(len(train)),
            verbose=self.verbose,
        )
        self.covariance_weight_ = list(self.condition_numbers_)[-1]
        return model

    def _learn_density(self, training: Tensor, held_out: Tensor, random: Randomness) -> None:
        """Train T and K on the composite features, against noise of their mean and covariance."""
        self.history_ = History()
        if self.variant_ == "error":
            return
        training, held_out = self._select(training), self._select(held_out)
        moments = moments_of(training.split(BATCH))
        self.noise_ = GaussianNoise(moments.mean, moments.covariance)
        augmentation = None
        if self.variant_ == "cance":
            augmentation = ReconstructionAugmentation.from_moments(
                moments.mean, moments.covariance, self.augmentation
            )
        schedule = self._schedule(len(training))
        self.log_ratio_, self.scale_, self.history_ = train_nce(
            training,
            self.noise_,
            Contrast(
                noise_ratio=self.noise_ratio_,
                noise_objective=self.noise_objective,
                initial_scale=self.initial_scale,
                steps=schedule.steps,
                learning_rate=schedule.learning_rate,
            ),
            generator=random.order,
            first_weights=random.weights,
            augmentation=augmentation,
            held_out=held_out if len(held_out) >= ENOUGH_TO_CHOOSE else None,
            verbose=self.verbose,
        )
        # Trained in float32, T is evaluated in float64: scores of far points stay distinct.
        self.log_ratio_.double()

    @torch.no_grad()
    def _score(self, features: Tensor) -> NDArray[np.float64]:
        """Return S of composite features, Eq. 6."""
        if self.variant_ == "error":
            return features[:, -2].numpy()
        scores = [
            anomaly_score(
                self.log_ratio_(z), self.noise_.log_prob(z, self.scale_), self.noise_ratio_
            )
            # In parts: T's hidden layers are 128 wide, the features often 8.
            for z in self._select(features).split(BATCH)
        ]
        return torch.cat(scores).numpy()

    def _select(self, features: Tensor) -> Tensor:
        """Return the coordinates whose density the variant estimates."""
        return features[:, :-2] if self.variant_ == "latnce" else features

    # -- what it is asked for afterwards --------------------------------------------------------

    def anomaly_score(self, X: Any) -> NDArray[np.float64]:
        """Return S(x) of Eq. 6, in nats; for variant "error", z_e. Higher is more anomalous.

        Parameters
        ----------
        X : array, memmap, tensor, DataFrame or torch Dataset of shape (n, ...)
            Of the shape that the detector was fitted on.

        Returns
        -------
        array of shape (n,)
            float64.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        ValueError, TypeError
            If the inputs are not like those of `fit`.
        """
        scores = self._score(torch.from_numpy(self.composite_features(X)))
        # Of finite inputs only an overflow, so far from the data that squares have no float64.
        return np.where(np.isnan(scores), np.inf, scores)

    def composite_features(self, X: Any) -> NDArray[np.float64]:
        """Return z = C(x), shape (n, d + 2): latents, error and dissimilarity."""
        check_is_fitted(self)
        source = scoring_source(self, X)
        with reproducible(self.device_):
            features: NDArray[np.float64] = composite_features(self.representation_, source).numpy()
        return features

    def save(self, path: str | Path) -> Path:
        """Write the fitted detector to one `.safetensors` file, without pickle; return its path.

        Of the history, the losses and K are kept, but not T's weights at every recorded step.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        ValueError
            If the representation is one of one's own: `load` could not build it again.
        """
        check_is_fitted(self)
        return save_detector(self, path)

    @classmethod
    def load(cls, path: str | Path, device: str = "auto") -> "CANCE":
        """Return the detector that `save` wrote, here or on another machine.

        Raises
        ------
        FileNotFoundError, ValueError
            If the file is missing, truncated, changed, or of a version that is not known.
        """
        return load_detector(cls, path, device)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
