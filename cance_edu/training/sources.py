"""Inputs in batches, whatever they are kept in: arrays, memory maps, tensors or torch data sets.

A source never holds more than a batch, so training and scoring work on sets that are larger than
memory. What is wrong with inputs is said by `cance_edu.training.checks`.
"""

import copy
import math
import mmap
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cance_edu.training.device import sent

__all__ = ["Source", "gathered", "is_array", "is_images"]

BATCH = 1000
"""The most rows of a batch in which data are looked at, or scored."""

BATCH_BYTES = 32 * 2**20
"""The most bytes of such a batch; what a network makes of it takes up to eight times as many."""

AT_HAND_BYTES = 2**30
"""The most bytes of data, as a network takes them, that a fit keeps on its device; the part of them
that it trains on is there once more."""


def is_images(data: Any) -> bool:
    """Return whether the data are images: a data set of items, or an array of 3 or 4 dimensions."""
    return not is_array(data) or data.ndim in (3, 4)


def is_array(data: Any) -> bool:
    """Return whether the data are an array of some library, and not items to be asked for."""
    return hasattr(data, "ndim")


class Source:
    """Rows of data, given out in batches as tensors on a device.

    Parameters
    ----------
    data : array, numpy.memmap, tensor or torch Dataset
        Images (n, channels, height, width) or (n, height, width), or a table (n, features). The
        items of a Dataset are images, or tuples that begin with one. Images of 8 bits (uint8) are
        divided by 255 as they are read.
    device : str
        Where the batches go.
    """

    look: Callable[[Tensor, Tensor], object] | None = None
    there: Tensor | None = None  # all its rows, on the device

    def __init__(self, data: Any, device: str = "cpu") -> None:
        self.data, self.device, self.images = data, device, is_images(data)
        self.rows = torch.arange(len(data))

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of one row; images have their channel axis."""
        if not is_array(self.data):
            return tuple(self._own(torch.tensor([0])).shape[1:])
        shape = tuple(self.data.shape[1:])
        return (1, *shape) if self.images and len(shape) == 2 else shape

    def subset(self, rows: Tensor) -> "Source":
        """Return a source of some of the rows."""
        part = copy.copy(self)
        part.rows = self.rows[rows]
        if self.there is not None:
            part.there = self.there[sent(rows, self.device)]
        return part

    def on(self, device: str) -> "Source":
        """Return a source whose batches go elsewhere."""
        moved = copy.copy(self)
        moved.device, moved.there = device, None
        return moved

    def at_hand(self) -> "Source":
        """Return a source whose rows are on the device already, if they are small and in memory.

        A class of MNIST is 18 MiB: batch by batch, a GPU would be sent the same 6,000 images in
        each of a hundred epochs, and wait for each batch to be put together. Large data may not fit
        beside the network, and what lies in a file, or is made item by item, may be large: of these
        it gets a batch at a time.
        """
        kept = isinstance(self.data, Tensor) or (is_array(self.data) and not _is_read(self.data))
        if self.device == "cpu" or not kept or len(self) * self._row_bytes > AT_HAND_BYTES:
            return self
        near = copy.copy(self)
        near.there = gathered(self.batches(), len(self))
        return near

    def looked_at(self, look: Callable[[Tensor, Tensor], object]) -> "Source":
        """Return a source that shows each batch, with its row numbers, as it is read."""
        watched = copy.copy(self)
        watched.look = look
        return watched

    def kept(self, rows: Tensor) -> Tensor:
        """Return rows as they are kept."""
        chosen = self.rows[rows]
        if not is_array(self.data):
            return _stack([(int(row), self.data[int(row)]) for row in chosen])
        if isinstance(self.data, Tensor):
            return self.data[chosen.to(self.data.device)].detach()
        if not _is_read(self.data):
            return _tensor(self.data[chosen.numpy()])
        # Forwards, as a disk likes it and HDF5 demands it; then back in the order asked for.
        order = chosen.argsort()
        return _tensor(self.data[chosen[order].numpy()])[order.argsort()]

    def _own(self, rows: Tensor) -> Tensor:
        batch = self.kept(rows)
        if not self.images:
            return batch
        # As torchvision's ToTensor does: of 8 bits, and of no other integers, the white is known.
        batch = batch.float() / 255 if batch.dtype == torch.uint8 else batch
        return batch[:, None] if batch.ndim == 3 else batch

    def raw(self, rows: Tensor) -> Tensor:
        """Return rows in their own units; images with their channel axis, those of 8 bits / 255."""
        batch = self._own(rows)
        if self.look is not None:
            self.look(batch, rows)
        return batch

    def batch(self, rows: Tensor) -> Tensor:
        """Return rows in a network's precision, float32 images or float64 tables, on the device."""
        if self.there is not None:
            return self.there[sent(rows, self.device)]
        # In that precision before: a tensor that is converted on its way is not pinned.
        batch = self.raw(rows).to(torch.float32 if self.images else torch.float64)
        return sent(batch, self.device)

    @property
    def _row_bytes(self) -> int:
        return max(1, math.prod(self.shape) * (4 if self.images else 8))

    @property
    def _batch_size(self) -> int:
        """A thousand rows, or fewer large ones."""
        return max(1, min(BATCH, BATCH_BYTES // self._row_bytes))

    def batch_rows(self) -> Iterator[Tensor]:
        """Give out the numbers of all rows, in order: a thousand at a time, or fewer large ones."""
        yield from torch.arange(len(self)).split(self._batch_size)

    def batches(self) -> Iterator[Tensor]:
        """Give out all rows, in order."""
        if self.there is None:
            yield from map(self.batch, self.batch_rows())
        else:
            yield from self.there.split(self._batch_size)

    def numbered(self, batches: Iterable[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Give out batches of rows, each with its rows' numbers: both on the device.

        The numbers of all are sent at once: an index in main memory would be copied, and waited
        for, at each use.
        """
        here = tuple(batches)
        numbers = sent(torch.cat(here), self.device).split([len(rows) for rows in here])
        for rows, there in zip(here, numbers, strict=True):
            yield self.batch(rows if self.there is None else there), there

    def shuffled_rows(self, number: int, generator: torch.Generator) -> Iterator[Tensor]:
        """Give out the numbers of all rows, at random in a number of batches of equal size."""
        for rows in torch.randperm(len(self), generator=generator).tensor_split(number):
            yield rows.sort().values


def gathered(batches: Iterator[Tensor], n: int) -> Tensor:
    """Return n rows that come in batches as one tensor, which is there before they come.

    Kept one by one, small batches would lie among the large tensors that were freed since, and the
    memory of those could not be used again: by features of 60,000 images it grew by 96 MiB.

    Raises
    ------
    ValueError
        If fewer come: the rest would be what lay in that memory before.
    """
    first = next(batches)
    whole = first.new_empty((n, *first.shape[1:]))
    start = 0
    for batch in chain([first], batches):
        whole[start : start + len(batch)] = batch
        start += len(batch)
    if start != n:
        raise ValueError(f"the batches hold {start} rows; expected {n}, as many as the inputs")
    return whole


def _is_read(data: Any) -> bool:
    """Return whether rows are read from a file: a memory map, a view of one, HDF5, zarr."""
    if not isinstance(data, np.ndarray):
        return True
    while isinstance(data, np.ndarray) and not isinstance(data, np.memmap):
        data = data.base
    return isinstance(data, (np.memmap, mmap.mmap))


def _tensor(array: np.ndarray[Any, Any]) -> Tensor:
    """Return an array as a tensor, copied where torch must: read-only, or of other byte order."""
    return torch.from_numpy(np.require(array, array.dtype.newbyteorder("="), ["C", "W"]))


def _stack(items: list[tuple[int, Any]]) -> Tensor:
    """Put numbered items of a data set, images or tuples that begin with one, in a batch."""
    images = []
    for row, item in items:
        image = item[0] if isinstance(item, (tuple, list)) else item
        if not hasattr(image, "shape") and not hasattr(image, "__array_interface__"):
            raise TypeError(
                f"item {row} of the data set is a {type(image).__name__}; expected an image as "
                "tensor or array, or a tuple that begins with one"
            )
        images.append(image if isinstance(image, Tensor) else _tensor(np.asarray(image)))
        if images[-1].shape != images[0].shape:
            raise ValueError(unequal(row, images[-1].shape, items[0][0], images[0].shape))
    return torch.stack(images)


def unequal(row: int, shape: tuple[int, ...], other_row: int, other: tuple[int, ...]) -> str:
    """Say which two images differ in shape."""
    return (
        f"image {row} has shape {tuple(shape)}, but image {other_row} {tuple(other)}; resize or "
        "convert them to one shape"
    )
