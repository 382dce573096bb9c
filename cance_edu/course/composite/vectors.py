"""Image and reconstruction as two arrows in the plane that they span."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu.method.composite import cosine_dissimilarity, reconstruction_error

__all__ = ["Pair", "TwoVectors", "altered", "two_vectors"]

Array = NDArray[np.float64]
Pair = tuple[Array, Array]


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
        x and x'; neither is black.
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


def altered(
    image: Array, reconstruction: Array, other: Array, brightness: float, noise: float, shape: float
) -> Pair:
    """Return an image and its reconstruction after something was done to them.

    Parameters
    ----------
    image, reconstruction : array of the same shape
        x and x'.
    other : array of that shape
        A reconstruction of another shape.
    brightness : float
        What both are multiplied with, after the rest.
    noise : float
        Deviation of the noise that is added to each pixel of x; the same noise in each call. It is
        not clipped, and x' is left as if the decoder did not notice.
    shape : float
        Share of `other` in x', from 0 to 1.
    """
    grain = np.random.default_rng(0).normal(size=np.shape(image))
    mixed = (1 - shape) * reconstruction + shape * other
    return brightness * (image + noise * grain), brightness * mixed
