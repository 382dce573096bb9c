"""Time of `import cance_edu` and of `cance-edu --help`, whole processes, beside a bare Python.

Median of 15 runs each; the target is under 0.3 s beyond the bare interpreter.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator


def _median(command: list[str]) -> float:
    seconds = []
    for _ in range(15):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def table() -> Iterator[str]:
    yield "| command | median seconds | target |"
    yield "|---|---|---|"
    for label, code in (
        ("`python -c pass`", "pass"),
        ("`import cance_edu`", "import cance_edu"),
        (
            "`cance-edu --help`",
            "import sys; sys.argv[1:] = ['--help']; import cance_edu.cli as c; c.main()",
        ),
    ):
        target = "" if code == "pass" else "0.3"
        yield f"| {label} | {_median([sys.executable, '-c', code]):.3f} | {target} |"
