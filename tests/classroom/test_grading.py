"""A class with one submission for each fault that users of nbgrader report, graded in one run."""

import copy
import csv
import hashlib
import itertools
import json
import shutil
import sys

import nbformat
import pytest
from nbformat import v4

pytest.importorskip("nbgrader")

from cance_edu.classroom import assignments, autograding, grading, running
from cance_edu.classroom.grading import grade
from cance_edu.cli import main

ONE, OTHER = "01_roots", "02_sums"
LIMIT = 8
"""Seconds a cell may run here; none needs a tenth of it but those that never end."""

RIGHT = {
    "root": "def root(x):\n    return math.sqrt(x)",
    "double": "def double(x):\n    return 2 * x",
    "explain": "Because of the sign.",
}


def cell(name, source, points=None, kind="code", locked=False):
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    new = make(source)
    new.metadata.nbgrader = {
        "grade": points is not None,
        "grade_id": name,
        "locked": locked,
        "schema_version": 3,
        "solution": not locked,
        "task": False,
    }
    if points is not None:
        new.metadata.nbgrader["points"] = points
    return new


def solution(name, head=""):
    begin, end = "    ### BEGIN SOLUTION\n", "\n    ### END SOLUTION"
    return cell(name, f"{head}\n{begin}{RIGHT[name].partition(chr(10))[2]}{end}".lstrip())


def test_cell(name, shown, hidden, points):
    source = f"{shown}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return cell(name, source, points, locked=True)


test_cell.__test__ = False

SPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
SOURCE = {
    ONE: [
        v4.new_markdown_cell("# Roots"),
        cell("setup", "import math", locked=True),
        solution("root", "def root(x):"),
        test_cell("root-test", "assert root(4) == 2", "assert root(9) == 3", 4),
        v4.new_markdown_cell("## Double"),
        solution("double", "def double(x):"),
        test_cell("double-test", "assert double(1) == 2", "assert double(3) == 6", 3),
        cell(
            "explain",
            f"Why?\n\n### BEGIN SOLUTION\n{RIGHT['explain']}\n### END SOLUTION",
            2,
            "markdown",
        ),
    ],
    OTHER: [
        cell("setup", "import math", locked=True),
        cell(
            "sum", "def add(x, y):\n    ### BEGIN SOLUTION\n    return x + y\n    ### END SOLUTION"
        ),
        test_cell("sum-test", "assert add(1, 1) == 2", "assert add(1, 2) == 3", 1),
        cell("sum-more", "### BEGIN SOLUTION\nmore = 1\n### END SOLUTION"),
    ],
}


class Class:
    """Thirty students, more or less, and the folder that they hand in to."""

    def __init__(self, course):
        self.course = course
        self.submitted = course / "submitted"

    def place(self, student, assignment=ONE):
        folder = self.submitted / student / assignment
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def released(self, assignment=ONE):
        return nbformat.read(
            self.course / "release" / assignment / f"{assignment}.ipynb", as_version=4
        )

    def hand_in(self, student, change=None, name=f"{ONE}.ipynb", text=None, answers=RIGHT):
        """Hand in the released notebook with answers, after a change of it and of its text."""
        notebook = self.released()
        cells = {
            c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata
        }
        for key, answer in answers.items():
            cells[key].source = answer
        if change:
            change(notebook, cells)
        written = nbformat.writes(notebook)
        written = written if text is None else text(written)
        path = self.place(student) / name
        path.write_bytes(written if isinstance(written, bytes) else written.encode())
        return path


def answer(**sources):
    def change(notebook, cells):
        for name, source in sources.items():
            cells[name].source = source

    return change


def copied(name, first=None, place=None):
    """Copy a cell to before it or another place; the copy may get another source."""

    def change(notebook, cells):
        at = notebook.cells.index(cells[name]) if place is None else place
        twin = copy.deepcopy(cells[name])
        twin.id = "twin"
        twin.source = twin.source if first is None else first
        notebook.cells.insert(at, twin)

    return change


def deleted(*names):
    def change(notebook, cells):
        gone = [cells[name] for name in names]
        notebook.cells = [c for c in notebook.cells if not any(c is g for g in gone)]

    return change


def made_easy(notebook, cells):
    """Change a test, and keep another from running as only a tag and a type can."""
    cells["root-test"].source = "assert True"
    cells["root-test"].metadata.nbgrader.points = 100
    cells["double-test"].metadata.tags = ["skip-execution"]
    cells["double"].source = "def double(x):\n    return x"
    cells["root"].source = "def root(x):\n    return x"


