"""The stops of a control without a kernel: which values it has, and what each is called."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from ipywidgets import ValueWidget

__all__ = ["MOST", "Grid", "label_of", "stops_of"]

Grid = dict[str, list[Any]]
"""Values of controls by name: every combination of them is a state."""

MOST = 9
"""A slider without a list of its own values has so many stops."""


def stops_of(control: ValueWidget, most: int = MOST) -> list[Any]:
    """Return values of a control, in order; the one that it has now is among them.

    Parameters
    ----------
    control : widget
        A list and a row of buttons keep all their options, a check box both its values; a slider
        of numbers gets some of them, evenly spread over its steps.
    most : int
        Stops of a slider of numbers.
    """
    if hasattr(control, "options"):
        return [value for _, value in _options(control)]
    if not hasattr(control, "min"):
        return [False, True]
    now, steps = control.value, (control.max - control.min) / control.step
    places = np.rint(np.linspace(0, steps, most)).astype(int)
    values = [control.min + place * control.step for place in places.tolist()]
    nearest = min(range(len(values)), key=lambda place: abs(values[place] - now))
    return [*values[:nearest], now, *values[nearest + 1 :]]


def label_of(control: ValueWidget, value: Any) -> str:
    """Return what a control calls one of its values."""
    if hasattr(control, "options"):
        return next(label for label, option in _options(control) if option == value)
    if hasattr(control, "readout_format"):
        return format(value, control.readout_format)
    return str(value)


def _options(control: ValueWidget) -> Sequence[tuple[str, Any]]:
    return [o if isinstance(o, tuple) else (str(o), o) for o in control.options]
