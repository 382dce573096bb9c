"""Pure drawing: arrays in, artists out. No mathematics, no files, no widgets.

Colours are Okabe and Ito's, which stay apart for colour-blind readers; what matters is also told
apart by place or by a marker.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from IPython.display import Image
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike
from sklearn.metrics import roc_curve

__all__ = [
    "ANOMALY",
    "NOISE",
    "NORMAL",
    "draw_aurocs",
    "draw_images",
    "draw_roc",
    "draw_scores",
    "show",
]

NORMAL, ANOMALY, NOISE = "#0072B2", "#D55E00", "#009E73"
"""Blue for normal data, vermilion for anomalies, green for the contrastive noise."""


def draw_scores(axes: Axes, scores: ArrayLike, is_anomaly: ArrayLike, threshold: float) -> Line2D:
    """Draw histograms of the scores of normal and anomalous inputs, and the threshold.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    scores : array_like of shape (n,)
        S(x); the 1% largest are drawn at the right edge.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    threshold : float
        Scores above it are called anomalous.

    Returns
    -------
    Line2D
        The threshold's line.
    """
    scores, is_anomaly = np.asarray(scores), np.asarray(is_anomaly, dtype=bool)
    edges = np.linspace(scores.min(), np.quantile(scores, 0.99), 40)
    for group, colour, label in (
        (~is_anomaly, NORMAL, "normal"),
        (is_anomaly, ANOMALY, "anomalous"),
    ):
        axes.hist(
            scores[group].clip(max=edges[-1]),
            edges.tolist(),
            density=True,
            histtype="stepfilled",
            color=colour,
            alpha=0.5,
            label=label,
        )
    line = axes.axvline(threshold, color="black", linestyle="--", label="threshold")
    axes.set(xlabel="anomaly score S(x), nats", ylabel="share of inputs per nat")
    axes.legend()
    return line


def draw_roc(axes: Axes, scores: ArrayLike, is_anomaly: ArrayLike, label: str) -> Line2D:
    """Draw the ROC curve of one detector.

    Parameters
    ----------
    axes : Axes
        Where to draw; call once for each detector.
    scores : array_like of shape (n,)
        Higher is more anomalous.
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    label : str
        For the legend.

    Returns
    -------
    Line2D
        The curve.
    """
    false_alarms, found, _ = roc_curve(is_anomaly, scores)
    (line,) = axes.plot(false_alarms, found, label=label)
    axes.set(xlabel="share of normal inputs that raise an alarm", ylabel="share of anomalies found")
    axes.set_aspect("equal")
    axes.legend(loc="lower right")
    return line


def draw_aurocs(axes: Axes, names: Sequence[str], aurocs: Sequence[float]) -> BarContainer:
    """Draw one horizontal bar for each detector, with its AUROC in percent written on it.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    names : sequence of str
        From top to bottom.
    aurocs : sequence of float
        In [0, 1].

    Returns
    -------
    BarContainer
        The bars.
    """
    bars = axes.barh(names, 100 * np.asarray(aurocs), color=NORMAL)
    axes.bar_label(bars, fmt="%.1f", padding=-32, color="white")
    axes.invert_yaxis()
    axes.set(xlabel="AUROC, percent (50 is chance)", xlim=(50, 100))
    return bars


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
    png = BytesIO()
    figure.savefig(png, format="png", dpi=dpi, bbox_inches="tight")
    return Image(png.getvalue(), alt=alt)
