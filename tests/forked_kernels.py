"""A pytest plug-in: notebooks' kernels are forked from one Python that has imported torch.

Some sixty kernels are started by a run of all tests, and each would import torch, matplotlib and
scikit-learn for six seconds. `python -m pytest -p no:tests.forked_kernels` starts them as Jupyter
does, each in a Python of its own; the tests in JupyterLab do so anyway.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from jupyter_client.provisioning import local_provisioner

from tests import forked

start_anew = local_provisioner.launch_kernel


@pytest.fixture(scope="session", autouse=True)
def forked_kernels() -> Iterator[None]:
    with patch.object(local_provisioner, "launch_kernel", launch):
        yield


def launch(command: list[str], **options: Any) -> Any:
    """Start a kernel by a fork if it is this Python's own; else as Jupyter does."""
    ours = command[:3] == [sys.executable, "-m", "ipykernel_launcher"]
    return Fork(command[3:], **options) if forked.FORKS and ours else start_anew(command, **options)


@cache
def path_of_a_new_python(pythonpath: str) -> list[str]:
    """Return where a Python looks for modules that pytest has not told to look elsewhere."""
    ask = [sys.executable, "-c", "import json, sys; print(json.dumps(sys.path[1:]))"]
    env = os.environ | {"PYTHONPATH": pythonpath}
    return json.loads(subprocess.run(ask, env=env, capture_output=True, check=True).stdout)


class Fork:
    """A forked kernel, as the `subprocess.Popen` that Jupyter takes it for."""

    stdin = stdout = stderr = None

    def __init__(
        self,
        arguments: list[str],
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        **_: Any,
    ) -> None:
        context = forked.context()
        waiting, ready = context.Pipe(duplex=False)
        environment, folder = dict(env or os.environ), os.fspath(cwd or Path.cwd())
        path = path_of_a_new_python(environment.get("PYTHONPATH", ""))
        # A daemon is killed as this process ends, should a test have left it.
        self.process: BaseProcess = context.Process(
            target=_run, args=(ready, arguments, environment, path, folder), daemon=True
        )
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
    ready: Connection, arguments: list[str], env: dict[str, str], path: list[str], folder: str
) -> None:
    """Be the kernel that `python -m ipykernel_launcher` would be."""
    os.setsid()
    ready.send(True)
    ready.close()
    os.environ.clear()
    # The kernel ends with its parent, which is the forking Python here.
    os.environ.update(env, JPY_PARENT_PID=str(os.getppid()))
    os.chdir(folder)
    sys.path[:] = path
    forked.forget_ours()
    import matplotlib

    # As the kernel would, had matplotlib not been imported before.
    matplotlib.rcParams["backend"] = "module://matplotlib_inline.backend_inline"
    sys.argv = ["ipykernel_launcher", *arguments]
    runpy.run_module("ipykernel_launcher", run_name="__main__")
