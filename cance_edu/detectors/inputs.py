"""What may be passed to a detector as X: looked at, and put into a `Source`."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import validate_data
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from cance_edu.training.checks import check_images, check_table, look_at
from cance_edu.training.device import choose_device
from cance_edu.training.sources import Source, is_array, is_images

__all__ = ["as_data", "fitting_source", "scoring_source"]

EXPECTED = "expected an array, a memory map, a tensor, or a map-style torch Dataset"


def fitting_source(detector: Any, X: Any, has_network: bool = True) -> Source:
    """Return what a detector is to be fitted on, after a look at all of it.

    Parameters
    ----------
    detector : Detector
        With a parameter `device`. It learns its `n_features_in_`, `device_`, for images its
        `image_shape_`, and for a data frame its `feature_names_in_`.
    X : array, memmap, tensor, DataFrame or torch Dataset
        Images or a table.
    has_network : bool
        Whether anything is computed on the device: else inputs would go there and come back.

    Raises
    ------
    ValueError, TypeError
        If X is nothing to learn from.
    """
    X = as_data(X)
    images = is_images(X)
    device = choose_device(detector.device, images)
    detector.device_ = device if has_network else "cpu"
    source = Source(X if images else _table(detector, X, reset=True), detector.device_)
    if images:
        detector.image_shape_ = check_images(source)
        detector.n_features_in_ = math.prod(detector.image_shape_)
    else:
        check_table(source)
    return source.at_hand()


def scoring_source(detector: Any, X: Any) -> Source:
    """Return what a fitted detector is to score; each batch is looked at as it is read.

    Parameters
    ----------
    detector : Detector
        As `fitting_source` left it.
    X : array, memmap, tensor, DataFrame or torch Dataset
        Of the kind and the shape that it was fitted on.

    Raises
    ------
    ValueError, TypeError
        If X is of another kind or shape; and, as it is read, if a value is wrong.
    """
    X = as_data(X)
    shape = getattr(detector, "image_shape_", None)
    if is_images(X) != (shape is not None):
        raise ValueError(_of_another_kind(X, shape, detector.n_features_in_))
    X = X if shape is not None else _table(detector, X, reset=False)
    return look_at(Source(X, detector.device_), shape)


def _table(detector: Any, X: Any, reset: bool) -> Any:
    """Let scikit-learn look at a table; a memory map of floats stays on its disk."""
    # One column is too few: the cosine between two numbers is only a sign.
    return validate_data(
        detector,
        X,
        reset=reset,
        dtype=[np.float64, np.float32],
        ensure_min_features=2 if reset else 1,
        ensure_all_finite=False,  # `check_table` says where
    )


def as_data(X: Any) -> Any:
    """Return X as something that a `Source` can read rows of, without reading them.

    Parameters
    ----------
    X : array, memmap, tensor, DataFrame, list of arrays or torch Dataset
        Images or a table.

    Returns
    -------
    array, memmap, tensor, DataFrame or Dataset
        X itself, but for lists, and for tables in a precision that NumPy does not have.

    Raises
    ------
    TypeError
        If X is none of these, as a generator or a DataLoader.
    ValueError
        If the items of a list differ in shape, or a column does not hold numbers.
    """
    if isinstance(X, DataLoader):
        raise TypeError(f"got a DataLoader; {EXPECTED}: pass its data set, loader.dataset")
    if hasattr(X, "__array_interface__") and not is_array(X):
        raise TypeError(f"got one picture, a {type(X).__name__}; {EXPECTED} of many")
    if hasattr(X, "__array__") and not is_array(X):
        return np.asarray(X)
    sized = hasattr(X, "__len__") or is_array(X)
    if not sized and not hasattr(X, "__iter__"):
        raise TypeError(f"got X of type {type(X).__name__}; {EXPECTED}")
    if isinstance(X, (IterableDataset, Iterator)) or not sized:
        raise TypeError(
            f"got X of type {type(X).__name__}, which gives its items once and in one order; "
            f"{EXPECTED}, whose items can be read in any order: put them in one array by "
            "np.stack(list(...))"
        )
    if isinstance(X, (Mapping, str, bytes)) and not is_array(X):  # a sparse one is a Mapping too
        raise TypeError(f"got X of type {type(X).__name__}; {EXPECTED}")
    if hasattr(X, "columns"):
        _check_columns(X)
    elif isinstance(X, (list, tuple)):
        return _as_array(X)
    elif isinstance(X, Tensor) and X.ndim == 2:
        X = X.detach().cpu()
        return (X.float() if X.dtype == torch.bfloat16 else X).numpy()
    return X


def _as_array(items: list[Any] | tuple[Any, ...]) -> Any:
    try:
        return np.asarray(items)
    except ValueError as error:
        shapes = [np.shape(item) for item in items]
        odd = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), None)
        if odd is None:
            raise
        raise ValueError(
            f"item {odd} of the list has shape {shapes[odd]}, but item 0 {shapes[0]}; resize or "
            "convert them to one shape"
        ) from error


def _check_columns(table: Any) -> None:
    """Look at the columns of a data frame: numbers, or text that is a number."""
    for place, name in enumerate(table.columns):
        column = table.iloc[:, place] if hasattr(table, "iloc") else table[name]
        values = np.asarray(column)
        named = str(getattr(column.dtype, "name", column.dtype))
        wrong = None
        if named == "category" or values.dtype.kind in "mMc":
            wrong = named
        elif values.dtype.kind not in "biuf":
            wrong = _no_number(values)
        if wrong is not None:
            raise ValueError(
                f"column {name!r} holds {wrong}; expected numbers: leave it out, or encode it, as "
                "pandas.get_dummies does"
            )


def _no_number(values: Any) -> str | None:
    """Return the first entry that is no number, in quotes."""
    for value in values:
        try:
            float(np.nan if value is None else value)
        except (TypeError, ValueError):
            return repr(value)
    return None


def _of_another_kind(X: Any, image_shape: tuple[int, ...] | None, n_features: int) -> str:
    """Say that a table was passed to a detector of images, or the other way round."""
    got = f"data of {X.ndim} dimensions" if hasattr(X, "ndim") else f"a {type(X).__name__}"
    if image_shape is None:
        expected = f"a table of {n_features} features; pass an array (n, features)"
    else:
        advice = "pass an array (n, channels, height, width)"
        if tuple(X.shape) == image_shape[1:] and image_shape[0] == 1:
            advice = "a single image is passed as X[None]"
        elif X.ndim == 2 and X.shape[1] == n_features:
            advice = f"pass X.reshape({(-1, *image_shape)})"
        expected = f"images of shape {image_shape}; {advice}"
    return f"got {got}, but the detector was fitted on {expected}"
