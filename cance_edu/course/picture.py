"""A figure of a lesson in one line: drawn, shown, with a caption to see and a text to hear."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from IPython.display import Image, Markdown, display, publish_display_data
from matplotlib.figure import Figure

from cance_edu.course.style import small_png

__all__ = ["Picture", "figure", "show", "tell"]


@dataclass(frozen=True)
class Picture:
    """A picture with its caption, to be the last value of a cell.

    Attributes
    ----------
    png : bytes
        The picture.
    caption : str
        One or two sentences under it, in Markdown: the message, not the contents.
    alt : str
        What a reader who cannot see it needs to know.
    """

    png: bytes
    caption: str
    alt: str

    @property
    def image(self) -> Image:
        """The picture alone."""
        return Image(self.png, alt=self.alt)

    @property
    def line(self) -> str:
        """The caption as it stands under the picture."""
        return f"*{self.caption}*"

    def _ipython_display_(self) -> None:
        display(self.image)
        text = {"text/markdown": self.line, "text/plain": self.caption}
        publish_display_data(text, {"cance_edu": "caption"})


def show(figure: Figure, caption: str, alt: str) -> Picture:
    """Return a figure that was drawn already as a picture with a caption.

    Parameters
    ----------
    figure : Figure
        The figure.
    caption : str
        What it says: one or two sentences, in Markdown, seen by everybody.
    alt : str
        What a reader who cannot see it needs to know.

    Raises
    ------
    ValueError
        If one of the two texts is empty, or both are the same.
    """
    caption, alt = inspect.cleandoc(caption), inspect.cleandoc(alt)
    if not caption or not alt or caption == alt:
        raise ValueError(
            f"caption {caption!r}, alt {alt!r}; expected a message, and a description of the figure"
        )
    return Picture(small_png(figure), caption.replace("\n", " "), alt.replace("\n", " "))


def figure(
    draw: Callable[..., object],
    *what: Any,
    caption: str,
    alt: str,
    size: tuple[float, float] = (6.5, 3),
    **options: Any,
) -> Picture:
    """Draw one figure, and return it as a picture with a caption.

    Parameters
    ----------
    draw : callable
        A function of `course/TOPIC/figure.py`: its first parameter is called `axes`, and it gets
        the axes of a figure, or `figure`, and it fills it.
    what : Any
        Its other arguments.
    caption, alt : str
        As in `show`.
    size : tuple of float
        Width and height in inches.
    options : Any
        Keyword arguments of `draw`.

    Raises
    ------
    TypeError
        If the first parameter of `draw` has another name.
    ValueError
        As `show` does.

    Examples
    --------
    >>> def draw_line(axes, values):
    ...     axes.plot(values)
    >>> figure(draw_line, [1, 3], caption="It rises.", alt="A line from 1 to 3.").caption
    'It rises.'
    """
    canvas = Figure(figsize=size, layout="constrained")
    first = next(iter(inspect.signature(draw).parameters))
    if first not in ("axes", "figure"):
        raise TypeError(f"{draw.__name__} begins with {first!r}; expected 'axes' or 'figure'")
    draw(canvas.subplots() if first == "axes" else canvas, *what, **options)
    return show(canvas, caption, alt)


FIELD = re.compile(r"\{([a-zA-Z_]\w*)(:[^{}]*)?\}")


def filled(template: str, values: dict[str, Any]) -> str:
    """Return a text with numbers in the place of their names; the braces of formulas stay.

    Parameters
    ----------
    template : str
        With fields such as ``{share:.0%}``.
    values : dict
        By name.

    Raises
    ------
    ValueError
        If a value has no field, or a field with a format has no value.
    """
    fields = FIELD.findall(template)
    unused = values.keys() - {name for name, _ in fields}
    unknown = {name for name, form in fields if form} - values.keys()
    if unused or unknown:
        raise ValueError(
            f"without a place in the text: {sorted(unused)}; without a value: {sorted(unknown)}"
        )

    def fill(match: re.Match[str]) -> str:
        name, form = match[1], (match[2] or ":")[1:]
        return format(values[name], form) if name in values else match[0]

    return FIELD.sub(fill, inspect.cleandoc(template))


def tell(template: str, **values: Any) -> Markdown:
    """Return a paragraph of the lesson that quotes what the cells above computed.

    Parameters
    ----------
    template : str
        Markdown, with fields such as ``{share:.0%}`` for values; other braces stay as they are, so
        formulas need no doubled ones.
    values : Any
        By name: numbers, or an `over_seeds` range.

    Raises
    ------
    ValueError
        If a value has no field, or a field with a format has no value.

    Examples
    --------
    >>> tell(r"At $e^{mu}$ it is **{share:.0%}**.", share=0.61).data
    'At $e^{mu}$ it is **61%**.'
    """
    return Markdown(filled(template, values))
