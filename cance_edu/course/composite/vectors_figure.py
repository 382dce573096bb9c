"""Image and reconstruction as arrows: the dashed line is the error, the angle is z_c."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text
from numpy.typing import NDArray

from cance_edu.course.composite.vectors import Pair, TwoVectors, two_vectors
from cance_edu.course.style import ANOMALY, NORMAL, label_log_axis

__all__ = [
    "Arrows",
    "ExplorerArtists",
    "draw_arrows",
    "draw_explorer",
    "draw_vectors",
    "move_arrows",
    "move_explorer",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Arrows:
    """What changes from one pair of vectors to another.

    Attributes
    ----------
    arrows : tuple of FancyArrowPatch
        Of x, and of x'.
    names : tuple of Text
        Theirs, beside their tips.
    difference : Line2D
        From tip to tip.
    size : float
        The longest arrow that finds a place.
    """

    arrows: tuple[FancyArrowPatch, FancyArrowPatch]
    names: tuple[Text, Text]
    difference: Line2D
    size: float

    @property
    def moving(self) -> list[Artist]:
        """All of them, to be handed to a `Canvas`."""
        return [self.difference, *self.arrows, *self.names]


def draw_arrows(axes: Axes, vectors: TwoVectors, size: float) -> Arrows:
    """Draw one pair of vectors.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    vectors : TwoVectors
        What to draw.
    size : float
        The longest arrow that has to find a place.

    Returns
    -------
    Arrows
        For `move_arrows`.
    """
    axes.set(xlim=(-0.05 * size, 1.25 * size), ylim=(-0.22 * size, 1.1 * size), aspect="equal")
    axes.set(xlabel="along $x$", ylabel="across $x$")
    (difference,) = axes.plot([], [], "--", color=ANOMALY)
    x, rebuilt = _arrow("black"), _arrow(NORMAL)
    names = [
        axes.text(0, 0, name, color=colour, ha="center", va="center")
        for name, colour in (("$x$", "black"), ("$x'$", NORMAL))
    ]
    for arrow in (x, rebuilt):
        axes.add_patch(arrow)
    artists = Arrows((x, rebuilt), (names[0], names[1]), difference, size)
    move_arrows(artists, vectors)
    return artists


def _arrow(colour: str) -> FancyArrowPatch:
    """Return an arrow that ends exactly at its tip."""
    return FancyArrowPatch(
        (0, 0),
        (0, 1),
        arrowstyle="-|>",
        mutation_scale=12,
        shrinkA=0,
        shrinkB=0,
        linewidth=2,
        color=colour,
    )


def move_arrows(artists: Arrows, vectors: TwoVectors) -> None:
    """Show another pair of vectors."""
    tips = np.stack([vectors.image, vectors.reconstruction])
    artists.difference.set_data(*tips.T)
    # A name stands a little beyond its tip: that of x below, that of x' above.
    beyond = artists.size * np.array([[0.04, -0.1], [0.02, 0.1]])
    for arrow, name, tip, off in zip(artists.arrows, artists.names, tips, beyond, strict=True):
        arrow.set_positions((0, 0), tuple(tip))
        name.set_position(tuple(tip + off))


def draw_vectors(figure: Figure, cases: Mapping[str, TwoVectors], columns: int = 3) -> list[Arrows]:
    """Draw a panel for each pair of vectors, all on one scale.

    Parameters
    ----------
    figure : Figure
        Filled.
    cases : mapping of str to TwoVectors
        By title.
    columns : int
        Panels in a row.

    Returns
    -------
    list of Arrows
        One for each panel.
    """
    size = max(np.hypot(*tip) for v in cases.values() for tip in (v.image, v.reconstruction))
    rows = -(-len(cases) // columns)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    drawn = []
    for axes, (title, vectors) in zip(grid.flat, cases.items(), strict=False):
        drawn.append(draw_arrows(axes, vectors, size))
        numbers = f"$z_e$ = {vectors.error:.3f}, $z_c$ = {vectors.dissimilarity:.3f}"
        axes.set_title(f"{title}\n{numbers}", fontsize=10)
        axes.label_outer()
    for axes in grid.flat[len(cases) :]:
        axes.remove()
    return drawn


@dataclass(frozen=True)
class ExplorerArtists:
    """What the sliders of the two vectors move.

    Attributes
    ----------
    images : tuple of AxesImage
        x and x'.
    arrows : Arrows
        Theirs.
    point : Line2D
        z_e and z_c.
    """

    images: tuple[AxesImage, AxesImage]
    arrows: Arrows
    point: Line2D

    @property
    def moving(self) -> list[Artist]:
        """All of them, to be handed to a `Canvas`."""
        return [*self.images, *self.arrows.moving, self.point]


def draw_explorer(
    figure: Figure, pair: Pair, eights: Array, brightnesses: Sequence[float]
) -> ExplorerArtists:
    """Draw an image, its reconstruction, their arrows, and where they lie among eights.

    Parameters
    ----------
    figure : Figure
        Filled.
    pair : tuple of array
        x and x', as bright as they get.
    eights : array of shape (n, 2)
        z_e and z_c of other images.
    brightnesses : sequence of float
        A line of one energy is drawn for each.

    Returns
    -------
    ExplorerArtists
        For `move_explorer`.
    """
    *frames, panel, plane = figure.subplots(1, 4, width_ratios=(1, 1, 1.5, 1.7))
    pictures = [
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        for axes, image in zip(frames, pair, strict=True)
    ]
    for axes, title in zip(frames, ("image $x$", "rebuilt $x'$"), strict=True):
        axes.set_title(title)
        axes.set_axis_off()  # a frame would be hidden by the image that moves
    vectors = two_vectors(*pair)
    arrows = draw_arrows(panel, vectors, 1.4 * float(vectors.image[0]))
    panel.set(title="both as arrows", ylim=(-0.2 * arrows.size, 0.8 * arrows.size))
    _draw_lines(plane, float(vectors.image[0]), eights, brightnesses)
    (point,) = plane.plot([vectors.error], [vectors.dissimilarity], "o", color=ANOMALY)
    return ExplorerArtists((pictures[0], pictures[1]), arrows, point)


def _draw_lines(axes: Axes, length: float, eights: Array, brightnesses: Sequence[float]) -> None:
    """Draw eights by z_e and z_c, and z_e = 4 ē z_c for each brightness of one image."""
    ends = np.array([0.012, 0.5])
    axes.set(xscale="log", yscale="log", xlim=(8e-4, 0.25), ylim=tuple(ends))
    axes.plot(*eights.T, ".", color=NORMAL, markersize=2, alpha=0.4)
    for brightness in brightnesses:
        energy = (brightness * length) ** 2
        axes.plot(4 * energy * ends, ends, color="0.6", linewidth=0.8)
        axes.text(4 * energy * 0.32, 0.32, f"{brightness:.0%} ", fontsize=8, ha="right")
    for axis in (axes.xaxis, axes.yaxis):
        label_log_axis(axis)
    axes.tick_params(axis="x", labelsize=8, rotation=45)
    axes.set(xlabel="$z_e$", ylabel="$z_c$", title="a line for each brightness")


def move_explorer(artists: ExplorerArtists, pair: Pair) -> None:
    """Show another image and reconstruction."""
    vectors = two_vectors(*pair)
    for picture, image in zip(artists.images, pair, strict=True):
        picture.set_data(image.clip(0, 1))
    move_arrows(artists.arrows, vectors)
    artists.point.set_data([vectors.error], [vectors.dissimilarity])
