"""What may be passed to a detector as X: looked at, and put into a `Source`."""

import math
from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from cance_edu.training.device import choose_device
from cance_edu.training.sources import Source, check_images, check_table, is_images

__all__ = ["fitting_source", "scoring_source"]


def fitting_source(detector: Any, X: Any) -> Source:
    """Return what a detector is to be fitted on, after a look at all of it.

    Parameters
    ----------
    detector : Detector
        With a parameter `device`. It learns its `n_features_in_`, `device_` and, for images, its
        `image_shape_`.
    X : array, memmap, tensor or torch Dataset
        Images or a table.

    Raises
    ------
    ValueError, TypeError
        If X is nothing to learn from.
    """
    detector.device_ = choose_device(detector.device)
    images = is_images(X)
    source = Source(X if images else _table(detector, X, reset=True), detector.device_)
    if images:
        detector.image_shape_ = check_images(source)
        detector.n_features_in_ = math.prod(detector.image_shape_)
    else:
        check_table(source)
    return source


def scoring_source(detector: Any, X: Any) -> Source:
    """Return what a fitted detector is to score, of the shape that it was fitted on.

    Parameters
    ----------
    detector : Detector
        As `fitting_source` left it.
    X : array, memmap, tensor or torch Dataset
        Of the kind and the shape that it was fitted on.

    Raises
    ------
    ValueError, TypeError
        If X is of another kind or shape, or a value is wrong.
    """
    shape = getattr(detector, "image_shape_", None)
    if is_images(X) != (shape is not None):
        expected = f"images of shape {shape}" if shape else f"{detector.n_features_in_} features"
        raise ValueError(f"got data of shape {np.shape(X)}, but it was fitted on {expected}")
    source = Source(X if shape else _table(detector, X, reset=False), detector.device_)
    if shape:
        check_images(source, shape)
    else:
        check_table(source)
    return source


def _table(detector: Any, X: Any, reset: bool) -> Any:
    kinds = [np.float64, np.float32]
    least = 2 if reset else 1
    return validate_data(
        detector, X, reset=reset, dtype=kinds, ensure_min_features=least, ensure_all_finite=False
    )
