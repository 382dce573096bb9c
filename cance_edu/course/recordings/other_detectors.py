"""The other detectors on the bundled digits: all of them, and a small experiment each (lesson 08).

A run that is done is kept under `data/.other_detectors/`, so a killed recording goes on where it
was; after a change of a detector delete that folder.
"""

import json
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu import __version__
from cance_edu.course.detectors import experiments
from cance_edu.course.detectors.experiments import split_of
from cance_edu.course.detectors.systems import SYSTEMS, run_system
from cance_edu.files import PROJECT, written_beside

SETTINGS: dict[str, Any] = {
    "systems": list(SYSTEMS),
    "digits": list(range(10)),
    "seeds": [0],
    "experiments": {"digits": [3, 5, 8], "seeds": [0, 1]},
    "variances": [0.001, 0.01, 0.1, 1.0, "learned"],
    "latents": [1, 2, 4, 8, 16],
    "penalties": [0.005, 0.0],
    "labels": [0, 1, 5, 10, 20],
    "radii": [0.5, 1.0, 2.0, 4.0, 8.0],
    "ascent_rates": [0.0, 0.001, 0.1],
    "maps": [2, 4, 8, 16, 32, 64],
}

DONE = PROJECT / "data" / ".other_detectors"

Run = Callable[[int, int], Any]


def record(folder: Path = DONE) -> dict[str, NDArray[Any]]:
    """Run every system on every class, and every experiment on some.

    Parameters
    ----------
    folder : Path
        Where runs that are done are kept.

    Returns
    -------
    dict of str to array
        `aurocs`, `seconds` and `below_blank` of shape (systems, seeds, digits); and of each
        experiment its numbers, the first two axes digits and seeds: `elbo` (5 numbers, variances),
        `lsa` (4), `mixture` (3, penalties, latents), `collapse` (3 ways, 3), `labels` (counts),
        `radii` (rates, radii), `questions` (trained or not, maps).
    """
    small = _experiments()
    found = {
        name: np.array(
            [
                [_kept(folder, f"{name}-{d}-{seed}", run, d, seed) for seed in where["seeds"]]
                for d in tqdm(where["digits"], desc=name)
            ],
            dtype=float,
        )
        for name, (run, where) in small.items()
    }
    runs = np.array(
        [
            [
                [
                    _kept(folder, f"{name}-{digit}-{seed}", _system(name), digit, seed)
                    for digit in SETTINGS["digits"]
                ]
                for seed in SETTINGS["seeds"]
            ]
            for name in tqdm(SETTINGS["systems"], desc="systems")
        ]
    )
    names = ("aurocs", "seconds", "below_blank")
    return dict(zip(names, np.moveaxis(runs, -1, 0), strict=True)) | found


def _experiments() -> dict[str, tuple[Run, dict[str, list[int]]]]:
    """Return each experiment: what it does with a digit and a seed, and with which."""

    def values(found: dict[str, Any]) -> list[Any]:
        return list(found.values())

    on, s = SETTINGS["experiments"], SETTINGS
    runs: dict[str, Run] = {
        "elbo": lambda d, seed: values(
            experiments.elbo_terms(split_of(d), seed, s["variances"]),
        ),
        "lsa": lambda d, seed: values(experiments.lsa_terms(split_of(d), seed)),
        "mixture": lambda d, seed: values(
            experiments.latents_of_a_mixture(split_of(d), seed, s["latents"], s["penalties"])
        ),
        "collapse": lambda d, seed: values(experiments.collapse(split_of(d), seed)),
        "labels": lambda d, seed: experiments.labelled_anomalies(split_of(d), seed, s["labels"]),
        "radii": lambda d, seed: experiments.radii(
            split_of(d), seed, s["radii"], s["ascent_rates"]
        ),
        "questions": lambda d, seed: experiments.questions_asked(split_of(d), seed, s["maps"]),
    }
    return {name: (run, on) for name, run in runs.items()}


def _system(name: str) -> Run:
    return lambda digit, seed: astuple(run_system(name, digit, seed))


def _kept(folder: Path, key: str, run: Run, digit: int, seed: int) -> Any:
    """Return a run's numbers: those that are kept, or else new ones, which are then kept."""
    file = folder / f"{key.replace(', ', ' ')}-{__version__}.json"
    if not file.is_file():
        numbers = json.dumps(run(digit, seed))
        with written_beside(file) as beside:
            beside.write_text(numbers, encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8"))
