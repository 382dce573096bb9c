"""What `import cance_edu`, `cance-edu --help` and a first fit take, whole processes.

Medians of 15 runs, of 3 for the last two; the target is under 0.3 s beyond the bare interpreter. A
fit of two epochs and ten steps is nearly free: what it takes beyond importing torch is imported on
the way. CPU seconds and peak memory are those of the process, on one thread.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

HELP = "import sys; sys.argv[1:] = ['--help']; import cance_edu.cli as c; c.main()"
FIT = """
from cance_edu import CANCE
from cance_edu.datasets import load_one_class

CANCE(epochs=(1, 1), steps=10).fit(load_one_class("digits", [8]).train)
"""
COMMANDS = (
    ("`python -c pass`", "pass", 15, ""),
    ("`import cance_edu`", "import cance_edu", 15, "0.3"),
    ("`cance-edu --help`", HELP, 15, "0.3"),
    ("`import torch`", "import torch", 3, ""),
    ("a first fit", FIT, 3, ""),
)


class Process(NamedTuple):
    """What one process took, in seconds and MiB."""

    seconds: float
    cpu: float
    peak: float


def _run(code: str) -> Process:
    command, environment = [sys.executable, "-c", code], os.environ | {"OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Process(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def table() -> Iterator[str]:
    yield "| command | seconds | CPU seconds | peak, MiB | target, s |"
    yield "|---|---|---|---|---|"
    for label, code, repeat, target in COMMANDS:
        runs = [_run(code) for _ in range(repeat)]
        seconds, cpu, peak = (statistics.median(each) for each in zip(*runs, strict=True))
        yield f"| {label} | {seconds:.3f} | {cpu:.3f} | {peak:.0f} | {target} |"
