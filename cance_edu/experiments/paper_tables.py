"""The paper's tables as it prints them, transcribed to `data/paper/`."""

import csv
import re
from dataclasses import dataclass

from cance_edu.files import PROJECT

__all__ = ["AVERAGE", "FOLDER", "PaperRow", "Printed", "paper_table", "printed"]

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
    """

    value: float
    deviation: float | None
    digits: int

    @property
    def rounding(self) -> float:
        """Half of the last printed digit: what rounding may have hidden."""
        return 0.5 * 10.0**-self.digits

    def __str__(self) -> str:
        spread = "" if self.deviation is None else f" ± {self.deviation:.{self.digits}f}"
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
