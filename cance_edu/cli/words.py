"""The words of the command line: commands, their options and their help."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cance_edu import __version__

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]

__all__ = ["parser"]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (try {self.prog} --help)\n")


def _seconds(text: str) -> int:
    """Return a number of seconds, at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds, at least 1")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; `run` is the name of a function of `commands`."""
    found = _Parser(
        prog="cance-edu",
        description="The course on anomaly detection with composite features and noise "
        "contrastive estimation.",
    )
    found.add_argument("--version", action="version", version=f"cance-edu {__version__}")
    subparsers = found.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # In the order in which a newcomer needs them, which is that of the help.
    for add in (
        *(_add_lab, _add_demo, _add_data, _add_reproduce, _add_report),
        *(_add_record, _add_assignments, _add_book, _add_equations),
    ):
        add(subparsers)
    return found


def _add_lab(to: "_Commands") -> None:
    lab = to.add_parser(
        "lab",
        help="open JupyterLab at the first notebook of your copy of the course",
        description="Lay out your copy of the course, `my_course/`, or bring it up to date, and "
        "open it in JupyterLab. What you changed there stays.",
    )
    lab.add_argument(
        "--executed", action="store_true", help="open the lessons with their outputs instead"
    )
    lab.add_argument("arguments", nargs="*", help="passed on to jupyter lab (after --)")
    lab.set_defaults(run="lab")


def _add_demo(to: "_Commands") -> None:
    demo = to.add_parser(
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
    demo.set_defaults(run="demo")


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


def _add_data(to: "_Commands") -> None:
    data = to.add_parser(
        "data",
        help="list the data sets, or download one",
        description="List the data sets: whether they are there, their size, licence and source. "
        "With a name, download that one first, and verify its checksum.",
    )
    data.add_argument("name", nargs="?", help="the data set to download, as mnist")
    data.set_defaults(run="data")


def _add_reproduce(to: "_Commands") -> None:
    reproduce = to.add_parser(
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
    reproduce.set_defaults(run="reproduce")


def _add_report(to: "_Commands") -> None:
    report = to.add_parser(
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
    report.set_defaults(run="report")


def _add_record(to: "_Commands") -> None:
    record = to.add_parser(
        "record",
        help="compute a recording of the lessons anew",
        description="Compute anew what the lessons load because it takes too long in class, "
        "minutes to hours, and write data/recordings/NAME.npz and .json.",
    )
    record.add_argument("name", help="as `data/recordings/` has it")
    record.set_defaults(run="record")


def _add_assignments(to: "_Commands") -> None:
    assignments = to.add_parser(
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
    assignments.set_defaults(run="assignments")


def _add_book(to: "_Commands") -> None:
    book = to.add_parser(
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
    book.set_defaults(run="book")


def _add_equations(to: "_Commands") -> None:
    equations = to.add_parser("equations", help="equation number, function, lesson, test")
    equations.set_defaults(run="equations")
