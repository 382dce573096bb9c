"""A figure in one line with its caption, and prose that quotes the run."""

import pytest
from IPython.display import Image
from matplotlib.figure import Figure

from cance_edu.course.picture import figure, show, tell
from tests.screen import screen_for


def draw_on_axes(axes, values, colour="black"):
    axes.plot(values, color=colour)


def draw_on_figure(figure):
    figure.subplots(1, 2)


def draw_elsewhere(values):
    raise AssertionError("not to be called")


def test_a_picture_is_an_image_with_alternative_text_and_then_its_caption(monkeypatch):
    screen = screen_for(monkeypatch)
    picture = figure(draw_on_axes, [1, 2], caption="It\nrises.", alt="A line.", colour="red")
    screen.display(picture)
    image, (data, metadata) = screen.shown
    assert isinstance(image, Image)
    assert image.data[:4] == b"\x89PNG"
    assert image.alt == "A line."
    assert data["text/markdown"] == "*It rises.*"
    assert metadata == {"cance_edu": "caption"}
    assert figure(draw_on_figure, caption="Two.", alt="Two axes.").png[:4] == b"\x89PNG"


@pytest.mark.parametrize(("caption", "alt"), [("", "a"), ("a", " "), ("a", "a")])
def test_a_figure_needs_two_different_texts(caption, alt):
    with pytest.raises(ValueError, match="expected a message, and a description"):
        show(Figure(), caption, alt)


def test_a_function_that_draws_on_something_else_is_named():
    with pytest.raises(TypeError, match="draw_elsewhere begins with 'values'; expected 'axes'"):
        figure(draw_elsewhere, caption="a", alt="b")


def test_prose_quotes_values_and_leaves_formulas_alone():
    told = tell(r"$e^{-\sigma^2}$, $x_{i}$: **{share:.0%}** of {n}", share=0.614, n=267)
    assert told.data == r"$e^{-\sigma^2}$, $x_{i}$: **61%** of 267"


@pytest.mark.parametrize(
    ("text", "values", "complaint"),
    [
        ("nothing", {"x": 1}, r"without a place in the text: \['x'\]"),
        ("{y:.0%}", {}, r"value: \['y'\]"),
    ],
)
def test_a_value_without_a_place_and_a_place_without_a_value_are_named(text, values, complaint):
    with pytest.raises(ValueError, match=complaint):
        tell(text, **values)
