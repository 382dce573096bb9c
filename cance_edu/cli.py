"""The command line, `cance-edu`: open the course, try the detector, get data, find an equation.

Heavy packages are imported by the command that needs them: `cance-edu --help` answers at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cance_edu import __version__
from cance_edu.files import PROJECT

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]

__all__ = ["main"]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (try {self.prog} --help)\n")


def _seconds(text: str) -> int:
    """Return a number of seconds, at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds, at least 1")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="cance-edu",
        description="The course on anomaly detection with composite features and noise "
        "contrastive estimation.",
    )
    parser.add_argument("--version", action="version", version=f"cance-edu {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # In the order in which a newcomer needs them, which is that of the help.
    for add in (_add_lab, _add_demo, _add_data, _add_reproduce, _add_report, _add_upkeep):
        add(commands)
    return parser


def _add_lab(commands: "_Commands") -> None:
    lab = commands.add_parser(
        "lab",
        help="open JupyterLab at the first notebook of your copy of the course",
        description="Lay out your copy of the course, `my_course/`, or bring it up to date, and "
        "open it in JupyterLab. What you changed there stays.",
    )
    lab.add_argument(
        "--executed", action="store_true", help="open the lessons with their outputs instead"
    )
    lab.add_argument("arguments", nargs="*", help="passed on to jupyter lab (after --)")
    lab.set_defaults(run=_lab)


def _add_demo(commands: "_Commands") -> None:
    demo = commands.add_parser(
        "demo",
        help="fit the four variants of Sec. 4.2 and compare them",
        description="Fit the four variants of Sec. 4.2 on one trained autoencoder, print their "
        "AUROC and write a figure.",
    )
    _add_what_to_show(demo.add_mutually_exclusive_group())
    demo.add_argument(
        "--normal", type=int, nargs="+", metavar="DIGIT", help="normal classes (default: 8)"
    )
    demo.add_argument(
        "--image-size",
        type=int,
        metavar="PIXELS",
        help="resize your own images (default: 128, if one is larger)",
    )
    demo.add_argument("--seed", type=int, default=0, help="random state (default: 0)")
    demo.add_argument(
        "--figure",
        type=Path,
        default=Path("cance-edu-demo.png"),
        metavar="FILE",
        help="where the figure goes (default: cance-edu-demo.png)",
    )
    demo.set_defaults(run=_demo)


def _add_what_to_show(what: "argparse._MutuallyExclusiveGroup") -> None:
    what.add_argument(
        "--dataset",
        default="digits",
        metavar="NAME",
        help="digits (default), or mnist or cifar10 once `cance-edu data NAME` got them",
    )
    what.add_argument(
        "--images",
        type=Path,
        metavar="FOLDER",
        help="your own images: FOLDER/normal, FOLDER/test/good, FOLDER/test/<defect>; or "
        "FOLDER/good and FOLDER/<defect> side by side",
    )


def _add_data(commands: "_Commands") -> None:
    data = commands.add_parser(
        "data",
        help="list the data sets, or download one",
        description="List the data sets: whether they are there, their size, licence and source. "
        "With a name, download that one first, and verify its checksum.",
    )
    data.add_argument("name", nargs="?", help="the data set to download, as mnist")
    data.set_defaults(run=_data)


def _add_reproduce(commands: "_Commands") -> None:
    reproduce = commands.add_parser(
        "reproduce",
        help="run the experiments of one of the paper's tables",
        description="Run the experiments of a table, and keep each result at once. Stopped or "
        "killed, the same command goes on.",
    )
    reproduce.add_argument("table", help="table1 ... table8; contrasts; digits for a quick try")
    reproduce.add_argument("--dataset", help="one data set of the table (default: all)")
    reproduce.add_argument("--rows", nargs="+", metavar="ROW", help="some rows (default: all)")
    reproduce.add_argument(
        "--systems", nargs="+", metavar="SYSTEM", help="some systems, as results name them"
    )
    reproduce.add_argument("--protocol", help="as the report names it (default: all)")
    reproduce.add_argument("--seeds", type=int, default=5, help="seeds 0, 1, ... (default: 5)")
    reproduce.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    reproduce.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="use a Dask cluster")
    reproduce.add_argument("--results", type=Path, metavar="DIR", help="default: data/results")
    reproduce.set_defaults(run=_reproduce)


