"""How far K strays where nothing pushes it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from cance_edu.course.noise.walk import ScaleWalk
from cance_edu.course.style import DASHES, PALETTE

__all__ = ["draw_chance"]


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
