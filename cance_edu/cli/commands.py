"""What each command does: it reads its options and calls the room where the work is.

Heavy packages are imported by the command that needs them: `cance-edu --help` answers at once.
"""

import argparse
import sys

from cance_edu.files import PROJECT

__all__ = [
    "assignments",
    "book",
    "data",
    "demo",
    "equations",
    "lab",
    "record",
    "report",
    "reproduce",
]


def lab(options: argparse.Namespace) -> int:
    """Open the reader's copy of the course in JupyterLab."""
    from cance_edu.classroom.lab import start

    start(options.executed, options.arguments)
    return 0


def demo(options: argparse.Namespace) -> int:
    """Compare the four variants on images."""
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


def data(options: argparse.Namespace) -> int:
    """List the data sets, after a download if one is named."""
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
    print("`cance-edu data NAME` downloads one")
    return 0


def record(options: argparse.Namespace) -> int:
    """Compute a recording of the lessons anew."""
    from cance_edu.course import recordings
    from cance_edu.course.recordings import lesson_figures

    if options.name == "lesson_figures":
        files = lesson_figures.record()
        print("\n".join(map(str, files)) or "the figures of all lessons are those of their code")
    else:
        print(recordings.record(options.name))
    return 0


def reproduce(options: argparse.Namespace) -> int:
    """Run a table's experiments."""
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


def report(options: argparse.Namespace) -> int:
    """Print the tables, or one of them; write them if a folder is named."""
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


def assignments(options: argparse.Namespace) -> int:
    """Release the assignments, or grade what came back."""
    if options.action == "grade":
        return _grade(options)
    if options.limit:
        raise ValueError("--limit stops cells while they are graded; it belongs to `grade`")
    from cance_edu.classroom.assignments import release

    for notebook in release(options.folder):
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


def book(options: argparse.Namespace) -> int:
    """Build the web book."""
    from cance_edu.classroom.book import build

    print(build(options.folder))
    return 0


def equations(options: argparse.Namespace) -> int:
    """Print number, function, lesson and test of each equation."""
    from cance_edu.method.equations import equation_table, tests_by_equation

    tests = tests_by_equation(PROJECT / "tests")
    for line in equation_table():
        known = tests.get(line.number)
        test = f"tests/{known[0]}" if known else "(in the repository)"
        print(f"{line.label:10s} method.{line.name:48s} lesson {line.lesson}  {test}")
    return 0
