"""Two tables a lesson, made from the sources: `python -m tests.lessons.tables` writes them anew.

`tables/claims_NN.csv` has every claim of lesson NN, with what it is true of and where it is tested.
`tables/moved_NN.csv` has every assertion that once stood in the lesson (`old_assertions.csv`,
written once, from the lessons as they were) and where it stands now: still in the lesson; in a
claim that has the same expression, or names its number in `was`; or nowhere, with the reason that
DROPPED in `claims_NN.py` gives.
"""

import ast
import csv
import inspect
import io
import textwrap
from collections.abc import Iterator
from pathlib import Path

import jupytext

from cance_edu.files import lesson_number, lessons_in
from tests.check_notebooks import NOTEBOOKS, text_form
from tests.lessons.claims import claims_of
from tests.lessons.replaced import REPLACED

FOLDER = Path(__file__).parent
OLD = FOLDER / "old_assertions.csv"
TABLES = FOLDER / "tables"

Row = dict[str, str]


def lessons() -> list[Path]:
    """Return the notebooks of all lessons, and those that go deeper."""
    return lessons_in(NOTEBOOKS)


def is_rewritten(lesson: Path) -> bool:
    """Return whether a lesson says of itself that it has the new form."""
    metadata = jupytext.read(text_form(lesson)).metadata
    return metadata.get("cance_edu", {}).get("format") == 2


def assertions(source: str) -> Iterator[str]:
    """Yield what a piece of code asserts: assertions, and figures that are measured outside one."""
    tree = ast.parse(source)
    within = {inner for n in ast.walk(tree) if isinstance(n, ast.Assert) for inner in ast.walk(n)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield ast.unparse(node.test)
        elif isinstance(node, ast.Call) and node not in within:
            name = ast.unparse(node.func).rpartition(".")[2]
            if name == "measured" or name.startswith("assert_"):
                yield ast.unparse(node)


def old_assertions() -> list[Row]:
    """Return the assertions of the lessons as they stand, numbered: done once, before the move."""
    rows = []
    for lesson in lessons():
        code = [
            cell.source
            for cell in jupytext.read(text_form(lesson)).cells
            if cell.cell_type == "code"
        ]
        found = [text for source in code for text in assertions(source)]
        number = lesson_number(lesson.name)
        rows += [{"number": f"{number}-{i:03d}", "assertion": t} for i, t in enumerate(found, 1)]
    return rows


def claim_rows(number: str) -> list[Row]:
    """Return the claims of a lesson."""
    return [
        {
            "sentence": claim.sentence or "(a guarantee that the lesson relies on)",
            "scope": claim.scope,
            "data": " ".join(claim.on),
            "tested": claim.elsewhere or f"tests/lessons/claims_{number}.py::{claim.name}",
        }
        for claim in claims_of(number)
    ]


def has_claims(number: str) -> bool:
    return (FOLDER / f"claims_{number}.py").is_file()


def moved_rows(lesson: Path) -> list[Row]:
    """Return where each old assertion of a lesson stands now; "" where it is lost."""
    number = lesson_number(lesson.name)
    rows = csv.DictReader(io.StringIO(OLD.read_text(encoding="utf-8")))
    old = [row for row in rows if row["number"].startswith(f"{number}-")]
    if is_rewritten(lesson):
        places = new_places(number)
        found = [places.get(row["number"]) or places.get(row["assertion"], "") for row in old]
    else:
        code = [c.source for c in jupytext.read(text_form(lesson)).cells if c.cell_type == "code"]
        standing = {text for source in code for text in assertions(source)}
        found = [still_standing(row, standing) for row in old]
    return [{**row, "now": place} for row, place in zip(old, found, strict=True)]


def still_standing(row: Row, standing: set[str]) -> str:
    """Return where an old assertion stands in a lesson that is not rewritten; "" if nowhere."""
    if row["assertion"] in standing:
        return "in the lesson"
    replacement = REPLACED.get(row["number"], "")
    return f"in the lesson, as {replacement}" if replacement in standing else ""


def new_places(number: str) -> dict[str, str]:
    """Return where a rewritten lesson's old assertions are, by their number or expression.

    What was split off, 06b, has some of 06's.
    """
    places: dict[str, str] = {}
    for file in sorted(FOLDER.glob(f"claims_{number}*.py")):
        part = file.stem.removeprefix("claims_")
        for claim in claims_of(part):
            place = claim.elsewhere or f"{file.name}::{claim.name}"
            places |= dict.fromkeys(claim.was, place)
            if claim.check is not None:
                source = textwrap.dedent(inspect.getsource(claim.check))
                places |= dict.fromkeys(assertions(source), place)
        module = __import__(f"tests.lessons.{file.stem}", fromlist=["DROPPED"])
        for numbers, reason in getattr(module, "DROPPED", {}).items():
            places |= dict.fromkeys(numbers.split(), f"dropped: {reason}")
    return places


def written(rows: list[Row]) -> str:
    """Return a table as CSV."""
    text = io.StringIO()
    table = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def tables() -> dict[Path, str]:
    """Return every table as it should be, by its file."""
    found = {}
    for lesson in lessons():
        number = lesson_number(lesson.name)
        if moved := moved_rows(lesson):
            found[TABLES / f"moved_{number}.csv"] = written(moved)
        if has_claims(number):
            found[TABLES / f"claims_{number}.csv"] = written(claim_rows(number))
    return found


def main() -> None:
    TABLES.mkdir(exist_ok=True)
    if not OLD.is_file():
        OLD.write_text(written(old_assertions()), encoding="utf-8")
    for file, text in tables().items():
        file.write_text(text, encoding="utf-8")
    lost = [r["number"] for lesson in lessons() for r in moved_rows(lesson) if not r["now"]]
    print(f"old assertions without a place: {' '.join(lost) or 'none'}")


if __name__ == "__main__":
    main()
