"""A pytest plug-in: after a lesson's last cell its claims run, in nbval's kernel, a test each.

`pytest notebooks/01_lognormal_mode.ipynb` runs the cells, then the claims of
`tests/lessons/claims_01.py` on the variables that the cells left. With `--negate-claims` each
assertion of each claim is also turned into its opposite, which must go red.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from cance_edu.course.over_seeds import lesson_dataset
from cance_edu.files import lesson_number
from tests.lessons.claims import Claim, claims_of

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]

PREPARE = """\
import sys
sys.path[:0] = [{root!r}] * ({root!r} not in sys.path)
from tests.lessons import claims as _claims
_page = _claims.Page(__import__("json").loads({outputs!r}))
"""
RUN = """\
_claim = next(c for c in _claims.claims_of({number!r}) if c.name == {name!r})
_claims.run_claim(_claim, globals(), _page)
"""
NEGATE = "assert _claims.run_negated(_claim, globals(), _page) == []"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--negate-claims", action="store_true", help="turn each assertion of a claim around, too"
    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[Any]:
    collectors = yield
    number = lesson_number(file_path.name)
    if number and (FOLDER / f"claims_{number}.py").is_file():
        return [
            LessonFile.from_parent(parent, path=file_path) if isinstance(c, IPyNbFile) else c
            for c in collectors
        ]
    return collectors


class LessonFile(IPyNbFile):
    """A notebook whose claims are tested after its cells."""

    def collect(self) -> Iterator[pytest.Item]:
        self.cells: list[IPyNbCell] = []
        for cell in super().collect():
            self.cells.append(cell)
            yield cell
        number = lesson_number(self.path.name)
        for claim in claims_of(number):
            if claim.check is not None:
                yield ClaimItem.from_parent(self, name=claim.name, claim=claim, number=number)

    prepared = False

    def prepare(self) -> None:
        """Tell the kernel what its cells showed, once."""
        if not self.prepared:
            outputs = [[_without_pictures(o) for o in cell.test_outputs] for cell in self.cells]
            self.run(PREPARE.format(root=str(ROOT), outputs=json.dumps(outputs)))
            self.prepared = True

    def run(self, code: str) -> None:
        """Run code in the notebook's kernel; what it raises is raised as a ClaimError."""
        asked = self.kernel.execute_cell_input(code, allow_stdin=False)
        try:
            self.kernel.await_reply(asked, self.config.option.nbval_cell_timeout)
        except Empty:
            self.kernel.interrupt()
            raise ClaimError("it took longer than a cell may take") from None
        failure = None
        while True:
            message = self.get_kernel_message(timeout=5)
            if message["parent_header"].get("msg_id") == asked:
                content = message["content"]
                if message["msg_type"] == "error":
                    failure = f"{content['ename']}: {content['evalue']}"
                if content.get("execution_state") == "idle":
                    break
        if failure is not None:
            raise ClaimError(failure)


def _without_pictures(output: dict[str, Any]) -> dict[str, Any]:
    data = {key: value for key, value in output.get("data", {}).items() if key != "image/png"}
    return {**output, "data": data}


class ClaimError(Exception):
    """What a claim said in the kernel."""


class ClaimItem(pytest.Item):
    """One claim of a lesson."""

    def __init__(self, name: str, parent: LessonFile, claim: Claim, number: str) -> None:
        super().__init__(name, parent)
        self.claim, self.number = claim, number

    def runtest(self) -> None:
        if lesson_dataset() not in self.claim.on:
            pytest.skip(f"a claim about {' and '.join(self.claim.on)}")
        if any(cell.test_outputs is None for cell in self.parent.cells):
            raise ClaimError(f"not all cells were run: pytest {self.parent.path.name}, as a whole")
        self.parent.prepare()
        self.parent.run(RUN.format(number=self.number, name=self.name))
        if self.config.option.negate_claims:
            self.parent.run(NEGATE)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        if not isinstance(excinfo.value, ClaimError):
            return super().repr_failure(excinfo)
        said = f'"{self.claim.sentence}"\n' if self.claim.sentence else ""
        return f"{said}({self.claim.scope or 'a guarantee'})\n{excinfo.value}"

    def reportinfo(self) -> tuple[Path, int, str]:
        return FOLDER / f"claims_{self.number}.py", 0, f"{self.parent.path.name}: {self.name}"
