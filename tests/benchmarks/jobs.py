"""A small sweep with one worker, then with two: how much two one-thread workers save.

The fits: twenty of the course's digits, all four variants on one autoencoder each. Starting the
workers, which import torch, is within the time, as for a user: with FITS = 4 it was not repaid, two
workers were 0.77 times as fast. Target: two workers 1.7 times as fast as one. A ratio holds only
where two workers had two cores: what they had is beside it.

Then two fits of Table 1's MNIST on two workers (needs MNIST), and what its fifty would take at that
rate. Target: 20 minutes.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from joblib.externals.loky import get_reusable_executor

from cance_edu.experiments.sweep import Fit, fits, sweep
from cance_edu.experiments.tables import chosen

FITS, ROUNDS = 20, 1
# Digits of about the mean size: 5,842 and 5,918 images.
MNIST_DIGITS = ("4", "6")


def _cpu_seconds() -> float:
    """Return the CPU seconds that all processes of this machine took so far."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _sweep(wanted: Sequence[Fit], jobs: int) -> tuple[float, float]:
    """Return the seconds of a sweep, and the machine's busy cores in them."""
    # Workers that an earlier sweep left would have started already.
    get_reusable_executor().shutdown(wait=True)
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), _cpu_seconds()
        sweep(wanted, Path(folder), jobs=jobs)
        seconds = time.perf_counter() - wall
    return seconds, (_cpu_seconds() - cpu) / seconds


def table() -> Iterator[str]:
    yield "| round | 1 worker, s (busy cores) | 2 workers, s (busy cores) | ratio |"
    yield "| --- | --- | --- | --- |"
    wanted = fits(chosen("digits"), seeds=1)[:FITS]
    ratios = []
    for number in range(1, ROUNDS + 1):
        (one, one_busy), (two, two_busy) = _sweep(wanted, 1), _sweep(wanted, 2)
        ratios.append(one / two)
        yield (
            f"| {number} | {one:.0f} ({one_busy:.2f}) | {two:.0f} ({two_busy:.2f}) | "
            f"{one / two:.2f} |"
        )
    yield ""
    yield f"{FITS} fits: two workers are {sum(ratios) / ROUNDS:.2f} times as fast as one."
    seconds, busy = _sweep(fits(chosen("table1", "mnist", MNIST_DIGITS, ""), seeds=1), 2)
    yield ""
    yield (
        f"MNIST's digits {' and '.join(MNIST_DIGITS)}, four variants each, on two workers: "
        f"{seconds:.0f} s ({busy:.2f} busy cores). Fifty such fits: {25 * seconds / 60:.0f} min."
    )
