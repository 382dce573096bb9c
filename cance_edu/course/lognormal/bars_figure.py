"""Ten bars before and after the exponential function, and how fast mode and mean move."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import ConnectionPatch
from scipy.stats import lognorm, norm

from cance_edu.course.lognormal.bars import TenBars
from cance_edu.course.lognormal.figure import CENTRES
from cance_edu.course.lognormal.summary import CentreCurves, LognormalView
from cance_edu.course.style import label_log_axis

__all__ = ["draw_bars", "draw_centres"]


def draw_bars(figure: FigureBase, bars: TenBars, view: LognormalView) -> tuple[Axes, Axes]:
    """Draw the bars on the axis of ln z, below it on that of z, and where each one goes.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 6.5 by 4.4 inches with a constrained layout suit it.
    bars : TenBars
        What to draw.
    view : LognormalView
        The log-normal variable of the same μ and σ.

    Returns
    -------
    tuple of Axes
        Of ln z, and of z.
    """
    upper, lower = figure.subplots(2, 1, height_ratios=(2, 3), gridspec_kw={"hspace": 0.3})
    _draw_ten(upper, bars.log_edges, bars.log_heights)
    _draw_ten(lower, bars.edges, bars.heights)
    t = np.linspace(bars.log_edges[0], bars.log_edges[-1], 201)
    upper.plot(t, norm.pdf(t, bars.mu, bars.sigma), color="black", linewidth=1)
    z = np.linspace(0, bars.edges[-1], 401)
    lower.plot(z, lognorm.pdf(z, bars.sigma, scale=np.exp(bars.mu)), color="black", linewidth=1)
    for edge in bars.log_edges:
        figure.add_artist(
            ConnectionPatch(
                (edge, 0),
                (np.exp(edge), lower.get_ylim()[1]),
                "data",
                "data",
                axesA=upper,
                axesB=lower,
                color="0.4",
                linewidth=0.8,
            )
        )
    for name, style in CENTRES.items():
        place, top = getattr(view, name), np.interp(getattr(view, name), view.z, view.density)
        lower.plot([place] * 2, [0, top], markevery=[1], label=f"{name} {place:.2f}", **style)
    upper.xaxis.set_label_position("top")
    upper.tick_params(axis="x", bottom=False, labelbottom=False, top=True, labeltop=True)
    upper.set(ylabel="density", xlabel="$\\ln z$, Gaussian: the bars in the middle are tallest")
    lower.set(xlabel="$z$, on a linear axis", ylabel="density", xlim=(0, None))
    lower.legend(fontsize=8)
    return upper, lower


def _draw_ten(axes: Axes, edges: np.ndarray, heights: np.ndarray) -> None:
    colours = colormaps["cividis"](np.linspace(0.35, 1, len(heights)))
    axes.bar(edges[:-1], heights, np.diff(edges), align="edge", color=colours, edgecolor="white")
    for number, (left, right, top) in enumerate(
        zip(edges[:-1], edges[1:], heights, strict=True), start=1
    ):
        low = top < 0.1 * heights.max()  # no room within: the number stands above the bar
        place, align = (top, "bottom") if low else (top / 2, "center")
        axes.text((left + right) / 2, place, str(number), ha="center", va=align, fontsize=7)
    axes.set(ylim=(0, 1.15 * heights.max()))


def draw_centres(figure: FigureBase, curves: CentreCurves) -> tuple[Axes, Axes]:
    """Draw mode, median and mean against σ, on a linear and on a logarithmic axis.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 7 by 2.8 inches with a constrained layout suit it.
    curves : CentreCurves
        What to draw.

    Returns
    -------
    tuple of Axes
        With the linear and with the logarithmic axis.
    """
    linear, logarithmic = figure.subplots(1, 2)
    for axes in (linear, logarithmic):
        for name, style in CENTRES.items():
            axes.plot(curves.sigma, getattr(curves, name), label=name, **style | {"marker": ""})
        axes.set(xlabel="$σ$, where $μ = 0$")
    linear.set(ylabel="$z$", title="linear axis: differences")
    logarithmic.set(ylabel="$z$", yscale="log", title="logarithmic axis: ratios")
    label_log_axis(logarithmic.yaxis)
    linear.legend(fontsize=8)
    return linear, logarithmic
