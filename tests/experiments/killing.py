"""Kill a sweep at random moments; `python -m tests.experiments.killing FOLDER KILLS`.

Each sweep is a fork of this process, so that none has to import torch again.
"""

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from cance_edu.experiments.sweep import sweep
from tests.experiments.quick import quick_fits

FITS = quick_fits(rows=10, seeds=6, pause=0.02)


def start(folder):
    """Start a sweep in a process of its own, and return its number."""
    process = os.fork()
    if process == 0:
        sweep(FITS, folder, verbose=False)
        os._exit(0)
    return process


def main(folder, kills):
    began = time.perf_counter()
    if os.waitpid(start(folder / "whole"), 0)[1] != 0:
        raise RuntimeError("the sweep that nobody kills failed")
    # On average they leave it a third of the time that it needs, so each finds it at work.
    longest = (time.perf_counter() - began) / kills * 2 / 3
    for kill in range(kills):
        process = start(folder / "killed")
        time.sleep(random.uniform(0, longest))
        os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
        if not os.WIFSIGNALED(status):
            raise RuntimeError(f"before kill {kill} the sweep had ended, with status {status}")
        shutil.copytree(folder / "killed", folder / "after" / f"{kill:02d}")
    if os.waitpid(start(folder / "killed"), 0)[1] != 0:
        raise RuntimeError("the sweep that was killed could not be finished")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
