import re
from itertools import pairwise
from pathlib import Path

import pytest

from cance_edu.experiments.paper import FOLDER, paper_table, printed

PAPER = Path(__file__).parents[3] / "shared" / "paper.md"

DIGITS = [str(digit) for digit in range(10)]
PAIRS = ["0, 1", "0, 8", "1, 8"]
ABLATION = ["Error", "LatNCE", "CNCE", "CANCE"]
# Counted in the paper: columns, and rows of each data set.
SHAPES = {
    "table1": (ABLATION, {"MNIST": [*DIGITS, "Avg"], "CIFAR-10": [*DIGITS, "Avg"]}),
    "table2": (
        ABLATION,
        {"MNIST": [*PAIRS, "Avg"], "CIFAR-10": [*PAIRS, "Avg"], "MNIST-C": ["MNIST-C"]},
    ),
    "table3": (
        ["KDE", "VAE", "Pix-CNN", "LSA", "DAGMM", "CANCE"],
        {"MNIST": [*DIGITS, "Avg"], "CIFAR-10": [*DIGITS, "Avg"]},
    ),
    "table4": (["SVDD", "DSVDD", "DSAD", "DROCC", "CANCE"], {"MNIST-C": ["MNIST-C"]}),
    "table5": (ABLATION, {"MNIST": [*DIGITS, "Avg"], "CIFAR-10": [*DIGITS, "Avg"]}),
    "table6": (
        ["DSVDD", "NN", "NN on ResNet-18", "DROCC", "CANCE"],
        {"CIFAR-10": [*DIGITS, "Avg"]},
    ),
    "table7": (
        ["DAGMM", "DeepSVDD", "GOAD", "DROCC", "CANCE"],
        {"Abalone": ["Abalone"], "Thyroid": ["Thyroid"]},
    ),
    "table8": (
        ["DAGMM-0", "DAGMM-1", "DAGMM-CANCE"],
        {"KDDCUP99": ["Precision", "Recall", "F1"]},
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_rows_and_columns_are_those_of_the_paper(name):
    columns, rows = SHAPES[name]
    table = paper_table(name)
    expected = [(dataset, row) for dataset, names in rows.items() for row in names]
    assert [(row.dataset, row.name) for row in table] == expected
    assert all(list(row.cells) == columns for row in table)


def test_every_transcription_is_known_here():
    assert {path.stem for path in FOLDER.glob("*.csv")} == SHAPES.keys()


@pytest.mark.parametrize(
    ("text", "value", "deviation", "digits", "rounding"),
    [
        ("97.1 ± 0.5", 97.1, 0.5, 1, 0.05),
        ("0.79 ± 0.06", 0.79, 0.06, 2, 0.005),
        ("99.6 ± 0.0", 99.6, 0.0, 1, 0.05),
        ("53.6", 53.6, None, 1, 0.05),
        ("92", 92, None, 0, 0.5),
    ],
)
def test_a_cell_is_read_and_written_as_it_is_printed(text, value, deviation, digits, rounding):
    cell = printed(text)
    assert (cell.value, cell.deviation, cell.digits) == (value, deviation, digits)
    assert cell.rounding == pytest.approx(rounding)
    assert str(cell) == text


@pytest.mark.parametrize("text", ["", "n/a", "97.1 ± ", "± 0.5", "97.1 +- 0.5"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        printed(text)


def test_an_unknown_table_is_named():
    with pytest.raises(ValueError, match="the paper has no 'table9'; transcribed are table1, "):
        paper_table("table9")


def test_the_same_result_is_the_same_in_two_tables():
    for one, other in (("table1", "table3"), ("table2", "table4"), ("table5", "table6")):
        cells = {(row.dataset, row.name): row.cells["CANCE"] for row in paper_table(one)}
        for row in paper_table(other):
            assert row.cells["CANCE"] == cells[row.dataset, row.name]


NUMBER = re.compile(r"\d+(?:\.\d+)?(?: ± \d+\.\d+)?")


def printed_in_the_paper(number):
    """Return the numbers of a table of the paper's text, line by line, names of rows left out."""
    text = PAPER.read_text(encoding="utf-8")
    starts = [m.start() for m in re.finditer(r"^Table \d: ", text, re.MULTILINE)] + [len(text)]
    (table,) = [text[a:b] for a, b in pairwise(starts) if text.startswith(f"Table {number}: ", a)]
    for line in table.splitlines():
        fields = line.split("\t")
        # A line of a table has tabs; Table 4 has no names of rows.
        numbers = fields if number == 4 else fields[1:]
        if len(fields) > 1 and all(NUMBER.fullmatch(field) for field in numbers):
            yield numbers


@pytest.mark.skipif(not PAPER.is_file(), reason="the paper's text is not part of the project")
@pytest.mark.parametrize("number", range(1, 9))
def test_every_number_is_the_papers(number):
    ours = [[str(cell) for cell in row.cells.values()] for row in paper_table(f"table{number}")]
    # The paper has a system in each row of Tables 7 and 8; we have it in a column.
    ours = [list(column) for column in zip(*ours, strict=True)] if number in (7, 8) else ours
    assert list(printed_in_the_paper(number)) == ours
