"""Failures to look at: each image, what the autoencoder makes of it, and where the two differ."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

__all__ = ["draw_rebuilt"]


def draw_rebuilt(
    figure: Figure, images: ArrayLike, reconstructions: ArrayLike, titles: Sequence[str]
) -> None:
    """Draw images of one channel, their reconstructions below, then the squared difference.

    Parameters
    ----------
    figure : Figure
        Filled.
    images, reconstructions : array_like of shape (n, 1, height, width)
        In [0, 1].
    titles : sequence of str
        One for each image.
    """
    images, rebuilt = (np.asarray(a, dtype=float)[:, 0] for a in (images, reconstructions))
    rows = {"image": images, "rebuilt": rebuilt, "squared\ndifference": (images - rebuilt) ** 2}
    grid = figure.subplots(len(rows), len(images), squeeze=False)
    for of_row, (name, pictures) in zip(grid, rows.items(), strict=True):
        for axes, picture in zip(of_row, pictures, strict=True):
            axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
        of_row[0].set_ylabel(name, fontsize=8)
    for axes, title in zip(grid[0], titles, strict=True):
        axes.set_title(title, fontsize=8)
