import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from cance_edu import cli
from cance_edu.course.results.paper_tables_figure import draw_panel, draw_panels
from cance_edu.experiments.markdown import costs
from cance_edu.experiments.panels import Panel, Point
from cance_edu.experiments.paper import paper_table
from cance_edu.experiments.report import report, stored
from cance_edu.experiments.results import opened
from cance_edu.experiments.tables import TABLES
from tests.benchmarks import systems
from tests.experiments.made_up import results

MEASURED = Path(__file__).parents[1] / "benchmarks" / "results"
EIGHT = results("table1", "MNIST", "8", "CANCE", [0.985, 0.986, 0.984])
OTHER = results("table1", "CIFAR-10", "1", "Error", [0.3, 0.31], "images in [0, 1]", "from JPEG")


def lines(text, *beginning):
    return [line for line in text.splitlines() if line.startswith(f"| {' | '.join(beginning)} |")]


def test_a_line_has_both_numbers_the_difference_and_the_verdict():
    text = report(EIGHT).markdown()
    # 98.5 - 95.6 = 2.9. Welch's: the variances of the means are 0.1^2 / 3 and 0.3^2 / 5, so there
    # are 5.26 degrees of freedom, t = 2.533, and t 0.1461 + 0.05 = 0.42.
    first, *_ = lines(text, "MNIST", "8", "CANCE")
    assert first == (
        "| MNIST | 8 | CANCE | 95.6 ± 0.3 | 98.5 ± 0.1 (3 seeds) | +2.9 [+2.5, +3.3] | better |"
    )
    assert lines(text, "MNIST", "7", "CANCE")[0].endswith("| 97.5 ± 0.3 | – | – | not run |")


def test_data_that_differ_are_named_beside_the_number():
    text = report(OTHER).markdown()
    (line,) = lines(text, "CIFAR-10, images in [0, 1]", "1", "Error")
    assert "30.5 ± 0.7 (2 seeds, data differ (1))" in line
    assert "(1) The data are not the official ones: from JPEG." in text


def test_every_table_is_there_with_the_other_systems_of_the_paper():
    text = report([]).markdown()
    for table in TABLES.values():
        assert f"\n## {table.title}\n" in text
    # Run here or not, each number that the paper prints is there.
    for table in TABLES.values():
        for row in paper_table(table.name) if table.printed else ():
            printed = " ".join(line for line in text.splitlines() if f" {row.name} |" in line)
            assert all(f"| {cell} |" in printed for cell in row.cells.values())


def test_the_report_says_how_it_was_made():
    text = report(EIGHT).markdown()
    assert "`cance-edu reproduce table1 --dataset mnist --seeds 3`" in text
    assert "cance-edu 1.0, torch 2.0; SHA-256 of the splits: MNIST, normal 8 (88888888)." in text
    leak = "compared by AUROC, hence by test labels, on MNIST's digits 8 and 2 and on CIFAR-10"
    assert leak in " ".join(text.split())


def held_out(benchmark):
    """Return for each setting the losses of the classes, and the largest condition number."""
    text = (MEASURED / benchmark).read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {
        name: (np.array([float(loss) for loss in losses]), float(condition))
        for name, *losses, _, condition in rows[1:]
    }


def test_what_is_said_of_held_out_photographs_is_what_was_measured():
    found = held_out("settings_cifar10.md")
    (default, condition), (wide, of_wide) = found.pop("default"), found.pop("twice the channels")
    assert condition < 100 < of_wide
    assert 1 - 0.022 < (wide / default).min() < (wide / default).max() < 1
    assert all((losses > default).all() for losses, _ in found.values())


def test_what_is_said_of_held_out_digits_is_what_was_measured():
    losses = {name: of for name, (of, _) in held_out("settings.md").items()}
    default = losses.pop("default")
    better = {
        name for name, of in losses.items() if all(a < b for a, b in zip(of, default, strict=True))
    }
    worse = {
        name for name, of in losses.items() if all(a > b for a, b in zip(of, default, strict=True))
    }
    gained = 100 * (1 - losses["twice the epochs"] / default)
    assert (round(gained.min()), round(gained.max())) == (2, 6)
    relu = dict(zip("8235", 100 * (losses["ReLU for ELU"] / default - 1), strict=True))
    assert [digit for digit, lost in relu.items() if lost < 1] == ["2"]
    assert better == {"twice the channels", "twice the epochs"}
    assert worse == {"ReLU for ELU", "half the channels", "half the epochs"}


