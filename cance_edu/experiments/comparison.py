"""Our results beside the paper's: which results a table shows, and the cells that it has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from cance_edu.experiments.blocks import Block
from cance_edu.experiments.cell import Comparison, Ours
from cance_edu.experiments.paper import AVERAGE, PaperRow, Printed, paper_table
from cance_edu.experiments.results import Record
from cance_edu.experiments.statistics import Pairs
from cance_edu.experiments.systems import SYSTEMS
from cance_edu.experiments.tables import TABLES, Table

__all__ = ["Usable", "compare_table", "pairs", "usable"]

# Data set, row, protocol, column.
_Place = tuple[str, str, str, str]


# -- which results are shown ----------------------------------------------------------------------


@dataclass(frozen=True)
class Usable:
    """The results that the tables show.

    Attributes
    ----------
    found : mapping of (str, str) to dict of int to dict
        For a split and a system: by seed.
    others : int
        How many results are of other settings or other data than those that are shown.
    failed : list of dict
        Fits of the tables that failed.
    """

    found: Mapping[tuple[str, str], dict[int, Record]]
    others: int
    failed: list[Record]


def usable(records: Iterable[Record]) -> Usable:
    """Return the results that have today's settings, and for each split those of one data set.

    Where results are of different data, the official data's are taken, else the last ones; where
    parameters that `SYSTEMS` leaves to the detector have changed, the last ones again.
    """
    known = {
        (row.recipe.name, system): SYSTEMS[system].settings_on(row.recipe.tags)
        for table in TABLES.values()
        for block in table.blocks
        for row in block.rows
        for system in block.ours.values()
    }
    records = list(records)
    asked = [r for r in records if _as_asked(r, known.get((r["split"], r["system"])))]
    whole = _of_one_data([record for record in asked if "failed" not in record])
    latest = {(r["split"], r["system"]): r["settings"] for r in whole}
    found: dict[tuple[str, str], dict[int, Record]] = {}
    for record in whole:
        place = record["split"], record["system"]
        if record["settings"] == latest[place]:
            found.setdefault(place, {})[record["seed"]] = record
    failed = [record for record in asked if "failed" in record]
    shown = sum(map(len, found.values()))
    return Usable(found, len(records) - shown - len(failed), failed)


def _as_asked(record: Record, settings: Mapping[str, Any] | None) -> bool:
    """Return whether a result has settings; tuples are lists in a file."""
    if settings is None:
        return False
    lists = {k: list(v) if isinstance(v, tuple) else v for k, v in settings.items()}
    return all(record["settings"].get(name) == value for name, value in lists.items())


def _of_one_data(records: Sequence[Record]) -> list[Record]:
    """Keep for each split, and each seed that draws one, the results of the same data."""

    def place(record: Record) -> tuple[str, int]:
        return record["split"], record["seed"] if record["resplit"] else 0

    taken: dict[tuple[str, int], Record] = {}
    for record in records:
        before = taken.setdefault(place(record), record)
        if not record["differs"] or before["differs"]:
            taken[place(record)] = record
    return [r for r in records if r["data_sha256"] == taken[place(r)]["data_sha256"]]


# -- the cells of a table -------------------------------------------------------------------------


def compare_table(table: Table, results: Usable) -> list[Comparison]:
    """Return a table's comparisons, row by row as the paper orders them, then our further rows."""
    paper = paper_table(table.name) if table.printed else ()
    printed = {(row.dataset, row.name): row.cells for row in _with_derived(paper, table.runs)}
    blocks = {(block.dataset, block.protocol): block for block in table.blocks}
    cells = _cells(table, results)
    cells |= _averages(_averaged(table, paper), cells)
    rows = dict.fromkeys([*printed, *((dataset, row) for dataset, row, *_ in cells)])
    datasets = list(dict.fromkeys(dataset for dataset, _ in rows))
    return [
        Comparison(
            *row,
            protocol,
            column,
            paper=number,
            ours=cells.get((*row, protocol, column)),
            runs=table.runs,
            margin=table.margin,
            comparable=block.comparable,
            primary=block.primary,
        )
        for row in sorted(rows, key=lambda row: datasets.index(row[0]))
        for protocol in _protocols(row, cells)
        for block in (blocks.get((row[0], protocol), Block(row[0], protocol, (), {})),)
        for column, number in _columns(table, block, row, printed.get(row), cells).items()
    ]


def _columns(
    table: Table,
    block: Block,
    row: tuple[str, str],
    printed: Mapping[str, Printed] | None,
    cells: Mapping[_Place, Ours | None],
) -> dict[str, Printed | None]:
    """Return the columns of a row by one protocol, each with the number that the paper prints.

    Columns of the paper that another block runs are left out, unless no block has the row; those
    that we added stand where there is something in them.
    """
    elsewhere = set(table.columns) - set(block.columns) if block.rows else set()
    shown: dict[str, Printed | None] = dict(printed or dict.fromkeys(table.columns))
    shown = {name: number for name, number in shown.items() if name not in elsewhere}
    added = (name for name in block.beside if (*row, block.protocol, name) in cells)
    return shown | dict.fromkeys(added)


