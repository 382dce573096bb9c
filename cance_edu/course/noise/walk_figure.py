"""K step by step beside what the optimiser's own noise does."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.noise.walk import ScaleWalk, TrainedWalk
from cance_edu.course.style import ANOMALY, DASHES, NOISE, NORMAL, PALETTE

__all__ = ["draw_chance", "draw_confidence", "draw_walk"]


def draw_walk(
    axes: Axes, step: ArrayLike, scale: ArrayLike, control: ScaleWalk, title: str
) -> list[Line2D]:
    """Draw K of every composite coordinate, over the band of a walk without a force.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    step, scale : array_like of shape (r,), (r, d + 2)
        What `history_` recorded.
    control : ScaleWalk
        With T* for T.
    title : str
        The objective.

    Returns
    -------
    list of Line2D
        The d + 2 paths: latents first, then error and dissimilarity.
    """
    low, high = control.scale.min(axis=1), control.scale.max(axis=1)
    # After its last step the control rests, as K does.
    after = np.append(control.step, np.max(np.asarray(step)))
    axes.fill_between(
        after,
        np.append(low, low[-1]),
        np.append(high, high[-1]),
        color="0.8",
        label="no force: T* for T",
    )
    *latents, error, dissimilarity = np.transpose(scale)
    lines = [line for k in latents for line in axes.plot(step, k, color=NORMAL, linewidth=0.8)]
    lines[0].set_label("latents")
    lines += axes.plot(step, error, "--", color=ANOMALY, label="error")
    lines += axes.plot(step, dissimilarity, "-.", color=NOISE, label="dissimilarity")
    axes.axhline(1, color="black", linestyle=":", linewidth=1)
    axes.set(xlabel="step of T and K", title=title)
    return lines


def draw_confidence(axes: Axes, walk: TrainedWalk) -> Line2D:
    """Draw how confident T is, step by step.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    walk : TrainedWalk
        On data whose T* is known.

    Returns
    -------
    Line2D
        The path of a.
    """
    (line,) = axes.plot(walk.step, walk.confidence, "o-", color=NORMAL, markersize=3)
    axes.axhline(1, color="black", linestyle=":", linewidth=1)
    axes.set(xlabel="step of T and K", ylabel="confidence a of the trained T", ylim=(-0.1, 1.1))
    return line


def draw_chance(axes: Axes, walks: Mapping[str, Sequence[ScaleWalk]]) -> list[PolyCollection]:
    """Draw how far K strays where the optimal T exerts no force, for several controls.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    walks : mapping of str to sequence of ScaleWalk
        By what the control is; a band holds all coordinates of all its walks. At most seven.

    Returns
    -------
    list of PolyCollection
        A band for each.
    """
    bands: list[PolyCollection] = []
    for place, (label, several) in enumerate(walks.items()):
        scale = np.concatenate([walk.scale for walk in several], axis=1)
        low, high = scale.min(axis=1), scale.max(axis=1)
        colour = PALETTE[place]
        step = several[0].step
        bands.append(axes.fill_between(step, low, high, color=colour, alpha=0.35, label=label))
        for k in scale.T:
            axes.plot(step, k, color=colour, linewidth=0.5, linestyle=DASHES[place])
    axes.set(xlabel="step of K", ylabel="K")
    axes.legend(fontsize=8, loc="upper left")
    return bands
