"""A log-normal feature: density, centres and noise, and what its spread alone decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.lognormal.products import Products
from cance_edu.course.lognormal.summary import LognormalView, SpreadCurves, lognormal_view
from cance_edu.course.style import ANOMALY, ARTIFICIAL, NOISE, NORMAL, line_style

__all__ = [
    "CENTRES",
    "LognormalArtists",
    "draw_features",
    "draw_histogram",
    "draw_lognormal",
    "draw_products",
    "draw_share_below",
    "draw_spread",
    "move_lognormal",
]

CENTRES: dict[str, dict[str, Any]] = {
    "mode": {"color": ARTIFICIAL, "linestyle": "-", "marker": "v"},
    "median": {"color": "black", "linestyle": ":", "marker": "s"},
    "mean": {"color": ANOMALY, "linestyle": "-.", "marker": "o"},
}
"""How each measure of the centre is drawn, in all figures."""


@dataclass(frozen=True)
class LognormalArtists:
    """What changes with the moments.

    Attributes
    ----------
    density, noise : Line2D
        p_0 and the Gaussian.
    below_zero : FillBetweenPolyCollection
        The noise's mass below zero.
    centres : dict of str to Line2D
        Of "mode", "median" and "mean": a line from the axis up to the density.
    """

    density: Line2D
    noise: Line2D
    below_zero: FillBetweenPolyCollection
    centres: dict[str, Line2D]

    @property
    def moving(self) -> list[Artist]:
        """All of them, to be handed to a `Canvas`."""
        return [self.density, self.noise, self.below_zero, *self.centres.values()]


def draw_histogram(
    axes: Axes, values: ArrayLike, name: str, label: str = "held-out images"
) -> None:
    """Draw how a feature's values are spread, as a density.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    values : array_like of shape (n,)
        All of them are in the picture, and the tail's are marked on the axis too, for a bar of one
        value is hardly seen.
    name : str
        What is measured, with its unit, for the axis.
    label : str
        Whose values they are, for the legend.
    """
    values = np.asarray(values)
    most = np.quantile(values, 0.99)
    edges = np.linspace(0, values.max(), 1 + round(30 * values.max() / most))
    share = np.histogram(values, edges)[0] / len(values) / np.diff(edges)
    axes.stairs(share, edges, fill=True, color=NORMAL, alpha=0.3, label=label)
    tail = values[values > most]
    axes.plot(tail, np.zeros_like(tail), "|", color=NORMAL, markersize=9, clip_on=False)
    axes.set(xlabel=name, ylabel="density, per unit of z")
    axes.set(xlim=(-0.35 * most, 1.03 * values.max()), ylim=(0, 1.2 * share.max()))
    axes.locator_params(axis="x", nbins=6)


def draw_share_below(axes: Axes, values: ArrayLike, name: str, said: float | None = None) -> None:
    """Draw a feature's values and their mean, and below what somebody guessed the share of.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    values : array_like of shape (n,)
        As in `draw_histogram`.
    name : str
        What is measured, with its unit, for the axis.
    said : float, optional
        The share of the values that somebody expects below the mean, in [0, 1].
    """
    values = np.asarray(values)
    draw_histogram(axes, values, name)
    axes.axvline(values.mean(), label="mean", **CENTRES["mean"] | {"marker": ""})
    if said is not None:
        place = np.quantile(values, said)
        axes.axvline(place, color="black", linestyle=":", label=f"{said:.0%} are below this line")
    axes.set_xlim(0, None)
    axes.legend(fontsize=8)


def draw_features(figure: FigureBase, features: Mapping[str, ArrayLike]) -> None:
    """Draw features beside each other, each with the log-normal density of its moments.

    Parameters
    ----------
    figure : Figure
        Filled; 9 by 3.2 inches with a constrained layout suit a pair.
    features : mapping of str to array_like of shape (n,)
        By the names for the axes.
    """
    for axes, (name, values) in zip(
        np.atleast_1d(figure.subplots(1, len(features))), features.items(), strict=True
    ):
        values = np.asarray(values)
        draw_histogram(axes, values, name)
        draw_lognormal(axes, lognormal_view(values.mean(), values.std()))
        axes.set_xlim(-0.35 * np.quantile(values, 0.99), 1.03 * values.max())
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8)


def draw_products(figure: FigureBase, drawn: Products) -> tuple[Axes, Axes]:
    """Draw what the same factors give when they are averaged, and when they are multiplied.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 7 by 2.6 inches with a constrained layout suit it.
    drawn : Products
        What to draw.

    Returns
    -------
    tuple of Axes
        With a Gaussian density, and with a log-normal one, of the draws' own moments.
    """
    left, right = figure.subplots(1, 2)
    for axes, values, name in (
        (left, drawn.total, "Gaussian"),
        (right, drawn.product, "log-normal"),
    ):
        axes.hist(values, 60, density=True, color=NORMAL, alpha=0.3, label="draws")
        view = lognormal_view(values.mean(), values.std(), np.linspace(0, values.max(), 401))
        density = view.noise_density if axes is left else view.density
        axes.plot(view.z, density, color="black", label=name)
        axes.axvline(1, label="mean", **CENTRES["mean"] | {"marker": ""})
        axes.set(ylabel="density", xlim=(0, np.quantile(values, 0.999)))
        axes.legend(fontsize=8)
    left.set(xlabel="the mean of six factors")
    right.set(xlabel="the product of six factors")
    return left, right


def draw_lognormal(axes: Axes, view: LognormalView) -> LognormalArtists:
    """Draw a log-normal density, the noise with its moments, and mode, median and mean.

    Everything has a label; the legend is left to the caller, who knows where there is room.

    Parameters
    ----------
    axes : Axes
        Where to draw, perhaps upon a histogram.
    view : LognormalView
        What to draw.

    Returns
    -------
    LognormalArtists
        To be moved by `move_lognormal`.
    """
    (density,) = axes.plot([], [], color=NORMAL, linewidth=2, label="log-normal")
    (noise,) = axes.plot([], [], "--", color=NOISE, linewidth=2, label="noise, same moments")
    below_zero = axes.fill_between(
        [0.0], [0.0], color=NOISE, alpha=0.35, hatch="///", label="noise below zero"
    )
    centres = {
        name: axes.plot([], [], markevery=[1], markersize=6, label=name, **style)[0]
        for name, style in CENTRES.items()
    }
    artists = LognormalArtists(density, noise, below_zero, centres)
    move_lognormal(artists, view)
    axes.relim()
    axes.autoscale_view()
    return artists


def move_lognormal(artists: LognormalArtists, view: LognormalView) -> None:
    """Give the artists a log-normal variable to show.

    Parameters
    ----------
    artists : LognormalArtists
        What `draw_lognormal` returned.
    view : LognormalView
        What to show.
    """
    artists.density.set_data(view.z, view.density)
    artists.noise.set_data(view.z, view.noise_density)
    negative = view.z <= 0
    artists.below_zero.set_data(view.z[negative], view.noise_density[negative], 0)
    for name, line in artists.centres.items():
        place = getattr(view, name)
        line.set_data([place, place], [0, np.interp(place, view.z, view.density)])


def draw_spread(figure: FigureBase, curves: SpreadCurves, marked: Mapping[str, float]) -> None:
    """Draw mode and median as shares of the mean, and the noise below zero, against the spread.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 8 by 3 inches with a constrained layout suit it.
    curves : SpreadCurves
        What to draw.
    marked : mapping of str to float
        Spreads σ_z / μ_z of real features, by name, written above them; two have room.
    """
    shares, below = figure.subplots(1, 2, sharex=True)
    for name, values in (("median", curves.median), ("mode", curves.mode)):
        shares.plot(curves.spread, values, label=name, **CENTRES[name] | {"marker": ""})
    below.plot(curves.spread, 100 * curves.noise_below_zero, "--", color=NOISE, linewidth=2)
    for axes in (shares, below):
        for place, (name, spread) in enumerate(marked.items()):
            style = line_style(place) | {"color": "0.4"}
            axes.axvline(spread, linewidth=1, label=name, **style)
            side = "right" if spread == min(marked.values()) else "left"
            axes.text(spread, 1.02, name, fontsize=8, ha=side, transform=axes.get_xaxis_transform())
        axes.set(xlabel="spread, deviation / mean", xlim=(0, curves.spread[-1]))
    shares.set(ylabel="share of the mean", ylim=(0, 1.05))
    below.set(ylabel="noise below zero, percent", ylim=(0, None))
    shares.legend(handles=shares.get_lines()[:2], fontsize=8, loc="lower left")
