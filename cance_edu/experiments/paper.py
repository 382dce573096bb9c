"""What the paper prints, transcribed to `data/paper/`, and its claims computed from it again."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cance_edu.experiments.statistics import one_sided_p
from cance_edu.files import PROJECT

__all__ = [
    "AVERAGE",
    "FOLDER",
    "Finding",
    "PaperRow",
    "Printed",
    "audit",
    "averages",
    "not_worse",
    "paper_table",
    "printed",
    "significance",
]

FOLDER = PROJECT / "data" / "paper"
"""Where the transcriptions lie: `table1.csv` to `table8.csv`."""

AVERAGE = "Avg"
"""What the paper calls the row of a data set's average."""

_CELL = re.compile(r"(\d+(?:\.(\d+))?)(?: ± (\d+\.\d+))?")


@dataclass(frozen=True)
class Printed:
    """A number of the paper.

    Attributes
    ----------
    value : float
        As printed: percent in most tables, fractions in Table 7.
    deviation : float or None
        The standard deviation that stands behind ±, if one does.
    digits : int
        Digits behind the point.
    freedom : float or None
        Degrees of freedom of a deviation that is not printed, but follows from others.
    """

    value: float
    deviation: float | None
    digits: int
    freedom: float | None = None

    @property
    def rounding(self) -> float:
        """Half of the last printed digit: what rounding may have hidden."""
        return 0.5 * 10.0**-self.digits

    def __str__(self) -> str:
        printed = self.deviation is not None and self.freedom is None
        spread = f" ± {self.deviation:.{self.digits}f}" if printed else ""
        return f"{self.value:.{self.digits}f}{spread}"


@dataclass(frozen=True)
class PaperRow:
    """A row of a table.

    Attributes
    ----------
    dataset, name : str
        "MNIST", and what the row is called: a normal class, several, a measure, or `AVERAGE`.
    cells : dict of str to Printed
        By column, as the paper orders them.
    """

    dataset: str
    name: str
    cells: dict[str, Printed]


def printed(text: str) -> Printed:
    """Read a cell, for example "97.1 ± 0.5", or "92".

    Raises
    ------
    ValueError
        If it is neither a number nor two with ± between.
    """
    match = _CELL.fullmatch(text)
    if match is None:
        raise ValueError(f"got the cell {text!r}; expected a number, or two with ' ± ' between")
    value, digits, deviation = match.groups(default="")
    return Printed(float(value), float(deviation) if deviation else None, len(digits))


def paper_table(name: str) -> tuple[PaperRow, ...]:
    """Return the rows of a table of the paper.

    Parameters
    ----------
    name : str
        "table1" to "table8".

    Raises
    ------
    ValueError
        If there is no such table in the paper.
    """
    path = FOLDER / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.csv")))
        raise ValueError(f"the paper has no {name!r}; transcribed are {known or 'none'} ({FOLDER})")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            PaperRow(row.pop("dataset"), row.pop("row"), {c: printed(row[c]) for c in row})
            for row in csv.DictReader(file)
        )


# -- its own claims --------------------------------------------------------------------------------

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
