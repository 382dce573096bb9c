"""The log-normal explorer: moments or parameters, and the mode, mean and median that follow."""

import math
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cance_edu.course.canvas import Canvas
from cance_edu.course.explorer import Explorer, number
from cance_edu.course.lognormal.figure import draw_histogram, draw_lognormal, move_lognormal
from cance_edu.course.lognormal.summary import LognormalView, lognormal_view
from cance_edu.course.offline.stops import Grid, stops_of
from cance_edu.method.lognormal import lognormal_moments

__all__ = ["LognormalExplorer"]

PAIRS = {
    "moments": ("mean", "standard_deviation"),
    "parameters": ("mu", "sigma"),
}
"""The two ways to name a log-normal variable; the sliders of one of them are shown at a time."""


class LognormalExplorer(Explorer):
    """A log-normal density upon the histogram of a real feature, steered by either pair.

    Parameters
    ----------
    values : array_like of shape (n,)
        A reconstruction feature; the explorer starts at its mean and standard deviation.
    name : str
        What is measured, with its unit, for the axis.

    Attributes
    ----------
    view : LognormalView
        What is shown.
    """

    def __init__(self, values: ArrayLike, name: str = "reconstruction error") -> None:
        values = np.asarray(values, dtype=float)
        figure = Figure(figsize=(7, 3.4), dpi=80, layout="constrained")
        axes = figure.subplots()
        draw_histogram(axes, values, name)
        self._grid = np.linspace(*axes.get_xlim(), 601)
        self.view: LognormalView = lognormal_view(values.mean(), values.std(), self._grid)
        self._artists = draw_lognormal(axes, self.view)
        axes.legend(loc="upper right", fontsize=8)
        controls = _controls(self.view)
        # Room for the tallest density of ln z's sliders: the smallest μ and σ.
        mean, deviation = map(float, lognormal_moments(controls["mu"].min, controls["sigma"].min))
        axes.set_ylim(0, 1.1 * lognormal_view(mean, deviation, self._grid).density.max())
        # Registered before the redraw, so that the new pair has its values by then.
        controls["steer"].observe(self._hand_over, "value")
        alt = (
            "A histogram of the feature, and on it a log-normal density, right-skewed, with mode, "
            "median and mean marked from left to right, and the dashed Gaussian noise of the same "
            "mean and deviation, part of which lies below zero."
        )
        super().__init__(controls, Canvas(figure, self._artists.moving), alt)
        self._show_pair()

    def update(self, **values: Any) -> str:
        """Show the log-normal variable that the steering pair names."""
        first, second = (values[name] for name in PAIRS[values["steer"]])
        if values["steer"] == "parameters":
            first, second = map(float, lognormal_moments(first, second))
        self.view = lognormal_view(first, second, self._grid)
        move_lognormal(self._artists, self.view)
        return _numbers(self.view)

    def grids(self) -> list[Grid]:
        """Return the stops of each pair, which the other one does not change."""
        return [
            {"steer": [pair], **{name: stops_of(self.controls[name]) for name in names}}
            for pair, names in PAIRS.items()
        ]

    def _hand_over(self, change: object = None) -> None:
        """Let the other pair go on from what is shown, as far as its sliders reach."""
        view = self.view
        for name in PAIRS[self.controls["steer"].value]:
            self.controls[name].value = getattr(view, name)
        self._show_pair()

    def _show_pair(self) -> None:
        for pair, names in PAIRS.items():
            for name in names:
                steers = pair == self.controls["steer"].value
                self.controls[name].layout.display = "" if steers else "none"


def _controls(view: LognormalView) -> dict[str, ipywidgets.ValueWidget]:
    steer = ipywidgets.ToggleButtons(
        options=[("mean and deviation of z", "moments"), ("μ and σ of ln z", "parameters")],
        description="Steer by",
        style={"button_width": "auto"},
        layout={"width": "auto"},
    )
    mu = _slider("μ, mean of ln z", view.mu, view.mu - 0.5, view.mu + 0.5)
    sigma = _slider("σ, deviation of ln z", view.sigma, 0.5 * view.sigma, 1.7 * view.sigma)
    # The sliders of the moments reach all that those of the parameters do.
    limits = lognormal_moments([mu.min, mu.max], [sigma.min, sigma.max])
    means, deviations = (ends.tolist() for ends in limits)
    return {
        "steer": steer,
        "mean": _slider("Mean μ_z", view.mean, *means),
        "standard_deviation": _slider("Deviation σ_z", view.standard_deviation, *deviations),
        "mu": mu,
        "sigma": sigma,
    }


def _slider(label: str, start: float, low: float, high: float) -> ipywidgets.FloatSlider:
    # The front end moves a slider to a whole number of steps from its end: start on one.
    step = (high - low) / 200
    return ipywidgets.FloatSlider(
        description=label,
        value=start,
        min=start - math.ceil((start - low) / step) * step,
        max=start + math.ceil((high - start) / step) * step,
        step=step,
        readout_format=".3g",
        layout={"width": "36em"},
    )


def _numbers(view: LognormalView) -> str:
    shown = {
        "mode": f"{view.mode:.3g}",
        "median": f"{view.median:.3g}",
        "mean": f"{view.mean:.3g}",
        "deviation": f"{view.standard_deviation:.3g}",
        "mu": f"{view.mu:.2f}",
        "sigma": f"{view.sigma:.2f}",
        "noise_below_zero": f"{100 * view.noise_below_zero:.1f}%",
    }
    labels = {"mu": "μ", "sigma": "σ", "noise_below_zero": "noise below zero"}
    return ", ".join(f"{labels.get(k, k)} {number(k, text)}" for k, text in shown.items())
