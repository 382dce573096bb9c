"""K step by step beside what the optimiser's own noise does, and what a change was worth."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.figures import ANOMALY, NOISE, NORMAL, PALETTE
from cance_edu.summaries.noise_benefit import PairedDifference
from cance_edu.summaries.noise_walk import ScaleWalk, TrainedWalk

__all__ = ["draw_confidence", "draw_differences", "draw_walk"]


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


def draw_differences(
    axes: Axes,
    labels: Sequence[str],
    groups: Mapping[str, Sequence[PairedDifference]],
    xlabel: str,
) -> list[ErrorbarContainer]:
    """Draw mean differences with their intervals, a row for each label, a marker for each group.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    labels : sequence of str
        From top to bottom.
    groups : mapping of str to sequence of PairedDifference
        One difference for each label.
    xlabel : str
        What the difference is, with its unit.

    Returns
    -------
    list of ErrorbarContainer
        One for each group.
    """
    drawn = []
    shifts = np.linspace(-0.15, 0.15, len(groups)) if len(groups) > 1 else [0.0]
    for place, (name, differences) in enumerate(groups.items()):
        mean = np.array([d.mean for d in differences])
        below = mean - [d.low for d in differences]
        above = np.array([d.high for d in differences]) - mean
        rows = np.arange(len(labels)) + shifts[place]
        marker, colour = "os"[place % 2], PALETTE[place]
        drawn.append(
            axes.errorbar(
                mean, rows, xerr=[below, above], fmt=marker, color=colour, capsize=3, label=name
            )
        )
    axes.axvline(0, color="black", linestyle=":", linewidth=1)
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel=xlabel, ylim=(len(labels) - 0.5, -0.5))
    return drawn
