"""The other detectors on the bundled digits: all of them, and a small experiment each (lesson 08).

After a change of a detector delete `data/.recordings/other_detectors`, where the runs are kept.
"""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm.auto import tqdm

from cance_edu.course.detectors import experiments
from cance_edu.course.detectors.experiments import split_of
from cance_edu.course.detectors.systems import SYSTEMS, run_system
from cance_edu.course.recordings.rows import kept_row

DIGITS = list(range(10))

SETTINGS: dict[str, Any] = {
    "systems": {"digits": DIGITS, "seeds": [0], "names": list(SYSTEMS)},
    "elbo": {"digits": [3, 8], "seeds": [0, 1], "variances": [0.001, 0.01, 0.1, 1.0, "learned"]},
    "lsa": {"digits": [3, 8], "seeds": [0, 1]},
    "mixture": {
        "digits": [3, 8],
        "seeds": [0, 1],
        "latents": [1, 2, 4, 8, 16],
        "penalties": [0.005, 0.0],
    },
    "labels": {"digits": [3, 8], "seeds": [0, 1], "counts": [0, 1, 5, 10, 20]},
    "radii": {
        "digits": [3, 8],
        "seeds": [0, 1],
        "radii": [0.5, 1.0, 2.0, 4.0, 8.0],
        "rates": [0.0, 0.001, 0.1],
    },
    "questions": {"digits": [3, 8], "seeds": [0, 1], "maps": [2, 4, 8, 16, 32, 64]},
    "mnist": {"digits": DIGITS, "seeds": [0], "scores": list(experiments.OF_MNIST)},
}


def record() -> dict[str, NDArray[Any]]:
    """Run every system on every class, and every experiment on some.

    Returns
    -------
    dict of str to array
        `aurocs`, `seconds` and `below_blank` of shape (systems, seeds, digits); and of each
        experiment its numbers, the first two axes digits and seeds: `elbo` (5 numbers, variances),
        `lsa` (4), `mixture` (5, penalties, latents), `labels` (counts), `radii` (rates, radii),
        `questions` (trained or not, maps), `mnist` (scores).
    """
    found = {
        name: np.array(
            [
                [_kept(name, run, digit, seed) for seed in SETTINGS[name]["seeds"]]
                for digit in tqdm(SETTINGS[name]["digits"], desc=name)
            ]
        )
        for name, run in _experiments().items()
    }
    systems = SETTINGS["systems"]
    runs = [
        [
            [_kept(name, _system(name), digit, seed) for digit in systems["digits"]]
            for seed in systems["seeds"]
        ]
        for name in tqdm(systems["names"], desc="systems")
    ]
    columns = np.moveaxis(np.array(runs), -1, 0)
    return dict(zip(("aurocs", "seconds", "below_blank"), columns, strict=True)) | found


def _experiments() -> dict[str, Callable[[int, int], ArrayLike]]:
    """Return what each experiment does with a digit and a seed."""
    s = SETTINGS

    def elbo(digit: int, seed: int) -> ArrayLike:
        return list(experiments.elbo_terms(split_of(digit), seed, s["elbo"]["variances"]).values())

    def lsa(digit: int, seed: int) -> ArrayLike:
        return list(experiments.lsa_terms(split_of(digit), seed).values())

    def mixture(digit: int, seed: int) -> ArrayLike:
        return experiments.latents_of_a_mixture(
            split_of(digit), seed, s["mixture"]["latents"], s["mixture"]["penalties"]
        )

    def labels(digit: int, seed: int) -> ArrayLike:
        return experiments.labelled_anomalies(split_of(digit), seed, s["labels"]["counts"])

    def radii(digit: int, seed: int) -> ArrayLike:
        return experiments.radii(split_of(digit), seed, s["radii"]["radii"], s["radii"]["rates"])

    def questions(digit: int, seed: int) -> ArrayLike:
        return experiments.questions_asked(split_of(digit), seed, s["questions"]["maps"])

    def mnist(digit: int, seed: int) -> ArrayLike:
        return experiments.of_mnist(digit)

    each = (elbo, lsa, mixture, labels, radii, questions, mnist)
    return {run.__name__: run for run in each}


def _system(name: str) -> Callable[[int, int], ArrayLike]:
    return lambda digit, seed: astuple(run_system(name, digit, seed))


def _kept(name: str, run: Callable[[int, int], ArrayLike], digit: int, seed: int) -> NDArray[Any]:
    """Return a run's numbers: those that are kept, or else new ones, which are then kept."""
    about = SETTINGS.get(name, {}) | {"run": name, "digit": digit, "seed": seed}
    about = {key: value for key, value in about.items() if key not in ("digits", "seeds")}
    numbers = kept_row("other_detectors", about, lambda: {"numbers": run(digit, seed)})
    return numbers["numbers"].astype(float)
