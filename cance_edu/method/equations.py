"""The table from the paper's equation numbers to the objects that are those equations.

The table is filled where the functions are defined, by the decorator `equation`, so an equation
and its number cannot drift apart. `cance-edu equations` prints it; a test demands that every
entry has a test of its own.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["METHOD", "Equation", "equation", "equation_table", "tests_by_equation"]

METHOD = (
    "lognormal",
    "proposition",
    "autoencoder",
    "moments",
    "composite",
    "noise",
    "augmentation",
    "nce",
)
"""The modules of the method: every equation of the paper is at home in one of them."""

Target = TypeVar("Target", bound=Callable[..., Any])


@dataclass(frozen=True)
class Equation:
    """One line of the table.

    Attributes
    ----------
    number : str
        The paper's number: ``"9"``, or ``"Prop. 3.1"``.
    target : callable
        The function, method or class that is the equation.
    lesson : str
        The lesson that derives it, by the number that its notebook begins with.
    """

    number: str
    target: Callable[..., Any]
    lesson: str

    @property
    def label(self) -> str:
        """The number as one would cite it, ``Eq. 9`` or ``Prop. 3.1``."""
        return self.number if self.number.startswith("Prop") else f"Eq. {self.number}"

    @property
    def name(self) -> str:
        """The target's name as one would import it, ``lognormal.lognormal_mode``."""
        module = self.target.__module__.removeprefix("cance_edu.method.")
        return f"{module}.{self.target.__qualname__}"


_TABLE: dict[tuple[str, str], Equation] = {}
"""By number and name: a module that is loaded again replaces its lines."""


def equation(*numbers: str, lesson: str) -> Callable[[Target], Target]:
    """Enter the decorated object in the table under the paper's equation numbers.

    Parameters
    ----------
    *numbers : str
        The numbers that the object stands for; Eq. 3 and 11 are Eq. 5 in other words.
    lesson : str
        The lesson that derives the equation.

    Returns
    -------
    callable
        A decorator that returns its target unchanged.
    """

    def enter(target: Target) -> Target:
        lines = [Equation(number, target, lesson) for number in numbers]
        _TABLE.update({(line.number, line.name): line for line in lines})
        return target

    return enter


def equation_table() -> list[Equation]:
    """Return the table, in the paper's order; imports the method, and torch with them.

    Returns
    -------
    list of Equation
        Eq. 1 to 14, then Prop. 3.1; an equation with two objects has two lines.
    """
    for module in METHOD:
        import_module(f"cance_edu.method.{module}")
    return sorted(
        _TABLE.values(), key=lambda line: (not line.number.isdigit(), line.number.zfill(2))
    )


def tests_by_equation(folder: Path) -> dict[str, list[str]]:
    """Return the tests of each equation: the functions marked `@pytest.mark.equation("9")`.

    The files are read, not imported; a marked function without an assertion does not count.

    Parameters
    ----------
    folder : Path
        The project's `tests/`, searched with the folders in it.

    Returns
    -------
    dict of str to list of str
        From equation number to `folder/test_file.py::test_name`.
    """
    tests: dict[str, list[str]] = {}
    # The method's own tests first.
    for file in sorted(folder.rglob("test_*.py"), key=lambda f: (f.parent.name != "method", f)):
        name = file.relative_to(folder).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(map(_is_assertion, ast.walk(node))):
                for number in _marked_equations(node):
                    tests.setdefault(number, []).append(f"{name}::{node.name}")
    return tests


def _is_assertion(node: ast.AST) -> bool:
    """Whether a node is an assert, or a call of NumPy's or torch's `assert_...`."""
    name = node.func.attr if isinstance(node, ast.Call) and hasattr(node.func, "attr") else ""
    return isinstance(node, ast.Assert) or str(name).startswith("assert_")


def _marked_equations(node: ast.FunctionDef) -> list[str]:
    marks = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
    return [
        str(argument.value)
        for mark in marks
        if ast.unparse(mark.func) == "pytest.mark.equation"
        for argument in mark.args
        if isinstance(argument, ast.Constant)
    ]
