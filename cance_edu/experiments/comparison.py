"""Our results beside the paper's: what each printed number is held against, and how it comes out.

Differences are ours minus the paper's. The paper's number is rounded, so an interval is wider by
half of its last digit on either side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import t

from cance_edu.experiments.fits import fits
from cance_edu.experiments.paper_tables import AVERAGE, PaperRow, Printed, paper_table
from cance_edu.experiments.results import Record, identity
from cance_edu.experiments.tasks import ReportTable, Task

__all__ = ["Comparison", "Ours", "Verdict", "compare", "difference_interval", "keys", "series"]

Verdict = Literal[
    "better", "same", "worse", "not run", "one seed", "other protocol", "not in the paper"
]

_CONFIDENCE = 0.95

# Data set, row, protocol, column.
_Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Ours:
    """Our results for one cell.

    Attributes
    ----------
    values : dict of int to float
        By seed, in the paper's unit.
    records : tuple of dict
        The results that they are from.
    """

    values: dict[int, float]
    records: tuple[Record, ...]

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return float(np.mean(list(self.values.values())))

    @property
    def deviation(self) -> float | None:
        """The standard deviation over seeds, with n - 1; None for a single one."""
        return float(np.std(list(self.values.values()), ddof=1)) if len(self.values) > 1 else None

    @property
    def differs(self) -> str:
        """How the data differ from the official ones; empty if they do not."""
        return "; ".join(dict.fromkeys(r["differs"] for r in self.records if r["differs"]))

    @property
    def checksums(self) -> list[str]:
        """The data's, each once: several where the split follows the seed, and for averages."""
        return list(dict.fromkeys(record["data_sha256"] for record in self.records))


@dataclass(frozen=True)
class Comparison:
    """One cell of a table: the paper's number and ours.

    Attributes
    ----------
    dataset, row, protocol, column : str
        Where it stands; the protocol where there are several.
    paper : Printed or None
        None for what we measure and the paper does not print.
    ours : Ours or None
        None for what was not run.
    runs : int
        How many runs the paper's mean and deviation are of.
    comparable : bool
        Whether the two may be of the same protocol; if not, there is no difference.
    """

    dataset: str
    row: str
    protocol: str
    column: str
    paper: Printed | None
    ours: Ours | None
    runs: int
    comparable: bool = True

    @property
    def difference(self) -> float | None:
        """Ours minus the paper's, where there are both, and they may be compared."""
        both = self._both
        return both[0].mean - both[1].value if both else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The difference's 95% interval; None without a difference, or with one seed."""
        both = self._both
        if both is None or len(both[0].values) < 2:
            return None
        return difference_interval(both[0].values.values(), both[1], self.runs)

    @property
    def _both(self) -> tuple[Ours, Printed] | None:
        if self.ours is None or self.paper is None or not self.comparable:
            return None
        return self.ours, self.paper

    @property
    def verdict(self) -> Verdict:
        """Whether the interval lies above zero, below, or holds it."""
        if self.ours is None:
            return "not run"
        if self.paper is None:
            return "not in the paper"
        if not self.comparable:
            return "other protocol"
        if self.interval is None:
            return "one seed"
        low, high = self.interval
        return "better" if low > 0 else "worse" if high < 0 else "same"


def difference_interval(values: Iterable[float], paper: Printed, runs: int) -> tuple[float, float]:
    """Return the 95% interval of our mean minus the paper's.

    Parameters
    ----------
    values : iterable of float
        Ours, two seeds or more.
    paper : Printed
        With a deviation: Welch's interval for two samples. Without: the paper's number is taken
        as exact but for its rounding, and the interval is that of one sample.
    runs : int
        How many runs the paper's mean and deviation are of.
    """
    ours = np.array(list(values))
    variances = np.array([ours.var(ddof=1) / len(ours), (paper.deviation or 0.0) ** 2 / runs])
    total = variances.sum()
    # Welch and Satterthwaite; with one variance 0, the other sample's n - 1.
    freedom = total**2 / np.sum(variances**2 / [len(ours) - 1, runs - 1]) if total else 1.0
    half = t.ppf((1 + _CONFIDENCE) / 2, freedom) * np.sqrt(total) + paper.rounding
    difference = ours.mean() - paper.value
    return float(difference - half), float(difference + half)


