"""How sure a student was, beside how often the student was right."""

from collections.abc import Sequence

import numpy as np
from IPython.display import Markdown
from matplotlib.axes import Axes

from cance_edu.course.guess_controls import CONFIDENCES
from cance_edu.course.guesses import Guess, kept
from cance_edu.course.picture import Picture, figure
from cance_edu.course.predict import predictions, reader
from cance_edu.course.style import NORMAL

__all__ = ["calibration", "draw_calibration"]

EMPTY = (
    "**Your calibration.** When you have kept a guess or two, run this cell again: it shows how "
    "sure you were, beside how often you were right. Nobody else gets to see it."
)


def draw_calibration(axes: Axes, guesses: Sequence[Guess]) -> None:
    """Draw the share of right guesses at each confidence, the diagonal, and how many there were.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    guesses : sequence of Guess
        Those whose truth is known.
    """
    axes.plot([0, 1], [0, 1], color="black", linewidth=1, label="as sure as right")
    for confidence in CONFIDENCES:
        right = [bool(each.right) for each in guesses if np.isclose(each.confidence, confidence)]
        if right:
            share = float(np.mean(right))
            axes.plot(confidence, share, "o", color=NORMAL, markersize=5 + 2 * len(right))
            axes.annotate(f"{sum(right)} of {len(right)}", (confidence, share), (8, -12),
                          textcoords="offset points", fontsize=8)  # fmt: skip
    axes.set(xlabel="how sure you were", ylabel="share that was right")
    axes.set(xlim=(0, 1.05), ylim=(-0.1, 1.1))
    axes.legend(fontsize=8, loc="upper left")


def calibration() -> Picture | Markdown:
    """Return the student's own calibration over all lessons so far, to be the last value of a cell.

    Returns
    -------
    Picture or Markdown
        The picture, or a sentence as long as there is no guess whose truth is known.
    """
    ours = {key: each.guess for key, each in predictions().items() if each.guess is not None}
    everything = (kept() if reader() == "student" else {}) | ours
    judged = [each for each in everything.values() if each.right is not None]
    if not judged:
        return Markdown(EMPTY)
    right = sum(bool(each.right) for each in judged)
    sure = float(np.mean([each.confidence for each in judged]))
    said = f"you were {sure:.0%} sure on average, and right in {right} of {len(judged)}"
    return figure(
        draw_calibration,
        judged,
        caption=f"Your calibration over {len(judged)} predictions: {said}. Above the line you know "
        "more than you think.",
        alt=f"Share of right guesses against how sure you were: {said}.",
        size=(4, 3.2),
    )
