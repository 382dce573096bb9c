"""The figure of lesson 08b: what a test part says of every step, and which step it would keep."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_paths"]


def draw_paths(axes: Axes, steps: ArrayLike, areas: Sequence[ArrayLike]) -> list[Line2D]:
    """Draw the AUROC of several trainings by step, with each one's best step and the mean.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    steps : array_like of shape (n,)
        The steps that were looked at.
    areas : sequence of array_like of shape (n,)
        Of each training, in [0, 1].

    Returns
    -------
    list of Line2D
        Each training's, the best steps', and the mean's.
    """
    x, percent = np.asarray(steps), 100 * np.array(areas, dtype=float)
    lines = axes.plot(x, percent.T, color=NORMAL, linewidth=0.8, alpha=0.5)
    lines[0].set_label("one digit each")
    best = percent.argmax(1)
    lines += axes.plot(x[best], percent.max(1), "o", color=ANOMALY, label="its best step")
    lines += axes.plot(x, percent.mean(0), color="black", linewidth=2, label="their mean")
    axes.axhline(
        percent.max(1).mean(), color=ANOMALY, linestyle="--", label="mean of the best steps"
    )
    axes.set(xlabel="step", ylabel="AUROC of the test part, percent", xscale="log")
    axes.set_xticks(
        ticks := [t for t in (10, 20, 50, 100, 200, 600) if t <= x.max()], map(str, ticks)
    )
    axes.minorticks_off()
    axes.legend(fontsize=8, loc="lower right")
    return lines
