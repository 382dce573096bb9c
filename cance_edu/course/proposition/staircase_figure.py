"""The proof as one staircase, its five switches, and real features on the map of what is lost."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import FigureBase

from cance_edu.course.proposition.proof_figure import Z_LABEL
from cance_edu.course.proposition.staircase import Staircase, Switch
from cance_edu.course.proposition.summary import LossMap
from cance_edu.course.style import ANOMALY, ARTIFICIAL, NOISE, NORMAL, PALETTE

__all__ = ["draw_bands", "draw_optimal_scores", "draw_staircase", "draw_switches"]

STEPS = (
    ("the normaliser is at most ½", ARTIFICIAL, "..."),
    ("the mode is at most the mean", "#E69F00", "\\\\\\"),
    ("$p_0 ≥ 0$", NORMAL, "///"),
)
"""What each gap between two sides is there for, its colour and its hatch."""


def draw_staircase(figure: FigureBase, stairs: Staircase) -> tuple[Axes, Axes]:
    """Draw the four sides of the proof, and the three gaps between them, each with its reason.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 6.5 by 4.6 inches with a constrained layout suit it.
    stairs : Staircase
        What to draw.

    Returns
    -------
    tuple of Axes
        The densities; below them the gaps as log-ratios to the noise, the margin on top.
    """
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    logs = np.log(stairs.sides / stairs.sides[-1])
    for axes, sides in ((upper, stairs.sides), (lower, logs)):
        for high, low, (reason, colour, hatch) in zip(sides, sides[1:], STEPS, strict=False):
            style = {"color": colour, "alpha": 0.4, "hatch": hatch, "linewidth": 0}
            axes.fill_between(stairs.z, high, low, label=reason, **style)
        for side in sides[1:3]:
            axes.plot(stairs.z, side, color="0.4", linewidth=0.8)
        axes.plot(stairs.z, sides[0], color="black", linewidth=2, label="$p_m$, half and half")
        axes.plot(stairs.z, sides[3], "--", color=NOISE, linewidth=2, label="$p_n$, noise")
    least = int(logs[0].argmin())
    lower.plot(stairs.z[least], logs[0, least], "o", color="black", clip_on=False)
    lower.annotate(
        f"smallest, {logs[0, least]:.2f}",
        *((stairs.z[least], logs[0, least]), (0.8 * stairs.z[least], 1.05 * logs[0].max())),
        va="center",
        ha="center",
        fontsize=8,
        arrowprops={"arrowstyle": "->"},
    )
    upper.set(ylabel="density", xlim=(0, stairs.z[-1]), ylim=(0, None))
    lower.set(xlabel=Z_LABEL, ylabel="margin, nats", ylim=(0, 1.25 * logs[0].max()))
    upper.legend(fontsize=8, loc="upper left")
    return upper, lower


def draw_switches(figure: FigureBase, cases: Sequence[Switch]) -> list[Axes]:
    """Draw each case's two densities, hatched where the noise is denser.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 8 by 4.4 inches with a constrained layout suit six cases.
    cases : sequence of Switch
        What to draw, three in a row.

    Returns
    -------
    list of Axes
        One for each case.
    """
    all_axes = list(figure.subplots(-(-len(cases) // 3), 3, sharex=True, sharey=True).flat)
    end = 1.03 * max(case.z[-1] for case in cases)
    for axes, case in zip(all_axes, cases, strict=False):
        axes.plot(case.z, case.augmented, color="black", linewidth=2, label="$p_m$")
        axes.plot(case.z, case.noise, "--", color=NOISE, linewidth=2, label="noise")
        lost = (case.noise > case.augmented).tolist()
        axes.fill_between(
            *(case.z, case.noise, case.augmented),
            where=lost,
            color=ANOMALY,
            alpha=0.5,
            hatch="///",
            linewidth=0,
            label="lost",
        )
        axes.set_title(f"{case.name}: {'holds' if case.holds else 'lost'}", fontsize=9)
        axes.set(xlabel="$z / μ_z$", ylabel="density", xlim=(0, end), yscale="log", ylim=(0.01, 4))
        axes.label_outer()
    all_axes[0].legend(fontsize=8, loc="lower right")
    return all_axes


def draw_bands(
    figure: FigureBase, lost: LossMap, bands: Mapping[str, tuple[float, float, float]], tip: float
) -> tuple[Axes, Axes]:
    """Draw real features' spreads with their intervals, and below them where Prop. 3.1 is lost.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 8 by 5 inches with a constrained layout suit it.
    lost : LossMap
        What is lost.
    bands : mapping of str to (low, spread, high)
        By the feature's name.
    tip : float
        The spread from which on nothing is lost.

    Returns
    -------
    tuple of Axes
        The features, a row each; the map.
    """
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.6))
    for place, (low, spread, high) in enumerate(bands.values()):
        colour = PALETTE[place % len(PALETTE)]
        upper.plot([low, high], [place] * 2, color=colour, linewidth=4)
        upper.plot(spread, place, "|", color="black", markersize=9)
    upper.set_yticks(range(len(bands)), list(bands))
    upper.set_ylim(len(bands) - 0.4, -0.6)
    _draw_tongue(lower, lost)
    for axes in (upper, lower):
        axes.axvline(tip, color="black", linewidth=1, linestyle=":")
    lower.plot(tip, 1 / tip, "o", color="black", markersize=4)
    lower.annotate(
        f"the tip, {tip:.3f}", (tip, 1 / tip), (tip + 0.04, 1.6), arrowprops={"arrowstyle": "->"}
    )
    lower.set(xlabel="spread $σ_z / μ_z$", ylabel="K", xlim=(lost.spread[0], lost.spread[-1]))
    return upper, lower


def _draw_tongue(axes: Axes, lost: LossMap) -> None:
    """Draw how much of the noise lies where it is denser, over spread and K; white where none."""
    share = np.ma.masked_where(lost.lost_share == 0, 100 * lost.lost_noise_mass)
    mesh = axes.pcolormesh(
        *(lost.spread, lost.noise_scale, share),
        cmap="Reds",
        norm=Normalize(-5, 45),
        shading="nearest",
    )
    beside = axes.inset_axes((0.68, 0.8, 0.28, 0.06))  # in the white part
    bar = axes.figure.colorbar(mesh, cax=beside, orientation="horizontal")
    bar.set_label("noise in the lost part, percent", fontsize=8)
    beside.set_xlim(0, 45)
    axes.set_yscale("log")
    axes.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    axes.set_yticks([], minor=True)


def draw_optimal_scores(
    axes: Axes, z: np.ndarray, without: np.ndarray, augmented: np.ndarray, mode: float
) -> None:
    """Draw the optimal score with and without Eq. 10, with its step at the mode.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    z, without, augmented : array of shape (points,)
        Errors in units of their mean; -ln p_0 and -ln p_m.
    mode : float
        m_z, where the artificial errors end.
    """
    axes.plot(z, without, "--", color=NORMAL, linewidth=2, label="without, $-\\ln p_0$")
    axes.plot(z, augmented, color="black", linewidth=2, label="with Eq. 10, $-\\ln p_m$")
    beyond = int(np.searchsorted(z, mode)) + 1
    step = augmented[beyond] - augmented[beyond - 2]
    axes.annotate(
        f"a step of {step:.1f} nat",
        (mode, (augmented[beyond] + augmented[beyond - 2]) / 2),
        (mode + 0.25, 4),
        arrowprops={"arrowstyle": "->"},
    )
    axes.set(xlabel=Z_LABEL, ylabel="optimal score, nats", ylim=(-0.9, 8), xlim=(0, 2.6))
    axes.legend(fontsize=8)
