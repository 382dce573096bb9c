"""The report's Markdown: a table of ours beside the paper's, and what a reader must know of it."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cance_edu.experiments.cell import Comparison, Verdict
from cance_edu.experiments.comparison import pairs
from cance_edu.experiments.paper import AVERAGE, FOLDER, Finding, audit, paper_table
from cance_edu.experiments.quoted import quoted
from cance_edu.experiments.results import Record
from cance_edu.experiments.tables import TABLES, Table, reproduce_command

__all__ = [
    "audited",
    "costs",
    "counted",
    "data",
    "elsewhere",
    "failures",
    "grid",
    "introduction",
    "overview",
    "section",
]

_COUNTED: tuple[Verdict, ...] = (
    "reproduced",
    "better",
    "not told apart",
    "worse",
    "fewer than 3 seeds",
)

_FEWEST_PAIRS = 5
"""Of fewer, no choice of signs is rare enough for a p-value to say anything."""


def introduction() -> str:
    """Return what holds for all tables."""
    return (FOLDER / "README.md").read_text(encoding="utf-8").strip()


def counted(table: Table, cells: Sequence[Comparison]) -> tuple[int, Counter[Verdict]]:
    """Return how many numbers a table of the paper has, and how ours of them came out.

    Each printed number is counted once, by the primary protocol; not those of other protocols, nor
    our further columns and rows.
    """
    printed = sum(len(row.cells) for row in paper_table(table.name))
    return printed, Counter(
        cell.verdict for cell in cells if cell.of_the_paper and cell.verdict in _COUNTED
    )


def overview(tables: Mapping[str, Sequence[Comparison]]) -> str:
    """Return for each of the paper's tables how many of its numbers came out how."""
    rows = []
    for name, cells in tables.items():
        table = TABLES[name]
        if table.printed:
            printed, verdicts = counted(table, cells)
            title = table.title
            if table.repeats:
                title += f" (CANCE is that of {TABLES[table.repeats].title.partition(':')[0]})"
            numbers = printed, sum(verdicts.values()), *(verdicts[each] for each in _COUNTED)
            rows.append([title, *map(str, numbers)])
    return grid(["the paper's numbers", "printed", "compared", *_COUNTED], rows)


def failures(failed: Sequence[Record]) -> str:
    """Return which fits failed, and why; empty if none did."""
    rows = [[r["split"], r["system"], str(r["seed"]), r["failed"]] for r in failed]
    if not rows:
        return ""
    return f"## Fits that failed\n\n{grid(['split', 'system', 'seed', 'why'], rows)}"


def section(table: Table, cells: Sequence[Comparison]) -> str:
    """Return one table: ours beside the paper's, the other systems, and where ours are from."""
    ours = [cell for cell in cells if cell.column in table.ours]
    notes = list(dict.fromkeys(c.ours.differs for c in ours if c.ours and c.ours.differs))
    header = ["data", "row", "system", "paper", "ours", "difference, 95% interval", "verdict"]
    parts = [f"## {table.title}", table.note]
    parts.append(grid(header, [_line(cell, table, notes) for cell in ours]))
    parts += [
        f"({number}) The data are not the official ones: {n}." for number, n in enumerate(notes, 1)
    ]
    parts += [_paired(table, ours), _elsewhere(table, ours)]
    parts += [_waiting(table, ours), _other_systems(table, cells)]
    parts.append(_made_from(table, ours))
    return "\n\n".join(filter(None, parts))


def audited() -> str:
    """Return which of the paper's own claims do not follow from its numbers, and which do."""
    findings = audit()
    holding = sum(finding.holds for finding in findings)
    own = _failing(findings, "its printed numbers say")
    others = _failing(quoted(), "its sources say")
    return (
        f"## The paper's own claims\n\n{holding} of {len(findings)} hold. The others:\n\n{own}\n\n"
        f"What it takes from other papers and does not agree with them:\n\n{others}"
    )


def _failing(findings: Iterable[Finding], heading: str) -> str:
    rows = [[f.where, f.claim, f.found] for f in findings if not f.holds]
    return grid(["where", "the paper says", heading], rows)


def data(cell: Comparison) -> str:
    """Return a cell's data set, with the protocol where there are several."""
    return ", ".join(filter(None, (cell.dataset, cell.protocol)))


def _line(cell: Comparison, table: Table, notes: Sequence[str]) -> list[str]:
    ours = difference = "–"
    digits, reduced = table.digits, table.reduced.get(cell.column)
    if cell.ours is not None:
        seeds = len(cell.ours.values)
        spread = "" if cell.ours.deviation is None else f" ± {cell.ours.deviation:.{digits}f}"
        note = f", data differ ({notes.index(cell.ours.differs) + 1})" if cell.ours.differs else ""
        ours = f"{cell.ours.mean:.{digits}f}{spread} ({seeds} seed{'s'[: seeds > 1]}{note})"
    if cell.difference is not None:
        difference = f"{cell.difference:+.{digits}f}"
    if cell.interval is not None:
        low, high = cell.interval
        difference += f" [{low:+.{digits}f}, {high:+.{digits}f}]"
    paper = "–" if cell.paper is None else str(cell.paper)
    column = f"{cell.column} ({reduced})" if reduced else cell.column
    return [data(cell), cell.row, column, paper, ours, difference, cell.verdict]