def compare(table: ReportTable, records: Iterable[Record]) -> list[Comparison]:
    """Return a table's comparisons, row by row as the paper orders them, then our further rows.

    Parameters
    ----------
    table : Table
        Which.
    records : iterable of dict
        Results, of any tables; only those with the tasks' present settings are taken.
    """
    paper = paper_table(table.name) if table.printed else ()
    printed = {(row.dataset, row.name): row.cells for row in paper}
    cells = _cells(table, records)
    cells |= _averages(_averaged(table, paper), cells)
    other = {(task.dataset, task.protocol) for task in table.tasks if not task.comparable}
    rows = dict.fromkeys([*printed, *((dataset, row) for dataset, row, *_ in cells)])
    datasets = list(dict.fromkeys(dataset for dataset, _ in rows))
    return [
        Comparison(
            *row,
            protocol,
            column,
            cell,
            cells.get((*row, protocol, column)),
            table.runs,
            (row[0], protocol) not in other,
        )
        for row in sorted(rows, key=lambda row: datasets.index(row[0]))
        for protocol in _protocols(row, cells)
        for column, cell in [
            *printed.get(row, dict.fromkeys(table.columns)).items(),
            *((name, None) for name in table.beside if (*row, protocol, name) in cells),
        ]
    ]


def _protocols(row: tuple[str, str], cells: Iterable[_Place]) -> list[str]:
    """Return the protocols of a row; a row that we do not have is shown once."""
    return list(dict.fromkeys(place[2] for place in cells if place[:2] == row)) or [""]


def _cells(table: ReportTable, records: Iterable[Record]) -> dict[_Place, Ours | None]:
    """Return what the tasks of a table give, None where nothing was run."""
    found: dict[str, dict[int, Record]] = {}
    for record in records:
        found.setdefault(series(record), {})[record["seed"]] = record
    columns = {system: column for column, system in table.ours.items()}
    return {
        (task.dataset, row, task.protocol, columns[key["system"]]): _ours(
            found.get(series(key), {}), measure, table.scale
        )
        for task in table.tasks
        for key in keys(task)
        if key["system"] in columns
        for row, measure in task.rows.items()
    }


def keys(task: Task) -> list[Record]:
    """Return what the results of a task are of, for the first seed."""
    return [key for fit in fits([task], seeds=1) for key in fit.keys]


def series(record: Record) -> str:
    """Return what a result is of but for its seed, as text."""
    return identity(record | {"seed": None})


def _ours(found: Mapping[int, Record], measure: str, scale: float) -> Ours | None:
    values = {seed: scale * found[seed]["measures"][measure] for seed in sorted(found)}
    return Ours(values, tuple(found.values())) if values else None


def _averaged(table: ReportTable, paper: Sequence[PaperRow]) -> dict[str, set[str]]:
    """Return for each data set of which rows an average is: as in the paper, or of all rows."""
    if not table.printed:
        datasets = {task.dataset for task in table.tasks}
        return {d: {r for t in table.tasks if t.dataset == d for r in t.rows} for d in datasets}
    return {
        average.dataset: {row.name for row in paper if row.dataset == average.dataset} - {AVERAGE}
        for average in paper
        if average.name == AVERAGE
    }


def _averages(
    averaged: Mapping[str, set[str]], cells: Mapping[_Place, Ours | None]
) -> dict[_Place, Ours | None]:
    """Return the averages, for each protocol that has all of their rows."""
    averages = {}
    for dataset, of in averaged.items():
        places = [place for place in cells if place[0] == dataset and place[1] in of]
        for protocol, column in dict.fromkeys(place[2:] for place in places):
            rows = [cells[place] for place in places if place[2:] == (protocol, column)]
            if len(rows) == len(of):
                averages[dataset, AVERAGE, protocol, column] = _average(rows)
    return averages


def _average(rows: list[Ours | None]) -> Ours | None:
    """Return the mean over rows, seed by seed; None if no seed has all rows."""
    whole = [row for row in rows if row is not None]
    if len(whole) < len(rows):
        return None
    seeds = set.intersection(*(set(row.values) for row in whole))
    values = {seed: float(np.mean([row.values[seed] for row in whole])) for seed in sorted(seeds)}
    records = (record for row in whole for record in row.records if record["seed"] in seeds)
    return Ours(values, tuple(records)) if values else None
