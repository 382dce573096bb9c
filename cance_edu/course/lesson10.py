"""Lesson 10, tables: what it uses, and how it is set up. No mathematics."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom
from sklearn.datasets import load_breast_cancer

from cance_edu.course.calibration import calibration
from cance_edu.course.over_seeds import lesson_seed
from cance_edu.course.page import show_source
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_ablations
from cance_edu.course.results.intervals_figure import draw_differences
from cance_edu.course.scores.figure import draw_aurocs
from cance_edu.course.scores.shares_figure import draw_f1_and_shares, draw_tables_by_split
from cance_edu.course.scores.summary import (
    average_precision_at_share,
    decide,
    decision_curves,
    f1_at_share,
)
from cance_edu.datasets import (
    Table,
    dagmm_split,
    drocc_split,
    goad_split,
    shared_rows,
)
from cance_edu.detectors import classics
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments import auroc
from cance_edu.experiments.cell import Comparison
from cance_edu.experiments.comparison import pairs
from cance_edu.experiments.markdown import grid
from cance_edu.experiments.panels import Point
from cance_edu.experiments.paper import PaperRow, paper_table
from cance_edu.experiments.report import Report, stored
from cance_edu.experiments.statistics import Pairs, at_a_share, measures, precision_among_highest

__all__ = [
    "CANCE",
    "CONNECTIONS",
    "LEARNED_TOGETHER",
    "PAPER",
    "SPLITS",
    "SYSTEMS",
    "TABLES",
    "Table",
    "against",
    "answer",
    "as_markdown",
    "at_a_share",
    "auroc",
    "average_precision_at_share",
    "biopsies",
    "calibration",
    "cell_of",
    "classics",
    "connections",
    "connections_table",
    "copied",
    "dagmm_split",
    "decide",
    "decision_curves",
    "draw_ablations",
    "draw_aurocs",
    "draw_differences",
    "draw_f1_and_shares",
    "draw_tables_by_split",
    "drocc_split",
    "f1_at_share",
    "figure",
    "goad_split",
    "hypergeom",
    "means",
    "means_of_others",
    "measures",
    "np",
    "on_all",
    "point",
    "precision_among_highest",
    "predict",
    "printed",
    "report",
    "seed",
    "shared_rows",
    "show_source",
    "tell",
    "tested_share",
]

seed = lesson_seed()
"""The lesson's random state."""

SPLITS = ("DROCC's split", "GOAD's split", "DAGMM's split")
TABLES = ("Abalone", "Thyroid")
SYSTEMS = ("CANCE", "Error", "LatNCE", "CNCE", "Gaussian", "2 Gaussians", "1-NN")
"""Ours, and the classics beside it."""

PAPER = {"Abalone": (0.79, 0.06), "Thyroid": (0.73, 0.02)}
"""What Table 7 prints of CANCE: mean and deviation."""

CONNECTIONS = {name: name for name in ("Error", "LatNCE", "CNCE", "CANCE")}
"""Table 8's columns of our variants, and what the lesson calls them."""

LEARNED_TOGETHER = {"DAGMM-1": "its mixture", "DAGMM-CANCE": "CANCE's density"}
"""Those of DAGMM's features, and whose density of them it is."""


def biopsies(columns: int = 30) -> Table:
    """Return scikit-learn's 569 biopsies, the first columns; malignant ones are anomalies."""
    found = load_breast_cancer()
    everything = np.ones(columns, dtype=bool)
    return Table("biopsies", found.data[:, :columns], found.target == 0, everything)


