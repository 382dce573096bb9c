"""How log-normal real features are, and what one of them does to the mode."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from cance_edu.course.lognormal.feature_fit import QuantilePlot, RemovalEffect, quantile_plot
from cance_edu.course.lognormal.figure import CENTRES
from cance_edu.course.style import ANOMALY, NORMAL, PALETTE

__all__ = ["draw_both_quantiles", "draw_estimates", "draw_quantiles", "draw_removal"]


def draw_quantiles(axes: Axes, plots: Mapping[str, QuantilePlot]) -> list[Line2D]:
    """Draw sorted, standardised values against the quantiles of a normal distribution.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    plots : mapping of str to QuantilePlot
        At most two, by name, of equally many values, so that one band is right for both.

    Returns
    -------
    list of Line2D
        The points of each.
    """
    band = next(iter(plots.values()))
    axes.fill_between(
        band.normal,
        band.low,
        band.high,
        color="0.7",
        edgecolor="0.4",
        label="95% of Gaussian draws",
    )
    axes.plot(band.normal, band.normal, color="black", linewidth=0.6)
    lines = [
        axes.plot(plot.normal, plot.observed, marker, color=colour, markersize=size, label=name)[0]
        for (name, plot), (marker, size), colour in zip(
            plots.items(), (("x", 3), (".", 2)), (ANOMALY, NORMAL), strict=False
        )
    ]
    axes.set(xlabel="Gaussian quantile", ylabel="value, in deviations from its mean")
    axes.legend(fontsize=8, markerscale=2)
    return lines


def draw_both_quantiles(figure: FigureBase, features: Mapping[str, ArrayLike]) -> list[Axes]:
    """Draw features beside each other: quantile plots of z and of ln z.

    Parameters
    ----------
    figure : Figure
        Filled; 8 by 4 inches with a constrained layout suit a pair.
    features : mapping of str to array_like of shape (n,)
        Positive values, by their names for the titles.

    Returns
    -------
    list of Axes
        One for each feature.
    """
    all_axes = list(np.atleast_1d(figure.subplots(1, len(features))))
    for axes, (name, values) in zip(all_axes, features.items(), strict=True):
        draw_quantiles(axes, {"z": quantile_plot(values), "ln z": quantile_plot(np.log(values))})
        axes.set_title(name, fontsize=10)
    return all_axes


def draw_removal(axes: Axes, effect: RemovalEffect) -> list[Line2D]:
    """Draw how mean and mode move when the largest values are taken away.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    effect : RemovalEffect
        What to draw.

    Returns
    -------
    list of Line2D
        Mean, mode from the moments of z, mode from those of ln z.
    """
    lines = {
        "mean": (effect.mean, CENTRES["mean"]),
        "mode, moments of z (the paper's)": (effect.mode_by_moments, CENTRES["mode"]),
        "mode, moments of ln z": (effect.mode_by_logarithms, {"color": "black", "linestyle": "--"}),
    }
    axes.axhline(0, color="grey", linewidth=1)
    drawn = [
        axes.plot(effect.removed, 100 * (ratio - 1), label=name, **style | {"marker": "o"})[0]
        for name, (ratio, style) in lines.items()
    ]
    axes.set(xlabel="images taken away, those of largest error first", ylabel="change, percent")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(fontsize=8, loc="center right", bbox_to_anchor=(1, 0.68))
    return drawn


def draw_estimates(axes: Axes, estimates: Mapping[str, ArrayLike], truth: float) -> None:
    """Draw how estimates of one number scatter around the truth; triangles are their means.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    estimates : mapping of str to array_like of shape (n,)
        By the estimator's name.
    truth : float
        What they estimate.
    """
    for (name, values), colour, dash in zip(estimates.items(), PALETTE, ("-", "--"), strict=False):
        axes.hist(
            np.asarray(values),
            60,
            density=True,
            histtype="step",
            color=colour,
            linestyle=dash,
            linewidth=2,
            label=name,
        )
        axes.plot(
            np.asarray(values).mean(), 0, "^", color=colour, markersize=8, clip_on=False, zorder=3
        )
    axes.axvline(truth, color="black", linestyle=":", label="the truth")
    axes.set(xlabel="estimated mode", ylabel="density")
    axes.legend(fontsize=8)
