"""A class on one machine: each lesson alone, then lesson 06 in several kernels at once.

Digits, one thread a kernel. Everybody presses "run all" at the same moment, which is the worst
case: a kernel whose student reads or moves a widget needs next to no time. Memory is the largest
resident size of any kernel, with the pages that kernels share counted in each.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from cance_edu.course.recordings.lesson_figures import NOTEBOOKS, run_lesson

COUNTS = (1, 2, 4, 8)
LESSON = NOTEBOOKS / "06_learning_the_noise.ipynb"


class _Watch:
    """The largest resident size of a kernel, and of all of them together, in MiB."""

    def __init__(self) -> None:
        self.largest = self.together = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.2):
            sizes = [_resident(child) for child in psutil.Process().children(recursive=True)]
            self.largest = max(self.largest, *sizes, 0)
            self.together = max(self.together, sum(sizes))


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 2**20
    except psutil.NoSuchProcess:  # it ended between the listing and the look
        return 0.0


def _measure(lesson: Path, count: int) -> tuple[float, _Watch]:
    """Run a lesson in so many kernels at once; return the seconds, and what memory they took."""
    with _Watch() as watch, ThreadPoolExecutor(count) as pool:
        start = time.perf_counter()
        list(pool.map(lambda _: run_lesson(lesson, "digits", 0), range(count)))
        return time.perf_counter() - start, watch


def table() -> Iterator[str]:
    yield "| lesson, alone | s | MiB |"
    yield "|---|---|---|"
    for lesson in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        seconds, watch = _measure(lesson, 1)
        yield f"| {lesson.stem} | {seconds:.0f} | {watch.largest:.0f} |"
    yield ""
    yield "| kernels at once | last one done, s | over one kernel's | MiB a kernel | together |"
    yield "|---|---|---|---|---|"
    alone = 0.0
    for count in COUNTS:
        seconds, watch = _measure(LESSON, count)
        alone = alone or seconds
        yield (
            f"| {count} | {seconds:.0f} | {seconds / alone:.1f} | {watch.largest:.0f} | "
            f"{watch.together:.0f} |"
        )
