"""Explorers: controls, and what they change. No mathematics, and no training in a callback.

A control's values go to a summary function, whose arrays go to a figure's `move_...` function.
This module has what all explorers share; each topic has a module of its own. Core ipywidgets
alone, so that they work wherever ipywidgets does.
"""

import html
import traceback
from collections.abc import Mapping
from typing import Any

import ipywidgets

from cance_edu.course.canvas import Canvas
from cance_edu.course.offline.page import to_html
from cance_edu.course.offline.stops import Grid, stops_of
from cance_edu.course.predict import reader

__all__ = ["Explorer", "drive"]


class Explorer(ipywidgets.VBox):  # type: ignore[misc]
    """Controls, a picture that follows them, and the numbers that it shows.

    A subclass draws its figure, hands over its controls and its canvas, and implements `update`.

    Parameters
    ----------
    controls : mapping of str to widget
        By the names that `update` knows them by; each has a visible description.
    canvas : Canvas
        The figure, with its moving artists.
    alt : str
        What the picture shows, for a reader who cannot see it.

    Attributes
    ----------
    controls : dict of str to widget
        As given: `explorer.controls["noise_scale"].value = 2` moves a slider from a cell.
    alt : str
        As given.
    readout : ipywidgets.HTML
        The numbers, announced to screen readers when they change.
    """

    def __init__(
        self, controls: Mapping[str, ipywidgets.ValueWidget], canvas: Canvas, alt: str
    ) -> None:
        self.controls = dict(controls)
        self.canvas, self.alt = canvas, alt
        for control in self.controls.values():
            if not control.description:
                raise ValueError(f"{type(control).__name__} has no description; expected a label")
            control.style.description_width = "11em"
            # Beside so wide a label the front end would leave a slider only 60 pixels.
            control.layout.width = control.layout.width or "40em"
            control.observe(self._refresh, "value")
        self.picture = ipywidgets.Image(format="png")
        self.readout, self.message = ipywidgets.HTML(), ipywidgets.HTML()
        about = ipywidgets.HTML(f'<p class="cance-alt">{html.escape(alt)}</p>')
        super().__init__([*self.controls.values(), self.message, self.picture, self.readout, about])
        self._refresh()

    def update(self, *args: Any, **values: Any) -> str:
        """Move the artists to the controls' values; return the numbers to show, as HTML."""
        raise NotImplementedError

    @property
    def values(self) -> dict[str, Any]:
        """The controls' values."""
        return {name: control.value for name, control in self.controls.items()}

    def grids(self) -> list[Grid]:
        """Return the stops that the controls have where there is no kernel.

        Returns
        -------
        list of dict of str to list
            Each combination of a grid's values is drawn beforehand. A control that is in none of
            them stays where it is; one with different values in several decides among them.
        """
        return [{name: stops_of(control) for name, control in self.controls.items()}]

    def to_html(self) -> str:
        """Return the explorer as one piece of HTML that needs neither kernel nor network."""
        return to_html(self)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Return what is displayed: beside the widget, what an exported page and the book show."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        return bundle if reader() == "default" else bundle | {"text/html": self.to_html()}

    def _refresh(self, change: object = None) -> None:
        try:
            numbers = self.update(**self.values)
            self.picture.value = self.canvas.png()
        except Exception:
            # The front end shows nothing of an error in a callback: show it, and let it go on to
            # whoever moved the control, so that a test sees it too.
            error = html.escape(traceback.format_exc())
            self.message.value = f'<pre role="alert" style="color:#b00020">{error}</pre>'
            raise
        self.message.value = ""
        self.readout.value = f'<div role="status" class="cance-numbers">{numbers}</div>'


def number(name: str, text: str) -> str:
    """Return one number of a readout, findable by its name in a page."""
    return f'<span class="cance-number" data-name="{html.escape(name)}">{html.escape(text)}</span>'


def drive(explorer: Explorer) -> int:
    """Move every control to both ends and the middle, one after the other, and back again.

    Parameters
    ----------
    explorer : Explorer
        Whose controls are sliders, drop-down lists, toggles or check boxes.

    Returns
    -------
    int
        How many moves there were. An error in any of them is raised.
    """
    moves = 0
    for control in explorer.controls.values():
        start = control.value
        for value in (*_stops(control), start):
            control.value = value
            moves += 1
    return moves


def _stops(control: ipywidgets.ValueWidget) -> list[Any]:
    if hasattr(control, "options"):
        values = stops_of(control)
        return [values[0], values[len(values) // 2], values[-1]]
    if hasattr(control, "min"):
        middle = type(control.value)((control.min + control.max) / 2)
        return [control.min, middle, control.max]
    return [not control.value]
