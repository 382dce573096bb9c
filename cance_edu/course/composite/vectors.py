"""Image and reconstruction as two arrows in the plane that they span."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu.method.composite import cosine_dissimilarity, reconstruction_error

__all__ = ["TwoVectors", "two_vectors"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TwoVectors:
    """Lengths and angle of an image x and its reconstruction x', and the two features.

    Attributes
    ----------
    image, reconstruction : array of shape (2,)
        The tips of the arrows, in root mean squares of grey values: x lies on the first axis. The
        squared distance of the tips is z_e.
    error, dissimilarity : float
        z_e and z_c.
    """

    image: Array
    reconstruction: Array
    error: float
    dissimilarity: float


def two_vectors(image: ArrayLike, reconstruction: ArrayLike) -> TwoVectors:
    """Return one image and its reconstruction as arrows.

    Parameters
    ----------
    image, reconstruction : array_like of the same shape
        x, not black, and x'.
    """
    x, rebuilt = (np.asarray(each, dtype=float).reshape(1, -1) for each in (image, reconstruction))
    error, dissimilarity = reconstruction_error(x, rebuilt), cosine_dissimilarity(x, rebuilt)
    length, other = np.sqrt((x**2).mean()), np.sqrt((rebuilt**2).mean())
    angle = np.arccos(1 - 2 * dissimilarity[0])
    return TwoVectors(
        image=np.array([length, 0.0]),
        reconstruction=other * np.array([np.cos(angle), np.sin(angle)]),
        error=float(error[0]),
        dissimilarity=float(dissimilarity[0]),
    )
