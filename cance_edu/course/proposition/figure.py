"""Proposition 3.1 for one feature: the four densities, the margin, and where it is lost."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure, FigureBase
from matplotlib.lines import Line2D

from cance_edu.course.proposition.proof_figure import Z_LABEL
from cance_edu.course.proposition.summary import PropositionView
from cance_edu.course.style import ANOMALY, ARTIFICIAL, NOISE, NORMAL

__all__ = [
    "PropositionArtists",
    "draw_proposition",
    "draw_side_by_side",
    "move_proposition",
]


@dataclass(frozen=True)
class PropositionArtists:
    """What changes with the spread, K and the augmentation.

    Attributes
    ----------
    real, artificial, augmented, noise : Line2D
        p_0, p_t, p_m and p_nK.
    margin : Line2D
        ln p_m - ln p_nK on [0, m_z].
    mode : tuple of Line2D
        m_z, in both pictures.
    lost, lost_margin : FillBetweenPolyCollection
        The region where the noise is denser, in both pictures.
    """

    real: Line2D
    artificial: Line2D
    augmented: Line2D
    noise: Line2D
    margin: Line2D
    mode: tuple[Line2D, Line2D]
    lost: FillBetweenPolyCollection
    lost_margin: FillBetweenPolyCollection

    @property
    def moving(self) -> list[Artist]:
        """All of them, to be handed to a `Canvas`."""
        curves = [self.real, self.artificial, self.augmented, self.noise, self.margin]
        return [self.lost, self.lost_margin, *self.mode, *curves]


def draw_proposition(figure: FigureBase, view: PropositionView) -> PropositionArtists:
    """Draw the four densities, and below them the margin, both on axes that stay.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 7 by 5 inches with a constrained layout suit it.
    view : PropositionView
        What to draw.

    Returns
    -------
    PropositionArtists
        To be moved by `move_proposition`.
    """
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    (real,) = upper.plot([], [], color=NORMAL, label="$p_0$, real")
    (artificial,) = upper.plot([], [], ":", color=ARTIFICIAL, linewidth=2, label="$p_t$, truncated")
    (augmented,) = upper.plot([], [], color="black", linewidth=2.5, label="$p_m$, half and half")
    (noise,) = upper.plot([], [], "--", color=NOISE, linewidth=2.5, label="$p_{nK}$, noise")
    (margin,) = lower.plot([], [], color="black", linewidth=2)
    lost, lost_margin = (
        axes.fill_between(
            [0.0], [0.0], color=ANOMALY, alpha=0.4, hatch="///", linewidth=0, label="lost"
        )
        for axes in (upper, lower)
    )
    upper_mode, lower_mode = (
        axes.axvline(0, color="0.4", linestyle="-.", linewidth=1, label="$m_z$")
        for axes in (upper, lower)
    )
    lower.axhline(0, color="black", linewidth=1)
    upper.set(ylabel="density", ylim=(0, 3.5), xlim=(view.z[0], view.z[-1]))
    lower.set(xlabel=Z_LABEL, ylabel="margin, nats", ylim=(-2, 3))
    artists = PropositionArtists(
        real, artificial, augmented, noise, margin, (upper_mode, lower_mode), lost, lost_margin
    )
    move_proposition(artists, view)
    upper.legend(fontsize=8, loc="upper right")
    return artists


def move_proposition(artists: PropositionArtists, view: PropositionView) -> None:
    """Give the artists another feature, K or augmentation to show.

    Parameters
    ----------
    artists : PropositionArtists
        What `draw_proposition` returned.
    view : PropositionView
        What to show.
    """
    for name in ("real", "artificial", "augmented", "noise"):
        getattr(artists, name).set_data(view.z, getattr(view, name))
    z, margin = view.dominance.z, view.dominance.margin
    artists.margin.set_data(z, margin)
    for line in artists.mode:
        line.set_xdata([view.mode, view.mode])
    inside = (view.z >= 0) & (view.z <= view.mode) & (view.noise > view.augmented)
    artists.lost.set_data(view.z, view.noise, view.augmented, where=inside.tolist())
    artists.lost_margin.set_data(z, np.minimum(margin, 0), 0)


def draw_side_by_side(figure: Figure, views: Mapping[str, PropositionView]) -> None:
    """Draw several features, K or augmentations beside each other, with one legend below.

    Parameters
    ----------
    figure : Figure
        Filled; 3 inches a view by 4 inches with a constrained layout suit it.
    views : mapping of str to PropositionView
        By their titles.
    """
    parts = figure.subfigures(1, len(views), squeeze=False)[0]
    for part, (title, view) in zip(parts, views.items(), strict=True):
        draw_proposition(part, view)
        part.suptitle(title, fontsize=9)
        part.axes[0].get_legend().remove()
    handles, labels = parts[0].axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, fontsize=8)
