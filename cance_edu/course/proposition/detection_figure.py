"""The score with and without Eq. 10, and what depends on where the artificial errors end."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from cance_edu.course.proposition.detection import Ends, Thresholds
from cance_edu.course.proposition.proof_figure import Z_LABEL
from cance_edu.course.style import ANOMALY, ARTIFICIAL, NORMAL

__all__ = ["RULES", "draw_ends", "draw_thresholds"]

RULES = {
    "without": "without Eq. 10",
    "same": "with it, the same threshold",
    "raised": "with it, raised by ln 2",
    "again": "with it, set anew for 5%",
}
"""The rules for the threshold, in words."""


def draw_thresholds(figure: FigureBase, view: Thresholds) -> list[Axes]:
    """Draw both scores with the thresholds, and what each rule alarms on and finds.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 7.5 by 5 inches with a constrained layout suit it.
    view : Thresholds
        What to draw.

    Returns
    -------
    list of Axes
        The scores; below them, false alarms and anomalies found by rule.
    """
    grid = figure.add_gridspec(2, 2, height_ratios=(3, 1.7))
    scores = figure.add_subplot(grid[0, :])
    _draw_scores(scores, view)
    panels = [figure.add_subplot(grid[1, column]) for column in (0, 1)]
    _draw_shares(panels[0], "false alarms", view.alarms, list(RULES.values()))
    _draw_shares(panels[1], "anomalies found", view.found, [""] * len(RULES))
    return [scores, *panels]


def _draw_scores(axes: Axes, view: Thresholds) -> None:
    """Draw the two optimal scores, and a rule's threshold as a line with its name."""
    inside = (view.z > 0.02) & (view.z < 2.6)
    z = view.z[inside]
    axes.plot(
        z, view.without[inside], "--", color=NORMAL, linewidth=2, label="without, $-\\ln p_0$"
    )
    axes.plot(z, view.augmented[inside], color="black", linewidth=2, label="with, $-\\ln p_m$")
    # "same" is drawn once, as "without"; the two others are close together: write them apart.
    for rule, style, side in (
        ("without", "--", "top"),
        ("raised", ":", "bottom"),
        ("again", "-", "top"),
    ):
        place = view.threshold[rule]
        axes.axhline(place, color=ANOMALY, linestyle=style, linewidth=1)
        words = f"{RULES[rule]}: {place:.2f}"
        away = 2 if side == "bottom" else -3
        axes.annotate(
            *(words, (0.48, place), (0, away)),
            textcoords="offset points",
            va=side,
            fontsize=8,
            color=ANOMALY,
        )
    axes.set(xlabel=Z_LABEL, ylabel="optimal score, nats", ylim=(-0.9, 5.5), xlim=(0, 2.6))
    axes.legend(fontsize=8, loc="upper center")


def _draw_shares(axes: Axes, title: str, shares: Mapping[str, float], names: Sequence[str]) -> None:
    """Draw a bar for each rule, the first on top."""
    rows = np.arange(len(shares))[::-1]
    bars = axes.barh(rows, list(shares.values()), color=(NORMAL, "0.6", "0.6", "black"))
    axes.bar_label(bars, [f"{share:.1%}" for share in shares.values()], padding=3)
    axes.set_yticks(rows, names)
    axes.set(title=title, xlim=(0, 1.45 * max(shares.values())), xticks=[])


def draw_ends(figure: FigureBase, ends: Ends) -> tuple[Axes, Axes]:
    """Draw the AUROC, and the margin of Prop. 3.1, against where the artificial errors end.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 7.5 by 2.8 inches with a constrained layout suit it.
    ends : Ends
        What to draw.

    Returns
    -------
    tuple of Axes
        Of the AUROC, and of the margin.
    """
    detection, guarantee = figure.subplots(1, 2)
    detection.plot(ends.end, ends.auroc, color="black", linewidth=2, label="AUROC")
    detection.axhline(
        ends.auroc_without, color="black", linestyle=":", label="without artificial errors"
    )
    detection.set(ylabel="AUROC")
    guarantee.plot(ends.end, ends.margin, color="black", linewidth=2)
    guarantee.axhline(0, color="black", linewidth=1)
    guarantee.fill_between(
        ends.end, ends.margin, 0, where=(ends.margin < 0).tolist(), color=ANOMALY, alpha=0.4
    )
    guarantee.set(ylabel="least ln(data / noise), nats")
    for axes in (detection, guarantee):
        axes.axvline(ends.mode, color=ARTIFICIAL, linewidth=1.5, label="$m_z$, the mode")
        axes.axvline(1, color="0.4", linestyle="-.", linewidth=1, label="the mean")
        axes.set(xlabel="where artificial errors end, in means")
    detection.legend(fontsize=7, loc="lower left")
    return detection, guarantee
