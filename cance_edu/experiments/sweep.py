"""Many fits, in processes of one thread or on a Dask cluster; stopped, they go on where they were.

Workers compute; this process alone writes.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import torch
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from cance_edu.datasets import Recipe
from cance_edu.experiments.results import FOLDER, Record, ResultsFile, file_name, key_of, opened
from cance_edu.experiments.run import key, run
from cance_edu.experiments.systems import SYSTEMS, System

__all__ = ["Fit", "fits", "run_fit", "sweep"]

_SECONDS_TO_ANSWER = 10

# A Dask worker may have several threads, but torch's global random state is one for all.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Fit:
    """Systems that are fitted together on the split of one seed, for they share a representation.

    Attributes
    ----------
    recipe : Recipe
        Of the split.
    systems : tuple of System
        In the order in which they are fitted.
    seed : int
        Of the detectors, and of the split if it is drawn anew.
    """

    recipe: Recipe
    systems: tuple[System, ...]
    seed: int

    @property
    def place(self) -> tuple[str, int, str]:
        """What tells it from other fits."""
        return self.recipe.name, self.seed, self.systems[0].name


def fits(wanted: Iterable[tuple[Recipe, System]], seeds: int) -> list[Fit]:
    """Return the fits of systems on splits, seed by seed: after the first seed each row is there.

    A system that no seed changes is fitted once on a split that none changes either.

    Raises
    ------
    ValueError
        If there is not at least one seed.
    """
    if seeds < 1:
        raise ValueError(f"got {seeds} seeds; expected 1 or more")
    groups: dict[tuple[str, str], tuple[Recipe, dict[str, System]]] = {}
    for recipe, system in wanted:
        chain = _chain(system)
        together = groups.setdefault((recipe.name, chain[0].name), (recipe, {}))[1]
        together.update({each.name: each for each in chain})
    return [
        Fit(recipe, tuple(systems.values()), seed)
        for seed in range(seeds)
        for recipe, systems in groups.values()
        if seed == 0 or recipe.resplit or any(system.random for system in systems.values())
    ]


def _chain(system: System) -> list[System]:
    """Return what has to be fitted for a system, itself the last."""
    return [*_chain(SYSTEMS[system.after]), system] if system.after else [system]


def run_fit(fit: Fit) -> list[Record]:
    """Load the data, fit, score and measure; on one thread, so that it is the same anywhere.

    Raises
    ------
    FileNotFoundError, ValueError
        If the data are not there, or not as expected.
    """
    with _ONE_AT_A_TIME, _one_thread():
        split = fit.recipe.load(fit.seed)
        found = run(split, fit.systems, fit.seed)
        return [{"dataset": fit.recipe.dataset} | record for record in found]


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):  # NumPy's and SciPy's
            yield
    finally:
        torch.set_num_threads(threads)


def sweep(
    wanted: Iterable[Fit],
    folder: Path = FOLDER,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    verbose: bool = True,
) -> list[str]:
    """Run the fits that have no results yet, and append each one's when it is done.

    Killed at any point, it goes on where it was when it is called again: at most the fits under
    way are lost. A fit that fails is recorded, and tried again the next time.

    Parameters
    ----------
    wanted : iterable of Fit
        What results there shall be.
    folder : Path
        Where the results files are.
    jobs : int
        Local processes.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers have this package and the data; `jobs` is then
        not used. A worker that dies is replaced by another.
    verbose : bool
        Whether to show progress, with the time that is left.

    Returns
    -------
    list of str
        What went wrong: lines that were found damaged, and done again; and fits that failed.

    Raises
    ------
    FileNotFoundError
        If data are not there.
    ValueError
        If another process is writing to one of the results files.
    ConnectionError
        If no scheduler answers at that address.
    ImportError
        If a scheduler is given and Dask is not installed.
    """
    wanted = list(wanted)
    with ExitStack() as stack:
        names = sorted({file_name(fit.recipe.dataset) for fit in wanted})
        files = {name: stack.enter_context(opened(folder / name)) for name in names}
        wrong = [f"not used, and done again: {line}" for f in files.values() for line in f.damaged]
        stack.enter_context(_workers(jobs, scheduler))
        missing = _missing(wanted, files)
        bar = stack.enter_context(
            tqdm(total=len(wanted), initial=len(wanted) - len(missing), disable=not verbose)
        )
        for records in _in_workers(run_fit, ((fit,) for fit in missing)):
            files[file_name(records[0]["dataset"])].append(records)
            wrong += [_told(record) for record in records if "failed" in record]
            bar.update()
            bar.set_postfix_str(f"{records[0]['split']}, seed {records[0]['seed']}")
    for line in wrong:
        tqdm.write(line)
    return wrong


def _missing(wanted: Sequence[Fit], files: Mapping[str, ResultsFile]) -> list[Fit]:
    """Return the fits of which a result is not there, for these data and settings."""
    drawn: dict[tuple[str, int], list[Fit]] = {}
    for fit in wanted:
        of = fit.recipe.name, fit.seed if fit.recipe.resplit else 0
        drawn.setdefault(of, []).append(fit)
    done = {name: file.done for name, file in files.items()}
    asked = ((f, done[file_name(f[0].recipe.dataset)]) for f in drawn.values())
    missing = {place for places in _in_workers(_not_done, asked) for place in places}
    return [fit for fit in wanted if fit.place in missing]


def _not_done(together: Sequence[Fit], done: set[str]) -> list[tuple[str, int, str]]:
    """Return which of the fits on one split have results missing."""
    split = together[0].recipe.load(together[0].seed)
    systems = {system.name: system for fit in together for system in fit.systems}
    checksum = split.checksum()
    keys = {name: key(split, system, 0, checksum) for name, system in systems.items()}
    return [
        fit.place
        for fit in together
        if not all(key_of(keys[each.name] | {"seed": fit.seed}) in done for each in fit.systems)
    ]


def _told(record: Record) -> str:
    place = f"{record['split']}, {record['system']}, seed {record['seed']}"
    return f"failed, and recorded as that: {place}: {record['failed']}"


def _in_workers(function: Callable[..., Any], words: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """Call a function in the workers; give out results as they come."""
    # One call for each: joblib would put quick ones together, and lose more in a kill.
    parallel = joblib.Parallel(batch_size=1, return_as="generator_unordered")
    results: Iterator[Any] = parallel(joblib.delayed(function)(*each) for each in words)
    return results


@contextmanager
def _workers(jobs: int, scheduler: str | None) -> Iterator[None]:
    """Tell joblib where to run: local processes of one thread, or a Dask cluster."""
    if scheduler is None:
        with joblib.parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
            yield
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise ImportError(
            f"a Dask cluster needs the extra `cluster` ({error}): pip install 'cance-edu[cluster]'"
        ) from error
    try:
        client = Client(scheduler, timeout=_SECONDS_TO_ANSWER)
    except (OSError, ValueError) as error:  # nobody is there, or it is no address
        raise ConnectionError(
            f"no Dask scheduler answers at {scheduler} ({error}): start one with `dask scheduler` "
            "and give the address that it prints, or leave --scheduler out to run on this machine"
        ) from error
    with client, joblib.parallel_config("dask", n_jobs=-1, client=client):
        yield
