"""The equation map as a page: each equation's formula, function, source, lesson and tests."""

import inspect
import re

from cance_edu.files import PROJECT, lesson_number, lessons_in
from cance_edu.method.equations import Equation

__all__ = ["equation_page"]


def equation_page(table: list[Equation], tests: dict[str, list[str]]) -> str:
    """Return the equation map.

    Parameters
    ----------
    table : list of Equation
        As `equations.equation_table` returns it.
    tests : dict of str to list of str
        As `equations.tests_by_equation` returns it.

    Returns
    -------
    str
        Markdown, one section for each function that is an equation.
    """
    page = [
        "# Equations",
        "Each equation of the paper, the function that is this equation, the lesson that derives "
        "it, and the tests that compare it with an independent computation.",
    ]
    by_function: dict[str, list[Equation]] = {}
    for line in table:
        by_function.setdefault(line.name, []).append(line)
    sections = [_section(name, lines, tests) for name, lines in by_function.items()]
    return "\n\n".join([*page, *sections])


def _section(name: str, lines: list[Equation], tests: dict[str, list[str]]) -> str:
    numbers = [line.number for line in lines]
    text = inspect.getdoc(lines[0].target) or ""
    formula = re.search(r"\.\. math::(.*?)(?:\n\n|\Z)", text, re.DOTALL)
    checked = dict.fromkeys(test for number in numbers for test in tests.get(number, []))
    return "\n\n".join(
        [
            "## " + ", ".join(line.label for line in lines),
            text.partition("\n")[0],
            *([f"$$\n{formula[1].strip()}\n$$"] if formula else []),
            f"- Function: {{any}}`{name} <cance_edu.method.{name}>`, {_source_link(lines[0])}",
            f"- Lesson: {_lesson_link(lines[0].lesson)}",
            "- Tests:\n" + "\n".join(f"  - `{test}`" for test in checked),
        ]
    )


def _source_link(line: Equation) -> str:
    # Sphinx writes the listings after it has read the pages, so this is no link that it could know.
    page = "_modules/" + line.target.__module__.replace(".", "/") + ".html"
    return f'<a href="{page}#{line.target.__qualname__}">its source</a>'


def _lesson_link(lesson: str) -> str:
    lessons = {lesson_number(path.name): path for path in lessons_in(PROJECT / "notebooks")}
    return f"[]({lessons[lesson].relative_to(PROJECT).as_posix()})"
