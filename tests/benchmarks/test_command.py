"""What each file of the whole test command took, in the last whole run of this project.

Seconds of its tests, added up; pytest's cache has them after `python3 course.py test`. From this
table the next run takes its estimate and its order, the longest file first.
"""

import json
from collections.abc import Iterator

from cance_edu.files import PROJECT
from tests.file_seconds import KEPT

CACHE = PROJECT / ".pytest_cache" / "v" / KEPT
SHOWN = 1.0


def table() -> Iterator[str]:
    if not CACHE.is_file():
        raise FileNotFoundError(f"{CACHE} is not there: run `python3 course.py test` first")
    run = json.loads(CACHE.read_text(encoding="utf-8"))
    whole = sum(run["files"].values())
    minutes = f"{run['seconds'] / 60:.1f} min in {run['processes']} process(es)"
    counts = ", ".join(f"{number:,} {outcome}" for outcome, number in run["outcomes"].items())
    yield f"The whole run: {minutes}; {counts}. Files of less than {SHOWN:g} s are left out."
    yield ""
    yield "| file | s | share |"
    yield "|---|---|---|"
    for file, seconds in sorted(run["files"].items(), key=lambda item: -item[1]):
        if seconds >= SHOWN:
            yield f"| {file} | {seconds:.1f} | {seconds / whole:.0%} |"
