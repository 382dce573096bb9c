"""The house: imports point downwards only, and the method knows nothing but itself."""

import ast
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from cance_edu.experiments.other_systems import OTHERS

LIBRARY = Path(__file__).parents[1] / "cance_edu"
FLOORS = (
    {"cli"},
    {"classroom"},
    {"course"},
    {"experiments"},
    {"detectors"},
    {"training"},
    {"datasets"},
    {"method"},
    {"files"},
)
"""The rooms, from the roof to the ground."""

HEIGHT = {room: -floor for floor, rooms in enumerate(FLOORS) for room in rooms}
LONGEST_FUNCTION, LONGEST_MODULE, LONGEST_DETECTOR = 30, 350, 150
"""In lines; a function's are those between its docstring and its end: they stand on one slide."""

MAY_BE_EXTERNAL = {"numpy", "scipy", "torch"}


def imported(source, package):
    """Return the modules that a source imports, inside functions too, but not for types alone."""
    tree = ast.parse(source)
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{package}: a relative import hides where it leads"
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def sources(folder=LIBRARY):
    """Return the source of each module, by its dotted name."""
    found = {}
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = file.read_text(encoding="utf-8")
    return found


def room(module):
    """Return the room of a dotted name, or None for the package itself."""
    return module.split(".")[1] if module.count(".") else None


def upward(modules):
    """Return the imports that do not point downwards, as text."""
    found = set()
    for name, source in modules.items():
        here = room(name)
        for target in imported(source, name):
            there = room(target) if target.startswith("cance_edu.") else None
            known = here in HEIGHT and there in HEIGHT and there != here
            if known and HEIGHT[there] >= HEIGHT[here]:
                found.add(f"{name} imports {target}")
    return sorted(found)


def circle(modules):
    """Return a circle of imports among modules, or None."""
    arrows = {
        name: {target for target in imported(source, name) if target in modules and target != name}
        for name, source in modules.items()
    }
    done: set[str] = set()

    def visit(name, path):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for target in sorted(arrows[name]):
            if found := visit(target, [*path, name]):
                return found
        done.add(name)
        return None

    return next(filter(None, (visit(name, []) for name in sorted(modules))), None)


def too_long(modules):
    """Return the functions and modules that are longer than they may be, as text."""
    for name, source in modules.items():
        if (length := len(source.splitlines())) > LONGEST_MODULE:
            yield f"{name}: {length} lines"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[ast.get_docstring(node) is not None :][:1]
                length = node.end_lineno - first[0].lineno + 1 if first else 0
                if length > LONGEST_FUNCTION:
                    yield f"{name}.{node.name}: {length} lines"


def test_every_room_has_a_floor():
    rooms = {path.stem for path in LIBRARY.iterdir() if not path.name.startswith(("_", "py."))}
    assert rooms == set(HEIGHT)
    assert len(rooms) <= 9


def test_imports_point_downwards():
    assert upward(sources()) == []


def test_no_circle():
    assert circle(sources()) is None


def test_the_method_knows_only_itself():
    allowed = MAY_BE_EXTERNAL | set(sys.stdlib_module_names)
    for name, source in sources().items():
        if room(name) == "method":
            for target in imported(source, name):
                own = target.startswith("cance_edu.method")
                assert own or target.partition(".")[0] in allowed, f"{name} imports {target}"


def test_functions_and_modules_are_short():
    assert list(too_long(sources())) == []


def test_another_detector_stands_on_three_screens():
    modules = sources()
    lengths = {
        name: len(modules[name].splitlines())
        for name in {system.detector.partition(":")[0] for system in OTHERS}
    }
    assert len(lengths) >= 11
    assert {name: n for name, n in lengths.items() if n > LONGEST_DETECTOR} == {}


def test_a_long_function_is_noticed_and_a_long_docstring_is_not():
    lines = "".join(f"    a = {i}\n" for i in range(LONGEST_FUNCTION))
    docstring = '    """' + "What.\n" * 40 + '    """\n'
    assert list(too_long({"m": f"def f():\n{docstring}{lines}"})) == []
    assert list(too_long({"m": f"def f():\n{docstring}{lines}    b = 0\n"})) == ["m.f: 31 lines"]
    assert list(too_long({"m": "\n" * 351})) == ["m: 351 lines"]


@pytest.mark.parametrize(
    ("here", "line"),
    [
        ("cance_edu.method.nce", "from cance_edu.training.descent import Descent"),
        ("cance_edu.experiments.report", "import cance_edu.course.style"),
        ("cance_edu.course.page", "from cance_edu.classroom import check"),
        ("cance_edu.detectors.kde", "from cance_edu import experiments"),
    ],
)
def test_an_import_that_points_up_is_noticed(here, line):
    assert upward({here: line})
    assert upward({here: f"def inside():\n    {line}"})
    assert upward({here: f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {line}"}) == []


def test_a_circle_is_noticed():
    names = ["cance_edu.method.a", "cance_edu.method.b", "cance_edu.method.c"]
    modules = {here: f"import {there}" for here, there in pairwise([*names, names[0]])}
    assert circle(modules) == [*names, names[0]]


def test_the_tests_have_a_folder_for_each_room():
    rooms = {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert rooms <= {path.name for path in Path(__file__).parent.iterdir()}
