"""A pytest plug-in: what each notebook took beside its budget, and red beyond three times that.

The budget is measured on two quiet cores and stands in the notebook's metadata. A slow machine is
slow for all lessons: where the others take twice their budgets, so may this one. Budgets are for
the bundled digits.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

ALLOWANCE = 3


class LessonBudgets:
    """Adds up the seconds of the notebooks' cells."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file, _, name = report.nodeid.partition("::")
        # A claim is no part of the lesson: a student never waits for it.
        if file.endswith(".ipynb") and name.startswith("Cell "):
            self.seconds[file] += report.duration

    def over(self) -> list[str]:
        """Return the notebooks that took more than their allowance, judged by the others."""
        shares = {f: seconds / budget(self.root / f) for f, seconds in self.seconds.items()}
        return [f for f, share in shares.items() if share > ALLOWANCE * _slowness(shares, f)]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.seconds:
            return
        terminalreporter.section("notebooks, seconds")
        over = self.over()
        for file, seconds in sorted(self.seconds.items()):
            allowed = budget(self.root / file)
            late = f"   MORE THAN {ALLOWANCE} TIMES ITS BUDGET" if file in over else ""
            terminalreporter.line(f"{file:60s} {seconds:6.1f}  budget {allowed:4.0f}{late}")
        terminalreporter.line(f"{'together':60s} {sum(self.seconds.values()):6.1f}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.over() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _slowness(shares: dict[str, float], file: str) -> float:
    """Return how many of their budgets the other notebooks took, at least one."""
    return max(1, median([share for name, share in shares.items() if name != file] or [1]))


def budget(notebook: Path) -> float:
    """Return a notebook's budget in seconds; without one, or on other data, there is no limit."""
    if os.environ.get("CANCE_EDU_DATASET", "digits") != "digits":
        return float("inf")
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    return float(metadata.get("cance_edu", {}).get("budget_seconds", "inf"))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LessonBudgets(config.rootpath), "lesson_budgets_of_this_run")
