"""What is wrong with inputs, said before any training: their shape, and each of their values."""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from cance_edu.training.sources import Source, unequal

__all__ = ["check_features", "check_images", "check_table", "look_at"]


def check_images(source: Source) -> tuple[int, ...]:
    """Look at every image once; return the shape of one, (channels, height, width).

    Parameters
    ----------
    source : Source
        Images to learn from.

    Raises
    ------
    ValueError
        If there are none, or their shape can only be a mistake; if one has another shape than the
        first, is not finite or leaves [0, 1]; or if all images are one constant.
    """
    _check_any(source)
    _check_axes(source)
    lowest, highest = np.inf, -np.inf
    for rows in source.batch_rows():
        low, high = _image_range(source.raw(rows), rows, source.shape)
        lowest, highest = min(lowest, low), max(highest, high)
    _check_range(source, lowest, highest)
    return source.shape


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
        _check_finite(source.raw(rows), rows)


def check_features(features: Tensor, training: Tensor, inputs: Tensor, variant: str) -> None:
    """Look at all composite features, and at z_e and z_c of the training inputs.

    Parameters
    ----------
    features : tensor of shape (n, d + 2)
        The composite features of all inputs.
    training : tensor of int
        The rows of those that are trained on.
    inputs : tensor of shape (m, ...)
        Some of the inputs, as they were encoded.
    variant : str
        "latnce" needs neither; "error" needs z_e alone, which may be constant.

    Raises
    ------
    ValueError
        If a feature is not finite, if there is no error, or one of the two is constant and has no
        density.
    """
    wrong = ~features.isfinite()
    if wrong.any():
        row, column = wrong.nonzero()[0].tolist()
        raise ValueError(
            f"composite feature {column} of input {row} is {features[row, column]:g}; expected "
            "finite numbers: take a representation whose latents and reconstructions are, and "
            "inputs whose squares are"
        )
    features = features[training]
    if variant == "latnce":
        return
    # In whatever units: an error of so small a part of the inputs' size is round-off alone.
    if features[:, -2].max() < 1e-20 * inputs.double().square().mean().item():
        raise ValueError(
            f"{features.shape[1] - 2} latents reconstruct the data exactly, so there is no error "
            "to learn from: lower latent_dim, or take variant 'latnce'"
        )
    for name, column in (("z_e", -2), ("z_c", -1)):
        lowest, highest = features[:, column].aminmax()
        if variant != "error" and lowest == highest:
            raise ValueError(
                f"{name} is {lowest.item():g} for every training input, and what does not vary has "
                "no density: take variant 'latnce' or 'error', or another representation"
            )


def look_at(source: Source, expected: tuple[int, ...] | None) -> Source:
    """Return a source of new inputs that looks at each batch as it is read.

    Parameters
    ----------
    source : Source
        The inputs.
    expected : (channels, height, width) or None
        The shape that a fitted detector knows; None for a table.

    Raises
    ------
    ValueError
        If there are no images, or of another shape; and, as they are read, as `check_images` and
        `check_table` do.
    """
    if expected is None:
        return source.looked_at(_check_finite)
    _check_any(source)
    if source.shape != expected:
        raise ValueError(
            f"got images of shape {source.shape}, but the detector was fitted on {expected} "
            f"(channels, height, width); {_advice(source.shape, expected)}"
        )
    return source.looked_at(partial(_image_range, expected=expected))


def _check_any(source: Source) -> None:
    if len(source) == 0:
        raise ValueError("got 0 images (n_samples = 0); expected at least 1")


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


def _check_finite(batch: Tensor, rows: Tensor) -> None:
    """Refuse rows of a table that are not finite, and name the first number."""
    wrong = ~batch.isfinite()
    if wrong.any():
        row, column = wrong.nonzero()[0].tolist()
        raise ValueError(
            f"row {int(rows[row])}, column {column} is NaN or infinity "
            f"({batch[row, column]:g}); expected finite numbers: remove such rows, or impute"
        )


def _image_range(batch: Tensor, rows: Tensor, expected: tuple[int, ...]) -> tuple[float, float]:
    """Return the least and the largest value of some images, or name the first that is wrong."""
    if batch.shape[1:] != expected:
        raise ValueError(unequal(int(rows[0]), batch.shape[1:], 0, expected))
    if batch.is_complex():
        raise ValueError(
            f"image {int(rows[0])} holds complex numbers ({batch.dtype}); expected real ones in "
            "[0, 1]: pass np.abs(X) or np.angle(X), brought there, or both as two channels"
        )
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
            first = int(wrong.flatten(1).any(1).nonzero()[0])
            value = batch[first][wrong[first]][0].item()
            raise ValueError(
                f"image {int(rows[first])} has {what} ({value:g}); expected finite values in "
                f"[0, 1]: {advice}"
            )
    return batch.min().item(), batch.max().item()
