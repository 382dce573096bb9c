"""Who memorised: alarms on new normal images while T learns, beside those of the error alone."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cance_edu.course.scores.memorised import Alarms
from cance_edu.course.style import ANOMALY, line_style

__all__ = ["draw_memorised"]


def draw_memorised(
    axes: Axes,
    alarms: Mapping[str, Alarms],
    contamination: float,
    stopped: int,
    said: float | None = None,
) -> list[Line2D]:
    """Draw the share of alarms on new normal images against T's steps, for each representation.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    alarms : mapping of str to Alarms
        By the representation's name.
    contamination : float
        What the threshold was set for.
    stopped : int
        After how many steps the reader's own T stopped.
    said : float, optional
        What somebody guessed.

    Returns
    -------
    list of Line2D
        For each representation the curve of S; the error alone is a dot at step 0.
    """
    curves = []
    for place, (name, each) in enumerate(alarms.items()):
        style = line_style(place)
        (curve,) = axes.plot(each.step, each.by_score, label=f"score S, {name}", **style)
        axes.plot(0, each.by_error, "o", color=style["color"], label=f"error alone, {name}")
        curves.append(curve)
    axes.axhline(contamination, color="grey", linewidth=1)
    axes.axvline(stopped, color="grey", linewidth=1)
    axes.text(stopped + 10, 0.97, "your T stopped here", va="top")
    end = max(each.step[-1] for each in alarms.values())
    axes.text(end, contamination - 0.01, f"{contamination:.0%} asked for", ha="right", va="top")
    if said is not None:
        axes.axhline(said, color=ANOMALY, linestyle=":", label="your guess")
    axes.set(xlabel="steps that T has learned", ylabel="new eights that raise an alarm")
    axes.set(ylim=(0, 1), yticks=np.linspace(0, 1, 5))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 0.13))
    return curves
