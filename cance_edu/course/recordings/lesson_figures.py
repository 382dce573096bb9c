"""The figures that the lessons measure, over several seeds: each notebook is run once a seed.

MNIST is run too where it is present; a data set that is not there keeps no figures, and the
command says so. A run that is done is kept under `data/.lesson_figures/` until its notebook's code
changes, so a killed recording goes on where it was, and one new lesson costs only its own runs;
delete that folder after a change of the library.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu import __version__
from cance_edu.datasets import DATASETS, data_root
from cance_edu.datasets.files import PROJECT, written_beside

SETTINGS: dict[str, Any] = {"seeds": {"digits": [0, 1, 2, 3, 4], "mnist": [0, 1, 2]}}

NOTEBOOKS = PROJECT / "notebooks"
DONE = PROJECT / "data" / ".lesson_figures"


def record() -> dict[str, NDArray[Any]]:
    """Run every lesson that measures something, for each data set and seed.

    Returns
    -------
    dict of str to array
        `dataset`, `seed`, `name` and `value` of every figure, one row each.
    """
    lessons = [path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")) if _measures(path)]
    work = [
        delayed(_run_once)(path, dataset, seed) for dataset, seed in _runs() for path in lessons
    ]
    # Each lesson's kernel is a process of its own, with one thread: two at a time fill two cores.
    runs = Parallel(n_jobs=2, backend="threading", return_as="generator")(work)
    rows = [row for run in tqdm(runs, total=len(work), desc="lessons") for row in run]
    return {
        key: np.array([row[key] for row in rows]) for key in ("dataset", "seed", "name", "value")
    }


def _run_once(path: Path, dataset: str, seed: int) -> list[dict[str, Any]]:
    """Run a lesson, unless the same code was run on the same data set and seed before."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    key = hashlib.sha256(json.dumps([code, dataset, seed, __version__]).encode()).hexdigest()[:16]
    kept = DONE / f"{path.stem}-{key}.json"
    if not kept.is_file():
        figures = json.dumps(run_lesson(path, dataset, seed))
        with written_beside(kept) as beside:
            beside.write_text(figures, encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(kept.read_text(encoding="utf-8"))
    return rows


def run_lesson(path: Path, dataset: str, seed: int) -> list[dict[str, Any]]:
    """Run one notebook and return the figures that it measured.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    dataset : {"digits", "mnist"}
        What it runs on.
    seed : int
        Its random state.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails: a claim that holds for one seed alone is no claim.
    """
    import nbformat
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.jsonl"
        file.touch()
        ours = {
            "CANCE_EDU_DATASET": dataset,
            "CANCE_EDU_SEED": str(seed),
            "CANCE_EDU_FIGURES": str(file),
            "OMP_NUM_THREADS": "1",
        }
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=1200).execute(cwd=path.parent, env=os.environ | ours)
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _measures(path: Path) -> bool:
    return "measured(" in path.read_text(encoding="utf-8")


def _runs() -> Iterator[tuple[str, int]]:
    present = {data_set.name: data_set.present(data_root()) for data_set in DATASETS}
    for dataset, seeds in SETTINGS["seeds"].items():
        if not present[dataset]:
            print(f"NOT RECORDED: {dataset}, which is not under {data_root()}")
            continue
        for seed in seeds:
            yield dataset, seed
