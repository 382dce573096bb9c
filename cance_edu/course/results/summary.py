"""The paper's results beside ours: classes, readings and verdicts as numbers (lesson 11)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu.experiments.cell import Comparison, Ours, Verdict, difference_interval
from cance_edu.experiments.paper import AVERAGE, Printed, paper_table
from cance_edu.experiments.report import Report
from cance_edu.experiments.tables import TABLES

__all__ = [
    "READINGS",
    "Alike",
    "Judged",
    "alike",
    "by_class",
    "judged",
    "outside_by_chance",
    "paper_by_class",
    "readings",
    "sides_of_zero",
    "verdicts",
]

READINGS: Mapping[str, tuple[str, str, str, str]] = {
    "MNIST, one digit": ("table1", "MNIST", AVERAGE, "CANCE"),
    "MNIST, two digits": ("table2", "MNIST", AVERAGE, "CANCE"),
    "CIFAR-10, one class": ("table1", "CIFAR-10", AVERAGE, "CANCE"),
    "CIFAR-10, two classes": ("table2", "CIFAR-10", AVERAGE, "CANCE"),
    "Abalone": ("table7", "Abalone", "Abalone", "CANCE"),
    "Thyroid": ("table7", "Thyroid", "Thyroid", "CANCE"),
    "KDDCUP99": ("table8", "KDDCUP99", "F1", "DAGMM-CANCE"),
}
"""The paper's results of CANCE that it describes in so few words that they can be read in several
ways: table, data set, row and column."""


# -- one number beside another --------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """Our number beside the paper's, in percentage points whatever the table's unit.

    Attributes
    ----------
    name : str
        What it is of.
    difference, low, high : float
        Ours minus the paper's, with its interval.
    verdict : str
        As in `Comparison`.
    primary : bool
        Whether it is the reading that counts.
    """

    name: str
    difference: float
    low: float
    high: float
    verdict: Verdict
    primary: bool = True


def judged(name: str, cell: Comparison, scale: float = 100) -> Judged:
    """Return a cell that has an interval as it is drawn.

    Parameters
    ----------
    name : str
        What to call it.
    cell : Comparison
        Ours beside the paper's.
    scale : float
        Of the cell's table: 100 if it prints percent, 1 if fractions.

    Raises
    ------
    ValueError
        If there are not two numbers to compare.
    """
    if cell.difference is None or cell.interval is None:
        raise ValueError(f"{name} has no interval; expected a cell of both, of two seeds or more")
    low, high = cell.interval
    unit = 100 / scale
    return Judged(name, unit * cell.difference, unit * low, unit * high, cell.verdict, cell.primary)


def readings(report: Report) -> dict[str, list[Judged]]:
    """Return for each of `READINGS` what came out by each protocol, as far as it was run."""
    found = {}
    for name, (table, dataset, row, column) in READINGS.items():
        place = dataset, row, column
        cells = [c for c in report.tables[table] if (c.dataset, c.row, c.column) == place]
        found[name] = [
            judged(c.protocol or "the default", c, TABLES[table].scale) for c in cells if c.interval
        ]
    return found


def verdicts(report: Report) -> dict[str, Counter[Verdict]]:
    """Return how the paper's printed numbers came out by the primary readings.

    Returns
    -------
    dict of str to Counter
        By table and data set, ``"Table 1, MNIST"``: each printed number once, so CANCE's column
        not where it repeats another table's.
    """
    return {
        f"{TABLES[table].title.partition(':')[0]}, {dataset}": Counter(
            c.verdict for c in cells if c.dataset == dataset and _counts(table, c)
        )
        for table, cells in report.tables.items()
        if TABLES[table].printed
        for dataset in dict.fromkeys(c.dataset for c in cells)
    }


def _counts(table: str, cell: Comparison) -> bool:
    again = bool(TABLES[table].repeats) and cell.column == "CANCE"
    return cell.of_the_paper and not again


def sides_of_zero(
    cells: Iterable[Comparison], deviation: Callable[[float], float] = lambda printed: printed
) -> Counter[str]:
    """Count the intervals that lie "above" zero, "below" it, or that hold it ("holds").

    Parameters
    ----------
    cells : iterable of Comparison
        Of two seeds or more, with a printed deviation.
    deviation : callable
        What to take for a deviation that the paper prints.
    """
    sides: Counter[str] = Counter()
    for cell, ours, paper, printed in _with_deviations(cells):
        taken = replace(paper, deviation=deviation(printed))
        low, high = difference_interval(ours.values.values(), taken, cell.runs)
        sides["above" if low > 0 else "below" if high < 0 else "holds"] += 1
    return sides


def _with_deviations(
    cells: Iterable[Comparison],
) -> Iterator[tuple[Comparison, Ours, Printed, float]]:
    """Yield those that were run and are printed with a deviation: both numbers, and that."""
    for cell in cells:
        if cell.ours is not None and cell.paper is not None and cell.paper.deviation is not None:
            yield cell, cell.ours, cell.paper, cell.paper.deviation


def outside_by_chance(cells: Iterable[Comparison], times: int = 500) -> float:
    """Return how many intervals would leave zero out if both programs were the same: a simulation.

    Each cell's runs are drawn, the paper's and as many as are ours, from one Gaussian of the
    printed deviation; the paper's mean and deviation are then rounded as it prints them.

    Parameters
    ----------
    cells : iterable of Comparison
        As in `sides_of_zero`.
    times : int
        How often all of them are drawn; the mean is returned.
    """
    rng = np.random.default_rng(0)
    sides = sum((sides_of_zero(_drawn_again(cells, rng)) for _ in range(times)), Counter[str]())
    return (sides["above"] + sides["below"]) / times


def _drawn_again(cells: Iterable[Comparison], rng: np.random.Generator) -> Iterator[Comparison]:
    for cell, ours, paper, deviation in _with_deviations(cells):
        theirs = rng.normal(paper.value, deviation, cell.runs)
        value, spread = (round(float(v), paper.digits) for v in (theirs.mean(), theirs.std(ddof=1)))
        drawn = rng.normal(paper.value, deviation, len(ours.values))
        values = dict(zip(ours.values, drawn.tolist(), strict=True))
        printed = replace(paper, value=value, deviation=spread)
        yield replace(cell, paper=printed, ours=replace(ours, values=values))


# -- ten classes beside ten -----------------------------------------------------------------------


def by_class(report: Report, dataset: str, protocol: str, column: str) -> NDArray[np.float64]:
    """Return our means over seeds for each normal class of Table 1, in percent."""
    cells = report.cells("table1", dataset, protocol)
    of_column = [c for c in cells if c.column == column and c.row != AVERAGE]
    return np.array([c.ours.mean for c in of_column if c.ours is not None])


def paper_by_class(dataset: str, column: str) -> NDArray[np.float64]:
    """Return the paper's numbers for each normal class of Table 1, in percent."""
    rows = [r for r in paper_table("table1") if r.dataset == dataset and r.name != AVERAGE]
    return np.array([_value(row.cells[column]) for row in rows])


def _value(printed: Printed) -> float:
    return printed.value


@dataclass(frozen=True)
class Alike:
    """How two columns of numbers are alike.

    Attributes
    ----------
    level : float
        The mean of ours minus theirs.
    apart : float
        The mean distance, row by row.
    profile : float
        The same once the level is taken out.
    correlation : float
        Pearson's.
    low, high : float
        Its 95% interval by Fisher's transformation, as if rows were drawn from many.
    """

    level: float
    apart: float
    profile: float
    correlation: float
    low: float
    high: float


def alike(ours: ArrayLike, theirs: ArrayLike) -> Alike:
    """Compare two columns, four rows or more."""
    from scipy.stats import pearsonr

    differences = np.asarray(ours) - np.asarray(theirs)
    level = float(differences.mean())
    found = pearsonr(ours, theirs)
    interval = found.confidence_interval(0.95)
    return Alike(
        level,
        float(np.abs(differences).mean()),
        float(np.abs(differences - level).mean()),
        float(found.statistic),
        float(interval.low),
        float(interval.high),
    )
