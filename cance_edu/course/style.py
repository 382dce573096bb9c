"""Pure drawing: arrays in, artists out. No mathematics, no files, no widgets.

This module has what all figures share; each topic has a module of its own. A `draw_...` function
fills axes and returns the artists that change; a `move_...` function gives those artists new
data, which is all that a slider does. Colours are Okabe and Ito's, which stay apart for
colour-blind readers; what matters is also told apart by place, by a marker or by a dash.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from IPython.display import Image
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike
from PIL.Image import Quantize
from PIL.Image import open as open_picture

__all__ = [
    "ANOMALY",
    "ARTIFICIAL",
    "DASHES",
    "MARKERS",
    "NOISE",
    "NORMAL",
    "PALETTE",
    "draw_images",
    "label_log_axis",
    "line_style",
    "marker_style",
    "show",
    "small_png",
]

NORMAL, ANOMALY, NOISE, ARTIFICIAL = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
"""Blue: normal data. Vermilion: anomalies. Green: the noise. Purple: artificial normal points."""

PALETTE = (NORMAL, ANOMALY, NOISE, ARTIFICIAL, "#E69F00", "#56B4E9", "#000000")
"""In this order where lines stand for something else; give each line its own dash or marker too."""

DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
"""In this order, beside the palette's colours."""

MARKERS = ("o", "s", "^", "D", "v", "X", "P")
"""In this order, where points are drawn and not lines."""


def line_style(place: int) -> dict[str, Any]:
    """Return colour and dash of a line among several: 35 pairs before one comes back."""
    return {"color": PALETTE[place % len(PALETTE)], "linestyle": DASHES[place % len(DASHES)]}


def marker_style(place: int) -> dict[str, Any]:
    """Return colour and marker of points among several groups, at most seven."""
    return {"color": PALETTE[place % len(PALETTE)], "marker": MARKERS[place % len(MARKERS)]}


def label_log_axis(axis: Axis) -> None:
    """Put ticks at 1, 2 and 5 in every decade of a logarithmic axis, written as plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def draw_images(figure: Figure, images: ArrayLike, titles: Sequence[str], columns: int = 8) -> None:
    """Draw a grid of small images, each under its title.

    Parameters
    ----------
    figure : Figure
        Filled by the grid.
    images : array_like of shape (n, channels, height, width)
        In [0, 1], with 1 or 3 channels.
    titles : sequence of str
        One for each image.
    columns : int
        Images in a row.
    """
    images = np.asarray(images)
    rows = -(-len(images) // columns)
    for place, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if place < len(images):
            picture = np.moveaxis(images[place], 0, -1)
            axes.imshow(picture.squeeze(), cmap="gray", vmin=0, vmax=1)
            axes.set_title(titles[place], fontsize=8)


def show(figure: Figure, alt: str, dpi: int = 100) -> Image:
    """Return a figure as a picture with alternative text, to be the last value of a cell.

    Parameters
    ----------
    figure : Figure
        The figure.
    alt : str
        What a reader who cannot see it needs to know.
    dpi : int
        Dots per inch.

    Returns
    -------
    IPython.display.Image
        A PNG with `alt`.
    """
    return Image(small_png(figure, dpi), alt=alt)


def small_png(figure: Figure, dpi: int = 100) -> bytes:
    """Return a figure as a PNG of 256 colours.

    They look the same as all colours, and take a third of the bytes in a committed notebook.
    """
    full, small = BytesIO(), BytesIO()
    figure.savefig(full, format="png", dpi=dpi, bbox_inches="tight")
    picture = open_picture(full).convert("RGB")
    picture.quantize(256, Quantize.FASTOCTREE).save(small, "png", optimize=True)
    return small.getvalue()