def test_the_report_ends_with_the_claims_that_do_not_follow():
    text = report([]).markdown()
    assert "| Table 6, CIFAR-10, DROCC | the average is 74.2 | its rows give 74.51 |" in text


def test_the_overview_counts_the_papers_cells_once():
    twice = results("table1", "MNIST", "8", "CANCE", [0.98, 0.98, 0.98], "twice the epochs")
    text = report([*EIGHT, *OTHER, *twice]).markdown()
    table = TABLES["table1"]
    # Ten rows and an average, of MNIST and of CIFAR-10; four systems. Of them one by enough seeds.
    (line,) = lines(text, table.title)
    assert line == f"| {table.title} | 88 | 2 | 0 | 1 | 0 | 0 | 1 |"


def test_results_that_no_table_shows_are_counted():
    stale = [record | {"settings": {"latent_dim": 7}} for record in EIGHT]
    assert "3 results of settings or data that are not today's" in report(stale).markdown()
    assert "not today's" not in report(EIGHT).markdown()


def test_fits_that_failed_are_named():
    whole, failed = EIGHT[0], {k: v for k, v in EIGHT[1].items() if k != "measures"}
    text = report([whole, failed | {"failed": "ValueError: it diverged"}]).markdown()
    assert "| MNIST, normal 8 | cance | 1 | ValueError: it diverged |" in text
    assert "Fits that failed" not in report(EIGHT).markdown()


def test_what_no_seed_changes_is_printed_without_a_deviation():
    near = results("table1", "CIFAR-10", "1", "2-NN on 64 components", [0.4], "images in [0, 1]")
    (line,) = lines(
        report(near).markdown(), "CIFAR-10, images in [0, 1]", "1", "2-NN on 64 components"
    )
    assert "| 40.0 (1 seed) |" in line


def read_csv(text):
    return pd.read_csv(io.StringIO(text), dtype={"row": str}, keep_default_na=False)


def test_the_frame_has_every_cell_with_all_digits(tmp_path):
    made = report([*EIGHT, *OTHER])
    frame = made.frame()
    places = frame.set_index(["table", "dataset", "row", "protocol", "column"])
    assert places.index.is_unique
    ours = places.loc["table1", "MNIST", "8", "", "CANCE"]
    assert ours.ours == pytest.approx(98.5)
    assert ours.ours_deviation == pytest.approx(0.1)
    assert (ours.paper, ours.paper_deviation, ours.paper_runs) == (95.6, 0.3, 5)
    assert ours.low < ours.difference < ours.high
    assert (ours.seeds, ours.verdict, ours.primary) == (3, "better", True)
    assert ours.data_sha256 == "8" * 8 + "0" * 56
    error = places.loc["table1", "CIFAR-10", "1", "images in [0, 1]", "Error"]
    assert error.differs == "from JPEG"
    other = places.loc["table3", "MNIST", "8", "", "LSA"]
    assert (other.paper, other.verdict) == (95.3, "not run")
    assert pd.isna(other.ours)
    # The CSV has the same cells, and whole numbers as such.
    made.write(tmp_path)
    written = read_csv((tmp_path / "report.csv").read_text(encoding="utf-8"))
    assert len(written) == len(frame)
    assert set(written.seeds) == {"", "2", "3"}


