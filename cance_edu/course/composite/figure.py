"""The parts of the composite feature side by side, and running moments batch by batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from IPython.display import HTML
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.animation import player
from cance_edu.course.canvas import Canvas
from cance_edu.course.composite.summary import FeatureComparison, MomentsFrame
from cance_edu.course.style import ANOMALY, NOISE, NORMAL, PALETTE

__all__ = [
    "MomentsArtists",
    "draw_comparison",
    "draw_moments",
    "draw_plane",
    "moments_animation",
    "move_moments",
]

KINDS = ((ANOMALY, "o"), (NOISE, "s"), ("black", "D"))
"""Colour and marker of each kind of anomaly."""


def draw_comparison(axes: Axes, comparison: FeatureComparison, title: str) -> list[Line2D]:
    """Draw the AUROC of each set of features, one marker for each kind of anomaly.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    comparison : FeatureComparison
        At most three kinds.
    title : str
        What is normal.

    Returns
    -------
    list of Line2D
        One for each kind.
    """
    rows = np.arange(len(comparison.features))
    axes.hlines(
        rows,
        100 * comparison.aurocs.min(1),
        100 * comparison.aurocs.max(1),
        color="lightgrey",
        linewidth=3,
        zorder=0,
    )
    lines = []
    for kind, areas, (colour, marker) in zip(
        comparison.kinds, comparison.aurocs.T, KINDS, strict=False
    ):
        lines += axes.plot(
            100 * areas, rows, marker, color=colour, markersize=8, alpha=0.8, label=kind
        )
    axes.axvline(50, color="grey", linestyle=":", label="chance")
    axes.set_yticks(rows, comparison.features)
    axes.invert_yaxis()
    axes.set(xlabel="AUROC, percent", xlim=(0, 103), title=title)
    axes.legend(fontsize=8, loc="lower left")
    return lines


def draw_plane(axes: Axes, groups: Mapping[str, ArrayLike], title: str) -> list[PathCollection]:
    """Draw images in the plane of the two reconstruction features, on logarithmic axes.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    groups : mapping of str to array_like of shape (n, 2)
        z_e and z_c of each group; the first is the normal one. At most four.
    title : str
        What is normal.

    Returns
    -------
    list of PathCollection
        The points of each group.
    """
    styles = ((NORMAL, ".", 32), *((colour, marker, 14) for colour, marker in KINDS))
    points = []
    if len(groups) > len(styles):
        raise ValueError(f"got {len(groups)} groups; expected at most {len(styles)}")
    for (name, values), (colour, marker, size) in zip(groups.items(), styles, strict=False):
        error, dissimilarity = np.asarray(values).T
        points.append(
            axes.scatter(
                error, dissimilarity, size, c=colour, marker=marker, alpha=0.5, lw=0, label=name
            )
        )
    axes.set(xscale="log", yscale="log", title=title)
    axes.set(xlabel="$z_e$, squared grey value", ylabel="$z_c$, from 0 to 1")
    axes.legend(fontsize=8)
    return points


@dataclass(frozen=True)
class MomentsArtists:
    """What changes from batch to batch.

    Attributes
    ----------
    seen, batch : Line2D
        Points of earlier batches and of the new one.
    ellipse : Line2D
        95% of the Gaussian with the running moments.
    """

    seen: Line2D
    batch: Line2D
    ellipse: Line2D

    @property
    def moving(self) -> list[Artist]:
        """All of them, to be handed to a `Canvas`."""
        return [self.seen, self.batch, self.ellipse]


def draw_moments(axes: Axes, frame: MomentsFrame) -> MomentsArtists:
    """Draw a batch, the points before it, the running ellipse and that of all data.

    Parameters
    ----------
    axes : Axes
        Where to draw; the limits suit all frames of one run.
    frame : MomentsFrame
        What to draw.

    Returns
    -------
    MomentsArtists
        To be moved by `move_moments`.
    """
    axes.plot(*frame.full_ellipse, "--", color="black", linewidth=1.5, label="all data")
    (seen,) = axes.plot([], [], ".", color=NORMAL, alpha=0.35, markersize=4, label="before")
    (batch,) = axes.plot([], [], "x", color=ANOMALY, markersize=4, label="this batch")
    # Wide and pale, so that the dashed one shows through where it lies on it.
    (ellipse,) = axes.plot([], [], color=PALETTE[2], linewidth=5, alpha=0.6, label="running")
    low, high = frame.full_ellipse.min(1), frame.full_ellipse.max(1)
    margin = 0.35 * (high - low)
    axes.set(xlim=(low[0] - margin[0], high[0] + margin[0]))
    axes.set(ylim=(low[1] - margin[1], high[1] + margin[1]))
    axes.set(xlabel="$z_e$, squared grey value", ylabel="$z_c$, cosine dissimilarity")
    artists = MomentsArtists(seen, batch, ellipse)
    move_moments(artists, frame)
    return artists


def move_moments(artists: MomentsArtists, frame: MomentsFrame) -> None:
    """Give the artists another frame to show.

    Parameters
    ----------
    artists : MomentsArtists
        What `draw_moments` returned.
    frame : MomentsFrame
        What to show.
    """
    artists.seen.set_data(*frame.seen[: -len(frame.batch)].T)
    artists.batch.set_data(*frame.batch.T)
    artists.ellipse.set_data(*frame.ellipse)


def moments_animation(frames: Sequence[MomentsFrame], alt: str) -> HTML:
    """Return running moments as an animation that plays without a kernel.

    Parameters
    ----------
    frames : sequence of MomentsFrame
        In order: `running_frames` makes them.
    alt : str
        What a reader who cannot see it needs to know.

    Returns
    -------
    HTML
        Self-contained; some 10 kB for each frame.
    """
    figure = Figure(figsize=(6, 4), dpi=72, layout="constrained")
    axes = figure.subplots()
    artists = draw_moments(axes, frames[0])
    axes.legend(fontsize=8, loc="upper left")
    canvas, pictures = Canvas(figure, artists.moving), []
    for frame in frames:
        move_moments(artists, frame)
        pictures.append(canvas.small_png())
    captions = [f"batch {i}: {len(frame.seen)} images" for i, frame in enumerate(frames, 1)]
    return player(pictures, captions, alt, label="batch", milliseconds=700)
