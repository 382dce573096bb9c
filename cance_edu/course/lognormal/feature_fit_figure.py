"""How log-normal a real feature is, and what one outlier does to its mode."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cance_edu.course.lognormal.feature_fit import OutlierEffect, QuantilePlot
from cance_edu.course.lognormal.figure import CENTRES
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_outlier", "draw_quantiles"]


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
        band.normal, band.low, band.high, color="grey", alpha=0.3, label="95% of normal draws"
    )
    axes.plot(band.normal, band.normal, color="black", linewidth=1)
    lines = [
        axes.plot(plot.normal, plot.observed, marker, color=colour, markersize=3, label=name)[0]
        for (name, plot), marker, colour in zip(
            plots.items(), "x.", (ANOMALY, NORMAL), strict=False
        )
    ]
    axes.set(xlabel="normal quantile", ylabel="value, in deviations from its mean")
    axes.legend(fontsize=8)
    return lines


def draw_outlier(axes: Axes, effect: OutlierEffect) -> list[Line2D]:
    """Draw how mean and mode move when one value is added.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    effect : OutlierEffect
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
        axes.plot(effect.size, 100 * (ratio - 1), label=name, **style | {"marker": ""})[0]
        for name, (ratio, style) in lines.items()
    ]
    axes.set(xlabel="value that is added, in means", ylabel="change, percent")
    axes.legend(fontsize=8)
    return drawn
