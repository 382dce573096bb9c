"""The noise explorer: how the learned K widens the noise relative to the composite features."""

from collections.abc import Iterable, Mapping

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cance_edu.course.canvas import Canvas
from cance_edu.course.explorer import Explorer, number
from cance_edu.course.noise.figure import draw_noise, frame_noise, move_noise
from cance_edu.course.noise.summary import (
    NoiseFrame,
    NoiseView,
    noise_frame,
    noise_runs,
    noise_view,
)
from cance_edu.course.offline.stops import MOST, Grid
from cance_edu.detectors.cance import CANCE

__all__ = ["NoiseExplorer"]

_ALT = (
    "Left: points of normal data and of anomalies in two composite coordinates, over shades of the "
    "learned density; a dashed ellipse around 95% of the Gaussian with the data's covariance, and "
    "a green one around 95% of the noise, which K widens. Right: a bar of K for each coordinate, "
    "and a line at 1. The numbers are below the picture."
)

_GAUSSIANS = ("N(μ, Σ)", "N(μ, KΣK)")


class NoiseExplorer(Explorer):
    """Replays how detectors learned their noise.

    Parameters
    ----------
    detectors : mapping of str to CANCE
        By label, for example the objective and the start of K; fitted in this session, with one
        representation and as many steps each.
    normal : array_like of shape (n, D)
        Composite features of normal data.
    anomalies : array_like of shape (m, D), optional
        Of anomalies; a check box hides them.

    Attributes
    ----------
    controls : dict of str to widget
        "detector", "step", "horizontal", "vertical" and, with anomalies, "anomalies".
    play, link : ipywidgets.Play, ipywidgets.Link
        Runs through the steps; the page itself moves the slider.
    view : NoiseView
        What is shown.

    Raises
    ------
    ValueError
        If the detectors cannot be compared, or recorded no weights of T.
    """

    def __init__(
        self,
        detectors: Mapping[str, CANCE],
        normal: ArrayLike,
        anomalies: ArrayLike | None = None,
    ) -> None:
        self.runs = noise_runs(detectors)
        self._features = (normal, anomalies)
        self._frames: dict[tuple[str, ...], NoiseFrame] = {}
        self._views: dict[tuple[str, int, tuple[str, ...]], NoiseView] = {}
        label, run = next(iter(self.runs.items()))
        self._steps = run.step.tolist()
        self.view = self._look(label, self._steps[-1], run.coordinates[-2:])
        figure = Figure(figsize=(8, 3.6), layout="constrained")
        self.artists = draw_noise(figure, self.view)
        controls = self._controls(anomalies is not None)
        super().__init__(controls, Canvas(figure, self.artists.moving), _ALT)
        self.play = ipywidgets.Play(max=len(self._steps) - 1, interval=300)
        self.play.value = self.play.max
        self.link = ipywidgets.jslink((self.play, "value"), (controls["step"], "index"))
        player = ipywidgets.HBox([ipywidgets.Label("play the training steps"), self.play])
        self.children: tuple[ipywidgets.Widget, ...] = (player, *self.children)

    def _controls(self, with_anomalies: bool) -> dict[str, ipywidgets.ValueWidget]:
        names, (first, second) = self.view.frame.coordinates, self.view.frame.pair
        controls = {
            "detector": ipywidgets.Dropdown(
                options=list(self.runs), description="objective and start"
            ),
            "step": ipywidgets.SelectionSlider(
                options=self._steps,
                value=self._steps[-1],
                description="training step",
                layout={"width": "40em"},
            ),
            "horizontal": ipywidgets.Dropdown(
                options=names, value=first, description="horizontal axis"
            ),
            "vertical": ipywidgets.Dropdown(
                options=names, value=second, description="vertical axis"
            ),
        }
        if with_anomalies:
            controls["anomalies"] = ipywidgets.Checkbox(value=True, description="show anomalies")
        return controls

    def grids(self) -> list[Grid]:
        """Return the stops: some of the recorded steps, in the two coordinates that are shown."""
        places = np.rint(np.linspace(0, len(self._steps) - 1, MOST)).astype(int)
        steps = sorted({*(self._steps[place] for place in places), self.controls["step"].value})
        grid = {"detector": list(self.runs), "step": steps}
        return [grid | {"anomalies": [False, True]} if "anomalies" in self.controls else grid]

    def _look(self, label: str, step: int, pair: tuple[str, ...]) -> NoiseView:
        """Return a view, computed when it is first asked for and then kept."""
        if pair not in self._frames:
            self._frames[pair] = noise_frame(list(self.runs.values()), *self._features, pair)
        key = (label, step, pair)
        if key not in self._views:
            record = self._steps.index(step)
            self._views[key] = noise_view(self.runs[label], self._frames[pair], record)
        return self._views[key]

    def update(
        self, detector: str, step: int, horizontal: str, vertical: str, anomalies: bool = False
    ) -> str:
        """Show a recorded step; with another pair of coordinates, on new axes."""
        if horizontal == vertical:
            return "<p>The two axes show one coordinate: choose two different ones.</p>"
        shown, self.view = self.view, self._look(detector, step, (horizontal, vertical))
        if shown.frame is not self.view.frame:
            frame_noise(self.artists, self.view)
            self.canvas.refresh_background()
        move_noise(self.artists, self.view, anomalies)
        return readout(self.view, anomalies)


def readout(view: NoiseView, show_anomalies: bool = True) -> str:
    """Return the numbers of a view as HTML.

    Parameters
    ----------
    view : NoiseView
        What is shown.
    show_anomalies : bool
        Whether to speak of them.
    """
    frame = view.frame
    scale = dict(zip(frame.coordinates, view.scale.tolist(), strict=True))
    # The two that are shown, and always the two reconstruction features.
    shown = dict.fromkeys([*frame.pair, "reconstruction error", "cosine dissimilarity"])
    widths = [
        f"{name} {number(f'K {name}', f'{scale[name]:.2f}')}" for name in shown if name in scale
    ]
    rows = [_row("normal points", "normal", view.normal_inside)]
    if show_anomalies:
        rows.append(_row("anomalies", "anomalies", view.anomalies_inside))
    normal, anomalies = frame.out_of_sight
    beyond = f"{normal} normal points" + f" and {anomalies} anomalies" * show_anomalies
    return (
        f"<p>Step {number('step', str(view.step))}. K of {', '.join(widths)}; ratio of volumes "
        f"det K = {number('det K', f'{view.volume_ratio:.3g}')}.</p>"
        f"<table><tr><th>inside the 95% ellipse of</th>{_cells('th', _GAUSSIANS)}</tr>"
        f"{''.join(rows)}</table>"
        f"<p>NCE loss, nats: {number('batch loss', f'{view.loss:.3f}')} on the batch, "
        f"{number('held-out loss', f'{view.held_out_loss:.3f}')} on held-out data. Total mass of "
        f"exp(-S): {number('mass', f'{view.mass:.3g}')}. Beyond the picture's "
        f"edges: {beyond}.</p>"
    )


def _row(label: str, name: str, shares: Iterable[float]) -> str:
    numbers = [
        number(f"{name} in {gaussian}", f"{share:.1%}")
        for gaussian, share in zip(_GAUSSIANS, shares, strict=True)
    ]
    return f"<tr><th>{label}</th>{_cells('td', numbers)}</tr>"


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f'<{tag} style="padding: 0 1em">{text}</{tag}>' for text in texts)
