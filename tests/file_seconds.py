"""A pytest plug-in: an estimate first, the longest files first, and what each file took in the end.

What the files took on two quiet cores stands in `benchmarks/results/test_command.md`. What they
took here is kept in pytest's cache, from which `python -m tests.benchmarks test_command` writes it.
"""

import os
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

import psutil
import pytest
from joblib import cpu_count

MEASURED = Path("tests", "benchmarks", "results", "test_command.md")
KEPT = "cance_edu/whole_run"
# A process with the course's libraries, and the kernel or the browser that it drives.
BYTES_EACH = 2e9


class FileSeconds:
    """Adds up the seconds of each file, where all reports arrive."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.processes = config.getoption("numprocesses", None) or 1
        self.start = time.perf_counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.outcomes: Counter[str] = Counter()

    def pytest_report_header(self) -> str | None:
        root = self.config.rootpath
        asked = [root / file_of(word) for word in self.config.args]
        expected = [
            seconds
            for file, seconds in measured(root).items()
            if any(map((root / file).is_relative_to, asked))
        ]
        if not expected:
            return None
        return (
            f"estimate: at most {estimate(expected, self.processes) / 60:.1f} min in "
            f"{self.processes} process(es), as measured in {MEASURED.as_posix()}"
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[file_of(report.nodeid)] += report.duration
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.outcome] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if is_whole(self.config) and getattr(self.config, "cache", None) is not None:
            run = {
                "seconds": time.perf_counter() - self.start,
                "processes": self.processes,
                "outcomes": self.outcomes,
                "files": self.seconds,
            }
            self.config.cache.set(KEPT, run)


def file_of(nodeid: str) -> str:
    """Return the file of a test."""
    return nodeid.partition("::")[0]


def measured(root: Path) -> dict[str, float]:
    """Return the seconds that each file took when the whole test command was measured."""
    path = root / MEASURED
    table = path.read_text(encoding="utf-8") if path.is_file() else ""
    return {file: float(s) for file, s in re.findall(r"^\| (\S+) \| ([\d.]+) \|", table, re.M)}


def estimate(seconds: list[float], processes: int) -> float:
    """Return how long files take in some processes; a file is not divided."""
    return max([sum(seconds) / processes, *seconds])


def is_whole(config: pytest.Config) -> bool:
    """Return whether all tests were asked for."""
    option = config.option
    chosen = (option.keyword, option.markexpr, option.deselect, option.collectonly)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not any(chosen)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes `-n auto` is: three for two cores, as far as memory goes.

    A process waits for a kernel or a browser for a quarter of its time. One by itself is none, 0.
    """
    fitting = int(psutil.virtual_memory().available / BYTES_EACH)
    processes = min(3 * cpu_count() // 2, fitting)
    return processes if processes > 1 else 0


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    # The files come in the order below, not by their numbers of tests.
    config.option.loadscopereorder = False
    watch = FileSeconds(config)
    if watch.processes > 1:
        # Each process, and each kernel that it starts, takes its share of the cores.
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cpu_count() // watch.processes)))
    config.pluginmanager.register(watch, "file_seconds_of_this_run")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In several processes, begin with what takes longest; the rest evens them out."""
    if hasattr(config, "workerinput"):
        known = measured(config.rootpath)
        items.sort(key=lambda item: -known.get(file_of(item.nodeid), 0))
