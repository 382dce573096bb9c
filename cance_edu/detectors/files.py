"""A fitted CANCE in one file, and back: what is written, and how files of before are read."""

from collections.abc import Callable, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from cance_edu.files import made_with
from cance_edu.method.autoencoder import convolutional_autoencoder, dense_autoencoder
from cance_edu.method.composite import PrincipalComponents, Representation
from cance_edu.method.nce import LogRatio
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import History
from cance_edu.training.device import choose_device
from cance_edu.training.scaling import Scaling, scaling_of
from cance_edu.training.storage import load_model, save_model

if TYPE_CHECKING:
    from cance_edu.detectors.cance import CANCE

__all__ = ["load_detector", "save_detector"]

Tensors = dict[str, Tensor]
Description = dict[str, Any]
Fitted = TypeVar("Fitted", bound="CANCE")

BUILDERS: dict[str, Callable[..., Representation]] = {
    "convolutional": convolutional_autoencoder,
    "dense": dense_autoencoder,
    "pca": PrincipalComponents,
}
"""What builds each kind of representation from the rest of its `config`."""


def save_detector(detector: "CANCE", path: str | Path) -> Path:
    """Write a fitted detector to one file; see `CANCE.save`."""
    model: Any = detector.representation_
    tensors = {f"representation.{name}": tensor for name, tensor in _rebuildable(model).items()}
    if hasattr(detector, "log_ratio_"):
        tensors |= {f"log_ratio.{k}": v for k, v in detector.log_ratio_.state_dict().items()}
        noise = detector.noise_
        tensors |= {"noise.mean": noise.mean, "noise.covariance": noise.covariance}
        tensors |= {"scale": detector.scale_, "history.scale": torch.stack(detector.history_.scale)}
    description = {
        "made_with": made_with(),
        "parameters": _parameters(detector),
        "representation": model.config,
        "image_scaling": scaling_of(model).images,
        "offset": detector.offset_,
        "n_features_in": detector.n_features_in_,
        "feature_names_in": getattr(detector, "feature_names_in_", None),
        "image_shape": getattr(detector, "image_shape_", None),
        "covariance_weight": detector.covariance_weight_,
        "condition_numbers": list(detector.condition_numbers_.items()),
        "autoencoder_losses": detector.autoencoder_losses_,
        "history": {
            name: getattr(detector.history_, name)
            for name in ("step", "loss", "held_out_loss", "mass")
        },
    }
    return save_model(path, tensors, description)


def load_detector(kind: type[Fitted], path: str | Path, device: str) -> Fitted:
    """Return the detector that `save_detector` wrote; see `CANCE.load`."""
    version, tensors, description = load_model(path)
    if version == 2:
        tensors, description = _from_format_2(tensors, description)
    parameters = _known(description, kind().get_params(deep=False).keys(), path)
    detector = kind(**parameters | {"device": device})
    detector.variant_, detector.noise_ratio_ = detector.variant, detector.noise_ratio
    detector.n_features_in_ = description["n_features_in"]
    if description["feature_names_in"] is not None:
        detector.feature_names_in_ = np.array(description["feature_names_in"], dtype=object)
    if description["image_shape"] is not None:
        detector.image_shape_ = tuple(description["image_shape"])
    detector.device_ = choose_device(device, images=description["image_shape"] is not None)
    detector.representation_ = _built(description, _under("representation.", tensors))
    detector.covariance_weight_ = description["covariance_weight"]
    detector.condition_numbers_ = dict(description["condition_numbers"])
    detector.autoencoder_losses_ = description["autoencoder_losses"]
    detector.history_ = History(**description["history"])
    if "scale" in tensors:
        detector.noise_ = GaussianNoise(tensors["noise.mean"], tensors["noise.covariance"])
        detector.scale_ = tensors["scale"]
        detector.log_ratio_ = LogRatio.from_weights(_under("log_ratio.", tensors))
        detector.history_.scale = list(tensors["history.scale"])
    detector.offset_ = description["offset"]
    return detector


