"""Running the tables: fit by fit, in processes of one thread or on a Dask cluster, resumable.

Workers compute; this process alone writes.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import joblib
from tqdm.auto import tqdm

from cance_edu.experiments.fits import Fit, file_name, run
from cance_edu.experiments.results import FOLDER, ResultsFile, identity, opened

__all__ = ["sweep"]

_SECONDS_TO_ANSWER = 10


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
    way are lost.

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
        What was wrong with lines that were found damaged, and were done again.

    Raises
    ------
    ValueError
        If another process is writing to one of the results files.
    ConnectionError
        If no scheduler answers at that address.
    ImportError
        If a scheduler is given and Dask is not installed.
    """
    wanted = list(wanted)
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(opened(folder / name))
            for name in sorted({fit.file for fit in wanted})
        }
        damaged = [line for file in files.values() for line in file.damaged]
        for line in damaged:
            tqdm.write(f"not used, and done again if wanted: {line}")
        missing = [fit for fit in wanted if not _is_done(fit, files[fit.file])]
        stack.enter_context(_workers(jobs, scheduler))
        bar = stack.enter_context(
            tqdm(total=len(wanted), initial=len(wanted) - len(missing), disable=not verbose)
        )
        # One call for each fit: joblib would put quick ones together, and lose more in a kill.
        parallel = joblib.Parallel(batch_size=1, return_as="generator_unordered")
        for records in parallel(joblib.delayed(run)(fit) for fit in missing):
            first = records[0]
            files[file_name(first)].append(records)
            bar.update()
            bar.set_postfix_str(f"{first['dataset']} {first['task']}, seed {first['seed']}")
    return damaged


def _is_done(fit: Fit, file: ResultsFile) -> bool:
    return all(identity(key) in file.done for key in fit.keys)


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
    except OSError as error:
        raise ConnectionError(
            f"no Dask scheduler answers at {scheduler} ({error}): start one with `dask scheduler` "
            "and give the address that it prints, or leave --scheduler out to run on this machine"
        ) from error
    with client, joblib.parallel_config("dask", n_jobs=-1, client=client):
        yield
