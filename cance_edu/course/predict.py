"""`predict` asks before a result, `answer` shows the result and what had been said.

Who is there to guess is told by CANCE_EDU_GUESSES: a student unless it is set; "none" where a
notebook is executed for readers without a kernel, who get the question and a folded answer;
"default" under test.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from IPython.display import Markdown, display, publish_display_data

from cance_edu.course.guess_controls import GuessControls
from cance_edu.course.guesses import Guess, Value, keep, kept
from cance_edu.course.picture import Picture, filled
from cance_edu.course.question import Question, question

__all__ = ["Answer", "Prediction", "answer", "guess", "predict", "predictions"]

Reader = Literal["student", "none", "default"]

ASK = "**Your guess first.** Choose above and keep it; the result then appears here."


def reader() -> Reader:
    """Return who is there to guess.

    Raises
    ------
    ValueError
        If CANCE_EDU_GUESSES says anything but "none" or "default".
    """
    said = os.environ.get("CANCE_EDU_GUESSES") or "student"
    if said not in ("student", "none", "default"):
        raise ValueError(f"CANCE_EDU_GUESSES is {said!r}; expected 'none' or 'default', or nothing")
    return said  # type: ignore[return-value]


class Prediction:
    """A question, what was guessed, and who waits for the guess.

    Parameters
    ----------
    question : Question
        What is asked.

    Attributes
    ----------
    guess : Guess or None
        None as long as there is none.
    open : bool
        Whether the result may be shown: there is a guess, or it was declined.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.guess: Guess | None = None
        self.open = reader() == "none"
        self._waiting: list[Callable[[], None]] = []
        if reader() == "default":
            self.make(question.default, 0.5)
        elif reader() == "student" and question.key in kept():
            self.guess, self.open = kept()[question.key], True

    def make(self, value: object, confidence: float) -> None:
        """Guess, keep it, and show what waited for it."""
        self.guess = Guess(self.question.checked(value), confidence)
        self._keep()
        self.decline()

    def decline(self) -> None:
        """Show what waits for the guess, without one."""
        self.open = True
        waiting, self._waiting = self._waiting, []
        for show in waiting:
            show()

    def judge(self, truth: object) -> Value:
        """Take note of what it really was, and return that."""
        checked = self.question.checked(truth)
        if self.guess is not None:
            right = self.question.is_right(self.guess.guess, checked)
            self.guess = replace(self.guess, truth=checked, right=right)
            self._keep()
        return checked

    def when_open(self, show: Callable[[], None]) -> None:
        """Call back once the result may be shown."""
        self._waiting.append(show)

    def _keep(self) -> None:
        if reader() == "student" and self.guess is not None:
            keep(self.question.key, self.guess)

    def _ipython_display_(self) -> None:
        text = f"**Predict.** {self.question.text}"
        if self.question.options and reader() != "student":
            text += f"\n\n*{' · '.join(self.question.options)}*"
        display(Markdown(text))
        if reader() != "none":
            display(GuessControls(self.question, self.guess, self.make, self.decline))


_asked: dict[str, Prediction] = {}


def predictions() -> dict[str, Prediction]:
    """Return the predictions of this notebook, by key, in their order."""
    return dict(_asked)


def predict(
    key: str,
    text: str,
    *,
    options: Sequence[str] = (),
    order: Sequence[str] = (),
    unit: str | None = None,
    within: float | None = None,
) -> Prediction:
    """Ask for a prediction, to be the last value of a cell.

    Parameters
    ----------
    key : str
        The lesson's number and a few words; `answer` has the same.
    text : str
        The question, in Markdown.
    options, order, unit, within
        A choice, an order, or a number: as in `question`.

    Raises
    ------
    ValueError
        As `question` does.
    """
    asked = question(key, text, options=options, order=order, unit=unit, within=within)
    _asked[key] = Prediction(asked)
    return _asked[key]


def guess(key: str) -> Value | None:
    """Return what was guessed, for a figure to draw; None if nothing was."""
    made = _find(key).guess
    return None if made is None else made.guess


class Answer:
    """A result that waits for its prediction, to be the last value of a cell.

    Parameters
    ----------
    prediction : Prediction
        What was asked.
    truth : Value
        What it is.
    text : str
        Why, in Markdown.
    picture : Picture or callable, optional
        What shows it; a function gets the guess (None without one) and returns the picture.
    """

    def __init__(
        self,
        prediction: Prediction,
        truth: Value,
        text: str,
        picture: Picture | Callable[[Any], Picture] | None,
    ) -> None:
        self.prediction, self.truth, self.text, self.picture = prediction, truth, text, picture

    @property
    def markdown(self) -> str:
        """What was said, what it is, and why."""
        self.prediction.judge(self.truth)
        asked, made = self.prediction.question, self.prediction.guess
        written = asked.written(self.truth)
        if made is None:
            return f"**It is {written}.** {self.text}".strip()
        verdict = "**Right.** " if made.right else ""
        said = f"You said **{asked.written(made.guess)}**; it is **{written}**. {verdict}"
        return f"{said}{self.text}".strip()

    def shown(self) -> Picture | None:
        """Return the picture, with the guess drawn into it if it wants one."""
        if callable(self.picture):
            made = self.prediction.guess
            return self.picture(None if made is None else made.guess)
        return self.picture

    def _ipython_display_(self) -> None:
        if self.prediction.open:
            picture = self.shown()
            if picture is not None:
                display(picture)
            self._publish()
        else:
            above, below = (display(Markdown(text), display_id=True) for text in ("", ASK))
            self.prediction.when_open(lambda: self._reveal(above, below))

    def _publish(self) -> None:
        text = self.markdown
        if reader() == "none":
            text = f"<details><summary>Answer</summary>\n\n{text}\n\n</details>"
        data = {"text/markdown": text, "text/plain": self.markdown}
        publish_display_data(data, {"cance_edu": "answer"})

    def _reveal(self, above: Any, below: Any) -> None:
        """Fill the places that were left for the picture and for the text."""
        picture, text = self.shown(), self.markdown
        if picture is not None:
            above.update(picture.image)
            text = f"{picture.line}\n\n{text}"
        below.update(Markdown(text))


def answer(
    key: str,
    truth: object,
    text: str = "",
    *,
    picture: Picture | Callable[[Any], Picture] | None = None,
    **values: Any,
) -> Answer:
    """Return the answer to a prediction; it is not shown before there is one.

    Parameters
    ----------
    key : str
        As `predict` has it.
    truth : number, str or sequence of str
        What it is.
    text : str
        Why, in Markdown, with fields for values as in `tell`.
    picture : Picture or callable, optional
        What shows it. A function of the guess (None without one) draws the guess into it.
    values : Any
        For the text.

    Raises
    ------
    ValueError
        If nothing was asked under the key, or the truth is no answer to the question.
    """
    prediction = _find(key)
    checked = prediction.judge(truth)
    return Answer(prediction, checked, filled(text, values), picture)


def _find(key: str) -> Prediction:
    if key not in _asked:
        raise ValueError(f"nothing was asked as {key!r}; run the cell with predict({key!r}, ...)")
    return _asked[key]
