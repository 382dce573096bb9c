"""The composite features of a whole data set, batch by batch (Sec. 3.2)."""

import torch
from torch import Tensor

from cance_edu.method.composite import Representation, composite
from cance_edu.training.sources import Source

__all__ = ["composite_features"]


@torch.no_grad()
def composite_features(representation: Representation, source: Source) -> Tensor:
    """Return the composite features of all inputs, computed batch by batch: z = C(x).

    Parameters
    ----------
    representation : Representation
        A trained autoencoder or principal components.
    source : Source
        The inputs. Of images scaled "raw-error" the latents are those of the standardised images,
        the error and the cosine those of the images as they are.

    Returns
    -------
    tensor of shape (n, latent_dim + 2)
        float64, in main memory.
    """
    features = []
    for rows in source.batch_rows():
        inputs = source.batch(rows)
        latent = representation.encode(inputs)
        reconstructions = representation.decode(latent).reshape(inputs.shape)
        if source.images and source.scaling == "raw-error":
            inputs, reconstructions = source.in_own_units(rows, reconstructions)
        features.append(composite(latent, inputs, reconstructions).double().cpu())
    return torch.cat(features)
