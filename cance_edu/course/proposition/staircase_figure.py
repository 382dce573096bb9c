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


def draw_staircase(axes: Axes, stairs: Staircase) -> None:
    """Draw the four sides of the proof, and the three gaps between them, each with its reason.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    stairs : Staircase
        What to draw.
    """
    for higher, lower, (reason, colour, hatch) in zip(
        stairs.sides, stairs.sides[1:], STEPS, strict=False
    ):
        axes.fill_between(
            stairs.z, higher, lower, color=colour, alpha=0.4, hatch=hatch, linewidth=0, label=reason
        )
    for side in stairs.sides[1:3]:
        axes.plot(stairs.z, side, color="0.4", linewidth=0.8)
    axes.plot(stairs.z, stairs.sides[0], color="black", linewidth=2, label="$p_m$, half and half")
    axes.plot(stairs.z, stairs.sides[3], "--", color=NOISE, linewidth=2, label="$p_n$, noise")
    axes.set(xlabel=Z_LABEL, ylabel="density", xlim=(0, stairs.z[-1]), ylim=(0, None))
    axes.legend(fontsize=8, loc="upper left")


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
        axes.set(xlabel="$z / μ_z$", ylabel="density", xlim=(0, None), yscale="log", ylim=(0.01, 4))
        axes.label_outer()
    all_axes[0].legend(fontsize=8, loc="lower right")
    return all_axes


def draw_bands(
    axes: Axes, lost: LossMap, bands: Mapping[str, tuple[float, float, float]], tip: float
) -> None:
    """Draw where Prop. 3.1 is lost over spread and K, and real features with their intervals.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    lost : LossMap
        What is lost.
    bands : mapping of str to (low, spread, high)
        By the feature's name.
    tip : float
        The spread from which on nothing is lost.
    """
    share = np.ma.masked_where(lost.lost_share == 0, 100 * lost.lost_noise_mass)
    mesh = axes.pcolormesh(
        *(lost.spread, lost.noise_scale, share),
        cmap="Reds",
        norm=Normalize(-5, 45),
        shading="nearest",
    )
    axes.figure.colorbar(mesh, ax=axes, label="share of the noise, percent").ax.set_ylim(0, 45)
    for place, (name, (low, spread, high)) in enumerate(bands.items()):
        colour, height = PALETTE[place % len(PALETTE)], 11.5 * 1.19**place
        axes.plot([low, high], [height] * 2, color=colour, linewidth=4)
        axes.plot(spread, height, "|", color="black", markersize=9)
        axes.text(low - 0.006, height, name, fontsize=8, va="center", ha="right")
    axes.axvline(tip, color="black", linewidth=1, linestyle=":")
    axes.plot(tip, 1 / tip, "o", color="black", markersize=4)
    axes.annotate(
        f"the tip, {tip:.3f}", (tip, 1 / tip), (tip + 0.04, 1.6), arrowprops={"arrowstyle": "->"}
    )
    axes.set_yscale("log")
    axes.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    axes.set_yticks([], minor=True)
    axes.set(xlabel="spread $σ_z / μ_z$", ylabel="K")


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
