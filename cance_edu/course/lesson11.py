"""Lesson 11, the paper's tables: what it reads, and how it is set up. No mathematics."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from cance_edu.course.calibration import calibration
from cance_edu.course.page import show_source
from cance_edu.course.picture import figure, tell
from cance_edu.course.predict import answer, predict
from cance_edu.course.results.comparisons_figure import draw_groups_in_panels
from cance_edu.course.results.paper_tables_figure import Panel, draw_panel
from cance_edu.course.results.summary import (
    READINGS,
    alike,
    by_class,
    judged,
    outside_by_chance,
    paper_by_class,
    readings,
    sides_of_zero,
    verdicts,
)
from cance_edu.course.results.verdicts_figure import draw_counts, draw_judged, draw_readings
from cance_edu.experiments.cell import Comparison, Verdict
from cance_edu.experiments.comparison import pairs
from cance_edu.experiments.markdown import grid
from cance_edu.experiments.panels import Point
from cance_edu.experiments.paper import AVERAGE, Finding, audit, paper_table
from cance_edu.experiments.report import Report, stored
from cance_edu.experiments.tables import TABLES
from cance_edu.training.scaling import in_own_units

__all__ = [
    "AVERAGE",
    "CLASSES",
    "MARGINS",
    "Counter",
    "alike",
    "answer",
    "audit",
    "beside",
    "by_class",
    "by_column",
    "calibration",
    "column",
    "draw_counts",
    "draw_groups_in_panels",
    "draw_judged",
    "draw_panel",
    "draw_readings",
    "figure",
    "in_own_units",
    "judged",
    "listed",
    "np",
    "outside_by_chance",
    "pairs",
    "panel",
    "paper_by_class",
    "paper_table",
    "predict",
    "readings",
    "seeds_of",
    "show_source",
    "sides_of_zero",
    "stored",
    "table_of",
    "tell",
    "values",
    "verdicts",
    "with_verdict",
]

CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
)
"""CIFAR-10's, in the order of the tables."""

MARGINS = {
    name: 100 / TABLES[table].scale * TABLES[table].margin for name, (table, *_) in READINGS.items()
}
"""How far each of `READINGS` may be from the paper's, in percentage points."""


def column(cells: list[Comparison], name: str) -> dict[str, Comparison]:
    """Return a column's cells by row, the average left out."""
    return {c.row: c for c in cells if c.column == name and c.row != AVERAGE}


def by_column(cells: list[Comparison]) -> dict[str, Comparison]:
    """Return the cells of one row by their columns."""
    return {c.column: c for c in cells}


def seeds_of(report: Report, protocol: str, name: str) -> dict[str, int]:
    """Return for each of CIFAR-10's classes how many seeds a column of Table 1 has."""
    of_column = column(report.cells("table1", "CIFAR-10", protocol), name).values()
    seeds = [len(c.ours.values) if c.ours else 0 for c in of_column]
    return dict(zip(CLASSES, seeds, strict=True))


def panel(cells: list[Comparison], title: str) -> Panel:
    """Return what `draw_panel` draws of cells that have an interval."""
    points = [
        Point(c.row, c.column, c.difference, *c.interval)
        for c in cells
        if c.interval and c.difference is not None
    ]
    return Panel(title, "percentage points", points)


def beside(columns: dict[str, NDArray[np.float64]]) -> dict[str, dict[str, float]]:
    """Return columns of ten classes, in percent, as `draw_groups_in_panels` takes them."""
    return {name: dict(zip(CLASSES, of / 100, strict=True)) for name, of in columns.items()}


def values(cell: Comparison) -> str:
    """Return our numbers of a cell, seed by seed, in words."""
    return ", ".join(f"{value:.1f}" for value in cell.ours.values.values()) if cell.ours else ""


def both(cell: Comparison) -> str:
    """Return a column with the paper's number and ours, in words."""
    return f"{cell.column} ({cell.paper}, ours {cell.ours.mean:.1f})" if cell.ours else cell.column


def with_verdict(results: dict[str, dict[str, Comparison]], verdict: Verdict) -> str:
    """Return the columns of each result that came out so, in words, as `both` has them."""
    found = {k: [both(c) for c in of.values() if c.verdict == verdict] for k, of in results.items()}
    return "; ".join(f"{name}: {', '.join(columns)}" for name, columns in found.items() if columns)


def listed(findings: list[Finding]) -> str:
    """Return findings as a list in Markdown."""
    return "\n".join(
        f"- *{f.where}*. The paper: {f.claim}. Its numbers: {f.found}." for f in findings
    )


def table_of(header: tuple[str, ...], rows: dict[str, tuple[str, ...]]) -> str:
    """Return a table in Markdown: a row a name."""
    return grid(header, ((name, *of) for name, of in rows.items()))
