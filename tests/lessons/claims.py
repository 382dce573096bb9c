"""What a lesson says, tested on what its cells computed, in the kernel that computed it.

`claims_NN.py` has the claims of lesson NN. A claim is a function; its arguments are named like the
notebook's variables and get their values, and an argument `page` gets all that the cells showed:

    @claim("The mean error is larger than most errors.", scope="held-out even digits, every seed")
    def most_errors_are_below_the_mean(below_mean):
        assert measured("01 share of errors below their mean", below_mean) > 0.55

`tests/lessons/plugin.py` runs each as a test of its own, after nbval has run the last cell. Inside
the kernel this module must be importable, and nothing of it may need pytest.
"""

import ast
import inspect
import json
import linecache
import re
import textwrap
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cance_edu.course.over_seeds import lesson_dataset, measured

__all__ = [
    "Claim",
    "ClaimFailed",
    "Page",
    "claim",
    "claims_of",
    "guarantee",
    "measured",
    "proved_in",
    "run_all",
    "run_claim",
    "run_negated",
]

Check = Callable[..., None]
ON_ALL = ("digits", "mnist")


class ClaimFailed(AssertionError):
    """A claim does not hold, or its test is none; the message is all that a reader needs."""


@dataclass(frozen=True)
class Claim:
    """One sentence of a lesson, or a guarantee without one, and where it is tested.

    Attributes
    ----------
    name : str
        The function's, or what stands after `::` in `proved_in`.
    sentence : str
        As the lesson has it, between its asterisks; empty for a guarantee.
    scope : str
        What it is true of: densities, dimensions, nu, K, seeds.
    on : tuple of str
        The data sets of the lesson that it speaks of.
    was : tuple of str
        The old assertions that it takes over, by number (`old_assertions.csv`).
    check : callable or None
        The test on the lesson's variables; None where a test elsewhere does it.
    elsewhere : str
        That test, `tests/test_x.py::test_y`.
    """

    name: str
    sentence: str
    scope: str
    on: tuple[str, ...]
    was: tuple[str, ...]
    check: Check | None
    elsewhere: str = ""


def claim(
    sentence: str, *, scope: str, on: Sequence[str] = ON_ALL, was: Sequence[str] = ()
) -> Callable[[Check], Claim]:
    """Register a sentence of the lesson, with the test that would fail if it were false."""

    def register(check: Check) -> Claim:
        return Claim(check.__name__, sentence, scope, tuple(on), tuple(was), check)

    return register


def guarantee(
    *, scope: str = "", on: Sequence[str] = ON_ALL, was: Sequence[str] = ()
) -> Callable[[Check], Claim]:
    """Register what the lesson relies on without saying it."""
    return claim("", scope=scope, on=on, was=was)


def proved_in(place: str, sentence: str = "", *, scope: str, was: Sequence[str] = ()) -> Claim:
    """Register a sentence whose proof is a test of the library, ``"tests/test_x.py::test_y"``."""
    return Claim(place.partition("::")[2], sentence, scope, ON_ALL, tuple(was), None, place)


def claims_of(number: str) -> list[Claim]:
    """Return the claims of a lesson, in the order of its file."""
    found: list[Claim] = []
    for value in vars(import_module(f"tests.lessons.claims_{number}")).values():
        found += [value] if isinstance(value, Claim) else []
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, Claim)]
    return found


class Page:
    """All that the cells of a lesson showed.

    Parameters
    ----------
    outputs : list of list of dict
        A list for each code cell, as a notebook stores its outputs.
    """

    def __init__(self, outputs: list[list[dict[str, Any]]]) -> None:
        self.outputs = [output for cell in outputs for output in cell]

    @property
    def text(self) -> str:
        """What was printed or told, one output after the other."""
        return "\n".join(self._texts())

    @property
    def pictures(self) -> list[str]:
        """The alternative text of each picture."""
        found = [output.get("metadata", {}).get("image/png", {}) for output in self.outputs]
        return [picture["alt"] for picture in found if "alt" in picture]

    def numbers(self, pattern: str) -> list[float]:
        """Return the numbers in a pattern's groups where it first matches the text.

        Raises
        ------
        AssertionError
            If it matches nowhere.
        """
        match = re.search(pattern, self.text)
        if match is None:
            raise AssertionError(f"the lesson shows nothing like {pattern!r}:\n{self.text}")
        return [float(group) for group in match.groups()]

    def _texts(self) -> Iterator[str]:
        for output in self.outputs:
            data = output.get("data", {})
            text = output.get("text") or data.get("text/markdown") or data.get("text/plain") or ""
            yield "".join(text)


