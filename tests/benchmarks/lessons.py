"""All lessons under nbval, as the test command runs them, and the size of what is committed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def table() -> Iterator[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "notebooks", "-q"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    yield f"pytest's exit code: {done.returncode}"
    yield ""
    yield "| notebook | seconds | kB |"
    yield "|---|---|---|"
    size = 0
    for file, seconds in re.findall(
        r"^(notebooks/\S+\.ipynb) +([\d.]+)", done.stdout, re.MULTILINE
    ):
        size += (ROOT / file).stat().st_size
        yield f"| {Path(file).stem} | {seconds} | {(ROOT / file).stat().st_size / 1000:.0f} |"
    (together,) = re.findall(r"^together +([\d.]+)", done.stdout, re.MULTILINE)
    yield f"| together | {together} | {size / 1000:.0f} |"
    yield "| target: together; the slowest alone | 360; 90 | 6000 |"
