"""Lesson 08, other detectors: what it shows, and what was recorded for it. No mathematics."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.detectors.figure import (
    draw_areas,
    draw_belonging,
    draw_endings,
    draw_mixture,
    draw_rankings,
    draw_systems,
)
from cance_edu.course.detectors.small_svdd import train_svdd
from cance_edu.course.detectors.summary import (
    areas_by_bumps,
    areas_by_space,
    distance_between_neighbours,
    rankings,
    total_variation,
)
from cance_edu.course.over_seeds import lesson_seed
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_aurocs_by_group
from cance_edu.course.strip import strip
from cance_edu.course.style import draw_images
from cance_edu.datasets import load_one_class
from cance_edu.detectors.neighbours import NearestNeighbours
from cance_edu.experiments import auroc
from cance_edu.experiments.cell import Ours
from cance_edu.experiments.markdown import elsewhere
from cance_edu.experiments.paper import AVERAGE, paper_table
from cance_edu.experiments.quoted import DROCC_PRINTS
from cance_edu.experiments.report import stored

__all__ = [
    "DROCC_PRINTS",
    "MEAN_IMAGE",
    "NearestNeighbours",
    "answer",
    "areas_by_bumps",
    "areas_by_space",
    "as_printed",
    "auroc",
    "calibration",
    "choices",
    "digits_by_system",
    "distance_between_neighbours",
    "draw_areas",
    "draw_aurocs_by_group",
    "draw_belonging",
    "draw_endings",
    "draw_images",
    "draw_mixture",
    "draw_rankings",
    "draw_systems",
    "f1_on_connections",
    "figure",
    "lead_over",
    "load_one_class",
    "mnist_areas",
    "np",
    "on_corruptions",
    "own_aurocs",
    "own_averages",
    "own_rows",
    "paper_column",
    "predict",
    "rankings",
    "run_elsewhere",
    "runs_of",
    "seed",
    "spearmanr",
    "strip",
    "tell",
    "total_variation",
    "train_svdd",
]

seed = lesson_seed()
"""The lesson's random state."""

RECORDING = "other_detectors"

MEAN_IMAGE = "distance to the mean image"
"""Table 3's column of ours that needs no network."""


def digits_by_system(what: str = "aurocs") -> dict[str, NDArray[np.float64]]:
    """Return "aurocs", "seconds" or "below_blank" of each system, for each normal digit."""
    recording = recordings.load(RECORDING)
    names = recording.about["settings"]["systems"]["names"]
    return dict(zip(names, recording[what].mean(1), strict=True))


def runs_of(experiment: str) -> NDArray[np.float64]:
    """Return what a recorded experiment measured, its runs (digits and seeds) along one axis."""
    found = recordings.load(RECORDING)[experiment]
    return found.reshape(-1, *found.shape[2:])


def choices(experiment: str, which: str) -> list[Any]:
    """Return what was tried in a recorded experiment, such as DROCC's radii."""
    tried: list[Any] = recordings.load(RECORDING).about["settings"][experiment][which]
    return tried


def mnist_areas() -> dict[str, NDArray[np.float64]]:
    """Return recorded AUROCs on MNIST for each normal digit, of what needs no training."""
    return dict(zip(choices("mnist", "scores"), runs_of("mnist").T, strict=True))


def paper_column(
    table: str, column: str, dataset: str = "MNIST", average: bool = False
) -> NDArray[np.float64]:
    """Return what the paper prints, as shares: a column's classes, or its average alone."""
    rows = [row for row in paper_table(table) if row.dataset == dataset]
    return np.array(
        [row.cells[column].value / 100 for row in rows if (row.name == AVERAGE) == average]
    )


def as_printed(table: str, column: str) -> str:
    """Return what the paper prints in a table's last row: its average, its F1 or all it has."""
    return str(paper_table(table)[-1].cells[column])


def lead_over(column: str, dataset: str) -> float:
    """Return by how many points CANCE's average is above another system's in Table 3."""
    ours, theirs = (paper_column("table3", c, dataset, average=True) for c in ("CANCE", column))
    return float(100 * (ours - theirs)[0])


def f1_on_connections(column: str) -> NDArray[np.float64]:
    """Return a system's F1 on KDDCUP99 by our runs, in percent: clean, DAGMM's split, each seed."""
    return stored().values("table8", "KDDCUP99", "F1", "DAGMM's split, clean")[column]


def on_corruptions(column: str, kind: str = "MNIST-C") -> NDArray[np.float64]:
    """Return Table 4's AUROC of our own stored runs, in percent: of all or one kind, each seed."""
    return np.array(list(_stored("table4", column, "MNIST-C")[kind].values.values()))


def run_elsewhere(table: str, dataset: str, column: str) -> tuple[str, str]:
    """Return the average that somebody else got with a system of the paper, and who."""
    return elsewhere()[table, dataset, column]


def own_aurocs(table: str, column: str, dataset: str = "MNIST") -> NDArray[np.float64]:
    """Return the AUROC of our own stored runs, as shares: one for each normal class."""
    found = _own(table, column, dataset)
    return np.array([found[str(row)].mean for row in range(10)]) / 100


def own_averages(table: str, column: str, dataset: str = "MNIST") -> NDArray[np.float64]:
    """Return the average over classes of our own stored runs, as shares: one for each seed."""
    return np.array(list(_own(table, column, dataset)[AVERAGE].values.values())) / 100


def own_rows(table: str, column: str, dataset: str = "MNIST") -> dict[str, float]:
    """Return the AUROC of our own stored runs, as shares, of those normal classes that were run."""
    found = _stored(table, column, dataset)
    return {row: ours.mean / 100 for row, ours in found.items() if row != AVERAGE}


def _own(table: str, column: str, dataset: str) -> dict[str, Ours]:
    """Return our own stored runs of all rows of a column, and their average."""
    found = _stored(table, column, dataset)
    if AVERAGE not in found:  # it is there once all rows were run
        raise ValueError(f"no results are stored for {column!r} of {table} on {dataset}")
    return found


def _stored(table: str, column: str, dataset: str) -> dict[str, Ours]:
    """Return our own stored runs of those rows of a column that were run."""
    wanted = dataset, column, True
    cells = [c for c in stored().tables[table] if (c.dataset, c.column, c.primary) == wanted]
    return {cell.row: cell.ours for cell in cells if cell.ours is not None}
