"""Where noise lies in many dimensions, and how its classifier overfits (lesson 09)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.style import ANOMALY, NOISE, NORMAL

__all__ = ["draw_overfitting", "draw_squared_norms", "draw_squared_norms_by_components"]


def draw_squared_norms(
    axes: Axes, of_data: ArrayLike, of_noise: ArrayLike, of_anomalies: ArrayLike = ()
) -> None:
    """Draw how far data and noise are from the centre: a histogram of each, on one log axis.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    of_data, of_noise : array_like of shape (n,) and (m,)
        Squared norms, above 0.
    of_anomalies : array_like of shape (k,), optional
        Squared norms of anomalies, drawn as an outline.
    """
    each = np.concatenate([np.ravel(of_data), np.ravel(of_noise), np.ravel(of_anomalies)])
    edges = np.geomspace(each.min(), each.max() * (1 + 1e-9), 41).tolist()
    filled: dict[str, Any] = {"alpha": 0.5}
    outline: dict[str, Any] = {"histtype": "step", "linewidth": 2}
    for values, name, style in (
        (of_data, "new normal images", filled | {"color": NORMAL}),
        (of_noise, "noise", filled | {"color": NOISE, "hatch": "//"}),
        (of_anomalies, "anomalies", outline | {"color": ANOMALY}),
    ):
        if n := np.size(values):
            axes.hist(np.ravel(values), edges, weights=np.full(n, 1 / n), label=name, **style)
    axes.set(xscale="log", xlabel="squared Mahalanobis norm of z", ylabel="share of points")
    # Within less than a decade, matplotlib's own labels run into each other.
    within_a_decade = (1, 2, 5) if edges[-1] < 1000 * edges[0] else (1,)
    ticks = [t * 10.0**power for power in range(-6, 7) for t in within_a_decade]
    ticks = [tick for tick in ticks if edges[0] <= tick <= edges[-1]]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.legend(fontsize=8)


def draw_squared_norms_by_components(
    figure: Figure, norms: Mapping[int, tuple[ArrayLike, ArrayLike, ArrayLike]]
) -> None:
    """Draw `draw_squared_norms` of data, anomalies and noise, a panel for each dimension."""
    panels = figure.subplots(1, len(norms), squeeze=False)[0]
    for axes, (components, (of_data, of_anomalies, of_noise)) in zip(
        panels, norms.items(), strict=True
    ):
        draw_squared_norms(axes, of_data, of_noise, of_anomalies)
        axes.set_title(f"{components} components")


def draw_overfitting(
    axes: Axes, step: ArrayLike, loss: ArrayLike, held_out_loss: ArrayLike
) -> list[Line2D]:
    """Draw the losses of some trainings on their own data and on held-out data.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    step : array_like of shape (records,)
        Steps taken.
    loss, held_out_loss : array_like of shape (trainings, records)
        Above 0.

    Returns
    -------
    list of Line2D
        The trainings' losses, then the held-out ones.
    """
    lines = []
    for losses, color, style, name in (
        (loss, NORMAL, "-", "batches of training rows"),
        (held_out_loss, ANOMALY, "--", "held-out rows"),
    ):
        of_kind = axes.plot(step, np.transpose(losses), style, color=color, linewidth=1)
        of_kind[0].set_label(name)
        lines += of_kind
    axes.set(yscale="log", xlabel="step", ylabel="NCE loss, nats")
    axes.legend(fontsize=8)
    return lines
