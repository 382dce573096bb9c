"""Image and reconstruction as arrows: the dashed line is the error, the angle is z_c."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cance_edu.course.composite.vectors import TwoVectors
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_vectors"]


def draw_vectors(figure: Figure, cases: Mapping[str, TwoVectors]) -> list[Line2D]:
    """Draw a panel for each pair of vectors, all on one scale.

    Parameters
    ----------
    figure : Figure
        Filled.
    cases : mapping of str to TwoVectors
        By title.

    Returns
    -------
    list of Line2D
        The dashed line from tip to tip in each panel.
    """
    panels = figure.subplots(1, len(cases), sharex=True, sharey=True, squeeze=False)[0]
    dashes = []
    for axes, (title, vectors) in zip(panels, cases.items(), strict=True):
        tips = np.stack([vectors.image, vectors.reconstruction])
        for tip, name, colour in zip(tips, ("$x$", "$x'$"), ("black", NORMAL), strict=True):
            style = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0, "lw": 1.8}
            axes.annotate("", tip, (0, 0), arrowprops=style)
            axes.annotate(name, tip, (5, -2), textcoords="offset points", color=colour, va="top")
        dashes += axes.plot(*tips.T, "--", color=ANOMALY)
        numbers = f"$z_e$ = {vectors.error:.3f}\n$z_c$ = {vectors.dissimilarity:.3f}"
        axes.set_title(f"{title}\n{numbers}", fontsize=9)
        axes.set_aspect("equal")
    longest = max(np.abs(v.image).max() for v in cases.values())
    highest = max(v.reconstruction[1] for v in cases.values())
    panels[0].set(xlim=(-0.02, 1.25 * longest), ylim=(-0.06 * longest, 1.2 * highest))
    panels[0].set_ylabel("across $x$")
    figure.supxlabel("along $x$, root mean square of grey values", fontsize=10)
    return dashes
