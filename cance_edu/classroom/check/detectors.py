"""The task of lesson 08: Deep SAD's loss, Deep SVDD's where labelled anomalies are pushed away."""

import numpy as np

from cance_edu.classroom.check import Array, Function, Misconception, Task, as_numbers

__all__ = ["SAD_LOSS"]

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