def _parameters(detector: "CANCE") -> Description:
    """Return the parameters with which a loaded detector can be fitted again."""
    model: Any = detector.representation_
    parameters = detector.get_params(deep=False) | {
        "representation": "pca" if model.config["kind"] == "pca" else "autoencoder",
        "latent_dim": model.latent_dim,
        "variant": detector.variant_,
        "noise_ratio": detector.noise_ratio_,
        "device": str(detector.device),
    }
    if not isinstance(detector.representation, str):
        widths = {"channels", "hidden"} & model.config.keys()
        parameters |= {name: model.config[name] for name in widths}
    if not isinstance(detector.random_state, (int, np.integer)):
        parameters["random_state"] = None
    return parameters


def _known(description: Description, names: Set[str], path: str | Path) -> Description:
    """Return the parameters in a file, all of which this version has.

    Raises
    ------
    ValueError
        If a later version wrote one that is not known here.
    """
    unknown = sorted(description["parameters"].keys() - names)
    if unknown:
        raise ValueError(
            f"{path} was written by cance_edu {description['made_with'].get('cance-edu')}, whose "
            f"CANCE has the parameters {unknown}, which this version does not know: load it with "
            "the version that wrote it"
        )
    # JSON knows lists, but no tuples.
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in description["parameters"].items()
    }


def _rebuildable(model: Any) -> Tensors:
    """Return the weights of a representation that can be built again from its config.

    Raises
    ------
    ValueError
        If it has no config, or was changed after it was built.
    """
    config = getattr(model, "config", None)
    weights: Tensors = model.state_dict() if config else {}
    network = {name: w.shape for name, w in weights.items() if not name.startswith("scaling.")}
    if config is None or network != {k: w.shape for k, w in _empty(config).state_dict().items()}:
        raise ValueError(
            "the representation is one that `load` could not build again; expected principal "
            "components, or an autoencoder of convolutional_autoencoder or dense_autoencoder, "
            "unchanged: keep its state_dict instead"
        )
    return weights


def _empty(config: Description) -> Any:
    """Return a representation that has shapes, but no weights: none are drawn."""
    rest = {name: value for name, value in config.items() if name != "kind"}
    with torch.device("meta"):
        return BUILDERS[config["kind"]](**rest)


def _built(description: Description, weights: Tensors) -> Representation:
    """Return the representation with these weights, in evaluation mode."""
    model = _empty(description["representation"])
    scaling = _under("scaling.", weights)
    model.scaling = Scaling(description["image_scaling"], **scaling)
    model.load_state_dict(weights, assign=True)
    # A file holds no order in memory; the convolutions' own is set again.
    return model.to(memory_format=torch.channels_last).eval()


def _from_format_2(tensors: Tensors, description: Description) -> tuple[Tensors, Description]:
    """Return what format 3 would have written: how the representation was built, its scaling."""
    renamed = {
        "columns.centre": "representation.scaling.centre",
        "columns.spread": "representation.scaling.spread",
    }
    images = description["image_shape"] is not None
    return {renamed.get(name, name): tensor for name, tensor in tensors.items()}, description | {
        "made_with": {},
        "feature_names_in": None,
        "image_scaling": description["parameters"]["image_scaling"] if images else "unit",
        "representation": _config_of(_under("representation.", tensors), description),
    }


def _config_of(weights: Tensors, description: Description) -> Description:
    """Read off its weights how a representation of format 2 was built."""
    if "components" in weights:
        latent_dim, n_features = weights["components"].shape
        return {"kind": "pca", "n_features": n_features, "latent_dim": latent_dim}
    layers = [w for k, w in weights.items() if k.startswith("encoder.0.") and k.endswith("weight")]
    channels = [len(w) for w in layers if w.ndim == 4]
    *hidden, latent_dim = [len(w) for w in layers if w.ndim == 2]
    if not channels:
        n_features = layers[0].shape[1]
        rest = {"n_features": n_features, "latent_dim": latent_dim, "hidden": hidden}
        return {"kind": "dense", **rest}
    return {
        "kind": "convolutional",
        "image_shape": description["image_shape"],
        "latent_dim": latent_dim,
        "channels": channels,
        "hidden": hidden[0],
        "bounded": description["bounded"],
    }


def _under(prefix: str, tensors: Tensors) -> Tensors:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
