"""What the K dial says and asks; every number and every direction in it comes from the data."""

from typing import Any

from cance_edu.course.dial.summary import Array, Run, Stops

__all__ = ["ALT", "MORALS", "dial_guess", "punch", "rope_guesses"]

ALT = (
    "The plane of whitened composite features, μ in its middle. Distance from the middle is true "
    "in all D dimensions, angle is a projection. Normal inputs are discs, anomalies triangles, "
    "filled where noise lies about them; noise points move along their rays as K turns. Dashed and "
    "dotted circles at K = 1 and 1.69, a solid one at K with a grip; hatched is where fewer than "
    "one noise point in a thousand lies."
)

MORALS = {
    "learned": "T is not T*, so a little is left over in each coordinate; K follows that.",
    "optimal": "With T* the terms cancel in expectation, for every K: what moves K here is the "
    "luck of each batch.",
    "fixed": "T* is the same as before, but its data are one training set, drawn from again and "
    "again. A little is left over, and it pulls the same way at step after step. AdamW divides by "
    "the size of a gradient: a small pull that persists moves K as fast as a large one.",
    "naive": "The naive objective has no data term: nothing holds against the noise term.",
}
"""What to make of a scene of the rope; "naive" of that objective in every scene."""

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
    steady = areas[:, 2].max() - areas[:, 2].min() < SMALL
    first = "the two trade places" if trade else "what each part carries changes"
    then = "the sum hardly moves" if steady else "the sum changes as well"
    return f"Turn K and {first}; {then}."


def dial_guess(stops: Stops, normal: str) -> dict[str, Any]:
    """Return the first question: what becomes of S as K turns.

    Parameters
    ----------
    stops : Stops
        Of the dial.
    normal : str
        What several normal inputs are called.
    """
    (_, learned, before), (_, learned_after, after) = stops.areas()[[0, -1]]
    shares = stops.mean_standing()[[0, -1]]
    brought, brought_after = shares[:, 0] / shares[:, 2]
    first, last = stops.scale[[0, -1]]
    change = after - before
    return {
        "title": "Guess first.",
        "text": f"At K = {first:g} the noise is {_times(first)} as wide as the {normal}. You turn "
        f"K to {last:g}. How well will S, the sum, find anomalies then?",
        "options": {"better": "much better", "same": "about the same", "worse": "much worse"},
        "truth": "same" if abs(change) < SMALL else "better" if change > 0 else "worse",
        "why": f"AUROC of S: {before:.3f}, then {after:.3f}. Look at its parts: what you learned "
        f"goes from {learned:.3f} to {learned_after:.3f} by itself, and what you brought from "
        f"{brought:.0%} of the average anomaly's score to {brought_after:.0%}.",
        "turn": [float(first), float(last)],
    }


def rope_guesses(learned: Run, record: int) -> list[dict[str, Any]]:
    """Return the questions on the rope: which way Eq. 8 pulls, and how hard once T is T*.

    Parameters
    ----------
    learned : Run
        Of Eq. 8, with the T that was trained.
    record : int
        Which record is asked about.
    """
    together = learned.pulls[record, 2]
    narrower = int((together < 0).sum())
    truth = "narrower" if together.mean() < 0 else "wider"
    return [
        {
            "title": "Guess again.",
            "text": f"Step {learned.step[record]} of a training in which K minimises Eq. 8. The "
            "data term pulls one way, the noise term the other. Which way do they pull together?",
            "options": {"narrower": "the noise narrower", "wider": "the noise wider"},
            "truth": truth,
            "why": f"The black arrows: {narrower} of {len(together)} point to the narrower side. "
            "Press Eq. 12, its negative, and each arrow turns round.",
            "show": {"scene": "learned", "objective": "eq8", "record": record},
        },
        {
            "title": "And once more.",
            "text": "Now the network is T*, the best there can be for these data and this noise. "
            "How long is the black arrow?",
            "options": {
                "long": "as the blue one",
                "half": "half of it",
                "none": "it has no length",
            },
            "truth": "none",
            "why": "The two terms cancel, in every coordinate and at every K. Then press “one "
            "training set”: with the same T*, K goes astray.",
            "show": {"scene": "optimal", "objective": "eq8", "record": record},
        },
    ]


def _times(scale: float) -> str:
    return "just" if scale == 1 else f"{scale:g} times"
