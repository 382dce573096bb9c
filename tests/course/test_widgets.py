import ipywidgets
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cance_edu.course.canvas import Canvas
from cance_edu.course.explorer import Explorer, drive, number


def figure_with_line():
    figure = Figure(figsize=(3, 2), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(-1, 1), xlabel="x", ylabel="y")
    (line,) = axes.plot([0, 1], [0, 0])
    return figure, line


class Slope(Explorer):
    def __init__(self, slider=None):
        figure, self.line = figure_with_line()
        slider = slider or ipywidgets.FloatSlider(0.5, min=-1, max=1, description="slope")
        super().__init__({"slope": slider}, Canvas(figure, [self.line]), "A line.")
        self.seen = []

    def update(self, slope):
        if slope == -1:
            raise ZeroDivisionError("planted")
        self.line.set_data([0, 1], [0, slope])
        if hasattr(self, "seen"):
            self.seen.append(slope)
        return number("slope", f"{slope:.2f}")


def test_a_move_redraws_the_picture_and_the_numbers():
    explorer = Slope()
    before = explorer.picture.value
    explorer.controls["slope"].value = 0.25
    assert explorer.picture.value != before
    assert bytes(explorer.picture.value).startswith(b"\x89PNG")
    assert '<span class="cance-number" data-name="slope">0.25</span>' in explorer.readout.value


def test_an_error_in_a_callback_is_shown_and_raised():
    explorer = Slope()
    with pytest.raises(ZeroDivisionError, match="planted"):
        explorer.controls["slope"].value = -1
    assert "ZeroDivisionError: planted" in explorer.message.value
    assert 'role="alert"' in explorer.message.value
    explorer.controls["slope"].value = 1
    assert explorer.message.value == ""


@pytest.mark.parametrize(
    ("control", "stops"),
    [
        (ipywidgets.FloatSlider(0.5, min=0, max=1, description="slope"), [0, 0.5, 1, 0.5]),
        (ipywidgets.IntSlider(3, min=1, max=7, description="slope"), [1, 4, 7, 3]),
        (ipywidgets.Dropdown(options=[("a", 1), ("b", 2), ("c", 4)], description="s"), [2, 4, 1]),
        (ipywidgets.Checkbox(False, description="s"), [True, False]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_drive_reaches_both_ends_and_the_middle_and_comes_back(control, stops):
    start = control.value
    explorer = Slope(control)
    explorer.seen.clear()
    moves = drive(explorer)
    assert explorer.seen == stops
    assert moves >= len(stops)
    assert control.value == start


def test_drive_raises_what_a_callback_raises():
    with pytest.raises(ZeroDivisionError):
        drive(Slope())


def test_a_control_without_a_label_is_refused():
    with pytest.raises(ValueError, match="FloatSlider has no description"):
        Slope(ipywidgets.FloatSlider(0.5))


def test_a_number_of_a_readout_is_escaped():
    assert number("p < 1", "<b>") == (
        '<span class="cance-number" data-name="p &lt; 1">&lt;b&gt;</span>'
    )


def test_blitting_gives_the_picture_that_drawing_everything_gives():
    figure, line = figure_with_line()
    canvas = Canvas(figure, [line])
    line.set_data([0, 1], [0.9, -0.9])
    canvas.png()
    blitted = canvas.pixels().copy()
    line.set_animated(False)
    whole = FigureCanvasAgg(figure)
    whole.draw()
    difference = np.abs(blitted.astype(int) - np.asarray(whole.buffer_rgba()).astype(int))
    # The line lies over the axes' frame in one and under it in the other.
    assert (difference > 0).mean() < 1e-3


def test_moving_back_leaves_no_trace_of_the_way():
    figure, line = figure_with_line()
    canvas = Canvas(figure, [line])
    first = canvas.png()
    line.set_data([0, 1], [1, 1])
    assert canvas.png() != first
    line.set_data([0, 1], [0, 0])
    assert canvas.png() == first


def test_new_limits_show_once_the_background_is_drawn_anew():
    figure, line = figure_with_line()
    canvas = Canvas(figure, [line])
    first = canvas.png()
    figure.axes[0].set_xlim(0, 100)
    canvas.refresh_background()
    assert canvas.png() != first
