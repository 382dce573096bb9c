"""The paper's own claims, computed again from the numbers that it prints."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cance_edu.experiments.pairs import one_sided_p
from cance_edu.experiments.paper_tables import AVERAGE, PaperRow, Printed, paper_table

__all__ = ["Finding", "audit", "averages", "not_worse", "significance"]

_WITH_AVERAGES = ("table1", "table2", "table3", "table5", "table6")


@dataclass(frozen=True)
class Finding:
    """A claim of the paper, and what its numbers say.

    Attributes
    ----------
    where : str
        Table, data set and column.
    claim, found : str
        What the paper says, and what its numbers give.
    holds : bool
        Whether the two agree.
    """

    where: str
    claim: str
    found: str
    holds: bool


def audit() -> list[Finding]:
    """Return all findings, those that hold too."""
    found = [finding for name in _WITH_AVERAGES for finding in averages(name)]
    return [*found, significance(), not_worse()]


def averages(name: str) -> list[Finding]:
    """Compare each printed average of a table, "table1" for example, with the mean of its rows.

    They agree if values that round to the rows can have a mean that rounds to the average.
    """
    rows = paper_table(name)
    return [
        _average(f"{_title(name)}, {row.dataset}, {column}", said, _cells(rows, row, column))
        for row in rows
        if row.name == AVERAGE
        for column, said in row.cells.items()
    ]


def _cells(rows: Sequence[PaperRow], average: PaperRow, column: str) -> list[Printed]:
    """Return what an average is of."""
    return [
        row.cells[column] for row in rows if row.dataset == average.dataset and row.name != AVERAGE
    ]


def _average(where: str, said: Printed, cells: Sequence[Printed]) -> Finding:
    mean = float(np.mean([cell.value for cell in cells]))
    # The mean of rounded numbers is off by half a digit at most, like each of them.
    slack = said.rounding + max(cell.rounding for cell in cells)
    agree = abs(said.value - mean) <= slack + 1e-9
    return Finding(where, f"the average is {said}", f"its rows give {mean:.2f}", agree)


def significance() -> Finding:
    """Check Sec. 4.2's p-value of CNCE against LatNCE on CIFAR-10."""
    differences = _differences("CNCE", "LatNCE", "CIFAR-10")
    p = one_sided_p(differences)
    return Finding(
        "Table 1, CIFAR-10, CNCE above LatNCE",
        "one-sided Wilcoxon p = 0.00488, below 0.01",
        f"the {np.count_nonzero(differences)} printed rows that differ give p = {p:.4f}; "
        "0.00488 = 5/1024 needs all ten to differ, as they may have before rounding",
        abs(p - 0.00488) < 5e-6,
    )


def not_worse() -> Finding:
    """Count Sec. 4.2's rows in which CANCE is no worse than CNCE."""
    differences = _differences("CANCE", "CNCE")
    count = int(np.sum(differences >= 0))
    return Finding(
        "Table 1, CANCE and CNCE",
        "equal or better on 17 of 20",
        f"equal or better on {count} of {len(differences)}",
        (count, len(differences)) == (17, 20),
    )


def _differences(higher: str, lower: str, dataset: str | None = None) -> NDArray[np.float64]:
    """Return the differences of two columns of Table 1."""
    rows = [
        row.cells
        for row in paper_table("table1")
        if row.name != AVERAGE and dataset in (None, row.dataset)
    ]
    # Rounded, for the binary 62.3 - 62.2 and 63.8 - 63.7 are not the same.
    return np.round([row[higher].value - row[lower].value for row in rows], 6)


def _title(name: str) -> str:
    return name.replace("table", "Table ")
