"""One Python that has imported torch and the like, forked for each run that would import them.

It never imports the library: what a run imports is the library as it is then.
"""

import gc
import multiprocessing
import sys
from multiprocessing.context import BaseContext

# Threads do not survive a fork. OpenBLAS starts some as it is imported, and knows; on macOS the
# system's libraries do, and do not: there, as on Windows, each run starts a Python of its own.
FORKS = sys.platform == "linux"
# nbval compiles grammars for seconds, for addresses that no notebook has.
IMPORTED_ONCE = ["hypothesis", "ipykernel.kernelapp", "ipywidgets", "matplotlib.pyplot"]
IMPORTED_ONCE += ["nbval.plugin", "pytest", "scipy.stats", "sklearn.metrics", "torch"]
OURS = ("cance_edu", "conftest", "tests")


def context() -> BaseContext:
    """Return what starts processes: forks of that one Python, where there is a fork."""
    if not FORKS:
        return multiprocessing.get_context("spawn")
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(IMPORTED_ONCE)
    return forking


def forget_ours() -> None:
    """Let this process import the library and its tests from wherever it will look for them."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    # What was imported before the fork is no garbage: the collector need not look for it.
    gc.freeze()
