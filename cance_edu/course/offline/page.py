"""An explorer as a piece of HTML that needs neither kernel nor network."""

import base64
import gzip
import html
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ipywidgets import Checkbox, SelectionSlider

from cance_edu.course.offline.stops import Grid, label_of
from cance_edu.course.offline.vector import (
    FONT,
    VectorRenderer,
    artist_svg,
    background_svg,
    view_box,
)

if TYPE_CHECKING:
    from cance_edu.course.explorer import Explorer

__all__ = ["to_html"]

FOLDER = Path(__file__).parent


def to_html(explorer: "Explorer") -> str:
    """Return an explorer with its states on a grid of stops, drawn and computed as in a kernel.

    Parameters
    ----------
    explorer : Explorer
        It stays as it is.

    Returns
    -------
    str
        Controls, picture and numbers, and the script that they all share.
    """
    figure, now = explorer.canvas.figure, explorer.values
    renderer = VectorRenderer(figure)
    grids = explorer.grids()
    stops = _all_stops(grids)
    data = _recorded(_states(explorer, renderer, grids), grids, stops)
    numbers, *shown = _state(explorer, renderer, now)
    key = uuid4().hex
    return Template(_read("explorer.html")).substitute(
        key=key,
        style=_read("explorer.css"),
        script=_read("explorer.js"),
        font=FONT,
        box=view_box(figure),
        width=round(figure.bbox.width),
        alt=html.escape(explorer.alt, quote=True),
        controls="".join(
            _control(explorer.controls[name], name, values, values.index(now[name]))
            for name, values in stops.items()
            if len(values) > 1
        ),
        background=background_svg(renderer, figure).replace("~", key),
        moving="".join(shown).replace("~", key),
        numbers=numbers,
        data=base64.b64encode(gzip.compress(json.dumps(data).encode(), mtime=0)).decode(),
    )


def _recorded(states: Iterator[Any], grids: list[Grid], stops: Grid) -> dict[str, Any]:
    """Return all states, each text that they show written once."""
    texts: dict[str, int] = {}
    shown = [[texts.setdefault(text, len(texts)) for text in state] for state in states]
    places = [
        {name: [stops[name].index(value) for value in grid[name]] for name in grid}
        for grid in grids
    ]
    return {"texts": list(texts), "states": shown, "grids": places}


def _states(explorer: "Explorer", renderer: VectorRenderer, grids: list[Grid]) -> Iterator[Any]:
    """Yield what each state shows, grid by grid, the last control of a grid moving fastest."""
    now = explorer.values
    try:
        for grid in grids:
            for values in itertools.product(*grid.values()):
                yield _state(explorer, renderer, now | dict(zip(grid, values, strict=True)))
    finally:
        explorer.update(**now)


def _state(explorer: "Explorer", renderer: VectorRenderer, values: dict[str, Any]) -> list[str]:
    """Return the numbers of a state, and each moving artist."""
    numbers = explorer.update(**values)
    moving = enumerate(explorer.canvas.moving)
    return [numbers, *(artist_svg(renderer, artist, str(place)) for place, artist in moving)]


def _all_stops(grids: list[Grid]) -> Grid:
    """Return the values that a control has in any of the grids."""
    names = dict.fromkeys(itertools.chain.from_iterable(grids))
    return {
        name: list(dict.fromkeys(value for grid in grids for value in grid.get(name, [])))
        for name in names
    }


def _control(control: Any, name: str, values: list[Any], start: int) -> str:
    """Return a control as the page's own: a slider, a check box or a list."""
    labels = [html.escape(label_of(control, value)) for value in values]
    name, title = html.escape(name), html.escape(control.description)
    if isinstance(control, Checkbox):
        tick = " checked" if start else ""
        field = f'<input type="checkbox" name="{name}"{tick}>'
    elif isinstance(control, SelectionSlider) or hasattr(control, "min"):
        field = (
            f'<input type="range" name="{name}" min="0" max="{len(values) - 1}" value="{start}" '
            f'aria-valuetext="{labels[start]}" data-labels="{"|".join(labels)}">'
            f"<output>{labels[start]}</output>"
        )
    else:
        options = "".join(
            f'<option value="{place}"{" selected" * (place == start)}>{label}</option>'
            for place, label in enumerate(labels)
        )
        field = f'<select name="{name}">{options}</select>'
    return f"<label><span>{title}</span>{field}</label>"


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
