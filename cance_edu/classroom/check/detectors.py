"""The tasks on other detectors: Deep SAD's loss (08), and where DROCC may search (08b)."""

import numpy as np

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["PROJECT", "SAD_LOSS"]

_RNG = np.random.default_rng(8)
_CASES = (
    (_RNG.normal(size=(6, 2)) + 2, np.array([0.5, -0.5]), np.array([0, 0, 1, -1, 0, -1]), 2.0),
    (_RNG.normal(size=(5, 3)) - 2, np.array([0.1, 0.1, 0.1]), np.array([0, 1, 1, -1, 0]), 0.5),
    (_RNG.normal(size=(4, 2)) * 3, np.array([4.0, 4.0]), np.array([0, 0, 0, 0]), 3.0),
)


def _observe(function: Function) -> Array:
    seen = [
        as_numbers(function(outputs.copy(), centre.copy(), labels.copy(), weight), ())
        for outputs, centre, labels, weight in _CASES
    ]
    return np.concatenate(seen)


def _expected() -> Array:
    """Add up one input after the other, in plain numbers."""
    losses = []
    for outputs, centre, labels, weight in _CASES:
        total = 0.0
        for output, label in zip(outputs.tolist(), labels.tolist(), strict=True):
            d = sum((one - c) ** 2 for one, c in zip(output, centre.tolist(), strict=True))
            total += d if label == 0 else weight * (d if label == 1 else 1 / d)
        losses.append(total / len(outputs))
    return np.array(losses)


def _squared(outputs: Array, centre: Array) -> Array:
    distance: Array = ((outputs - centre) ** 2).sum(1)
    return distance


def _terms(d: Array, y: Array, eta: float) -> Array:
    """Return each input's term of the loss, from its d = ‖φ - c‖²."""
    powered = np.where(y < 0, 1 / d, d)
    terms: Array = np.where(y == 0, powered, eta * powered)
    return terms


def _apart(o: Array, c: Array, y: Array, eta: float) -> float:
    terms, known = _terms(_squared(o, c), y, eta), y != 0
    means = [part.mean() for part in (terms[~known], terms[known]) if len(part)]
    return float(np.sum(means))


SAD_LOSS = Task(
    name="Deep SAD's loss",
    equation="Eq. 8 of Ruff et al. 2020",
    minutes=15,
    signature="sad_loss(outputs, centre, labels, label_weight)",
    observe=_observe,
    expected=_expected,
    misconceptions=(
        Misconception(
            "the labels are not used: this is Deep SVDD's loss",
            "Where should a known anomaly be drawn to, and where is it drawn to here?",
            lambda o, c, y, eta: _squared(o, c).mean(),
        ),
        Misconception(
            "an anomaly's distance is subtracted, not inverted",
            "How low can your loss fall, if one anomaly runs away?",
            lambda o, c, y, eta: np.where(
                y == 0, _squared(o, c), eta * np.sign(y) * _squared(o, c)
            ).mean(),
        ),
        Misconception(
            "the distance is not squared",
            "What is between the two bars, and what stands behind them?",
            lambda o, c, y, eta: _terms(np.sqrt(_squared(o, c)), y, eta).mean(),
        ),
        Misconception(
            "known normal inputs are pushed away too",
            "The label is an exponent. What is it for a normal input?",
            lambda o, c, y, eta: np.where(y == 0, _squared(o, c), eta / _squared(o, c)).mean(),
        ),
        Misconception(
            "inputs without a label are taken for anomalies",
            "Nearly all of them are normal. What does the loss do with them?",
            lambda o, c, y, eta: _terms(_squared(o, c), np.where(y == 0, -1, y), eta).mean(),
        ),
        Misconception(
            "an input without a label costs the same wherever it lands",
            "What is a number to the power of 0? What should stand there?",
            lambda o, c, y, eta: (np.where(y == 0, 1.0, eta) * _squared(o, c) ** y).mean(),
        ),
        Misconception(
            "the labels are the wrong way round",
            "Which label does a known anomaly have, and what is 1 over a distance good for?",
            lambda o, c, y, eta: _terms(_squared(o, c), -y, eta).mean(),
        ),
        Misconception(
            "the weight is forgotten",
            "How could you say that a labelled input counts more?",
            lambda o, c, y, eta: _terms(_squared(o, c), y, 1.0).mean(),
        ),
        Misconception(
            "the weight counts for inputs without a label",
            "Which of the two sums has the weight in front?",
            lambda o, c, y, eta: (
                _terms(_squared(o, c), y, 1.0) * np.where(y == 0, eta, 1.0)
            ).mean(),
        ),
        Misconception(
            "the weight counts for anomalies alone",
            "A label that says normal is a label as well.",
            lambda o, c, y, eta: (np.where(y < 0, eta / _squared(o, c), _squared(o, c))).mean(),
        ),
        Misconception(
            "labelled and unlabelled inputs are averaged apart",
            "By which number are both sums divided?",
            _apart,
        ),
        Misconception(
            "a sum instead of a mean",
            "Should the loss double when the batch does?",
            lambda o, c, y, eta: _terms(_squared(o, c), y, eta).sum(),
        ),
        Misconception(
            "the mean over coordinates instead of their sum",
            "Take one input and work out its squared distance on paper.",
            lambda o, c, y, eta: _terms(_squared(o, c) / o.shape[1], y, eta).mean(),
        ),
        Misconception(
            "the centre moves with the batch",
            "If the centre may be chosen anew, what is the easiest way to be close to it?",
            lambda o, c, y, eta: _terms(_squared(o, o.mean(0)), y, eta).mean(),
        ),
    ),
)


