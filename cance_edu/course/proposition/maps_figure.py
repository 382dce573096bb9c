"""Proposition 3.1 on maps: over all features and K, and on two coordinates together."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from cance_edu.course.proposition.joint import PlaneMargin
from cance_edu.course.proposition.summary import LossMap
from cance_edu.course.style import ARTIFICIAL, NOISE, NORMAL, line_style

__all__ = ["draw_augmented", "draw_loss_map", "draw_plane_margin", "draw_squares"]


def draw_augmented(
    axes: Axes, real: ArrayLike, artificial: ArrayLike, noise: ArrayLike, end: ArrayLike
) -> None:
    """Draw reconstruction features of real, artificial and noise points, and the square below m_z.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    real, artificial, noise : array_like of shape (n, 2)
        z_e and z_c.
    end : array_like of shape (2,)
        m_z of both.
    """
    for points, colour, marker, name in (
        (noise, NOISE, "x", "noise"),
        (artificial, ARTIFICIAL, "^", "artificial"),
        (real, NORMAL, "o", "real"),
    ):
        x, y = np.asarray(points).T
        inside = colour if name == "real" else "none"  # what is hollow hides nothing
        axes.plot(x, y, marker, color=colour, markersize=4, markerfacecolor=inside, label=name)
    width, height = np.asarray(end)
    axes.add_patch(Rectangle((0, 0), width, height, fill=False, linestyle="--"))
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.axvline(0, color="0.6", linewidth=0.8)
    axes.set(xlabel="error $z_e$, squared grey value", ylabel="cosine dissimilarity $z_c$")
    axes.legend(fontsize=8)


def draw_loss_map(
    figure: FigureBase,
    lost: LossMap,
    features: Mapping[str, float] | None = None,
    dot: tuple[float, float] | None = None,
) -> list[Axes]:
    """Draw what is lost of Prop. 3.1 as three maps over spread and K; white where it holds.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 9 by 3.4 inches with a constrained layout suit it.
    lost : LossMap
        What to draw.
    features : mapping of str to float, optional
        Spreads σ_z / μ_z of real features by name, each drawn as a line over all K.
    dot : (float, float), optional
        A spread and a K to be marked.

    Returns
    -------
    list of Axes
        Worst ratio, share of the interval, share of the noise's mass.
    """
    panels = (
        ("worst $p_{nK} / p_m$", lost.worst_ratio, LogNorm(1, 1000)),
        ("share of $[0, m_z]$", lost.lost_share, Normalize(0, 1)),
        ("share of the noise", lost.lost_noise_mass, Normalize(0, 0.5)),
    )
    all_axes = list(figure.subplots(1, 3, sharey=True))
    for axes, (title, values, norm) in zip(all_axes, panels, strict=True):
        masked = np.ma.masked_where(lost.lost_share == 0, values)
        mesh = axes.pcolormesh(
            lost.spread, lost.noise_scale, masked, cmap="viridis_r", norm=norm, shading="nearest"
        )
        extend = "max" if isinstance(norm, LogNorm) else "neither"
        figure.colorbar(mesh, ax=axes, orientation="horizontal", extend=extend)
        axes.set_yscale("log")
        axes.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
        axes.set_yticks([], minor=True)
        axes.set(xlabel="spread $σ_z / μ_z$", xlim=(lost.spread[0], lost.spread[-1]))
        axes.set_title(title, fontsize=9)
        for place, (name, spread) in enumerate((features or {}).items()):
            style = line_style(place) | {"color": "black"}
            axes.axvline(spread, linewidth=1.5, label=name, **style)
        if dot:
            axes.plot(*dot, "o", color="black", markerfacecolor="white", clip_on=False)
    all_axes[0].set(ylabel="K")
    if features:
        figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return all_axes


def draw_plane_margin(axes: Axes, plane: PlaneMargin, title: str) -> QuadMesh:
    """Draw the joint margin of two coordinates; the black line is where the noise gets denser.

    Parameters
    ----------
    axes : Axes
        Where to draw; its labels are the caller's.
    plane : PlaneMargin
        What to draw.
    title : str
        Which case it is.

    Returns
    -------
    QuadMesh
        The margin in nats, cut off at 1 on either side; for a colour bar.
    """
    mesh = axes.pcolormesh(plane.x, plane.y, plane.margin, cmap="PuOr", norm=Normalize(-1, 1))
    if plane.margin.min() < 0:
        axes.contour(plane.x, plane.y, plane.margin, [0], colors="black", linewidths=2)
    axes.set_title(title, fontsize=9)
    return mesh


def draw_squares(
    figure: FigureBase,
    planes: Mapping[str, PlaneMargin],
    names: tuple[str, str] = ("$z_e$ in units of its mean", "$z_c$ in units of its mean"),
) -> list[Axes]:
    """Draw joint margins side by side, on the square of low errors for instance.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 8 by 3.4 inches with a constrained layout suit two.
    planes : mapping of str to PlaneMargin
        By their titles.
    names : (str, str)
        Of the two coordinates.

    Returns
    -------
    list of Axes
        One for each.
    """
    all_axes = list(np.atleast_1d(figure.subplots(1, len(planes))))
    for axes, (name, plane) in zip(all_axes, planes.items(), strict=True):
        mesh = draw_plane_margin(axes, plane, name)
        axes.set(xlabel=names[0], ylabel=names[1])
    figure.colorbar(mesh, ax=all_axes, label="joint margin, nats")
    return all_axes
