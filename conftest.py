"""For all tests and notebooks: no network beyond this machine, no waiting threads."""

import os
import runpy
import sys
from pathlib import Path

pytest_plugins = ["tests.file_seconds", "tests.forked_kernels", "tests.lesson_budgets"]
pytest_plugins += ["tests.lessons.plugin"]

NETWORK = str(Path(__file__).parent / "tests" / "network")

if NETWORK not in sys.path:
    sys.path.insert(0, NETWORK)
    os.environ["PYTHONPATH"] = os.pathsep.join([NETWORK, os.environ.get("PYTHONPATH", "")])
    # Another sitecustomize may be loaded already; this file closes the network here too.
    runpy.run_path(str(Path(NETWORK) / "sitecustomize.py"))

# Threads that wait by spinning starve those that work; OpenMP reads this when torch is imported,
# which a test file may do before cance_edu can set it.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Nobody is there to guess: a lesson's predictions get their default.
os.environ.setdefault("CANCE_EDU_GUESSES", "default")

# A lesson's text form would run as a whole when the search for doctests imports it, and nbval runs
# the notebook; `sitecustomize` is a name that Python has imported already. Assignments are executed
# by tests of their own, with and without their solutions.
collect_ignore_glob = [
    "notebooks/text/*",
    "notebooks/assignments/*",
    "tests/network/*",
]

# The kernels' Debugger prints a hint about frozen modules to stderr.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