def _with_derived(paper: Sequence[PaperRow], runs: int) -> list[PaperRow]:
    """Give an average without a deviation what its rows' deviations make of it.

    Its variance is that of a mean of rows that were run independently of each other.
    """
    rows = []
    for row in paper:
        of = [r for r in paper if r.dataset == row.dataset and r.name != AVERAGE]
        cells = row.cells
        if row.name == AVERAGE:
            cells = {k: _derived(c, [r.cells[k] for r in of], runs) for k, c in cells.items()}
        rows.append(replace(row, cells=cells))
    return rows


def _derived(average: Printed, of: Sequence[Printed], runs: int) -> Printed:
    squares = np.array([(cell.deviation or 0.0) ** 2 for cell in of])
    if average.deviation is not None or not squares.any():
        return average
    return replace(
        average,
        deviation=float(np.sqrt(squares.sum()) / len(of)),
        freedom=float(squares.sum() ** 2 / np.sum(squares**2 / (runs - 1))),
    )


def _protocols(row: tuple[str, str], cells: Iterable[_Place]) -> list[str]:
    """Return the protocols of a row; a row that we do not have is shown once."""
    return list(dict.fromkeys(place[2] for place in cells if place[:2] == row)) or [""]


def _cells(table: Table, results: Usable) -> dict[_Place, Ours | None]:
    """Return what the blocks of a table give, None where nothing was run."""
    return {
        (block.dataset, row.name, block.protocol, column): _ours(
            results.found.get((row.recipe.name, system), {}), row.measure, table.scale
        )
        for block in table.blocks
        for row in block.rows
        for column, system in block.ours.items()
    }


def _ours(found: Mapping[int, Record], measure: str, scale: float) -> Ours | None:
    # Results of an older version may lack a measure.
    found = {seed: record for seed, record in found.items() if measure in record["measures"]}
    values = {seed: scale * found[seed]["measures"][measure] for seed in sorted(found)}
    return Ours(values, tuple(found.values())) if values else None


def _averaged(table: Table, paper: Sequence[PaperRow]) -> dict[str, set[str]]:
    """Return for each data set of which rows an average is: as in the paper, or of all rows."""
    if not table.printed:
        return {block.dataset: {row.name for row in block.rows} for block in table.blocks}
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


# -- two of our systems ---------------------------------------------------------------------------


def pairs(
    cells: Iterable[Comparison], first: str, second: str, by: Literal["row", "seed"] = "row"
) -> Pairs | None:
    """Pair two columns of a table, on the seeds that both have.

    Parameters
    ----------
    cells : iterable of Comparison
        Of one data set and one protocol.
    first, second : str
        The columns.
    by : {"row", "seed"}
        A difference for each row, the mean over its seeds; or one for each seed that has all
        rows, the mean over these.

    Returns
    -------
    Pairs or None
        None if there are fewer than two differences, which have no spread.
    """
    ours = {(cell.row, cell.column): cell.ours for cell in cells if cell.row != AVERAGE}
    rows = [row for row, column in ours if column == first]
    of_rows = {row: _by_seed(ours[row, first], ours.get((row, second))) for row in rows}
    overlap = 0.0
    if by == "row":
        found = {row: float(np.mean(list(d.values()))) for row, d in of_rows.items() if d}
    else:
        whole = set.intersection(*map(set, of_rows.values())) if of_rows else set()
        found = {
            f"seed {seed}": float(np.mean([d[seed] for d in of_rows.values()]))
            for seed in sorted(whole)
        }
        overlaps = [of.overlap for (_, column), of in ours.items() if column == first and of]
        overlap = float(np.mean(overlaps)) if overlaps else 0.0
    return Pairs(first, second, found, overlap) if len(found) > 1 else None


def _by_seed(first: Ours | None, second: Ours | None) -> dict[int, float]:
    """Return the differences by seed; none where one of the two was not run.

    What no seed changes is the same beside every seed.
    """
    if first is None or second is None:
        return {}
    a, b = _for_all(first, second), _for_all(second, first)
    return {seed: a[seed] - b[seed] for seed in sorted(a.keys() & b.keys())}


def _for_all(ours: Ours, other: Ours) -> dict[int, float]:
    """Return values by seed; those of a system that no seed changes for all seeds of another."""
    if any(SYSTEMS[record["system"]].random or record["resplit"] for record in ours.records):
        return ours.values
    return dict.fromkeys(other.values, ours.values[0])
