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

PAUSE = 0.01
FITS = quick_fits(rows=8, seeds=8, pause=PAUSE)


def start(folder):
    """Start a sweep in a process of its own, and return its number."""
    process = os.fork()
    if process == 0:
        sweep(FITS, folder, verbose=False)
        os._exit(0)
    return process


def lines(file):
    return file.read_bytes().count(b"\n") if file.is_file() else 0


def main(folder, kills):
    if os.waitpid(start(folder / "whole"), 0)[1] != 0:
        raise RuntimeError("the sweep that nobody kills failed")
    # The first one may be killed before it has made a file.
    (folder / "killed").mkdir()
    file = folder / "killed" / "madeup.jsonl"
    for kill in range(kills):
        # None to three fits, and then at any moment of the next one.
        enough = lines(file) + random.choice([0, 2, 4, 6])
        process = start(folder / "killed")
        while lines(file) < enough:
            time.sleep(0.001)
        time.sleep(random.uniform(0, 2 * PAUSE))
        os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
        if not os.WIFSIGNALED(status):
            raise RuntimeError(f"before kill {kill} the sweep had ended, with status {status}")
        shutil.copytree(folder / "killed", folder / "after" / f"{kill:02d}")
    if os.waitpid(start(folder / "killed"), 0)[1] != 0:
        raise RuntimeError("the sweep that was killed could not be finished")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