def _add_report(commands: "_Commands") -> None:
    report = commands.add_parser(
        "report",
        help="print the paper's tables beside our results",
        description="Print the paper's tables beside our results, as Markdown: 2,000 lines, or one "
        "table's.",
    )
    report.add_argument("--table", metavar="NAME", help="table1 ... table8, contrasts or digits")
    report.add_argument(
        "folder",
        type=Path,
        nargs="?",
        metavar="DIR",
        help="write report.md, report.csv and report.png there, too",
    )
    report.add_argument("--results", type=Path, metavar="DIR", help="default: data/results")
    report.set_defaults(run=_report)


def _add_upkeep(commands: "_Commands") -> None:
    """Add what teachers and the course's own authors need."""
    record = commands.add_parser(
        "record",
        help="compute a recording of the lessons anew",
        description="Compute anew what the lessons load because it takes too long in class, "
        "minutes to hours, and write data/recordings/NAME.npz and .json.",
    )
    record.add_argument("name", help="as `data/recordings/` has it; `lesson_figures` is them all")
    record.set_defaults(run=_record)

    assignments = commands.add_parser(
        "assignments",
        help="release the assignments to a class, or grade what came back",
        description="release: write DIR/release/, what students get, without solutions. grade: "
        "run what came back in DIR/submitted/STUDENT/ASSIGNMENT/, and write DIR/marks.csv and a "
        "feedback page for each.",
    )
    assignments.add_argument("action", choices=("release", "grade"))
    assignments.add_argument("folder", type=Path, metavar="DIR", help="the course's folder")
    assignments.add_argument(
        "--limit",
        type=_seconds,
        metavar="SECONDS",
        help="grade: stop a cell that runs longer (default: 120)",
    )
    assignments.set_defaults(run=_assignments)

    book = commands.add_parser(
        "book",
        help="build the course as a web book",
        description="Build the course as a web book that asks no other host, its explorers "
        "included. Needs the extra: `.venv/bin/pip install -e '.[book]'`.",
    )
    book.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("cance-edu-book"),
        metavar="DIR",
        help="default: cance-edu-book",
    )
    book.set_defaults(run=_book)

    equations = commands.add_parser("equations", help="equation number, function, lesson, test")
    equations.set_defaults(run=_equations)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words behind `cance-edu`; those of the process unless told.

    Returns
    -------
    int
        0 if all went well, 1 if something failed, 130 if interrupted; a wrong argument exits
        with 2.
    """
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        hint = "; words for JupyterLab go behind `--`" if options.run is _lab else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    try:
        code = int(options.run(options))
        sys.stdout.flush()  # here, where a closed pipe is expected
        return code
    except BrokenPipeError:  # `cance-edu report | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, OSError, ImportError, RuntimeError, ArithmeticError) as error:
        print(f"cance-edu: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cance-edu: interrupted", file=sys.stderr)
        return 130


def _lab(options: argparse.Namespace) -> int:
    from cance_edu.classroom import lab

    lab.start(options.executed, options.arguments)
    return 0


def _demo(options: argparse.Namespace) -> int:
    if options.images and options.normal:
        raise ValueError("--normal chooses digits; with --images the folder says what is normal")
    if options.image_size and not options.images:
        raise ValueError("--image-size resizes a folder's pictures; name it with --images")
    from cance_edu.course import demo
    from cance_edu.datasets import load_one_class

    if options.images:
        split = demo.own_images(options.images, options.image_size, options.seed)
    else:
        split = load_one_class(options.dataset, options.normal or [8], options.seed)
    demo.show(split, options.seed, options.figure)
    return 0


def _data(options: argparse.Namespace) -> int:
    from cance_edu import datasets
    from cance_edu.datasets.catalogue import described

    root = datasets.data_root()
    if options.name:
        try:
            described(options.name)
        except ValueError as error:
            print(f"cance-edu data: {error}", file=sys.stderr)
            return 2
        datasets.download(options.name)
    print(f"data folder: {root} (set CANCE_EDU_DATA to use another)")
    width = max(len(data_set.name) for data_set in datasets.DATASETS)
    for data_set in datasets.DATASETS:
        present = "present" if data_set.present(root) else "absent"
        print(f"{data_set.name:{width}s} {present:8s} {data_set.size:>8s}  {data_set.licence}")
        print(f"{'':{width}s} {data_set.source}")
    return 0


def _record(options: argparse.Namespace) -> int:
    from cance_edu.course import recordings
    from cance_edu.course.recordings import lesson_figures

    if options.name == "lesson_figures":
        files = lesson_figures.record()
        print("\n".join(map(str, files)) or "the figures of all lessons are those of their code")
    else:
        print(recordings.record(options.name))
    return 0


def _reproduce(options: argparse.Namespace) -> int:
    from cance_edu.experiments import results, sweep, tables

    wanted = tables.chosen(
        options.table, options.dataset, options.rows, options.protocol, options.systems
    )
    folder = options.results or results.FOLDER
    fits = sweep.fits(wanted, options.seeds)
    sweep.sweep(fits, folder, jobs=options.jobs, scheduler=options.scheduler)
    for name in sorted({results.file_name(recipe.dataset) for recipe, _ in wanted}):
        print(f"results: {folder / name}, a line each; `cance-edu report` prints the tables")
    return 0


def _report(options: argparse.Namespace) -> int:
    from cance_edu.experiments import results
    from cance_edu.experiments.report import report

    records, damaged = results.read_folder(options.results or results.FOLDER)
    for line in damaged:
        print(f"cance-edu report: not used: {line}", file=sys.stderr)
    tables = report(records)
    print(tables.section(options.table) if options.table else tables.markdown(), end="")
    if options.folder:
        from cance_edu.course.results.paper_tables_figure import write_report

        for path in write_report(tables, options.folder):
            print(f"written: {path}", file=sys.stderr)
    return 0


def _assignments(options: argparse.Namespace) -> int:
    if options.action == "grade":
        return _grade(options)
    if options.limit:
        raise ValueError("--limit stops cells while they are graded; it belongs to `grade`")
    from cance_edu.classroom import assignments

    for notebook in assignments.release(options.folder):
        print(notebook)
    return 0


def _grade(options: argparse.Namespace) -> int:
    """Grade a class, and say of each submission at once what became of it."""
    from cance_edu.classroom import autograding, grading

    left = 0
    for mark in grading.grade(options.folder, options.limit or autograding.LIMIT):
        left += mark.score is None
        if mark.is_new or mark.score is None:
            name = " · ".join(filter(None, (mark.student, mark.assignment)))
            points = "not graded" if mark.score is None else f"{mark.score:g} of {mark.of:g}"
            told = " ".join(part for remark in mark.remarks for part in remark)
            print(f"{name}: {points}. {told}".rstrip(), flush=True)
    if left:
        print(f"{left} could not be graded; all others were")
    print(f"marks: {options.folder / 'marks.csv'}")
    return 0


def _book(options: argparse.Namespace) -> int:
    from cance_edu.classroom import book

    print(book.build(options.folder))
    return 0


def _equations(options: argparse.Namespace) -> int:
    from cance_edu.method.equations import equation_table, tests_by_equation

    tests = tests_by_equation(PROJECT / "tests")
    for line in equation_table():
        test = tests.get(line.number, ["(in the repository)"])
        print(f"{line.label:10s} {line.name:42s} lesson {line.lesson}  {test[0]}")
    return 0