def copied(distinct: bool) -> Table:
    """Return a table in which there is nothing to find, with copies of rows or without.

    Normal rows are 4,000 draws from 1,000 rows of five standard normals, some of them drawn very
    often; 500 anomalies have the same law.
    """
    rng = np.random.default_rng(seed)
    kinds, weights = rng.normal(size=(1000, 5)), 1 / np.arange(1, 1001)
    often = kinds[rng.choice(1000, 4000, p=weights / weights.sum())]
    rows, is_anomaly = np.concatenate([often, rng.normal(size=(500, 5))]), np.arange(4500) >= 4000
    kept = np.unique(rows, axis=0, return_index=True)[1] if distinct else np.arange(4500)
    return Table("made up", rows[kept], is_anomaly[kept], np.ones(5, dtype=bool))


@cache
def report() -> Report:
    """Return the stored results."""
    return stored()


def means(dataset: str, row: str) -> dict[str, NDArray[np.float64]]:
    """Return each system's mean over seeds on the three splits of Table 7."""
    of_splits = [report().values("table7", dataset, row, split) for split in SPLITS]
    return {system: np.array([of[system].mean() for of in of_splits]) for system in SYSTEMS}


def cell_of(dataset: str, split: str, column: str = "CANCE") -> Comparison:
    """Return a cell of Table 7's F1."""
    cells = report().cells("table7", dataset, split, dataset)
    return next(cell for cell in cells if cell.column == column)


def tested_share(dataset: str, split: str) -> float:
    """Return which share of the tested rows are anomalies, the mean over seeds."""
    ours = cell_of(dataset, split).ours
    records = ours.records if ours else ()
    return float(np.mean([record["anomalies"] / record["tested_on"] for record in records]))


def against(other: str, measure: str = "F1") -> dict[str, Pairs]:
    """Return CANCE minus another system on the same splits, by table and split of Table 7."""
    found = {}
    for dataset in TABLES:
        for split in SPLITS:
            row = dataset if measure == "F1" else measure
            paired = pairs(report().cells("table7", dataset, split, row), "CANCE", other, "seed")
            if paired is not None:
                found[f"{dataset}, {split}"] = paired
    return found


def point(name: str, system: str, paired: Pairs) -> Point:
    """Return a paired difference as `draw_differences` draws it."""
    return Point(name, system, paired.mean, *paired.interval)


def printed(table: str) -> dict[str, PaperRow]:
    """Return a table of the paper by row."""
    return {row.name: row for row in paper_table(table)}


def as_markdown(table: str) -> str:
    """Return a table of the paper as it prints it: a row a method."""
    rows = printed(table)
    methods = next(iter(rows.values())).cells
    body = [[name, *(str(row.cells[name]) for row in rows.values())] for name in methods]
    return grid(["method", *rows], body)


def on_all(row: str, protocol: str) -> dict[str, NDArray[np.float64]]:
    """Return our results on KDDCUP99 of all systems that were run on each protocol, in percent."""
    names = ("DAGMM-1", "DAGMM-CANCE", "CANCE", "Gaussian", "2 Gaussians")
    return connections(row, protocol, {name: name for name in names})


def connections_table(
    protocols: Sequence[str], found: Sequence[Mapping[str, NDArray[np.float64]]]
) -> str:
    """Return means over seeds as Markdown: a row a system, and what the paper prints."""
    paper = printed("table8")["F1"].cells
    body = [
        [name, *(f"{of[name].mean():.1f}" for of in found), str(paper.get(name, "–"))]
        for name in found[0]
    ]
    return grid(["F1, mean of five seeds", *protocols, "the paper"], body)


def means_of_others(table: str, split: str) -> dict[str, float]:
    """Return the F1 of the paper's other systems on a table, a mean over our seeds."""
    found = report().values("table7", table, table, split)
    return {name: float(found[name].mean()) for name in ("DAGMM", "DROCC", "GOAD")}


def connections(
    row: str, protocol: str, columns: Mapping[str, str] = CONNECTIONS
) -> dict[str, NDArray[np.float64]]:
    """Return our results on KDDCUP99, in percent, a number for each seed."""
    found = report().values("table8", "KDDCUP99", row, protocol)
    return {name: found[column] for column, name in columns.items()}
