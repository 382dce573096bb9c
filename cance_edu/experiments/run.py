"""Fitting systems on a split, or detectors of one's own on data of one's own.

Here alone the test part and its truth meet scores: a detector is fitted on the training part, and
is asked for scores of the test part without the truth.
"""

import inspect
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from numpy.typing import NDArray

from cance_edu.datasets import Split
from cance_edu.datasets.split import with_labels
from cance_edu.experiments.results import Record, frame
from cance_edu.experiments.statistics import measures
from cance_edu.experiments.systems import System
from cance_edu.files import PROJECT, made_with
from cance_edu.training.scaling import standardize

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare", "key", "run"]


def key(split: Split, system: System, seed: int, checksum: str = "") -> Record:
    """Return what a result is of: nothing else decides it but the code and the machine.

    Parameters
    ----------
    split, system, seed
        What is fitted on what.
    checksum : str
        The split's, if it is known already.
    """
    return {
        "split": split.name,
        "data_sha256": checksum or split.checksum(),
        "system": system.name,
        "settings": system.resolved(split),
        "seed": seed,
    }


def run(split: Split, systems: Iterable[System], seed: int) -> Iterator[Record]:
    """Fit systems on a split one after the other, score its test part, and measure.

    Parameters
    ----------
    split : Split
        What to learn from, and what to test with the truth.
    systems : iterable of System
        Which; one that takes another's representation comes after it.
    seed : int
        The detectors' `random_state`.

    Yields
    ------
    dict
        A result for each system: its key, `measures` as fractions, `seconds` of CPU time and where
        it was made. Where a fit fails, `failed` says why in place of measures.
    """
    fitted: dict[str, Any] = {}
    checksum = split.checksum()
    for system in systems:
        record, start = key(split, system, seed, checksum), time.process_time()
        shown = with_labels(split, system.labels, seed)
        try:
            detector = _fitted(shown, system, seed, fitted)
            scores = detector.anomaly_score(_taken(shown.test, shown, system))
            # Of tables alone: thousands of images would take as long again.
            of_training = (
                detector.anomaly_score(_taken(shown.train, shown, system))
                if "table" in split.tags
                else None
            )
            record["measures"] = measures(shown.is_anomaly, scores, shown.group, of_training)
            fitted[system.name] = detector
        except Exception as error:  # noqa: BLE001 -- whatever it is, the other fits go on
            record["failed"] = f"{type(error).__name__}: {error}"
        seconds = round(time.process_time() - start, 2)
        device = str(getattr(fitted.get(system.name), "device_", "cpu"))
        yield record | {"seconds": seconds, "device": device} | _about(shown)


def _fitted(split: Split, system: System, seed: int, before: Mapping[str, Any]) -> Any:
    """Return a system's detector, fitted on the training part alone."""
    given = {}
    if system.after:
        if system.after not in before:
            raise RuntimeError(f"{system.after}, whose representation it takes, is not fitted")
        given["representation"] = before[system.after].representation_
    detector = system.make(split, seed, **given)
    return detector.fit(_taken(split.train, split, system), split.train_labels)


def _taken(inputs: NDArray[Any], split: Split, system: System) -> NDArray[Any]:
    """Return inputs as a system gets them: standardised, unless it does that itself."""
    if "standardised" not in split.tags or system.scales_images:
        return inputs
    standardized: NDArray[Any] = standardize(torch.as_tensor(inputs)).numpy()
    return standardized


def _about(split: Split) -> Record:
    """Return what is the same for all results on a split, and on a machine."""
    return {
        "trained_on": len(split.train),
        "tested_on": len(split.test),
        "anomalies": int(split.is_anomaly.sum()),
        "resplit": split.resplit,
        "differs": split.differs,
        "commit": _commit(),
        "machine": platform.machine(),
        "made_with": made_with(),
    }


@cache
def _commit() -> str:
    """Return the commit of the code, with a + if it was changed since; empty outside of git."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=PROJECT, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "HEAD")[:12] + "+" * bool(git("status", "-s", "--", "cance_edu"))
    except (OSError, subprocess.CalledProcessError):
        return ""


# -- detectors and data of one's own --------------------------------------------------------------


@dataclass(frozen=True)
class _Own(System):
    """A detector that somebody brought along; it is given the data as they are."""

    factory: Callable[..., Any] = System
    scales_images: bool = True

    def make(self, split: Split, seed: int, **given: Any) -> Any:
        takes_seed = "random_state" in inspect.signature(self.factory).parameters
        return self.factory(**({"random_state": seed} if takes_seed else {}))


def compare(
    detectors: Mapping[str, Callable[..., Any]],
    splits: Mapping[str, Split | Callable[[int], Split]],
    seeds: int = 5,
) -> "pd.DataFrame":
    """Fit detectors on splits, and return what came out as a tidy table.

    Parameters
    ----------
    detectors : mapping of str to callable
        By a name: a class, or a function that returns a new detector. It is called with
        `random_state`, if it takes one. What it returns has `fit(X, y)`, which gets the training
        part and the training labels, and `anomaly_score(X)`, higher for anomalies.
    splits : mapping of str to Split, or to a callable of a seed
        By a name; a function draws another split of the same data for each seed.
    seeds : int
        0, 1, ... so many.

    Returns
    -------
    pandas.DataFrame
        As `results.frame` makes it: a line for each split, system, seed and measure. A fit that
        failed has no number, and `failed` says why.
    """
    own = [_Own(name, "", factory=factory) for name, factory in detectors.items()]
    records: list[Record] = []
    for name, given in splits.items():
        for seed in range(seeds):
            split = given if isinstance(given, Split) else given(seed)
            resplit = not isinstance(given, Split)
            records += run(replace(split, name=name, resplit=resplit), own, seed)
    return frame(records)