def retyped(notebook, cells):
    for name in ("root", "root-test"):
        cells[name].cell_type = "markdown"
        del cells[name]["outputs"], cells[name]["execution_count"]


def other_kernel(notebook, cells):
    notebook.metadata.kernelspec = {"name": "conda-env-mine-py", "display_name": "mine"}
    notebook.metadata.language_info = {"name": "julia"}


def windows(notebook, cells):
    for one in notebook.cells:
        one.source = one.source.replace("\n", "\r\n")


WARNS = "def root(x):\n    import warnings\n    warnings.warn('slow')\n    return math.sqrt(x)"
STUBBORN = """
import time
while True:
    try:
        time.sleep(9)
    except BaseException:
        pass
"""
LOADS = """
import pathlib
assert pathlib.Path("data/two.txt").read_text() == "2"
def double(x):
    return 2 * x
"""
PRINTS = "def double(x):\n    return 2 * x\nfor _ in range(20):\n    print('x' * 1_000_000)"
LATE_LOOP = "def root(x):\n    import time\n    while True:\n        time.sleep(0.1)"
NAMED = "Zoë Müller-Ñandú [2]*+"


def a_class_of_faults(students):
    """Hand everything in."""
    hand_in, place = students.hand_in, students.place
    hand_in("right")
    hand_in("untouched", answers={})
    hand_in("renamed", name="My roots (1).ipynb")
    hand_in("second")
    hand_in("second", name=f"{ONE}-Copy1.ipynb")
    shutil.move(hand_in("nested"), place("nested/x") / f"{ONE}.ipynb")
    shutil.move(students.submitted / "nested" / "x" / ONE, place("nested") / ONE)
    shutil.rmtree(students.submitted / "nested" / "x")
    hand_in("syntax", answer(root="def root(x:\n  return"))
    hand_in("loop", answer(root=LATE_LOOP))
    hand_in("stubborn", answer(root=STUBBORN))
    hand_in("exits", answer(root="exit()"))
    hand_in("copied answer", copied("root"))
    hand_in("copied test", copied("root-test", "assert True", place=0))
    hand_in(
        "answered in a copy",
        copied("explain", RIGHT["explain"]),
        answers={k: v for k, v in RIGHT.items() if k != "explain"},
    )
    hand_in("deleted", deleted("root-test", "double-test", "setup", "explain"))
    hand_in("made easy", made_easy)
    hand_in("retyped", retyped)
    hand_in("other kernel", other_kernel)
    hand_in("output", answer(double=PRINTS))
    hand_in("warns", answer(root=WARNS))
    hand_in("loads", answer(double=LOADS))
    (place("loads") / "data").mkdir()
    (place("loads") / "data" / "two.txt").write_text("2")
    hand_in("lacks", answer(double=LOADS))
    hand_in(NAMED)
    hand_in(
        "windows",
        windows,
        text=lambda t: b"\xef\xbb\xbf" + t.replace("\n", "\r\n").encode(),
        answers={k: v for k, v in RIGHT.items() if k != "explain"},
    )
    for path in (hand_in("read only"), place("read only")):
        path.chmod(0o555)
    hand_in("empty", text=lambda t: "")
    hand_in("cut off", text=lambda t: t[: len(t) // 2])
    hand_in("other letters", text=lambda t: t.encode("utf-16"))
    hand_in("no notebook", text=lambda t: "[1, 2]")
    hand_in("from the future", text=lambda t: t.replace('"nbformat": 4', '"nbformat": 9'))
    hand_in(
        "own",
        lambda notebook, cells: (
            notebook.metadata.clear() or [c.metadata.clear() for c in notebook.cells]
        ),
    )
    hand_in("swapped", text=lambda t: nbformat.writes(students.released(OTHER)))
    hand_in("undecided", name="a.ipynb")
    hand_in("undecided", name="b.ipynb")
    (place("archive") / "all.zip").write_bytes(b"PK")
    (place("link") / f"{ONE}.ipynb").symlink_to("nowhere")
    hand_in("loose").rename(students.submitted / "loose" / f"{ONE}.ipynb")
    place("loose").rmdir()
    place("nothing").rmdir()
    place("empty folder")
    shutil.copytree(place("right"), students.submitted / "wrong folder" / "1_roots")
    shutil.copy(students.submitted / "right" / ONE / f"{ONE}.ipynb", students.submitted)
    (students.submitted / ".DS_Store").write_bytes(b"")


EXPECTED = {
    # student: score, to be graded by hand, what is told, what can be done
    "right": (7, True, "", ""),
    "untouched": (0, False, "", ""),
    "renamed": (7, True, "is called My roots (1).ipynb", "it was graded"),
    "second": (7, True, f"beside {ONE}.ipynb: {ONE}-Copy1.ipynb", "call it 01_roots.ipynb"),
    "nested": (7, True, "", ""),
    "syntax": (3, True, "", ""),
    "loop": (3, True, f"In the cell root-test: stopped after {LIMIT} s", "a larger --limit"),
    "stubborn": (3, True, f"root: stopped after {LIMIT} s; it ignored", "other cells were run"),
    "exits": (3, True, "In the cell root: the kernel ended here", "other cells were run"),
    "copied answer": (7, True, "root is there 2 times", "the right one counts"),
    "copied test": (7, True, "root-test is there 2 times", "the right one counts"),
    "answered in a copy": (7, True, "explain is there 2 times", "the right one counts"),
    "deleted": (7, True, "The cell explain is missing", "give its points by hand"),
    "made easy": (0, True, "root-test, which was not to be changed", "graded with the original"),
    "retyped": (7, True, "root-test, which was not to be changed", "graded with the original"),
    "other kernel": (7, True, "", ""),
    "output": (7, True, "", ""),
    "warns": (7, True, "", ""),
    "loads": (7, True, "", ""),
    "lacks": (4, True, "In the cell double: [Errno 2] No such file", "by a relative path"),
    NAMED: (7, True, "", ""),
    "windows": (7, False, "", ""),
    "read only": (7, True, "", ""),
    "empty": (None, None, "is empty", "Ask for the file again"),
    "cut off": (None, None, "cut off or damaged in line", "Ask for the file again"),
    "other letters": (None, None, "not text in UTF-8", "Ask for the file again"),
    "no notebook": (None, None, "is not a notebook", "Ask for the file again"),
    "from the future": (None, None, "Unsupported nbformat version 9", "Ask for the file again"),
    "own": (None, None, "none of the assignment's cells", "Paste the answers"),
    "swapped": (None, None, f"This is {OTHER}, not {ONE}", f"Move it to the folder {OTHER}"),
    "undecided": (None, None, "which notebook counts: a.ipynb, b.ipynb", f"be called {ONE}.ipynb"),
    "archive": (None, None, "no notebook, only all.zip", "unpack it"),
    "link": (None, None, "cannot be read", "Copy it anew"),
    "loose": (None, None, f"{ONE}.ipynb lies outside", "submitted/STUDENT/ASSIGNMENT/"),
    "nothing": (None, None, "Nothing was handed in", "Ask for the notebook"),
    "empty folder": (None, None, "Nothing was handed in", "Ask for the notebook"),
    "wrong folder": (None, None, f"there are {ONE}, {OTHER}", "Rename the folder"),
    "": (None, None, f"{ONE}.ipynb lies outside", "submitted/STUDENT/ASSIGNMENT/"),
}


def contents(folder):
    """Return what is in a folder, by path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(course):
    with (course / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def page(course, student):
    return (course / "feedback" / student / ONE / f"{ONE}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """A course with two small assignments, handed in but not graded yet."""
    folder = tmp_path_factory.mktemp("Kurs Übung [1]")
    source = folder / "handed out"
    source.mkdir()
    for name, cells in SOURCE.items():
        notebook = v4.new_notebook(cells=copy.deepcopy(cells), metadata={"kernelspec": SPEC})
        nbformat.write(notebook, source / f"{name}.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignments, "ASSIGNMENTS", source)
        assignments.release(folder / "course")
    students = Class(folder / "course")
    a_class_of_faults(students)
    return students


@pytest.fixture(scope="module")
def graded(students):
    """The class after a first run that was stopped early, and a second one."""
    course = students.course
    before = contents(students.submitted)
    first = list(itertools.islice(grade(course, LIMIT), 4))
    early = rows(course)
    with pytest.MonkeyPatch.context() as patch:
        lines = []
        patch.setattr("builtins.print", lambda *words, **_: lines.append(" ".join(map(str, words))))
        code = main(["assignments", "grade", str(course), "--limit", str(LIMIT)])
    return {
        "course": course,
        "code": code,
        "lines": lines,
        "first": first,
        "early": early,
        "submitted": (before, contents(students.submitted)),
        "rows": rows(course),
    }


def test_everyone_has_a_row_and_the_command_succeeds(graded):
    assert set(graded["rows"]) == set(EXPECTED)
    assert graded["code"] == 0
    left = sum(score is None for score, *_ in EXPECTED.values())
    assert graded["lines"][-2] == f"{left} could not be graded; all others were"


@pytest.mark.parametrize("student", EXPECTED, ids=lambda name: name or "nobody")
def test_the_row_has_the_points_the_reason_and_what_to_do(student, graded):
    score, by_hand, what, advice = EXPECTED[student]
    row = graded["rows"][student]
    assert row["score"] == ("" if score is None else f"{score:.1f}")
    assert row["of"] == ("" if score is None else "9.0")
    assert row["to be graded by hand"] == ("" if by_hand is None else str(by_hand))
    assert what in row["remark"]
    assert advice in row["what you can do"]
    assert bool(row["remark"]) == bool(what)
    assert "Traceback" not in row["remark"] + row["what you can do"]
    assert (graded["course"] / "feedback" / student / ONE).exists() == (score is not None)


def test_what_was_handed_in_stays_as_it_was_and_nothing_is_left_behind(graded):
    before, after = graded["submitted"]
    assert before == after
    left = {path.name for path in graded["course"].iterdir()}
    assert left == {
        *("source", "release", "submitted", "autograded", "feedback"),
        *("gradebook.db", "marks.csv", "grading.json"),
    }


def test_marks_are_written_as_they_come_and_a_stopped_run_goes_on(graded):
    done = [mark.student for mark in graded["first"]]
    assert len(done) == 4
    assert list(graded["early"]) == done
    points = [mark.student for mark in graded["first"] if mark.score is not None]
    assert points
    said = [line.split(" · ")[0] for line in graded["lines"]]
    assert not set(points) & set(said)
    assert "right" in said


def test_the_pages_name_the_limit_and_are_not_of_20_megabytes(graded):
    assert f"stopped after {LIMIT} s" in page(graded["course"], "loop")
    long = page(graded["course"], "output")
    assert len(long) < 2_000_000
    assert "more than 1,000,000 characters" in long
    assert "slow" in page(graded["course"], "warns")


def again(course, **options):
    return {mark.student: mark for mark in grade(course, **{"limit": LIMIT, **options})}


def by_hand(course, student, points):
    with autograding.Course(course)._gradebook() as gradebook:
        grade = gradebook.find_grade("explain", ONE, ONE, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def small(students, tmp_path, *names):
    """Return a copy of the course in which a few handed in, and nothing is graded."""
    course = tmp_path / "small"
    kept = shutil.ignore_patterns(
        "submitted", "autograded", "feedback", "marks.csv", "grading.json"
    )
    shutil.copytree(students.course, course, ignore=kept)
    for name in names:
        shutil.copytree(students.submitted / name, course / "submitted" / name)
    return course


def test_a_second_run_grades_what_changed_and_takes_points_given_by_hand(students, tmp_path):
    course = small(students, tmp_path, "renamed", "right", "empty")
    assert all(mark.is_new for mark in again(course).values())
    table = (course / "marks.csv").read_bytes()
    assert not any(mark.is_new for mark in again(course).values())
    assert (course / "marks.csv").read_bytes() == table
    ran = contents(course / "autograded")
    by_hand(course, "right", 1.5)
    (course / "submitted" / "renamed" / ONE / "My roots (1).ipynb").write_text("{", "utf-8")
    marks = again(course)
    assert [name for name, mark in marks.items() if mark.is_new] == ["renamed"]
    assert (marks["right"].score, marks["right"].by_hand) == (8.5, False)
    assert "8.5" in page(course, "right")
    # The page of an earlier version must not be handed back.
    assert marks["renamed"].score is None
    assert not (course / "feedback" / "renamed" / ONE).exists()
    kept = {path: digest for path, digest in ran.items() if path.startswith("right")}
    assert contents(course / "autograded") == kept
    shutil.rmtree(course / "submitted" / "empty")
    assert set(again(course)) == {"renamed", "right"} == set(rows(course))


def test_what_was_stopped_by_a_limit_or_deleted_is_graded_again(students, tmp_path):
    course = small(students, tmp_path, "right", "untouched", "other kernel")
    again(course)
    assert not any(mark.is_new for mark in again(course, limit=LIMIT + 1).values())
    record = course / "grading.json"
    kept = json.loads(record.read_text("utf-8"))
    for mark in kept:
        # As if a cell of this one had been stopped.
        mark["limit"] = LIMIT if mark["student"] == "untouched" else mark["limit"]
    record.write_text(json.dumps(kept), "utf-8")
    shutil.rmtree(course / "autograded" / "right" / ONE)
    marks = again(course, limit=LIMIT + 1)
    assert {name: mark.is_new for name, mark in marks.items()} == {
        "other kernel": False,
        "right": True,
        "untouched": True,
    }


def test_what_nobody_thought_of_ends_one_submission_and_is_tried_again(
    students, tmp_path, monkeypatch
):
    course = small(students, tmp_path, "right", "untouched")
    right = autograding.Course.autograde

    def fails(self, student, assignment, prepared):
        if student == "right":
            raise ValueError("boom\nand more")
        return right(self, student, assignment, prepared)

    monkeypatch.setattr(autograding.Course, "autograde", fails)
    marks = again(course)
    assert marks["untouched"].score == 0
    assert marks["right"].remarks[0].what == "nbgrader could not grade it (ValueError: boom)."
    assert "and more" in (course / "grading.log").read_text("utf-8")
    monkeypatch.setattr(autograding.Course, "autograde", right)
    monkeypatch.setattr(autograding.Course, "feedback", fails)
    marks = again(course)
    assert (marks["right"].is_new, marks["untouched"].is_new) == (True, False)
    assert marks["right"].score == 7
    assert grading.NO_PAGE in marks["right"].remarks[0].what
    monkeypatch.undo()
    assert again(course)["right"].remarks == ()
    assert "Roots" in page(course, "right")


def test_an_interrupt_ends_the_run_and_is_nobodys_fault(students, tmp_path, monkeypatch, capsys):
    course = small(students, tmp_path, "empty", "right")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(autograding.Course, "autograde", interrupted)
    assert main(["assignments", "grade", str(course)]) == 130
    assert list(rows(course)) == ["empty"]
    assert "interrupted" in capsys.readouterr().err


def test_a_notebook_that_loses_its_kernel_again_and_again_is_given_up(
    students, tmp_path, monkeypatch
):
    course = small(students, tmp_path, "exits")
    monkeypatch.setattr(running, "LOST_CELLS", 0)
    (mark,) = again(course).values()
    assert mark.score is None
    assert "More than 0 cells end the kernel" in mark.remarks[0].what
    assert not (course / ".prepared").exists()


def test_a_gradebook_that_cannot_be_used_ends_the_run_in_words(students, tmp_path, capsys):
    course = small(students, tmp_path, "right")
    (course / "gradebook.db").write_text("no gradebook " * 100, "utf-8")
    assert main(["assignments", "grade", str(course)]) == 1
    said = capsys.readouterr().err
    assert "gradebook.db cannot be used: " in said
    assert "Traceback" not in said
    (course / "gradebook.db").unlink()
    assert main(["assignments", "grade", str(course)]) == 1
    assert "nothing was released" in capsys.readouterr().err


@pytest.mark.parametrize("kept", ["{", "[1]", json.dumps([{"remarks": [], "unknown": 1}])])
def test_a_record_that_cannot_be_read_is_as_good_as_none(kept, tmp_path):
    (tmp_path / "grading.json").write_text(kept, "utf-8")
    assert grading._last(tmp_path) == {}


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "long"])
def test_a_limit_is_a_whole_number_of_seconds(limit, tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["assignments", "grade", str(tmp_path), f"--limit={limit}"])
    assert "whole number of seconds" in capsys.readouterr().err


def test_a_limit_belongs_to_grading(tmp_path, capsys):
    assert main(["assignments", "release", str(tmp_path), "--limit", "3"]) == 1
    assert "belongs to `grade`" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_a_folder_whose_name_is_not_text_is_told(students, tmp_path):
    course = small(students, tmp_path, "empty")
    name = b"Zo\xeb".decode("utf-8", "surrogateescape")  # from an archive of the nineties
    shutil.copytree(students.submitted / "right", course / "submitted" / name)
    mark = again(course)["Zo\ufffd"]
    assert mark.score is None
    assert "not UTF-8" in mark.remarks[0].what
    assert not any(m.is_new for m in again(course).values())
