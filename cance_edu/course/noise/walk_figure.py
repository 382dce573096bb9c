"""How far K strays where nothing pushes it, and where it goes while T's weights grow."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from cance_edu.course.noise.walk import ScaleWalk, TrainedWalk
from cance_edu.course.style import DASHES, NOISE, PALETTE

__all__ = ["draw_chance", "draw_growth"]


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


def draw_growth(axes: Axes, walk: TrainedWalk) -> Line2D:
    """Draw where K ended against how much T's weights on that coordinate grew.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    walk : TrainedWalk
        Of one training.

    Returns
    -------
    Line2D
        A mark for each coordinate.
    """
    growth, ends = walk.length[-1] / walk.length[0] - 1, walk.scale[-1]
    (marks,) = axes.plot(growth, ends, "o", color=NOISE)
    latents = [f"$z_{j + 1}$" for j in range(len(ends) - 2)]
    for name, x, y in zip([*latents, "$z_e$", "$z_c$"], growth, ends, strict=True):
        axes.annotate(name, (x, y), xytext=(5, 3), textcoords="offset points", fontsize=9)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.margins(0.12)
    axes.set(xlabel="growth of T's weights on the coordinate", ylabel="K at the end")
    return marks