def test_results_are_read_without_torch_in_a_second():
    code = (
        "import sys, time\n"
        "from cance_edu.experiments.report import stored\n"
        "print(time.process_time(), 'torch' in sys.modules, 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, torch, sklearn = done.stdout.split()
    assert (torch, sklearn) == ("False", "False")
    assert float(seconds) < 1  # of the processor, so a busy machine does not count


def test_the_figure_has_a_panel_for_each_data_set_that_was_run():
    made = report([*EIGHT, *OTHER])
    figure = Figure()
    draw_panels(figure, made.panels())
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["Table 1: MNIST", "Table 1: CIFAR-10, images in [0, 1]"]
    assert "Table 1: MNIST: 1 higher and 0 lower of 1" in made.alt()
    assert "None was run" in report([]).alt()


def test_points_and_bars_are_where_the_numbers_are():
    points = [
        Point("0", "CNCE", 1.0, 0.5, 1.5),
        Point("0", "CANCE", -1.0, -1.25, -0.75),
        Point("1", "CANCE", 2.0, 0.0, 4.0),
    ]
    axes = Figure().subplots()
    cnce, cance = draw_panel(axes, Panel("MNIST", "percentage points", points))
    assert cnce.lines[0].get_xdata().tolist() == [1.0]
    assert cance.lines[0].get_xdata().tolist() == [-1.0, 2.0]
    ends = [bar.get_segments() for bar in (cnce.lines[2][0], cance.lines[2][0])]
    np.testing.assert_allclose(ends[0][0][:, 0], [0.5, 1.5])
    np.testing.assert_allclose([end[:, 0] for end in ends[1]], [[-1.25, -0.75], [0.0, 4.0]])
    # The rows' names stand where their points are, from top to bottom; systems do not overlap.
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0", "1"]
    assert np.round(cance.lines[0].get_ydata()).tolist() == [0, 1]
    assert cnce.lines[0].get_ydata()[0] != cance.lines[0].get_ydata()[0]
    assert cnce.lines[0].get_marker() != cance.lines[0].get_marker()
    empty = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert [line.get_xdata().tolist() for line in empty] == [[], [2.0]], "zero is possible"
    assert empty[1].get_zorder() > cance.lines[0].get_zorder()
    bottom, top = axes.get_ylim()
    assert bottom > top
    assert axes.get_xlabel() == "ours − the paper's, percentage points"


def test_a_figure_without_panels_is_empty():
    figure = Figure()
    assert draw_panels(figure, []) == []
    assert figure.axes == []


@pytest.fixture
def folder(tmp_path):
    with opened(tmp_path / "results" / "mnist.jsonl") as file:
        file.append(EIGHT)
    return tmp_path


def test_the_command_prints_and_writes(folder, capsys):
    assert cli.main(["report", str(folder / "out"), "--results", str(folder / "results")]) == 0
    printed = capsys.readouterr().out
    text = (folder / "out" / "report.md").read_text(encoding="utf-8")
    assert lines(printed, "MNIST", "8", "CANCE") == lines(text, "MNIST", "8", "CANCE")
    assert "](report.png)" in text
    written = read_csv((folder / "out" / "report.csv").read_text(encoding="utf-8"))
    assert len(written) == len(report(EIGHT).frame())
    with Image.open(folder / "out" / "report.png") as picture:
        assert picture.format == "PNG"
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "report.csv",
        "report.md",
        "report.png",
    ]


def test_the_command_prints_one_table(folder, capsys):
    assert cli.main(["report", "--results", str(folder), "--table", "table8"]) == 0
    printed = capsys.readouterr().out
    assert re.findall("^## .*", printed, re.MULTILINE) == ["## Table 8: KDDCUP99"]
    assert cli.main(["report", "--results", str(folder), "--table", "table9"]) == 1
    assert "no 'table9' in the report: table1, table2," in capsys.readouterr().err


def test_damaged_lines_are_reported_and_not_used(folder, capsys):
    path = folder / "results" / "mnist.jsonl"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"0.986", b"0.999"))
    assert cli.main(["report", "--results", str(folder / "results")]) == 0
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "mnist.jsonl, line 2: the checksum is not that of the line" in captured.err
    assert "(2 seeds)" in lines(captured.out, "MNIST", "8", "CANCE")[0]


