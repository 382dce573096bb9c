"""All lessons under nbval, as the test command runs them, and the size of what is committed.

Two processes share the lessons; "command" is its wall time from start to end, claims and the start
of Python included. A lesson's seconds are those of its cells, "together" their sum.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def table() -> Iterator[str]:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "notebooks", "-q", "-n", "2", "--dist", "loadfile"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    yield f"pytest's exit code: {done.returncode}; command: {seconds:.0f} s"
    yield ""
    yield "| notebook | seconds | kB |"
    yield "|---|---|---|"
    size = 0
    for file, of_cells in re.findall(
        r"^(notebooks/\S+\.ipynb) +([\d.]+)", done.stdout, re.MULTILINE
    ):
        size += (ROOT / file).stat().st_size
        yield f"| {Path(file).stem} | {of_cells} | {(ROOT / file).stat().st_size / 1000:.0f} |"
    (together,) = re.findall(r"^together +([\d.]+)", done.stdout, re.MULTILINE)
    yield f"| together | {together} | {size / 1000:.0f} |"
    yield "| target: command; the slowest alone | 150; 90 | 6000 |"
