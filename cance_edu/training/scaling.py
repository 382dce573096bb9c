"""How inputs are scaled before they are encoded: a part of the representation, kept with it."""

from typing import Any, Literal

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from cance_edu.training.sources import Source

__all__ = [
    "ImageScaling",
    "Scaling",
    "in_own_units",
    "scaling_of",
    "scaling_of_columns",
    "standardize",
]

ImageScaling = Literal["unit", "standardized", "raw-error"]


def standardize(images: Tensor) -> Tensor:
    """Return each image minus its mean, over its standard deviation; a constant one gives zeros.

    Parameters
    ----------
    images : tensor of shape (n, ...)

    Returns
    -------
    tensor of shape (n, ...)
        Each image with mean 0 and (biased) standard deviation 1.
    """
    flat = images.flatten(1)
    centred = flat - flat.mean(1, keepdim=True)
    deviation = centred.square().mean(1, keepdim=True).sqrt()
    # Round-off leaves a constant image a deviation of about 1e-8, which must not be divided by.
    return torch.where(deviation > 1e-6, centred / deviation, 0.0).reshape(images.shape)


def in_own_units(images: Tensor, standardized: Tensor) -> Tensor:
    """Return reconstructions of standardised images, scaled back to their images.

    Parameters
    ----------
    images : tensor of shape (n, channels, height, width)
        As they are.
    standardized : tensor of shape (n, channels, height, width)
        Their reconstructions, as an autoencoder of standardised images gives them.

    Returns
    -------
    tensor of shape (n, channels, height, width)
        Each multiplied by its image's deviation, and its image's mean added.
    """
    mean = images.mean((1, 2, 3), keepdim=True)
    deviation = images.std((1, 2, 3), correction=0, keepdim=True)
    return standardized * deviation + mean


class Scaling(nn.Module):
    """What is done to inputs before a representation encodes them.

    Parameters
    ----------
    images : {"unit", "standardized", "raw-error"}
        Images as they are; or each with mean 0 and deviation 1; or so for the encoder alone, while
        the error and the cosine are those of the images as they are.
    centre, spread : tensor of shape (columns,), optional
        For tables: what is subtracted from each column, and what it is then divided by.
    """

    centre: Tensor | None
    spread: Tensor | None

    def __init__(
        self,
        images: ImageScaling = "unit",
        centre: Tensor | None = None,
        spread: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.images = images
        self.register_buffer("centre", centre)
        self.register_buffer("spread", spread)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return inputs, shape (n, ...), as the encoder takes them."""
        if self.centre is not None and self.spread is not None:
            return (inputs - self.centre) / self.spread
        scaled = inputs if self.images == "unit" else standardize(inputs)
        # The order in memory that convolutions work in; else each brings the batch into it.
        return scaled.contiguous(memory_format=torch.channels_last) if scaled.ndim == 4 else scaled

    def encodes_like(self, other: "Scaling") -> bool:
        """Return whether an encoder is given images as it is by another scaling."""
        return (self.images == "unit") == (other.images == "unit")

    def compared(
        self, inputs: Tensor, scaled: Tensor, reconstructions: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the x and x' whose error and cosine are z_e and z_c, in the same units.

        Parameters
        ----------
        inputs, scaled : tensor of shape (n, ...)
            As they are, and as the encoder took them.
        reconstructions : tensor of shape (n, ...)
            Of the scaled ones.
        """
        if self.images == "raw-error":
            return inputs, in_own_units(inputs, reconstructions)
        return scaled, reconstructions


def scaling_of(representation: Any) -> Scaling:
    """Return how a representation's inputs are scaled: not at all, if it does not say."""
    scaling: Scaling | None = getattr(representation, "scaling", None)
    return Scaling() if scaling is None else scaling


def scaling_of_columns(source: Source) -> Scaling:
    """Return what gives each column of a table mean 0 and standard deviation 1.

    Parameters
    ----------
    source : Source
        A table, one batch of which is held in memory.

    Returns
    -------
    Scaling
        A column that is constant up to round-off is only centred.

    Raises
    ------
    ValueError
        If all rows are the same, or a column's variance is no float64.
    """
    first, same, moments = source.raw(torch.tensor([0])), True, StandardScaler()
    with np.errstate(over="ignore", invalid="ignore"):  # named below
        for rows in source.batch_rows():
            batch = source.raw(rows)
            same = same and bool((batch == first).all())
            moments.partial_fit(batch.double().numpy())
    if same:
        raise ValueError(f"all {len(source)} rows are the same; there is nothing to learn from")
    if not np.isfinite(moments.var_).all():
        column = int(np.flatnonzero(~np.isfinite(moments.var_))[0])
        raise ValueError(
            f"the variance of column {column} is too large for a float64 (above 1e308): divide "
            "the column by a power of ten, or take its logarithm"
        )
    return Scaling("unit", torch.from_numpy(moments.mean_), torch.from_numpy(moments.scale_))
