"""The composite features of a whole data set, batch by batch (Sec. 3.2)."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from cance_edu.method.composite import Representation, composite
from cance_edu.training.device import on_device
from cance_edu.training.scaling import Scaling, scaling_of
from cance_edu.training.sources import Source, gathered

__all__ = ["composite_features", "fitted_before"]


def composite_features(representation: Representation, source: Source) -> Tensor:
    """Return the composite features of all inputs, computed batch by batch: z = C(x).

    Parameters
    ----------
    representation : Representation
        A trained autoencoder or principal components. Its `scaling`, if it has one, says how inputs
        are scaled before they are encoded, and in which units z_e and z_c are.
    source : Source
        The inputs, as they are.

    Returns
    -------
    tensor of shape (n, latent_dim + 2)
        float64, in main memory.
    """
    network = on_device(representation, source.device)
    scaling = scaling_of(network)

    @torch.inference_mode()
    def features_of(batch: Tensor) -> Tensor:
        inputs = scaling(batch)
        latent = network.encode(inputs)
        reconstructions = network.decode(latent).reshape(inputs.shape)
        compared = scaling.compared(batch, inputs, reconstructions)
        # In float64: of an image of low contrast, z_c in float32 would be round-off alone. CUDA's
        # GPUs, which `choose_device` admits alone, have it, Apple's MPS has not. Slow on most, but
        # for a few sums over an image: the network before them stays in float32.
        return composite(*(part.double() for part in (latent, *compared))).cpu()

    return gathered(map(features_of, source.batches()), len(source))


def fitted_before(given: Any, scaling: Scaling, inputs: Source) -> Representation:
    """Return a copy of a representation that was fitted before, ready to encode these inputs.

    Parameters
    ----------
    given : Representation
        With a `scaling` of its own, that is kept.
    scaling : Scaling
        What it gets if it has none. Of images it also says in which units the error is measured.
    inputs : Source
        What it is to encode.

    Raises
    ------
    ValueError
        If it was trained on images that were scaled otherwise, or does not take these inputs.
    """
    copied = copy.deepcopy(given)
    if isinstance(copied, nn.Module):
        copied = copied.cpu().eval()
    if getattr(copied, "scaling", None) is None:
        copied.scaling = scaling
    if not copied.scaling.encodes_like(scaling):
        raise ValueError(
            f"image_scaling is {scaling.images!r}, but the given representation was trained on "
            f"images scaled {copied.scaling.images!r}; pass image_scaling={copied.scaling.images!r}"
        )
    copied.scaling.images = scaling.images  # the encoder sees the same; z_e and z_c may not
    try:
        composite_features(copied, inputs.subset(torch.tensor([0])))
    except RuntimeError as error:
        raise ValueError(
            f"the given representation does not take these inputs ({error}); expected one that "
            "was fitted on inputs of the same shape"
        ) from error
    return copied
