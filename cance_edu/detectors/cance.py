"""The detector: autoencoder, composite features and noise contrast behind scikit-learn's face."""

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor, nn

from cance_edu.detectors.base import Detector
from cance_edu.detectors.inputs import as_data, of_another_kind
from cance_edu.detectors.parameters import ColumnScaling, Variant, check_parameters
from cance_edu.method.augmentation import Augmentation, ReconstructionAugmentation
from cance_edu.method.autoencoder import Autoencoder, convolutional_autoencoder, dense_autoencoder
from cance_edu.method.composite import PrincipalComponents, Representation
from cance_edu.method.moments import condition_number, moments_of
from cance_edu.method.nce import LogRatio, NoiseObjective, anomaly_score
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.autoencoder import (
    latent_covariance,
    smallest_well_conditioned,
    train_autoencoder,
)
from cance_edu.training.checks import check_images, check_table, column_moments
from cance_edu.training.contrast import Contrast, History, train_nce
from cance_edu.training.device import choose_device, private_randomness
from cance_edu.training.features import composite_features
from cance_edu.training.schedule import Schedule, schedule_for
from cance_edu.training.sources import BATCH, ImageScaling, Source, is_images
from cance_edu.training.storage import load_model, save_model

__all__ = ["CANCE"]


class CANCE(Detector):
    """Anomaly detector whose score is higher the more anomalous an input is.

    An autoencoder, or principal components, gives composite features z = (z_l, z_e, z_c); a
    network trained by noise contrastive estimation gives their density; the score is S(x) =
    -(T(z) + ln ν + ln p_nK(z)), Eq. 6.

    Parameters
    ----------
    variant : {"cance", "cnce", "latnce", "error"}
        Sec. 4.2: the whole method; without the augmentation; on the latents alone; the
        reconstruction error alone.
    representation : {"autoencoder", "pca"} or a fitted detector's `representation_`
        Where the latents come from. A fitted one is copied and used as it is; the parameters that
        build or train an autoencoder then do nothing.
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
        Of the noise contrast. "auto": 1000, or 1500 below 1,000 training inputs.
    batch_size : int or "auto"
        Inputs a step of the autoencoder. "auto": 128, or 32 below 1,000 training inputs.
    channels, hidden : sequence of int, int or sequence of int
        Convolutions' channels and the dense layer's width for images; for tables `hidden` alone,
        the widths of the dense layers.
    validation_fraction : float
        Share of the normal data held out, for the condition number and for stopping T.
    contamination : float
        Share of the training data that `predict` calls anomalous, in (0, 0.5].
    device : str
        "auto" takes a GPU if there is one. The variable CANCE_EDU_DEVICE overrides it.
    random_state : int, RandomState or None
        The same integer gives the same scores.
    verbose : bool
        Whether to show progress bars.

    Attributes
    ----------
    representation_ : Autoencoder or PrincipalComponents
        The trained autoencoder, or the principal components.
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
        Where it was fitted.

    Examples
    --------
    >>> table = np.random.default_rng(0).normal(size=(200, 3))
    >>> detector = CANCE(epochs=(2, 1), steps=50, random_state=0).fit(table)
    >>> far, near = detector.anomaly_score([[9.0, 9.0, -9.0], [0.0, 0.0, 0.0]])
    >>> bool(far > near)
    True
    """

    image_shape_: tuple[int, ...]
    n_features_in_: int

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
        initial_scale: float = 1 + math.log(2),
        epochs: tuple[int, int] | Literal["auto"] = "auto",
        steps: int | Literal["auto"] = "auto",
        batch_size: int | Literal["auto"] = "auto",
        channels: Sequence[int] = (16, 32),
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

    def fit(self, X: Any, y: Any = None) -> "CANCE":
        """Learn from normal data.

        Parameters
        ----------
        X : array, memmap, tensor or torch Dataset
            Images (n, channels, height, width) or (n, height, width) in [0, 1], or a table
            (n, features). No more than a few batches are held in memory, beside the composite
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
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)
        check_parameters(self)
        self.device_ = choose_device(self.device)
        source = self._check_data(X, reset=True)
        try:
            with private_randomness(self.random_state) as generator:
                self._learn(source, generator)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("fit was interrupted: this detector is not fitted") from None
        return self

    def anomaly_score(self, X: Any) -> NDArray[np.float64]:
        """Return S(x) of Eq. 6, in nats; for variant "error", z_e. Higher is more anomalous.

        Parameters
        ----------
        X : array, memmap, tensor or torch Dataset of shape (n, ...)
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
        check_is_fitted(self)
        return self._score(composite_features(self.representation_, self._check_data(X)))

    def composite_features(self, X: Any) -> NDArray[np.float64]:
        """Return z = C(x), shape (n, d + 2): latents, error and dissimilarity."""
        check_is_fitted(self)
        features: NDArray[np.float64] = composite_features(
            self.representation_, self._check_data(X)
        ).numpy()
        return features

    def save(self, path: str | Path) -> Path:
        """Write the fitted detector to one `.safetensors` file, without pickle; return its path.

        Of the history, the losses and K are kept, but not T's weights at every recorded step.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        ValueError
            If the representation is an autoencoder of one's own: `load` could not build it again.
        """
        check_is_fitted(self)
        description = self._description()
        self._check_can_be_loaded(description)
        tensors = {f"representation.{k}": v for k, v in self.representation_.state_dict().items()}
        if self.variant != "error":
            tensors |= {f"log_ratio.{k}": v for k, v in self.log_ratio_.state_dict().items()}
            tensors |= {"noise.mean": self.noise_.mean, "noise.covariance": self.noise_.covariance}
            tensors |= {"scale": self.scale_, "history.scale": torch.stack(self.history_.scale)}
        if self.columns_ is not None:
            tensors |= {"columns.centre": self.columns_[0], "columns.spread": self.columns_[1]}
        return save_model(path, tensors, description)

    @classmethod
    def load(cls, path: str | Path, device: str = "auto") -> "CANCE":
        """Return the detector that `save` wrote; one that was trained on a GPU loads on a CPU.

        Raises
        ------
        FileNotFoundError, ValueError
            If the file is missing, truncated, changed, or of another version.
        """
        tensors, description = load_model(path)
        # JSON knows lists, but no tuples.
        pairs = description["parameters"].items()
        parameters: dict[str, Any] = {
            name: tuple(v) if isinstance(v, list) else v for name, v in pairs
        }
        detector = cls(**parameters).set_params(device=device)
        detector._restore(tensors, description)
        return detector

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    # -- checking -------------------------------------------------------------------------------

    def _check_data(self, X: Any, reset: bool = False) -> Source:
        """Return the data as a source, after looking at all of it."""
        X = as_data(X)
        images = is_images(X) if reset else hasattr(self, "image_shape_")
        if images != is_images(X):
            shape = self.image_shape_ if images else None
            raise ValueError(of_another_kind(X, shape, self.n_features_in_))
        if not images:
            # Floating memory maps stay on disk: scikit-learn looks at them without a copy.
            # One column is too few: the cosine between two numbers is only a sign.
            X = validate_data(
                self,
                X,
                reset=reset,
                dtype=[np.float64, np.float32],
                ensure_min_features=2 if reset else 1,
                ensure_all_finite=False,  # `check_table` says where
            )
        source = Source(X, self.device_, self.image_scaling)
        if images:
            shape = check_images(source, None if reset else self.image_shape_)
            if reset:
                self.image_shape_, self.n_features_in_ = shape, math.prod(shape)
        else:
            check_table(source)
        if reset:
            self._check_fits_together(len(source))
            # Asked for in any case: it refuses rows that are all the same.
            moments = None if images else column_moments(source)
            self.columns_ = moments if self.column_scaling == "standardized" else None
        source.columns = self.columns_
        return source

    def _check_fits_together(self, n: int) -> None:
        """Look at what depends on the parameters and on the n inputs both."""
        d = self._latent_dim()
        if hasattr(self, "image_shape_") and self.hidden is not None and np.ndim(self.hidden) > 0:
            raise ValueError(f"hidden is {self.hidden!r}; expected one whole number for images")
        if n < d + 3:
            raise ValueError(
                f"got {n} inputs (n_samples = {n}) for {d} latents; the covariance of the d + 2 "
                f"composite features needs at least {d + 3}: pass more inputs or lower latent_dim"
            )
        if not hasattr(self, "image_shape_") and d > self.n_features_in_:
            raise ValueError(
                f"latent_dim is {d}, more than the {self.n_features_in_} columns; expected no more"
            )

    def _latent_dim(self) -> int:
        if isinstance(self.representation, Representation):
            return self.representation.latent_dim
        if self.latent_dim is not None:
            return int(self.latent_dim)
        # All principal components together leave no reconstruction error.
        return min(6, self.n_features_in_ - (self.representation == "pca"))

    # -- learning -------------------------------------------------------------------------------

    def _learn(self, source: Source, generator: torch.Generator) -> None:
        order = torch.randperm(len(source), generator=generator)
        # Enough must remain to estimate a covariance from.
        n_held_out = int(self.validation_fraction * len(source))
        n_held_out = min(n_held_out, len(source) - self._latent_dim() - 3)
        held_out_rows, training_rows = order[:n_held_out], order[n_held_out:]
        self.representation_ = self._learn_representation(
            source, training_rows, held_out_rows, generator
        )
        features = composite_features(self.representation_, source)
        if self.variant != "latnce":
            self._check_error(features[training_rows, -2], source.batch(training_rows[:BATCH]))
        self._learn_density(features, training_rows, held_out_rows, generator)
        self._set_offset(self._score(features))

    def _check_error(self, error: Tensor, inputs: Tensor) -> None:
        # In whatever units: an error of so small a part of the inputs' size is round-off alone.
        if error.max() < 1e-20 * inputs.double().square().mean().item():
            raise ValueError(
                f"{self._latent_dim()} latents reconstruct the data exactly, so there is no error "
                "to learn from: lower latent_dim, or take variant 'latnce'"
            )

    def _learn_representation(
        self, source: Source, training: Tensor, held_out: Tensor, generator: torch.Generator
    ) -> Representation:
        self.autoencoder_losses_: list[float] = []
        self.condition_numbers_: dict[float, float] = {}
        self.covariance_weight_ = math.nan
        train = source.subset(training)
        if isinstance(self.representation, Representation):
            return self._given_representation(self.representation, train)
        if self.representation == "pca":
            components = PrincipalComponents(self.n_features_in_, self._latent_dim())
            return components.fit(train.batches()).to(self.device_).eval()
        # The covariance of a few held-out latents is singular, however good the latents are.
        enough = len(held_out) >= 5 * self._latent_dim()
        return self._trained_autoencoder(
            train, source.subset(held_out) if enough else train, generator
        )

    def _given_representation(self, given: Representation, train: Source) -> Representation:
        copied = copy.deepcopy(given).to(self.device_).eval()
        try:
            composite_features(copied, train.subset(torch.tensor([0])))
        except RuntimeError as error:
            raise ValueError(
                f"the given representation does not take these inputs ({error}); expected one "
                "that was fitted on inputs of the same shape"
            ) from error
        return copied

    def _trained_autoencoder(
        self, train: Source, test: Source, generator: torch.Generator
    ) -> Autoencoder:
        seed = int(torch.randint(2**62, (1,), generator=generator))
        schedule = self._schedule(len(train))

        def train_with(weight: float) -> tuple[Autoencoder, float]:
            # The same first weights and the same order for every λ: only λ differs.
            torch.default_generator.manual_seed(seed)
            model = self._new_autoencoder(bounded=self.image_scaling == "unit")
            self.autoencoder_losses_ = train_autoencoder(
                model.to(self.device_),
                train,
                generator=torch.Generator().manual_seed(seed),
                covariance_weight=weight,
                epochs=schedule.epochs,
                batch_size=schedule.batch_size,
                verbose=self.verbose,
            )
            return model, condition_number(latent_covariance(model, test))

        if self.covariance_weight == "auto":
            model, self.condition_numbers_ = smallest_well_conditioned(train_with)
            self.covariance_weight_ = list(self.condition_numbers_)[-1]
        else:
            self.covariance_weight_ = float(self.covariance_weight)
            model, condition = train_with(self.covariance_weight_)
            self.condition_numbers_ = {self.covariance_weight_: condition}
        return model

    def _schedule(self, n: int) -> Schedule:
        """Return what "auto" stands for, with what was asked for in its place."""
        asked: dict[str, Any] = {}
        if not isinstance(self.epochs, str):
            asked["epochs"] = (int(self.epochs[0]), int(self.epochs[1]))
        for name in ("batch_size", "steps"):
            if getattr(self, name) != "auto":
                asked[name] = int(getattr(self, name))
        return replace(schedule_for(n), **asked)

    def _learn_density(
        self, features: Tensor, training: Tensor, held_out: Tensor, generator: torch.Generator
    ) -> None:
        self.history_ = History()
        if self.variant == "error":
            return
        features = self._select(features)
        schedule = self._schedule(len(training))
        moments = moments_of(features[training].split(BATCH))
        mean, covariance = moments.mean.to(self.device_), moments.covariance.to(self.device_)
        self.noise_ = GaussianNoise(mean, covariance)
        augmentation = None
        if self.variant == "cance":
            augmentation = ReconstructionAugmentation.from_moments(
                mean, covariance, self.augmentation
            )
        self.log_ratio_, self.scale_, self.history_ = train_nce(
            features[training].to(self.device_),
            self.noise_,
            Contrast(
                noise_ratio=self.noise_ratio,
                noise_objective=self.noise_objective,
                initial_scale=self.initial_scale,
                steps=schedule.steps,
                learning_rate=schedule.learning_rate,
            ),
            generator=generator,
            augmentation=augmentation,
            held_out=features[held_out].to(self.device_) if len(held_out) else None,
            verbose=self.verbose,
        )
        # Trained in float32, T is evaluated in float64: scores of far points stay distinct.
        self.log_ratio_.double()

    def _new_autoencoder(self, bounded: bool) -> Autoencoder:
        """Return one with random weights; of images, reconstructions in [0, 1] if bounded."""
        if hasattr(self, "image_shape_"):
            hidden = 256 if self.hidden is None else int(self.hidden)  # type: ignore[arg-type]
            channels = np.ravel(self.channels).tolist()
            return convolutional_autoencoder(
                self.image_shape_, self._latent_dim(), channels, hidden, bounded
            )
        widths = (64, 32) if self.hidden is None else np.atleast_1d(self.hidden).tolist()
        return dense_autoencoder(self.n_features_in_, self._latent_dim(), widths).double()

    # -- scoring --------------------------------------------------------------------------------

    def _select(self, features: Tensor) -> Tensor:
        """Return the coordinates whose density the variant estimates."""
        return features[:, :-2] if self.variant == "latnce" else features

    @torch.no_grad()
    def _score(self, features: Tensor) -> NDArray[np.float64]:
        if self.variant == "error":
            return features[:, -2].numpy()
        # In parts: T's hidden layers are 128 wide, the features often 8.
        parts = [part.to(self.device_) for part in self._select(features).split(10_000)]
        scores = [
            anomaly_score(
                self.log_ratio_(z), self.noise_.log_prob(z, self.scale_), self.noise_ratio
            )
            for z in parts
        ]
        return torch.cat(scores).cpu().numpy()

    # -- files ----------------------------------------------------------------------------------

    def _description(self) -> dict[str, Any]:
        kind = "pca" if isinstance(self.representation_, PrincipalComponents) else "autoencoder"
        parameters = self.get_params(deep=False) | {
            "representation": kind,
            "latent_dim": self.representation_.latent_dim,
            "device": str(self.device),
        }
        if isinstance(self.representation, Autoencoder):
            parameters |= _architecture(self.representation)
        if not isinstance(self.random_state, (int, np.integer)):
            parameters["random_state"] = None
        return {
            "parameters": parameters,
            "offset": self.offset_,
            "n_features_in": self.n_features_in_,
            "image_shape": getattr(self, "image_shape_", None),
            "bounded": _is_bounded(self.representation_),
            "covariance_weight": self.covariance_weight_,
            "condition_numbers": list(self.condition_numbers_.items()),
            "autoencoder_losses": self.autoencoder_losses_,
            "history": {
                name: getattr(self.history_, name)
                for name in ("step", "loss", "held_out_loss", "mass")
            },
        }

    def _check_can_be_loaded(self, description: dict[str, Any]) -> None:
        if not isinstance(self.representation_, Autoencoder):
            return
        twin = type(self)(**description["parameters"])
        twin.n_features_in_ = self.n_features_in_
        if hasattr(self, "image_shape_"):
            twin.image_shape_ = self.image_shape_
        with private_randomness(0):
            expected = twin._new_autoencoder(description["bounded"]).state_dict()
        found = self.representation_.state_dict()
        if {k: v.shape for k, v in found.items()} != {k: v.shape for k, v in expected.items()}:
            raise ValueError(
                "the representation is an autoencoder that `load` could not build again; expected "
                "one of convolutional_autoencoder or dense_autoencoder; keep its state_dict instead"
            )

    def _restore(self, tensors: dict[str, Tensor], description: dict[str, Any]) -> None:
        self.device_ = choose_device(self.device)
        self.n_features_in_ = description["n_features_in"]
        if description["image_shape"] is not None:
            self.image_shape_ = tuple(description["image_shape"])
        self.covariance_weight_ = description["covariance_weight"]
        self.condition_numbers_ = dict(description["condition_numbers"])
        self.autoencoder_losses_ = description["autoencoder_losses"]
        self.columns_ = None
        if "columns.centre" in tensors:
            self.columns_ = (tensors["columns.centre"], tensors["columns.spread"])
        with private_randomness(0):
            if self.representation == "pca":
                model: Representation = PrincipalComponents(self.n_features_in_, self._latent_dim())
            else:
                model = self._new_autoencoder(description["bounded"])
            model.load_state_dict(_under("representation.", tensors))
            self.representation_ = model.to(self.device_).eval()
            self.history_ = History(**description["history"])
            if self.variant != "error":
                self._restore_density(tensors)
        self.offset_ = description["offset"]

    def _restore_density(self, tensors: dict[str, Tensor]) -> None:
        mean, covariance = tensors["noise.mean"], tensors["noise.covariance"]
        self.noise_ = GaussianNoise(mean.to(self.device_), covariance.to(self.device_))
        self.scale_ = tensors["scale"].to(self.device_)
        network = LogRatio(mean, self.noise_.standard_deviation.cpu(), Contrast().hidden).double()
        network.load_state_dict(_under("log_ratio.", tensors))
        self.log_ratio_ = network.to(self.device_).eval()
        self.history_.scale = list(tensors["history.scale"])


def _architecture(model: Autoencoder) -> dict[str, Any]:
    """Return the channels and hidden widths that a shared autoencoder was built with."""
    layers = list(model.encoder.modules())
    channels = [layer.out_channels for layer in layers if isinstance(layer, nn.Conv2d)]
    hidden = [layer.out_features for layer in layers if isinstance(layer, nn.Linear)][:-1]
    if not channels:
        return {"hidden": hidden}
    return {"channels": channels, "hidden": hidden[0] if hidden else None}


def _is_bounded(representation: Representation) -> bool:
    """Return whether a sigmoid keeps the reconstructions in [0, 1]; a shared one may have it."""
    *_, last = representation.modules()
    return isinstance(last, nn.Sigmoid)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
