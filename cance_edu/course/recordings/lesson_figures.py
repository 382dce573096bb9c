"""The figures that the lessons measure, over several seeds: each notebook is run once a seed.

After a lesson's last cell its claims (`tests/lessons/claims_NN.py`) run in the same kernel, as they
do under test, and what they measure is noted. A lesson's figures lie in a file of their own,
`data/recordings/lesson_figures/NN.json`, with the checksum of the code that measured them: a
lesson whose code is as it was is not run again.

MNIST is run too where it is present; a data set that is not there keeps no figures, and the
command says so. A run that is done is kept under `data/.lesson_figures/` until its code changes,
so a killed recording goes on where it was. After a change of the library delete that folder and
the lesson's file.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed
from tqdm.auto import tqdm

from cance_edu import __version__
from cance_edu.course.over_seeds import FOLDER
from cance_edu.datasets import DATASETS, data_root
from cance_edu.files import PROJECT, lesson_number, lessons_in, made_with, written_beside

SETTINGS: dict[str, Any] = {"seeds": {"digits": [0, 1, 2, 3, 4], "mnist": [0, 1, 2]}}

NOTEBOOKS = PROJECT / "notebooks"
CLAIMS = PROJECT / "tests" / "lessons"
DONE = PROJECT / "data" / ".lesson_figures"

Figures = list[dict[str, Any]]


def record(folder: Path = FOLDER) -> list[Path]:
    """Run every lesson that measures something and has changed, for each data set and seed.

    Parameters
    ----------
    folder : Path
        Where the lessons' files are.

    Returns
    -------
    list of Path
        The files that were written.
    """
    lessons = [path for path in lessons_in(NOTEBOOKS) if _measures(path)]
    waiting = [path for path in lessons if not _is_recorded(path, folder)]
    work = [(path, dataset, seed) for path in waiting for dataset, seed in _runs()]
    # Each lesson's kernel is a process of its own, with one thread: two at a time fill two cores.
    parallel = Parallel(n_jobs=2, backend="threading", return_as="generator")
    runs = parallel(delayed(_run_once)(*run) for run in work)
    figures: dict[Path, Figures] = {path: [] for path in waiting}
    for (path, _, _), measured in zip(work, tqdm(runs, total=len(work)), strict=True):
        figures[path] += measured
    return [_keep(path, measured, folder) for path, measured in figures.items()]


def _keep(lesson: Path, figures: Figures, folder: Path) -> Path:
    about = {
        "command": "cance-edu record lesson_figures",
        "settings": SETTINGS,
        "made_with": made_with(),
        "code": _code(lesson),
    }
    rows = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in figures)
    head = json.dumps(about, indent=2).removesuffix("\n}")
    file = folder / f"{lesson_number(lesson.name)}.json"
    with written_beside(file) as beside:
        beside.write_text(f'{head},\n  "figures": [\n    {rows}\n  ]\n}}\n', encoding="utf-8")
    return file


def _is_recorded(lesson: Path, folder: Path) -> bool:
    file = folder / f"{lesson_number(lesson.name)}.json"
    return file.is_file() and json.loads(file.read_text("utf-8"))["code"] == _code(lesson)


def _claims(lesson: Path) -> Path:
    return CLAIMS / f"claims_{lesson_number(lesson.name)}.py"


def _code(lesson: Path) -> str:
    """Return the checksum of all that measures: the lesson's cells and its claims."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    claims = _claims(lesson)
    code.append(claims.read_text(encoding="utf-8") if claims.is_file() else "")
    return hashlib.sha256(json.dumps(code).encode()).hexdigest()[:16]


def _run_once(path: Path, dataset: str, seed: int) -> Figures:
    """Run a lesson, unless the same code was run on the same data set and seed before."""
    key = f"{dataset}-{seed}-{_code(path)}-{__version__}"
    kept = DONE / f"{path.stem}-{key}.json"
    if not kept.is_file():
        figures = json.dumps(run_lesson(path, dataset, seed))
        with written_beside(kept) as beside:
            beside.write_text(figures, encoding="utf-8")
    rows: Figures = json.loads(kept.read_text(encoding="utf-8"))
    return rows


def run_lesson(path: Path, dataset: str, seed: int) -> Figures:
    """Run one notebook and its claims, and return the figures that they measured.

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
        If a cell or a claim fails: a claim that holds for one seed alone is no claim.
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
            "CANCE_EDU_GUESSES": "default",
            "OMP_NUM_THREADS": "1",
        }
        client = NotebookClient(nbformat.read(path, as_version=4), timeout=1200)
        with client.setup_kernel(cwd=str(path.parent), env=os.environ | ours):
            for place, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, place)
            if _claims(path).is_file():
                outputs = [cell.outputs for cell in client.nb.cells if cell.cell_type == "code"]
                client.nb.cells.append(nbformat.v4.new_code_cell(_check(path, outputs)))
                client.execute_cell(client.nb.cells[-1], len(client.nb.cells) - 1)
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _check(lesson: Path, outputs: list[Any]) -> str:
    """Return the code that runs a lesson's claims in its kernel; it need not see pictures."""
    outputs = [[_without_picture(output) for output in cell] for cell in outputs]
    return (
        f"import sys; sys.path.insert(0, {str(PROJECT)!r})\n"
        "from tests.lessons.claims import run_all\n"
        f"run_all({lesson_number(lesson.name)!r}, globals(), {json.dumps(outputs)!r})"
    )


def _without_picture(output: dict[str, Any]) -> dict[str, Any]:
    data = {key: value for key, value in output.get("data", {}).items() if key != "image/png"}
    return {**output, "data": data}


def _measures(path: Path) -> bool:
    sources = [file.read_text(encoding="utf-8") for file in (path, _claims(path)) if file.is_file()]
    return any("measured(" in source for source in sources)


def _runs() -> Iterator[tuple[str, int]]:
    present = {data_set.name: data_set.present(data_root()) for data_set in DATASETS}
    for dataset, seeds in SETTINGS["seeds"].items():
        if not present[dataset]:
            print(f"NOT RECORDED: {dataset}, which is not under {data_root()}")
            continue
        for seed in seeds:
            yield dataset, seed