_STEPS = np.array([[0.3, 0.4], [-1.2, 1.6], [3.0, -4.0], [0.0, 1.5]])  # of lengths 0.5, 2, 5, 1.5
_SHELLS = ((_STEPS, 1.0, 2.0), (_STEPS, 1.6, 1.2), (_RNG.normal(size=(5, 3)), 1.2, 1.5))


def _observe_project(function: Function) -> Array:
    seen = [as_numbers(function(h.copy(), r, gamma), h.shape) for h, r, gamma in _SHELLS]
    return np.concatenate([each.ravel() for each in seen])


def _expected_project() -> Array:
    """Go along each step's direction, as far as the shell allows."""
    found = []
    for steps, r, gamma in _SHELLS:
        for step in steps.tolist():
            length = sum(one**2 for one in step) ** 0.5
            far = min(max(length, r), gamma * r)
            found += [one / length * far for one in step]
    return np.array(found)


def _length(steps: Array) -> Array:
    return np.linalg.norm(steps, axis=1, keepdims=True)


PROJECT = Task(
    name="DROCC's projection",
    equation="Algorithm 1 of Goyal et al. 2020",
    minutes=8,
    signature="project(steps, radius, gamma)",
    observe=_observe_project,
    expected=_expected_project,
    misconceptions=(
        Misconception(
            "each coordinate is brought into the range, not the length",
            "A step has one length, however many coordinates. Does yours still point the same way?",
            lambda h, r, gamma: np.sign(h) * np.clip(np.abs(h), r, gamma * r),
        ),
        Misconception(
            "all steps are put on the inner sphere",
            "A step whose length is within the shell already: where should it go?",
            lambda h, r, gamma: h * r / _length(h),
        ),
        Misconception(
            "short steps stay short",
            "How close to the normal input may a negative be?",
            lambda h, r, gamma: h * np.minimum(_length(h), gamma * r) / _length(h),
        ),
        Misconception(
            "long steps stay long",
            "How far from the normal input may a negative be?",
            lambda h, r, gamma: h * np.maximum(_length(h), r) / _length(h),
        ),
        Misconception(
            "one length for the whole batch",
            "Over which axis do you add up the squares?",
            lambda h, r, gamma: h * np.clip(np.linalg.norm(h), r, gamma * r) / np.linalg.norm(h),
        ),
        Misconception(
            "the step is not divided by its own length",
            "How long is a step that you multiply by its length?",
            lambda h, r, gamma: h * np.clip(_length(h), r, gamma * r),
        ),
        Misconception(
            "γ taken for the outer radius, not for a multiple of r",
            "How far out is the outer sphere if r is 8 and γ is 2?",
            lambda h, r, gamma: h * np.clip(_length(h), r, gamma) / _length(h),
        ),
        Misconception(
            "the squared length is compared",
            "Is r a length, or its square?",
            lambda h, r, gamma: h * np.clip(_length(h) ** 2, r, gamma * r) / _length(h),
        ),
    ),
)