def run_all(number: str, variables: dict[str, Any], outputs: str) -> None:
    """Run every claim that speaks of the lesson's data set; the first that fails raises."""
    page = Page(json.loads(outputs))
    for each in claims_of(number):
        if each.check is not None and lesson_dataset() in each.on:
            run_claim(each, variables, page)


def run_claim(claim: Claim, variables: dict[str, Any], page: Page) -> None:
    """Run a claim on a lesson's variables.

    Parameters
    ----------
    claim : Claim
        With a `check`.
    variables : dict
        The notebook's, by name.
    page : Page
        What its cells showed.

    Raises
    ------
    ClaimFailed
        If it fails, asks for a variable that is not there, or has an assertion that is not reached.
    """
    reached: set[int] = set()
    check, assertions = _watched(claim.check, reached)
    _call(claim.name, check, variables, page)
    if missed := [line for number, line in enumerate(assertions) if number not in reached]:
        raise ClaimFailed(f"{claim.name}: never reached: {'; '.join(missed)}")


def run_negated(claim: Claim, variables: dict[str, Any], page: Page) -> list[str]:
    """Return the assertions of a claim whose negation is not noticed: there should be none."""
    unnoticed = []
    for number, line in enumerate(_watched(claim.check, set())[1]):
        negated, _ = _watched(claim.check, set(), negated=number)
        try:
            _call(claim.name, negated, variables, page)
        except ClaimFailed:
            continue
        unnoticed.append(line)
    return unnoticed


def _call(name: str, check: Check, variables: dict[str, Any], page: Page) -> None:
    known = variables | {"page": page}
    wanted = inspect.signature(check).parameters
    if missing := [argument for argument in wanted if argument not in known]:
        raise ClaimFailed(f"{name}: the lesson has no variable {', '.join(missing)}")
    try:
        check(**{argument: known[argument] for argument in wanted})
    except Exception as error:  # noqa: BLE001 - whatever a claim raises is its verdict
        raise ClaimFailed(f"{name}\n{_told(error)}") from None


def _told(error: Exception) -> str:
    """Return an error with its last frames, and what the variables of the claim were."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    lines = traceback.format_list(frames) + traceback.format_exception_only(error)
    place = error.__traceback__
    while place is not None and place.tb_frame.f_code.co_filename == __file__:
        place = place.tb_next
    known = place.tb_frame.f_locals if place is not None else {}
    shown = [f"{name} = {textwrap.shorten(repr(value), 200)}" for name, value in known.items()]
    return "".join(lines) + "\n".join(shown)


def _watched(
    check: Check | None, reached: set[int], negated: int | None = None
) -> tuple[Check, list[str]]:
    """Return a check that notes which of its assertions it reaches, and these assertions."""
    if check is None:
        raise ClaimFailed("this claim is tested elsewhere; it has no check to run")
    source, first = inspect.getsourcelines(check)
    tree = ast.parse(textwrap.dedent("".join(source)))
    function = tree.body[0]
    if not isinstance(function, ast.FunctionDef):
        raise ClaimFailed(f"{check.__name__} is no function")
    function.decorator_list = []
    watch = _Watch(negated)
    ast.increment_lineno(ast.fix_missing_locations(watch.visit(tree)), first - 1)
    if not watch.assertions and not _asserts(tree):
        raise ClaimFailed(f"{check.__name__} asserts nothing")

    def reach(number: int, truth: Any) -> Any:
        reached.add(number)
        return truth

    names = check.__globals__ | {"__reach__": reach}
    file = inspect.getsourcefile(check) or "?"
    linecache.checkcache(file)
    exec(compile(tree, file, "exec"), names)
    return names[function.name], watch.assertions


class _Watch(ast.NodeTransformer):
    """Sends the truth of every assertion through `__reach__`, and negates one of them."""

    def __init__(self, negated: int | None) -> None:
        self.negated = negated
        self.assertions: list[str] = []

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        number = len(self.assertions)
        self.assertions.append(ast.unparse(node))
        truth = ast.UnaryOp(ast.Not(), node.test) if number == self.negated else node.test
        call = ast.Call(ast.Name("__reach__", ast.Load()), [ast.Constant(number), truth], [])
        return ast.copy_location(ast.Assert(ast.copy_location(call, node.test), node.msg), node)


def _asserts(tree: ast.AST) -> bool:
    """Return whether a function calls what asserts: `measured`, or NumPy's `assert_...`."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [ast.unparse(call).rpartition(".")[2] for call in calls]
    return any(name == "measured" or name.startswith("assert_") for name in names)
