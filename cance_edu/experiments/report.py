"""The report: the paper's tables with our results beside them, as Markdown, CSV and pandas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cance_edu.experiments import markdown
from cance_edu.experiments.cell import Comparison
from cance_edu.experiments.comparison import compare_table, usable
from cance_edu.experiments.panels import Panel, Point
from cance_edu.experiments.results import FOLDER, Record, read_folder
from cance_edu.experiments.tables import TABLES
from cance_edu.files import written_beside

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Report", "report", "stored"]


@dataclass(frozen=True)
class Report:
    """All tables, compared.

    Attributes
    ----------
    tables : mapping of str to list of Comparison
        By name, in the paper's order.
    others : int
        Results that no table shows: of other settings than today's, or of other data.
    failed : list of dict
        Fits that failed.
    """

    tables: Mapping[str, Sequence[Comparison]]
    others: int
    failed: Sequence[Record] = field(default_factory=list)

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

    def frame(self) -> "pd.DataFrame":
        """Return a line for each cell of each table, those of other systems too.

        Returns
        -------
        pandas.DataFrame
            Where it stands (`table`, `dataset`, `row`, `protocol`, `column`), what the paper
            prints, ours, their `difference` with its interval from `low` to `high`, the `verdict`,
            and what the data are. Missing where there is nothing.
        """
        import pandas as pd

        lines = [{"table": t} | _line(cell) for t, cells in self.tables.items() for cell in cells]
        return pd.DataFrame(lines).astype({"paper_runs": "Int64", "seeds": "Int64"})

    def markdown(self, figure: str = "") -> str:
        """Return the report as Markdown; with a figure's address, that figure too."""
        parts = [markdown.introduction(), markdown.overview(self.tables)]
        if self.others:
            parts.append(
                f"Not shown: {self.others} results of settings or data that are not today's."
            )
        if figure:
            parts.append(f"![{self.alt()}]({figure})")
        parts += [markdown.section(TABLES[name], cells) for name, cells in self.tables.items()]
        parts += [markdown.failures(self.failed), markdown.audited()]
        return "\n\n".join(filter(None, parts)) + "\n"

    def section(self, table: str) -> str:
        """Return one table as Markdown.

        Raises
        ------
        ValueError
            If there is no such table.
        """
        if table not in self.tables:
            raise ValueError(f"there is no {table!r} in the report: {', '.join(self.tables)}")
        return markdown.section(TABLES[table], self.tables[table]) + "\n"

    def alt(self) -> str:
        """Return the figure in words."""
        panels = [
            f"{panel.title}: {sum(point.low > 0 for point in panel.points)} higher and "
            f"{sum(point.high < 0 for point in panel.points)} lower of {len(panel.points)}"
            for panel in self.panels()
        ]
        return f"Ours minus the paper's with 95% intervals. {'; '.join(panels) or 'None was run'}."

    def write(self, folder: Path, figure: str = "") -> list[Path]:
        """Write report.md, which shows a figure of that name, and report.csv; return both."""
        texts = {
            "report.md": self.markdown(figure),
            "report.csv": self.frame().to_csv(index=False, lineterminator="\n"),
        }
        for name, text in texts.items():
            with written_beside(folder / name) as beside:
                beside.write_text(text, encoding="utf-8")
        return [folder / name for name in texts]

    def panels(self) -> list[Panel]:
        """Return a panel for each data set and protocol; a table that repeats another has none."""
        points: dict[tuple[str, str], list[Point]] = {}
        for name, cells in self.tables.items():
            if TABLES[name].repeats:
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
    found = usable(records)
    tables = {name: compare_table(table, found) for name, table in TABLES.items()}
    return Report(tables, found.others, found.failed)


def stored(folder: Path = FOLDER) -> Report:
    """Return the report of a folder's results; unless told, of those that the project ships.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    return report(read_folder(folder)[0])


def _line(cell: Comparison) -> dict[str, Any]:
    """Return a cell's line but for the table; None where there is nothing."""
    paper, ours = cell.paper, cell.ours
    low, high = cell.interval or (None, None)
    printed = paper.deviation if paper and paper.freedom is None else None
    return {
        "dataset": cell.dataset,
        "row": cell.row,
        "protocol": cell.protocol,
        "column": cell.column,
        "paper": paper and paper.value,
        "paper_deviation": printed,
        "paper_runs": None if printed is None else cell.runs,
        "ours": ours and ours.mean,
        "ours_deviation": ours and ours.deviation,
        "seeds": ours and len(ours.values),
        "difference": cell.difference,
        "low": low,
        "high": high,
        "verdict": cell.verdict,
        "primary": cell.primary,
        "differs": ours and ours.differs,
        "data_sha256": ours and " ".join(ours.checksums),
    }
