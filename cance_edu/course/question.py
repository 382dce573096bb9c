"""A question before a result: a choice, a number with a unit, or an order; and what is right."""

from collections.abc import Sequence
from dataclasses import dataclass

from cance_edu.course.guesses import Value
from cance_edu.files import lesson_number

__all__ = ["Question", "question"]


@dataclass(frozen=True)
class Question:
    """A question that a result will answer.

    Attributes
    ----------
    key : str
        The lesson's number and a few words, ``"01 below the mean"``.
    text : str
        Markdown.
    options : tuple of str
        To choose from, or to put in order; none for a number.
    ordered : bool
        Whether the options are to be put in order.
    unit : str
        Of a number: "%" for shares, which are numbers from 0 to 1 in code; "" for none.
    within : float
        How far a right number may be off; in code's terms, 0.1 for ten percent points.
    """

    key: str
    text: str
    options: tuple[str, ...] = ()
    ordered: bool = False
    unit: str = ""
    within: float = 0.0

    @property
    def default(self) -> Value:
        """What a test guesses."""
        if self.ordered:
            return list(self.options)
        return self.options[0] if self.options else 0.5 if self.unit == "%" else 1.0

    def written(self, value: Value) -> str:
        """Return a guess or a truth in words."""
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return ", ".join(value)
        return f"{value:.0%}" if self.unit == "%" else f"{value:.3g} {self.unit}".strip()

    def checked(self, value: object) -> Value:
        """Return a guess or a truth as this question has it.

        Raises
        ------
        ValueError
            If it is no option, not all options in some order, or no number.
        """
        if self.ordered:
            order = [str(each) for each in value] if isinstance(value, Sequence) else []
            if sorted(order) != sorted(self.options):
                raise ValueError(f"{self.key}: got {value!r}; expected an order of {self.options}")
            return order
        if self.options:
            if value not in self.options:
                raise ValueError(f"{self.key}: got {value!r}; expected one of {self.options}")
            return str(value)
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise ValueError(f"{self.key}: got {value!r}; expected a number") from None

    def is_right(self, guess: Value, truth: Value) -> bool:
        """Return whether a guess is the truth; a number may be off by `within`."""
        if isinstance(guess, float) and isinstance(truth, float):
            return abs(guess - truth) <= self.within + 1e-12
        return guess == truth


def question(
    key: str,
    text: str,
    *,
    options: Sequence[str] = (),
    order: Sequence[str] = (),
    unit: str | None = None,
    within: float | None = None,
) -> Question:
    """Return a question of one of the three kinds.

    Parameters
    ----------
    key, text : str
        As in `Question`.
    options : sequence of str
        At least two, for a choice.
    order : sequence of str
        At least two, to be put in order.
    unit : str
        For a number.
    within : float
        For a number: how far a right one may be off.

    Raises
    ------
    ValueError
        If it is not exactly one of the three, the key has no lesson's number, or a number comes
        without `within`.
    """
    if not (number := lesson_number(key)) or not key.startswith(f"{number} "):
        raise ValueError(f"the key is {key!r}; expected the lesson first: '01 below the mean'")
    kinds = (len(options) > 1, len(order) > 1, unit is not None)
    if sum(kinds) != 1 or (unit is not None) != (within is not None):
        raise ValueError(
            f"{key}: expected options=, order= (two or more), or unit= together with within="
        )
    given = tuple(options) or tuple(order)
    return Question(key, text, given, bool(order), unit or "", float(within or 0))
