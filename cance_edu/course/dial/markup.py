"""The K dial's page as HTML: `dial.html` and `rope.html`, filled; `dial.js` brings it to life."""

import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

__all__ = ["choice", "dial_markup", "guess_markup", "rope_markup", "row"]

PARTS = {"brought": "brought", "learned": "learned", "sum": "S, their sum"}
FOLDER = Path(__file__).parent


def dial_markup(
    stops: Iterable[float], guess: Mapping[str, Any], rope: str, **values: str | int
) -> str:
    """Return the whole page.

    Parameters
    ----------
    stops : iterable of float
        K at which T was trained.
    guess : mapping
        The first question.
    rope : str
        HTML of the rope, or nothing.
    **values
        What else `dial.html` asks for.
    """
    ticks = [
        f'<button type="button" tabindex="-1" aria-hidden="true">{k:g}</button>' for k in stops
    ]
    part_rows = {
        f"{what}_rows": "".join(
            row(label, f"{part} {what}", marks, f'data-part="{part}"')
            for part, label in PARTS.items()
        )
        for what, marks in (("standing", ("zero", "bar")), ("area", ("coin", "band", "dot")))
    }
    return _filled(
        "dial.html",
        ticks="".join(ticks),
        dial_guess=guess_markup(guess),
        rope=rope,
        **part_rows,
        **{name: html.escape(str(value)) for name, value in values.items()},
    )


def rope_markup(
    coordinates: Sequence[str],
    guesses: Sequence[Mapping[str, Any]],
    choices: Mapping[str, tuple[str, Mapping[str, str]]],
    last_record: int,
) -> str:
    """Return the rope, with what the questions ask about hidden until they are answered."""
    marks = ("trail", "data", "noise", "both", "knob")
    return _filled(
        "rope.html",
        rope_guesses="".join(map(guess_markup, guesses)),
        secret=" kd-secret" if guesses else "",
        choices="".join(choice(name, *of) for name, of in choices.items()),
        last_record=last_record,
        rope_rows="".join(row(name, f"K of {name}", marks) for name in coordinates),
    )


def guess_markup(guess: Mapping[str, Any]) -> str:
    """Return a question, its answers as buttons, and room for what is said of them."""
    return (
        f'<div class="kd-guess"><p><b>{html.escape(guess["title"])}</b> '
        f"{html.escape(guess['text'])}</p>{choice('guess', 'Guess:', guess['options'])}"
        '<p class="kd-told" role="status"></p></div>'
    )


def choice(name: str, label: str, options: Mapping[str, str]) -> str:
    """Return buttons of which one is pressed."""
    buttons = "".join(
        f'<button type="button" data-key="{key}">{html.escape(text)}</button>'
        for key, text in options.items()
    )
    label = html.escape(label)
    return (
        f'<div class="kd-choice" data-name="{name}" role="group" aria-label="{label}">'
        f"<span>{label}</span>{buttons}</div>"
    )


def row(label: str, name: str, marks: Iterable[str], attributes: str = "") -> str:
    """Return a label, a track with marks in it, and a number that is found by its name."""
    inner = "".join(f'<i class="kd-{mark}"></i>' for mark in marks)
    return (
        f'<div class="kd-row" {attributes}><span>{html.escape(label)}</span>'
        f'<div class="kd-track" aria-hidden="true">{inner}</div>'
        f'<span class="cance-number" data-name="{html.escape(name)}"></span></div>'
    )


def _filled(file: str, **values: str | int) -> str:
    return Template((FOLDER / file).read_text(encoding="utf-8")).substitute(values)
