"""One fit: a training and all that shares it, what its results are of, and running it."""

import platform
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from threadpoolctl import threadpool_limits

from cance_edu.datasets import Split
from cance_edu.experiments.methods import Method
from cance_edu.experiments.results import Record
from cance_edu.experiments.tasks import Task, reproduce_command, slug
from cance_edu.files import made_with

__all__ = ["Fit", "file_name", "fits", "run"]

# A Dask worker may have several threads, but torch's global random state is one for all.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Fit:
    """One training: a task, a method, a seed."""

    task: Task
    method: Method
    seed: int

    @property
    def file(self) -> str:
        """Name of the results file."""
        return file_name(self.keys[0])

    @property
    def keys(self) -> list[Record]:
        """What its results are of, one for each system."""
        settings = self.method.settings(self.task.parameters)
        return [
            {
                "table": self.task.table,
                "dataset": self.task.dataset,
                "protocol": self.task.protocol,
                "task": self.task.name,
                "system": system,
                "seed": self.seed,
                "settings": settings,
            }
            for system in self.method.systems
        ]


def file_name(record: Record) -> str:
    """Return the name of the results file that a result belongs to."""
    return f"{record['table']}_{slug(record['dataset'])}.jsonl"


def fits(tasks: Sequence[Task], seeds: int) -> list[Fit]:
    """Return the trainings of tasks, seed by seed: after the first seed every row is there.

    Raises
    ------
    ValueError
        If there is not at least one seed.
    """
    if seeds < 1:
        raise ValueError(f"got {seeds} seeds; expected 1 or more")
    return [
        Fit(task, method, seed)
        for seed in range(seeds)
        for task in tasks
        for method in task.methods
    ]


def run(fit: Fit) -> list[Record]:
    """Load the data, train, score and measure; on one thread, so that it is the same anywhere.

    Parameters
    ----------
    fit : Fit
        What.

    Returns
    -------
    list of dict
        A result for each system. `seconds` is since the result before, so the first one's holds
        the autoencoder; `peak_memory_mb` is the process's highest so far.

    Raises
    ------
    FileNotFoundError, ValueError
        If the data are not there, or not as expected.
    """
    with _ONE_AT_A_TIME, _one_thread():
        split = fit.task.load(fit.seed)
        about = _about(fit, split)
        settings = fit.method.settings(fit.task.parameters)
        records, start = [], time.perf_counter()
        fitted = fit.method.fit(split, settings, fit.seed)
        for key, (system, scores) in zip(fit.keys, fitted, strict=True):
            if key["system"] != system:
                raise ValueError(f"{fit.method.name} gave {system!r}, expected {key['system']!r}")
            result = {
                "measures": fit.task.measure(split.is_anomaly, scores),
                "seconds": round(time.perf_counter() - start, 2),
                "peak_memory_mb": _peak_memory_mb(),
            }
            records.append(key | result | about)
            start = time.perf_counter()
    return records


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):  # NumPy's and SciPy's
            yield
    finally:
        torch.set_num_threads(threads)


def _about(fit: Fit, split: Split) -> Record:
    """Return what is the same for all results of a fit."""
    return {
        "trained_on": len(split.train),
        "tested_on": len(split.test),
        "anomalies": int(split.is_anomaly.sum()),
        "data_sha256": split.checksum(),
        "differs": split.differs,
        "command": reproduce_command(
            fit.task.table, fit.task.dataset, fit.task.protocol, fit.seed + 1, fit.task.name
        ),
        "made_with": made_with(),
    }


def _peak_memory_mb() -> float | None:
    """Return the process's highest resident memory so far; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak: Any = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if platform.system() == "Darwin" else 2**10), 1)
