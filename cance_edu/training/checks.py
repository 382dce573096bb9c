"""What is wrong with inputs, said before any training: their shape, and each of their values."""

import numpy as np
import torch
from torch import Tensor

from cance_edu.method.moments import moments_of
from cance_edu.training.sources import Source, unequal

__all__ = ["check_images", "check_table", "column_moments"]


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
        finite or leaves [0, 1]; or, when nothing is expected yet, if the shape can only be a
        mistake, or all images are one constant.
    """
    if len(source) == 0:
        raise ValueError("got 0 images (n_samples = 0); expected at least 1")
    shape = source.shape
    if expected is None:
        _check_axes(source)
    elif shape != expected:
        raise ValueError(
            f"got images of shape {shape}, but the detector was fitted on {expected} (channels, "
            f"height, width); {_advice(shape, expected)}"
        )
    lowest, highest = np.inf, -np.inf
    for rows in source.batch_rows():
        batch = source.raw(rows)
        if batch.shape[1:] != shape:
            raise ValueError(unequal(int(rows[0]), batch.shape[1:], 0, shape))
        low, high = check_values(batch, int(rows[0]))
        lowest, highest = min(lowest, low), max(highest, high)
    if expected is None:
        _check_range(source, lowest, highest)
    return shape


def _check_axes(source: Source) -> None:
    """Refuse images whose axes can only be in the wrong order, or be those of one picture."""
    if len(source.shape) != 3:
        raise ValueError(
            f"got images of shape {source.shape}; expected (channels, height, width), that is an "
            "array (n, channels, height, width) or (n, height, width)"
        )
    channels, height, width = source.shape
    if getattr(source.data, "ndim", 4) == 3 and width in (3, 4) and height > 4:
        raise ValueError(
            f"got an array of shape {tuple(source.data.shape)}: this looks like one picture "
            "(height, width, channels); expected many, (n, channels, height, width): put them "
            "together by np.stack, and pass np.moveaxis(X, -1, 1). Grey images so narrow are "
            "passed as X[:, None]"
        )
    if channels > 4 and (width <= 4 or width < min(channels, height)):
        raise ValueError(
            f"got images of shape {source.shape}; expected (channels, height, width), and this "
            "looks like (height, width, channels): pass np.moveaxis(X, -1, 1)"
        )
    if channels > max(4, min(height, width)):
        raise ValueError(
            f"got images of {channels} channels and {height} x {width} pixels; expected (channels, "
            "height, width) with no more channels than pixels along a side: put the axes in order, "
            "or pass features of another network as a table, X.reshape(len(X), -1)"
        )


def _advice(shape: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Say how images of another shape may become those that a detector was fitted on."""
    if shape == (*expected[1:], expected[0]):
        return "these look like (height, width, channels): pass np.moveaxis(X, -1, 1)"
    if shape == (1, *expected[1:]):
        return "these are grey: a single image is passed as X[None]; others convert to colour"
    return "resize or convert them, or fit a new detector"


def _check_range(source: Source, lowest: float, highest: float) -> None:
    """Refuse images from which nothing can be learned."""
    if lowest == highest:
        raise ValueError(
            f"all {len(source)} images are the constant {lowest:g}; there is nothing to learn from"
        )
    if highest < 1.5 / 255 and source.kept(torch.tensor([0])).dtype == torch.uint8:
        raise ValueError(
            "got 8-bit images of 0 and 1 alone; 8-bit images are divided by 255, and these would "
            "be all but black: pass X.astype(bool), or X.astype(np.float32)"
        )


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


def check_values(batch: Tensor, first: int) -> tuple[float, float]:
    """Return the least and the largest value of some images, or name the first that is wrong.

    Parameters
    ----------
    batch : tensor of shape (n, channels, height, width)
        Images, in [0, 1].
    first : int
        Number of the first of them, for the message.

    Raises
    ------
    ValueError
        If a value is not finite, or leaves [0, 1].
    """
    if not torch.is_floating_point(batch):
        batch = batch.float()
    for wrong, what, advice in (
        (~batch.isfinite(), "NaN or infinity", "remove or repair such images"),
        (
            (batch < 0) | (batch > 1),
            "a value outside [0, 1]",
            "divide by the largest value that images of this kind can have; those of 8 bits, as "
            "np.uint8, are divided by 255 for you",
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
