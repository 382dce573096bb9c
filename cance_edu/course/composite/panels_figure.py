"""Several comparisons and several planes side by side, and images with their three numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.composite.figure import (
    MomentsArtists,
    draw_comparison,
    draw_moments,
    draw_plane,
)
from cance_edu.course.composite.summary import FeatureComparison, MomentsFrame
from cance_edu.course.style import label_log_axis

__all__ = ["draw_comparisons", "draw_energies", "draw_reconstructions", "draw_running"]


def draw_comparisons(figure: Figure, comparisons: Mapping[str, FeatureComparison]) -> None:
    """Draw a comparison in each panel.

    Parameters
    ----------
    figure : Figure
        Filled.
    comparisons : mapping of str to FeatureComparison
        By title: what is normal.
    """
    panels = figure.subplots(1, len(comparisons), squeeze=False)[0]
    for axes, (title, comparison) in zip(panels, comparisons.items(), strict=True):
        draw_comparison(axes, comparison, title)


def draw_energies(figure: Figure, planes: Mapping[str, Mapping[str, ArrayLike]]) -> list[Line2D]:
    """Draw images by z_e and z_c, and for each group the line on which one energy lies.

    Parameters
    ----------
    figure : Figure
        Filled.
    planes : mapping of str to mapping of str to array_like of shape (n, 2)
        By title, then by group: z_e and z_c, as `draw_plane` takes them.

    Returns
    -------
    list of Line2D
        z_e = 4 ē z_c with each group's median of z_e / 4 z_c as ē, which the legend has.
    """
    lines = []
    panels = figure.subplots(1, len(planes), squeeze=False)[0]
    for axes, (title, groups) in zip(panels, planes.items(), strict=True):
        for points in draw_plane(axes, groups, title):
            error, dissimilarity = np.asarray(points.get_offsets()).T
            energy = np.median(error / (4 * dissimilarity))
            ends = np.array([dissimilarity.min(), dissimilarity.max()])
            colour = tuple(np.asarray(points.get_facecolor())[0, :3])
            lines += axes.plot(4 * energy * ends, ends, "--", color=colour, linewidth=1.5)
            points.set_label(rf"{points.get_label()}, $\bar e$ = {energy:.2g}")
        axes.legend(fontsize=8, loc="lower right")
        for axis in (axes.xaxis, axes.yaxis):
            label_log_axis(axis)
        axes.tick_params(axis="x", labelsize=8, rotation=45)
    return lines


def draw_reconstructions(
    figure: Figure,
    images: ArrayLike,
    reconstructions: ArrayLike,
    features: ArrayLike,
    names: Sequence[str],
) -> list[AxesImage]:
    """Draw a column for each image: the image, what is rebuilt, how they differ, and its numbers.

    Parameters
    ----------
    figure : Figure
        Filled.
    images, reconstructions : array_like of shape (n, 1, height, width)
        In [0, 1].
    features : array_like of shape (n, d + 2)
        z_l, z_e, z_c.
    names : sequence of str
        One for each image.

    Returns
    -------
    list of AxesImage
        The images, then the reconstructions, then the differences.
    """
    images, rebuilt = np.asarray(images)[:, 0], np.asarray(reconstructions)[:, 0]
    rows = {"image $x$": images, "rebuilt $x'$": rebuilt, "$|x - x'|$": np.abs(images - rebuilt)}
    grid = figure.subplots(len(rows), len(names), squeeze=False)
    pictures = []
    for line, (title, row) in zip(grid, rows.items(), strict=True):
        for axes, image in zip(line, row, strict=True):
            pictures.append(axes.imshow(image, cmap="gray_r", vmin=0, vmax=1))
            axes.set(xticks=[], yticks=[])
        line[0].set_ylabel(title, fontsize=9)
    for top, bottom, name, z in zip(grid[0], grid[-1], names, np.asarray(features), strict=True):
        top.set_title(name, fontsize=9)
        bottom.set_xlabel(f"$z_e$ = {z[-2]:.3f}\n$z_c$ = {z[-1]:.3f}", fontsize=9)
    return pictures


def draw_running(
    figure: Figure, frames: Sequence[MomentsFrame], shown: Sequence[int]
) -> list[MomentsArtists]:
    """Draw some frames of running moments side by side.

    Parameters
    ----------
    figure : Figure
        Filled.
    frames : sequence of MomentsFrame
        All of them, as `running_frames` returns them.
    shown : sequence of int
        Which are drawn.
    """
    drawn = []
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axes, place in zip(panels, shown, strict=True):
        drawn.append(draw_moments(axes, frames[place]))
        axes.set_title(f"batch {place + 1}, {len(frames[place].seen)} images", fontsize=10)
        axes.label_outer()
    panels[-1].legend(fontsize=8, loc="upper left")
    return drawn
