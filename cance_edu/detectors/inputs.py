"""What may be passed to a detector as X, and what to pass in place of what may not."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from cance_edu.training.sources import is_array

__all__ = ["as_data", "of_another_kind"]

EXPECTED = "expected an array, a memory map, a tensor, or a map-style torch Dataset"


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
    if isinstance(X, (IterableDataset, Iterator)) or not (hasattr(X, "__len__") or is_array(X)):
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


def of_another_kind(X: Any, image_shape: tuple[int, ...] | None, n_features: int) -> str:
    """Say that a table was passed to a detector of images, or the other way round.

    Parameters
    ----------
    X : array, tensor or data set
        What was passed.
    image_shape : (channels, height, width) or None
        What the detector was fitted on; None if on a table.
    n_features : int
        Numbers in one of its inputs.
    """
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
