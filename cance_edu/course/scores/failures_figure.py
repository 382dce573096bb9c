"""Failures to look at: each image, what the autoencoder makes of it, and where the two differ."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

__all__ = ["draw_failures"]


def draw_failures(
    figure: Figure,
    rows: Mapping[str, ArrayLike],
    images: ArrayLike,
    reconstructions: ArrayLike,
    labels: ArrayLike,
    scores: ArrayLike,
) -> None:
    """Draw groups of images of one channel: above the images, below reconstruction and difference.

    The darkest difference of all is black; under each stands its mean, the reconstruction error.

    Parameters
    ----------
    figure : Figure
        Filled, a block for each group.
    rows : mapping of str to array_like of int
        Which images to show, by the group's name.
    images, reconstructions : array_like of shape (n, 1, height, width)
        In [0, 1].
    labels, scores : array_like of shape (n,)
        What each image shows, and its S.
    """
    images, rebuilt = (np.asarray(a, dtype=float)[:, 0] for a in (images, reconstructions))
    kinds = {"image": images, "rebuilt": rebuilt, "difference\nsquared": (images - rebuilt) ** 2}
    labels, scores = np.asarray(labels), np.asarray(scores)
    errors = kinds["difference\nsquared"]
    largest = max(errors[np.asarray(shown)].max() for shown in rows.values())
    blocks = figure.subfigures(len(rows), 1, squeeze=False)[:, 0]
    for block, (name, shown) in zip(blocks, rows.items(), strict=True):
        block.suptitle(name, fontsize=10)
        grid = block.subplots(len(kinds), len(np.asarray(shown)), squeeze=False)
        for of_kind, (kind, pictures) in zip(grid, kinds.items(), strict=True):
            for axes, row in zip(of_kind, np.asarray(shown), strict=True):
                darkest = largest if pictures is errors else 1
                axes.imshow(pictures[row], cmap="gray_r", vmin=0, vmax=darkest)
                axes.set(xticks=[], yticks=[])
            of_kind[0].set_ylabel(kind, fontsize=8)
        for axes, row in zip(grid[0], np.asarray(shown), strict=True):
            axes.set_title(f"{labels[row]}: S = {scores[row]:.1f}", fontsize=8)
        for axes, row in zip(grid[-1], np.asarray(shown), strict=True):
            axes.set_xlabel(f"{errors[row].mean():.3f}", fontsize=8)
