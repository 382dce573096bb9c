"""A forked kernel is the kernel that Jupyter would have started, with some packages imported."""

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.provisioning import local_provisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

from cance_edu.files import PROJECT
from tests import forked, forked_kernels

pytestmark = pytest.mark.skipif(not forked.FORKS, reason="kernels are forked on Linux alone")


def run(*sources, **options):
    """Return what the last of some cells put out."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    client = NotebookClient(nbformat.v4.new_notebook(cells=cells), **options)
    return client.execute(env={**os.environ, "OF_THE_TEST": "1"}).cells[-1].outputs


def test_torch_is_there_and_of_the_course_nothing():
    (output,) = run("import sys", "print('torch' in sys.modules, 'cance_edu' in sys.modules)")
    assert output.text == "True False\n"


def test_its_folder_environment_and_path_are_those_of_a_kernel(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "of the tests alone")
    look = "import os, sys; print(os.getcwd(), os.environ['OF_THE_TEST'], sys.path)"
    (forks,) = run(look)
    monkeypatch.setattr(local_provisioner, "launch_kernel", forked_kernels.start_anew)
    (anew,) = run(look)
    assert forks.text == anew.text
    assert forks.text.startswith(f"{tmp_path} 1 ")


def test_a_picture_is_shown_in_the_notebook():
    (output,) = run("from matplotlib import pyplot", "pyplot.plot([1, 2]); pyplot.show()")
    assert "image/png" in output.data


def test_a_cell_is_interrupted_and_the_kernel_lives():
    outputs = run(
        "while True: pass", "print('on')", timeout=2, interrupt_on_timeout=True, allow_errors=True
    )
    assert outputs[0].text == "on\n"
    with pytest.raises(CellTimeoutError):
        run("while True: pass", timeout=1)


def test_what_is_not_this_pythons_kernel_is_started_as_ever(monkeypatch):
    started = []
    monkeypatch.setattr(forked_kernels, "start_anew", lambda command, **_: started.append(command))
    other = ["another-python", "-m", "ipykernel_launcher", "-f", "connection.json"]
    forked_kernels.launch(other)
    assert started == [other]


def test_no_two_draw_the_same_numbers_where_no_seed_is_set():
    look = "import numpy as np, torch; print(np.random.rand(), torch.rand(1))"
    assert run(look)[0].text != run(look)[0].text


def test_it_may_start_processes_as_a_kernel_may():
    look = "import multiprocessing as m; print(m.current_process().daemon, m.get_start_method())"
    usual = multiprocessing.get_start_method()
    assert run(look)[0].text == f"False {usual}\n"


def test_it_ends_with_the_process_that_started_it(tmp_path):
    """Even if that is killed: no Python with torch is left over."""
    source = f"""
import time
from tests import forked_kernels
kernel = forked_kernels.Fork(["-f", {str(tmp_path / "kernel.json")!r}])
print(kernel.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    ) as process:
        pid = int(process.stdout.readline())
        os.kill(pid, 0)
        process.kill()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the kernel is still there after ten seconds")


def test_it_ends_as_it_is_told(tmp_path):
    kernel = forked_kernels.Fork(["--help"])
    assert kernel.wait(60) == 0
    kernel = forked_kernels.Fork(["-f", str(tmp_path / "kernel.json")])
    assert kernel.poll() is None
    kernel.kill()
    assert kernel.wait(60) == kernel.returncode == -9
    kernel.terminate()  # nobody is there any more
