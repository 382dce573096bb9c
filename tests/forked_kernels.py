"""A pytest plug-in: notebooks' kernels are forked from one Python that has imported torch.

Some sixty kernels are started by a run of all tests, and each would import torch, matplotlib and
scikit-learn for six seconds. `pytest -p no:tests.forked_kernels` starts them as Jupyter does, each
in a Python of its own; the tests in JupyterLab do so anyway, for a fork cannot show that a lesson
forgets to import a part of these packages.
"""

import json
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any

import pytest
from jupyter_client.provisioning import local_provisioner

from tests import forked

start_anew = local_provisioner.launch_kernel
forks: list["Fork"] = []


def pytest_configure(config: pytest.Config) -> None:
    # Not by a fixture: nbval's cells have none.
    local_provisioner.launch_kernel = launch


def pytest_unconfigure(config: pytest.Config) -> None:
    local_provisioner.launch_kernel = start_anew
    for fork in forks:
        fork.kill()


def launch(command: list[str], **options: Any) -> Any:
    """Start a kernel by a fork if it is this Python's own; else as Jupyter does."""
    ours = command[:3] == [sys.executable, "-m", "ipykernel_launcher"]
    if not (forked.FORKS and ours):
        return start_anew(command, **options)
    forks.append(Fork(command[3:], **options))
    return forks[-1]


@cache
def path_of_a_new_python(pythonpath: str, folder: str) -> list[str]:
    """Return where a Python looks for modules that pytest has not told to look elsewhere."""
    ask = [sys.executable, "-c", "import json, sys; print(json.dumps(sys.path))"]
    env = os.environ | {"PYTHONPATH": pythonpath}
    said = subprocess.run(ask, env=env, cwd=folder, capture_output=True, check=True).stdout
    return json.loads(said)


class Fork:
    """A forked kernel, as the `subprocess.Popen` that Jupyter takes it for."""

    stdin = stdout = stderr = None

    def __init__(
        self,
        arguments: list[str],
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        stderr: IO[str] | int | None = None,
        **_: Any,
    ) -> None:
        context = forked.context()
        waiting, ready = context.Pipe(duplex=False)
        environment, folder = dict(env or os.environ), os.fspath(cwd or Path.cwd())
        path = path_of_a_new_python(environment.get("PYTHONPATH", ""), folder)
        run = ready, arguments, environment, path, folder, stderr is not None
        self.process: BaseProcess = context.Process(target=_run, args=run)
        self.process.start()
        ready.close()
        # From here on its process group is its own: Jupyter interrupts the group.
        waiting.recv()
        self.pid = self.process.pid

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self.process.join(timeout)
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(
    ready: Connection,
    arguments: list[str],
    env: dict[str, str],
    path: list[str],
    folder: str,
    quiet: bool,
) -> None:
    """Be the kernel that `python -m ipykernel_launcher` would be."""
    os.setsid()
    ready.send(True)
    ready.close()
    threading.Thread(target=_end_with_pytest, daemon=True).start()
    if quiet:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.path[:] = path
    forked.forget_ours()
    _as_if_just_imported()
    # Else it prints how it is to be ended.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    sys.argv = ["ipykernel_launcher", *arguments, parent]
    runpy.run_module("ipykernel_launcher", run_name="__main__")


def _end_with_pytest() -> None:
    """End this process when the one that asked for it is gone, however it went."""
    asked = multiprocessing.parent_process()
    assert asked is not None
    asked.join()
    os._exit(1)


def _as_if_just_imported() -> None:
    """Give what was imported before the fork the state that an import would have given it."""
    import matplotlib
    import numpy as np
    import torch

    multiprocessing.set_start_method(None, force=True)
    # Or all kernels would draw the same "random" numbers where a lesson sets no seed.
    torch.seed()
    np.random.seed()
    inline = "module://matplotlib_inline.backend_inline"
    matplotlib.rcParams["backend"] = os.environ.get("MPLBACKEND") or inline
