"""The report: the paper's tables with our results beside them, as Markdown and CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cance_edu.experiments import markdown
from cance_edu.experiments.comparison import Comparison, compare, keys, series
from cance_edu.experiments.panels import Panel, Point
from cance_edu.experiments.results import FOLDER, Record, read_folder
from cance_edu.experiments.tables import TABLES
from cance_edu.files import written_beside

__all__ = ["Report", "report", "stored"]

_COLUMNS = (
    "table,dataset,row,protocol,column,paper,paper_deviation,paper_runs,ours,ours_deviation,seeds,"
    "difference,low,high,verdict,differs,data_sha256"
)


@dataclass(frozen=True)
class Report:
    """All tables, compared.

    Attributes
    ----------
    tables : mapping of str to list of Comparison
        By name, in the paper's order.
    others : int
        Results that no table shows, for they have settings that are not the present ones.
    """

    tables: Mapping[str, Sequence[Comparison]]
    others: int

    def cells(
        self, table: str, dataset: str, protocol: str = "", row: str | None = None
    ) -> list[Comparison]:
        """Return the cells of one data set and protocol of a table; of one row, if given."""
        return [
            cell
            for cell in self.tables[table]
            if (cell.dataset, cell.protocol) == (dataset, protocol) and row in (None, cell.row)
        ]

    def values(
        self, table: str, dataset: str, row: str, protocol: str = ""
    ) -> dict[str, NDArray[np.float64]]:
        """Return our results for a row, by column: the seeds that all columns have, in order.

        Raises
        ------
        KeyError
            If nothing was run for that row.
        """
        cells = self.cells(table, dataset, protocol, row)
        found = {cell.column: cell.ours.values for cell in cells if cell.ours is not None}
        if not found:
            raise KeyError(
                f"no results for {table}, {dataset}, {protocol or 'any protocol'}, {row}"
            )
        seeds = sorted(set.intersection(*(set(values) for values in found.values())))
        return {column: np.array([of[seed] for seed in seeds]) for column, of in found.items()}

    def markdown(self, figure: str = "") -> str:
        """Return the report as Markdown; with a figure's address, that figure too."""
        parts = [markdown.introduction(), markdown.overview(self.tables)]
        if self.others:
            parts.append(f"Not shown: {self.others} results with settings that are not today's.")
        if figure:
            parts.append(f"![{self.alt()}]({figure})")
        parts += [markdown.section(TABLES[name], cells) for name, cells in self.tables.items()]
        return "\n\n".join([*parts, markdown.audited()]) + "\n"

    def csv(self) -> str:
        """Return a line for each cell of each table, those of other systems too."""
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(_COLUMNS.split(","))
        for name, cells in self.tables.items():
            lines.writerows([name, *_csv_line(cell)] for cell in cells)
        return text.getvalue()

    def alt(self) -> str:
        """Return the figure in words."""
        panels = [
            f"{panel.title}: {sum(point.low > 0 for point in panel.points)} better and "
            f"{sum(point.high < 0 for point in panel.points)} worse of {len(panel.points)}"
            for panel in self.panels()
        ]
        return f"Ours minus the paper's with 95% intervals. {'; '.join(panels) or 'None was run'}."

    def write(self, folder: Path, figure: str = "") -> list[Path]:
        """Write report.md, which shows a figure of that name, and report.csv; return both."""
        texts = {"report.md": self.markdown(figure), "report.csv": self.csv()}
        for name, text in texts.items():
            with written_beside(folder / name) as beside:
                beside.write_text(text, encoding="utf-8")
        return [folder / name for name in texts]

    def panels(self) -> list[Panel]:
        """Return a panel for each data set and protocol; a table that repeats another has none."""
        points: dict[tuple[str, str], list[Point]] = {}
        for name, cells in self.tables.items():
            if any(task.table != name for task in TABLES[name].tasks):
                continue
            for cell in cells:
                if cell.difference is not None and cell.interval is not None:
                    point = Point(cell.row, cell.column, cell.difference, *cell.interval)
                    points.setdefault((name, markdown.data(cell)), []).append(point)
        return [
            Panel(f"{TABLES[name].title.partition(':')[0]}: {data}", TABLES[name].unit, found)
            for (name, data), found in points.items()
        ]


def report(records: Iterable[Record]) -> Report:
    """Compare all tables with results.

    Parameters
    ----------
    records : iterable of dict
        Whole results, as `results.read_folder` gives them.
    """
    records = list(records)
    known = {series(key) for table in TABLES.values() for task in table.tasks for key in keys(task)}
    others = sum(series(record) not in known for record in records)
    return Report({name: compare(table, records) for name, table in TABLES.items()}, others)


def stored(folder: Path = FOLDER) -> Report:
    """Return the report of a folder's results; unless told, of those that the project ships.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    return report(read_folder(folder)[0])


def _csv_line(cell: Comparison) -> list[object]:
    """Return a cell's line but for the table; what there is not stays empty."""
    paper, ours = cell.paper, cell.ours
    low, high = cell.interval or (None, None)
    return [
        cell.dataset,
        cell.row,
        cell.protocol,
        cell.column,
        paper and paper.value,
        paper and paper.deviation,
        paper and (cell.runs if paper.deviation is not None else None),
        ours and ours.mean,
        ours and ours.deviation,
        ours and len(ours.values),
        cell.difference,
        low,
        high,
        cell.verdict,
        ours and ours.differs,
        ours and " ".join(ours.checksums),
    ]
