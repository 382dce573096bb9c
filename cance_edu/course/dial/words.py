"""What the K dial says and asks; every number and every direction in it comes from the data."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cance_edu.course.dial.summary import Array, Run, Stops
from cance_edu.experiments.markdown import grid
from cance_edu.method.noise import SCALE_AT_ZERO

__all__ = ["ALT", "MORALS", "dial_guess", "nats_table", "punch", "rope_guesses", "steady"]

ALT = (
    "The plane of whitened composite features, μ in its middle. Distance from the middle is true "
    "in all D dimensions, angle is a projection. Normal inputs are discs, anomalies triangles, "
    "filled where noise lies about them; noise points move along their rays as K turns. Dashed and "
    "dotted circles at K = 1 and 1.69, a solid one at K with a grip; hatched is where fewer than "
    "one noise point in a thousand lies."
)

MORALS = {
    "learned": "T is not T*, so something is left over; it changes as T learns, and K follows "
    "until it rests, in the last fifth of the steps.",
    "optimal": "With T* the terms cancel in expectation, for every K: what moves K here is the "
    "luck of each batch.",
    "fixed": "T* is the same as before, but its data are one training set, drawn from again and "
    "again. A little is left over, and it points the same way at step after step. AdamW divides by "
    "the size of a gradient: how steadily an arrow points one way counts for more than its length.",
    "naive": "The naive objective has no data term: nothing holds against the noise term.",
}
"""What to make of a scene of the rope; "naive" of that objective in every scene."""

OPTIMAL_GUESS: dict[str, Any] = {
    "title": "And once more.",
    "text": "Now the network is T*, the best there can be for these data and this noise. How long "
    "is the thick arrow, the two terms together?",
    "options": {"long": "as the blue one", "half": "half of it", "none": "it has no length"},
    "truth": "none",
    "why": "The two terms cancel, in every coordinate and at every K. Then press “T*, one "
    "training set”, and play: with the same T*, K goes astray.",
    "show": {"scene": "optimal", "objective": "eq8"},
    "play": False,
}
"""The rope's second question."""

START = SCALE_AT_ZERO
"""Where K begins to learn, at ψ = 0."""

STAYED = 0.02
"""A change of ln K, in the mean over coordinates, that the questions call none."""

SMALL = 0.03
"""A change of AUROC that the questions call hardly any."""


def punch(areas: Array, standing: Array) -> str:
    """Return the dial's sentence, or as much of it as is true of these fits.

    Parameters
    ----------
    areas, standing : array of shape (s, 3)
        AUROC and mean standing of what was brought, of what was learned and of S.
    """
    brought, learned, _ = standing.T
    trade = brought[-1] < brought[0] / 2 and learned[-1] > learned[0]
    lowest, highest = areas[:, 2].min(), areas[:, 2].max()
    first = "the two trade places" if trade else "what each part carries changes"
    moves = "hardly moves" if highest - lowest < SMALL else "changes as well"
    return f"Turn K and {first}; what the sum finds {moves}: AUROC {lowest:.3f} to {highest:.3f}."


def nats_table(stops: Stops) -> str:
    """Return brought + learned = S, in nats, at each K for three inputs, as a Markdown table.

    Parameters
    ----------
    stops : Stops
        Of the dial. Ordinary inputs have the median S of their kind, at the second stop.
    """
    by_score = stops.parts[1, 2].argsort()
    normal, anomalies = (by_score[stops.is_anomaly[by_score] == kind] for kind in (False, True))
    inputs = {
        "an ordinary normal input": normal[len(normal) // 2],
        "the least normal one": normal[-1],
        "an ordinary anomaly": anomalies[len(anomalies) // 2],
    }
    terms = {
        name: [f"{b:.1f} + ({t:.1f}) = **{s:.1f}**" for b, t, s in stops.parts[:, :, row]]
        for name, row in inputs.items()
    }
    header = ["brought + learned = S", *(f"K = {k:g}" for k in stops.scale.round(2))]
    return grid(header, ([name, *cells] for name, cells in terms.items()))


def steady(areas: Array) -> str:
    """Return why brought finds anomalies equally well at every K, and learned may not alone.

    Parameters
    ----------
    areas : array of shape (s, 3)
        AUROC of what was brought, of what was learned and of S.
    """
    brought, best = areas[0, 0], areas[:, 2].max()
    enough = ", and here it is nearly enough" if best - brought < SMALL else ""
    return (
        f"Brought alone has {brought:.3f} at every K: a wider Gaussian ranks inputs as before"
        f"{enough}; S has {best:.3f} at best. What K changes is how much of S it makes up: the "
        "length of its bar, above. What you learned corrects what you brought; alone, it need not "
        "rank anomalies above the others."
    )


def dial_guess(stops: Stops, normal: str) -> dict[str, Any]:
    """Return the first question: what becomes of S as K turns.

    Parameters
    ----------
    stops : Stops
        Of the dial.
    normal : str
        What several normal inputs are called.
    """
    before, after = stops.areas()[[0, -1], 2]
    first, last = stops.scale[[0, -1]]
    change = after - before
    return {
        "title": "Guess first.",
        "text": f"At K = {first:g} the noise is {_times(first)} as wide as the {normal}. You turn "
        f"K to {last:g}. How well will S, the sum, find anomalies then?",
        "options": {"better": "much better", "same": "about the same", "worse": "much worse"},
        "truth": "same" if abs(change) < SMALL else "better" if change > 0 else "worse",
        "why": f"AUROC of S: {before:.3f} at K = {first:g}, {after:.3f} at K = {last:g}. Turn K "
        "back and forth, and look at the two parts of S.",
        "turn": [float(first), float(last)],
    }


def rope_guesses(runs: Mapping[str, Run]) -> list[dict[str, Any]]:
    """Return the questions on the rope: where Eq. 8 takes K, and how hard it pulls once T is T*.

    Parameters
    ----------
    runs : mapping of str to Run
        With the T that was trained, by objective; "eq8" and "eq12" among them.
    """
    return [_where_it_ends(runs["eq8"], runs["eq12"]), OPTIMAL_GUESS]


def _where_it_ends(eq8: Run, eq12: Run) -> dict[str, Any]:
    end = eq8.scale[-1]
    moved = np.log(end / START)
    truth = "back" if abs(moved.mean()) < STAYED else "narrower" if end.mean() < START else "wider"
    return {
        "title": "Guess again.",
        "text": f"K minimises Eq. 8, from {START:.2f} on. In each coordinate the data term pulls "
        "one way, and the noise term the other, about as hard. Where does it end?",
        "options": {"narrower": "narrower", "back": "where it began", "wider": "wider"},
        "truth": truth,
        "why": f"After {eq8.step[-1]} steps {_between(end)}, {_sides(end)}. Press Eq. 12, which is "
        f"its negative, and play: {_between(eq12.scale[-1])}.",
        "show": {"scene": "learned", "objective": "eq8"},
        "play": True,
    }


def _between(scale: Array) -> str:
    return f"K lies between {scale.min():.2f} and {scale.max():.2f}"


def _sides(scale: Array) -> str:
    narrower = int((scale < START).sum())
    return f"{narrower} of {len(scale)} coordinates narrower than at the start"


def _times(scale: float) -> str:
    return "just" if scale == 1 else f"{scale:g} times"
