"""The controls of a prediction: core ipywidgets, each with a label, by keyboard and finger."""

from collections.abc import Callable
from typing import Any

import ipywidgets

from cance_edu.course.guesses import Guess
from cance_edu.course.question import Question

__all__ = ["CONFIDENCES", "GuessControls"]

CONFIDENCES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
"""How sure a student can be."""

WIDE = {"description_width": "11em"}


class GuessControls(ipywidgets.VBox):  # type: ignore[misc]
    """A question's controls; the two buttons hand over what was guessed.

    Parameters
    ----------
    question : Question
        What is asked.
    made : Guess or None
        An earlier guess, which the controls start from.
    make : callable
        Gets the guess and the confidence.
    decline : callable
        Shows the result without a guess.

    Attributes
    ----------
    controls : list of widget
        One for a choice or a number, one for each place of an order.
    confidence, keep, skip, message : widget
        The others.
    """

    def __init__(
        self,
        question: Question,
        made: Guess | None,
        make: Callable[[object, float], None],
        decline: Callable[[], None],
    ) -> None:
        self.question, self._make, self._decline = question, make, decline
        self.controls = _controls(question, None if made is None else made.guess)
        near = f" (within {question.written(question.within)})" if not question.options else ""
        self.confidence = ipywidgets.SelectionSlider(
            options=[(f"{each:.0%}", each) for each in CONFIDENCES],
            value=min(CONFIDENCES, key=lambda each: abs(each - (made.confidence if made else 0.5))),
            description="How sure are you?",
            style=WIDE,
            layout={"width": "26em", "max_width": "100%"},
        )
        self.keep = ipywidgets.Button(description="Keep my guess", button_style="primary")
        self.skip = ipywidgets.Button(description="Show me instead")
        said = "" if made is None else f"You said {question.written(made.guess)}."
        self.message = ipywidgets.HTML(f'<div role="status">{said}{near}</div>')
        self.keep.on_click(self._kept)
        self.skip.on_click(self._skipped)
        buttons = ipywidgets.HBox([self.keep, self.skip])
        super().__init__([*self.controls, self.confidence, buttons, self.message])

    @property
    def value(self) -> Any:
        """What the controls say, as code has it."""
        values = [control.value for control in self.controls]
        if self.question.ordered:
            return values
        return values[0] / 100 if self.question.unit == "%" else values[0]

    def _kept(self, button: object) -> None:
        try:
            self._make(self.value, self.confidence.value)
        except ValueError as error:
            self._say(str(error))
        else:
            self._say(f"Kept: {self.question.written(self.question.checked(self.value))}.")

    def _skipped(self, button: object) -> None:
        self._decline()
        self._say("No guess: the result is below.")

    def _say(self, text: str) -> None:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        self.message.value = f'<div role="status">{escaped}</div>'


def _controls(question: Question, start: Any) -> list[ipywidgets.ValueWidget]:
    if question.ordered:
        places = range(len(question.options))
        return [
            ipywidgets.Dropdown(
                options=question.options,
                value=start[place] if start else question.options[place],
                description=f"Place {place + 1}",
                style=WIDE,
            )
            for place in places
        ]
    if question.options:
        return [
            ipywidgets.RadioButtons(
                options=question.options, value=start, description="Your guess", style=WIDE
            )
        ]
    scale = 100 if question.unit == "%" else 1
    unit = f", {question.unit}" if question.unit else ""
    return [
        ipywidgets.FloatText(
            value=0 if start is None else scale * start,
            description=f"Your guess{unit}",
            style=WIDE,
            layout={"width": "20em"},
        )
    ]
