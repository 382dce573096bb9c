"""MNIST's images that people look at, and what a detector made of them (`mnist_pictures`)."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cance_edu.course import recordings
from cance_edu.course.recordings.mnist_pictures import NAMED

__all__ = ["Pictured", "pictured"]


@dataclass(frozen=True)
class Pictured:
    """Images of MNIST's test part, each with its way through a detector of eights.

    Attributes
    ----------
    name : tuple of str
        "an ordinary eight", "an ugly eight", "a one"; then the digits, for the others.
    image, reconstruction : array of shape (n, 1, 28, 28)
        In [0, 1].
    features : array of shape (n, 8)
        Latents, error, dissimilarity.
    log_ratio, score : array of shape (n,)
        T and S.
    """

    name: tuple[str, ...]
    image: NDArray[np.float64]
    reconstruction: NDArray[np.float64]
    features: NDArray[np.float64]
    log_ratio: NDArray[np.float64]
    score: NDArray[np.float64]

    @property
    def error(self) -> NDArray[np.float64]:
        """z_e."""
        return self.features[:, -2]

    @property
    def dissimilarity(self) -> NDArray[np.float64]:
        """z_c."""
        return self.features[:, -1]


ROWS = {
    "named": slice(3),
    "others": slice(3, 12),
    "lowest": slice(12, 20),
    "highest": slice(20, 28),
}
"""What the recording has, in its order."""


@cache
def pictured(group: str = "named") -> Pictured:
    """Return a group of the recorded images.

    Parameters
    ----------
    group : {"named", "others", "lowest", "highest"}
        The three of all lessons; one of each other digit, 0 first; the eights of lowest score; the
        images of highest score.

    Raises
    ------
    ValueError
        If there is no such group.
    """
    if group not in ROWS:
        raise ValueError(f"group is {group!r}; expected one of {', '.join(ROWS)}")
    recording, rows = recordings.load("mnist_pictures"), ROWS[group]
    images, rebuilt = (
        recording[name][rows][:, None] / 255 for name in ("images", "reconstructions")
    )
    digits = tuple(str(label) for label in recording["labels"][rows])
    numbers = (recording[name][rows] for name in ("features", "log_ratio", "scores"))
    return Pictured(NAMED if group == "named" else digits, images, rebuilt, *numbers)