def _paired(table: Table, ours: Sequence[Comparison]) -> str:
    """Return the differences of our own systems, on the same splits; empty if there are none."""
    # Further rows of a printed table are other measures of the same fits.
    rows = {cell.row for cell in ours if cell.paper or not table.printed}
    if any(cell.row == "F1" for cell in ours):
        rows = {"F1"}  # precision and recall are at the same threshold
    lines = []
    for place, cells in _by_data(cell for cell in ours if cell.row in rows).items():
        for first, second in table.paired:
            found = pairs(cells, first, second, table.paired_by)
            if found:
                low, high = found.interval
                digits = table.digits + 1  # paired differences are small
                n = len(found.differences)
                p = f"{found.p_value:.4f}" if n >= _FEWEST_PAIRS else "–"
                difference = f"{found.mean:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}]"
                lines.append([place, f"{first} − {second}", str(n), difference, p])
    if not lines:
        return ""
    header = ["data", "systems", f"{table.paired_by}s", "difference, 95% interval", "p"]
    return (
        f"Our systems on the same splits, paired by {table.paired_by}; p is that of the one-sided "
        "Wilcoxon test that the first is higher, not corrected for their number:\n\n"
        f"{grid(header, lines)}"
    )


def _elsewhere(table: Table, ours: Sequence[Comparison]) -> str:
    """Return the averages that others got who ran a system again, beside the paper's and ours."""
    averages = {(c.dataset, c.column): c for c in ours if c.row == AVERAGE and c.primary}
    rows = []
    for (name, *place), (average, whom) in elsewhere().items():
        if name == table.name:
            cell = averages.get((place[0], place[1]))
            paper = str(cell.paper) if cell and cell.paper else "–"
            own = f"{cell.ours.mean:.{table.digits}f}" if cell and cell.ours else "–"
            rows.append([*place, paper, average, own, whom])
    if not rows:
        return ""
    header = ["data", "system", "the paper's average", "run again", "ours", "by whom"]
    return f"Run again by others:\n\n{grid(header, rows)}"


def elsewhere() -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return the averages that others got, and who, by table, data set and column."""
    lines = _beside_the_tables("elsewhere.csv")
    return {
        (line["table"], line["dataset"], line["column"]): (line["average"], line["of"])
        for line in lines
    }


def _beside_the_tables(name: str) -> list[dict[str, str]]:
    """Return the lines of a file that lies beside the paper's tables."""
    with (FOLDER.parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def costs() -> dict[tuple[str, str, str], str]:
    """Return what it takes to run what was not run, by table, data set and column.

    CPU hours are of one seed (`python -m tests.benchmarks costs`).
    """
    lines = _beside_the_tables("costs.csv")
    return {(line["table"], line["dataset"], line["column"]): line["takes"] for line in lines}


def _waiting(table: Table, ours: Sequence[Comparison]) -> str:
    """Return which of the paper's numbers were not run, and what one seed of them takes."""
    missing = Counter(
        (cell.dataset, cell.column)
        for cell in ours
        if cell.of_the_paper and cell.verdict == "not run"
    )
    if not missing:
        return ""
    known = costs()
    rows = [
        [*place, str(count), known.get((table.name, *place), "–")]
        for place, count in missing.items()
    ]
    header = ["data", "system", "numbers", "one seed takes"]
    return f"Not run:\n\n{grid(header, rows)}"


def _other_systems(table: Table, cells: Sequence[Comparison]) -> str:
    """Return the paper's columns that we do not run, a row a line."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        if cell.column not in table.ours:
            rows.setdefault((cell.dataset, cell.row), {})[cell.column] = str(cell.paper)
    if not rows:
        return ""
    header = ["data", "row", *next(iter(rows.values()))]
    table_of_others = grid(header, [[*row, *found.values()] for row, found in rows.items()])
    return f"The paper's other systems, not run here:\n\n{table_of_others}"


def _made_from(table: Table, ours: Sequence[Comparison]) -> str:
    """Return commands, versions and checksums of what was run."""
    found = _by_data(cell for cell in ours if cell.ours is not None and cell.row != AVERAGE)
    return "\n".join(f"- {name}: {_source(table, cells)}." for name, cells in found.items())


def _by_data(cells: Iterable[Comparison]) -> dict[str, list[Comparison]]:
    """Return the cells of each data set and protocol."""
    found: dict[str, list[Comparison]] = {}
    for cell in cells:
        found.setdefault(data(cell), []).append(cell)
    return found


def _source(table: Table, cells: Sequence[Comparison]) -> str:
    records = [record for cell in cells if cell.ours for record in cell.ours.records]
    seeds = 1 + max(record["seed"] for record in records)
    command = reproduce_command(table.name, cells[0].dataset, cells[0].protocol, seeds)
    versions = dict.fromkeys(f"{k} {v}" for r in records for k, v in r["made_with"].items())
    splits: dict[str, dict[str, None]] = {}
    for record in records:
        splits.setdefault(record["split"], {})[record["data_sha256"][:8]] = None
    checksums = "; ".join(f"{split} ({' '.join(found)})" for split, found in splits.items())
    return f"`{command}`; {', '.join(versions)}; SHA-256 of the splits: {checksums}"


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; pandas would ask for a further package, and align by it."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