def test_a_folder_that_is_not_there_is_one_line_and_exit_code_1(tmp_path, capsys):
    assert cli.main(["report", "--results", str(tmp_path / "none")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "there is no folder" in error
    assert "--results DIR" in error


def test_values_are_of_the_seeds_that_all_columns_have():
    found = report(
        [
            *results("table1", "MNIST", "8", "CANCE", [0.95, 0.97, 0.96]),
            *results("table1", "MNIST", "8", "CNCE", [0.93, 0.94]),
        ]
    )
    values = found.values("table1", "MNIST", "8")
    assert {name: v.round(6).tolist() for name, v in values.items()} == {
        "CNCE": [93, 94],
        "CANCE": [95, 97],
    }
    with pytest.raises(KeyError, match="no results for table1, MNIST, any protocol, 9"):
        found.values("table1", "MNIST", "9")


def test_cells_are_of_one_protocol():
    found = report([])
    cells = found.cells("table5", "CIFAR-10", "ADBench's split")
    assert {cell.row for cell in cells} == {"0", "4", "6"}
    assert {cell.row for cell in found.cells("table7", "Abalone", "GOAD's split", "AUROC")} == {
        "AUROC"
    }


def test_our_systems_are_paired_by_row_and_by_seed():
    protocol = "10 latents, our first reading"
    by_row = [
        *results("table2", "MNIST", "0, 1", "CANCE", [0.90, 0.92], protocol),
        *results("table2", "MNIST", "0, 1", "CNCE", [0.88, 0.90], protocol),
        *results("table2", "MNIST", "0, 8", "CANCE", [0.80], protocol),
        *results("table2", "MNIST", "0, 8", "CNCE", [0.80], protocol),
    ]
    split = "DROCC's split"
    by_seed = [
        *results("table7", "Abalone", "Abalone", "CANCE", [0.5, 0.7], split, measure="f1"),
        *results("table7", "Abalone", "Abalone", "2 Gaussians", [0.6, 0.9], split, measure="f1"),
    ]
    text = report([*by_row, *by_seed]).markdown()
    # 2 and 0: mean 1, and t = 12.706 times a standard error of 1. Of two, p says nothing.
    (line,) = lines(text, f"MNIST, {protocol}", "CANCE − CNCE")
    assert line == f"| MNIST, {protocol} | CANCE − CNCE | 2 | +1.00 [-11.71, +13.71] | – |"
    # -0.1 and -0.2: s = 0.0707, and 50 tested for 100 trained on make s √(1/2 + 1/2). F1 alone: the
    # areas are other measures.
    (line,) = lines(text, f"Abalone, {split}", "CANCE − 2 Gaussians")
    assert line.endswith("| 2 | -0.150 [-1.048, +0.748] | – |")


def test_five_pairs_have_a_p_value():
    rows = [str(k) for k in range(5)]
    found = [
        *(r for k in rows for r in results("table1", "MNIST", k, "CANCE", [0.9])),
        *(r for k in rows for r in results("table1", "MNIST", k, "CNCE", [0.8 + int(k) / 100])),
    ]
    (line,) = lines(report(found).markdown(), "MNIST", "CANCE − CNCE")
    assert line.endswith("| 0.0312 |")  # 1 / 32


def test_each_number_of_the_paper_has_one_cell():
    for name, cells in report([]).tables.items():
        numbers = [(c.dataset, c.row, c.column) for c in cells if c.of_the_paper]
        printed = paper_table(name) if TABLES[name].printed else ()
        assert len(numbers) == len(set(numbers)) == sum(len(row.cells) for row in printed), name


def test_what_was_not_run_is_listed_with_its_cost():
    text = report([]).markdown()
    takes = costs()["table6", "CIFAR-10", "DROCC"]
    assert "CPU hours" in takes
    assert f"| CIFAR-10 | DROCC | 11 | {takes} |" in text
    assert "| CIFAR-10 | NN on ResNet-18 | 11 | the ImageNet weights of ResNet-18" in text


def test_each_number_that_is_missing_has_its_cost():
    stored_report, known = stored(), costs()
    for name, cells in stored_report.tables.items():
        missing = {
            (cell.dataset, cell.column)
            for cell in cells
            if cell.of_the_paper and cell.verdict == "not run"
        }
        assert all((name, *place) in known for place in missing), name


def test_hours_are_those_that_the_benchmark_measured():
    table = (MEASURED / "costs.md").read_text(encoding="utf-8")
    measured = re.findall(r"^\| (\S+) \| (\S+) \|.*\| ([\d.]+) \|$", table, re.M)
    said = {
        (dataset, column): takes.partition(" CPU hours")[0]
        for (_, dataset, column), takes in costs().items()
        if " CPU hours" in takes
    }
    assert said.items() <= {(data, column): hours for data, column, hours in measured}.items()


def test_the_benchmark_of_all_systems_is_that_of_the_stored_results():
    kept = (MEASURED / "systems.md").read_text(encoding="utf-8")
    assert "\n".join(systems.table()) in kept
