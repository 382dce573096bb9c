"""For all tests and notebooks: no network beyond this machine, no waiting threads."""

import os
import runpy
import sys
from pathlib import Path

NETWORK = str(Path(__file__).parent / "tests" / "network")

if NETWORK not in sys.path:
    sys.path.insert(0, NETWORK)
    os.environ["PYTHONPATH"] = os.pathsep.join([NETWORK, os.environ.get("PYTHONPATH", "")])
    # Another sitecustomize may be loaded already; this file closes the network here too.
    runpy.run_path(str(Path(NETWORK) / "sitecustomize.py"))

# The kernels' Debugger prints a hint about frozen modules to stderr.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
