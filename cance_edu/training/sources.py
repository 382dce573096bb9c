"""Inputs in batches, whatever they are kept in: arrays, memory maps, tensors or torch data sets.

A source never holds more than a batch, so training and scoring work on sets that are larger than
memory. `check_images` and `check_table` look at all of them before any training, and say what is
wrong.
"""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from cance_edu.datasets import FolderImages
from cance_edu.method.moments import moments_of

__all__ = [
    "ImageScaling",
    "Source",
    "check_images",
    "check_table",
    "column_moments",
    "is_images",
    "standardize",
]

ImageScaling = Literal["unit", "standardized", "raw-error"]

BATCH = 1000
DATASET_TYPES = (Dataset, FolderImages)


def is_images(data: Any) -> bool:
    """Return whether the data are images: a torch data set, or an array of 3 or 4 dimensions."""
    return isinstance(data, DATASET_TYPES) or getattr(data, "ndim", 2) in (3, 4)


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


class Source:
    """Rows of data, given out in batches as tensors on a device.

    Parameters
    ----------
    data : array, numpy.memmap, tensor or torch Dataset
        Images (n, channels, height, width) or (n, height, width), or a table (n, features). The
        items of a Dataset are images, or tuples that begin with one.
    device : str
        Where the batches go.
    scaling : {"unit", "standardized", "raw-error"}
        For images: as they are, or each with mean 0 and deviation 1 (the last two).
    rows : tensor of int, optional
        Which rows there are; all of them unless told.
    columns : (tensor, tensor), optional
        For tables: what is subtracted from each column, and what it is then divided by.

    Raises
    ------
    TypeError
        If a torch Dataset has no length.
    """

    def __init__(
        self,
        data: Any,
        device: str = "cpu",
        scaling: ImageScaling = "unit",
        rows: Tensor | None = None,
        columns: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        if isinstance(data, Dataset) and not hasattr(data, "__len__"):
            raise TypeError(
                f"got a {type(data).__name__} without a length; expected a map-style Dataset, "
                "whose items can be read in any order"
            )
        self.data, self.device, self.scaling, self.columns = data, device, scaling, columns
        self.images = is_images(data)
        self.rows = torch.arange(len(data)) if rows is None else rows

    def __len__(self) -> int:
        return len(self.rows)

    def subset(self, rows: Tensor) -> "Source":
        """Return a source of some of the rows."""
        return Source(self.data, self.device, self.scaling, self.rows[rows], self.columns)

    def raw(self, rows: Tensor) -> Tensor:
        """Return rows as they are kept; images get their channel axis."""
        chosen = self.rows[rows]
        if isinstance(self.data, DATASET_TYPES):
            batch = _stack([(int(row), self.data[int(row)]) for row in chosen])
        elif isinstance(self.data, Tensor):
            batch = self.data[chosen.to(self.data.device)].detach()
        else:
            batch = torch.from_numpy(np.ascontiguousarray(self.data[chosen.numpy()]))
        return batch[:, None] if self.images and batch.ndim == 3 else batch

    def batch(self, rows: Tensor) -> Tensor:
        """Return rows ready for a network: float32 images or float64 tables, on the device."""
        batch = self.raw(rows)
        if not self.images:
            table = batch.double()
            centre, spread = self.columns or (0.0, 1.0)
            return ((table - centre) / spread).to(self.device)
        images = batch.to(self.device, torch.float32)
        return images if self.scaling == "unit" else standardize(images)

    def in_own_units(self, rows: Tensor, standardized: Tensor) -> tuple[Tensor, Tensor]:
        """Return images as they are, and their standardised reconstructions scaled back to them.

        Parameters
        ----------
        rows : tensor of int, shape (n,)
            Which images.
        standardized : tensor of shape (n, channels, height, width)
            Their reconstructions, as an autoencoder of standardised images gives them.

        Returns
        -------
        images, reconstructions : tensor of shape (n, channels, height, width)
            On the device. A reconstruction is multiplied by its image's deviation, and the image's
            mean is added.
        """
        images = self.raw(rows).to(self.device, torch.float32)
        mean = images.mean((1, 2, 3), keepdim=True)
        deviation = images.std((1, 2, 3), correction=0, keepdim=True)
        return images, standardized * deviation + mean

    def batch_rows(self) -> Iterator[Tensor]:
        """Give out the numbers of all rows, in order, a thousand at a time."""
        yield from torch.arange(len(self)).split(BATCH)

    def batches(self) -> Iterator[Tensor]:
        """Give out all rows, in order."""
        for rows in self.batch_rows():
            yield self.batch(rows)

    def shuffled_batches(self, number: int, generator: torch.Generator) -> Iterator[Tensor]:
        """Give out all rows in a random order, in a number of batches of equal size."""
        order = torch.randperm(len(self), generator=generator)
        for rows in order.tensor_split(number):
            # Sorted within the batch, a memory map is read forwards.
            yield self.batch(rows.sort().values)


def check_images(source: Source, expected: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """Look at every image once; return the shape of one, (channels, height, width).

    Parameters
    ----------
    source : Source
        The images.
    expected : (channels, height, width), optional
        The shape that a fitted detector knows.

    Raises
    ------
    ValueError
        If there are none, or one has another shape than the first or the expected one, is not
        finite or leaves [0, 1]; or, when nothing is expected yet, if all images are one constant.
    """
    if len(source) == 0:
        raise ValueError("got 0 images (n_samples = 0); expected at least 1")
    shape = tuple(source.raw(torch.tensor([0])).shape[1:])
    if len(shape) != 3:
        raise ValueError(
            f"got images of shape {shape}; expected (channels, height, width), that is an array "
            "(n, channels, height, width) or (n, height, width)"
        )
    if expected is not None and shape != expected:
        raise ValueError(
            f"got images of shape {shape}, but the detector was fitted on {expected} (channels, "
            "height, width); resize or convert them, or fit a new detector"
        )
    lowest, highest = np.inf, -np.inf
    for rows in source.batch_rows():
        batch = source.raw(rows)
        if batch.shape[1:] != shape:
            raise ValueError(_unequal(int(rows[0]), batch.shape[1:], 0, shape))
        low, high = _check_values(batch, int(rows[0]))
        lowest, highest = min(lowest, low), max(highest, high)
    if expected is None and lowest == highest:
        raise ValueError(
            f"all {len(source)} images are the constant {lowest:g}; there is nothing to learn from"
        )
    return shape


def check_table(source: Source) -> None:
    """Look at every row of a table once.

    Parameters
    ----------
    source : Source
        The table.

    Raises
    ------
    ValueError
        If a number is NaN or infinite; the first one is named.
    """
    for rows in source.batch_rows():
        wrong = ~(batch := source.raw(rows)).isfinite()
        if wrong.any():
            row, column = wrong.nonzero()[0].tolist()
            raise ValueError(
                f"row {int(rows[0]) + row}, column {column} is NaN or infinity "
                f"({batch[row, column]:g}); expected finite numbers: remove such rows, or impute"
            )


def column_moments(source: Source) -> tuple[Tensor, Tensor]:
    """Return what standardises a table's columns, as `Source` takes it.

    Parameters
    ----------
    source : Source
        A table, one batch of which is held in memory.

    Returns
    -------
    (tensor, tensor)
        Each column's mean and standard deviation; the latter is 1 for a constant column.

    Raises
    ------
    ValueError
        If all rows are the same.
    """
    moments = moments_of(source.raw(rows) for rows in source.batch_rows())
    deviation = moments.covariance.diag().sqrt()
    # Round-off leaves a constant column a small deviation, which must not be divided by.
    varies = deviation > 1e-12 * moments.mean.abs()
    if not varies.any():
        raise ValueError(f"all {len(source)} rows are the same; there is nothing to learn from")
    return moments.mean, torch.where(varies, deviation, 1.0)


def _stack(items: list[tuple[int, Any]]) -> Tensor:
    """Put numbered items of a torch data set, images or tuples that begin with one, in a batch."""
    images = []
    for row, item in items:
        image = item[0] if isinstance(item, (tuple, list)) else item
        if not hasattr(image, "shape") and not hasattr(image, "__array_interface__"):
            raise TypeError(
                f"item {row} of the data set is a {type(image).__name__}; expected an image as "
                "tensor or array, or a tuple that begins with one"
            )
        images.append(torch.as_tensor(image if hasattr(image, "shape") else np.asarray(image)))
        if images[-1].shape != images[0].shape:
            raise ValueError(_unequal(row, images[-1].shape, items[0][0], images[0].shape))
    return torch.stack(images)


def _unequal(row: int, shape: tuple[int, ...], other_row: int, other: tuple[int, ...]) -> str:
    return (
        f"image {row} has shape {tuple(shape)}, but image {other_row} {tuple(other)}; resize or "
        "convert them to one shape"
    )


def _check_values(batch: Tensor, first: int) -> tuple[float, float]:
    if not torch.is_floating_point(batch):
        batch = batch.float()
    for wrong, what, advice in (
        (~batch.isfinite(), "NaN or infinity", "remove or repair such images"),
        (
            (batch < 0) | (batch > 1),
            "a value outside [0, 1]",
            "divide 8-bit images by 255 (ToTensor() in a torchvision Dataset does)",
        ),
    ):
        if wrong.any():
            row = int(wrong.flatten(1).any(1).nonzero()[0])
            value = batch[row][wrong[row]][0].item()
            raise ValueError(
                f"image {first + row} has {what} ({value:g}); expected finite values in [0, 1]: "
                f"{advice}"
            )
    return batch.min().item(), batch.max().item()
