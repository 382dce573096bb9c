"""A forked kernel is the kernel that Jupyter would have started, but for torch's being imported."""

import os

import nbformat
import pytest
from jupyter_client.provisioning import local_provisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

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


def test_it_ends_as_it_is_told():
    kernel = forked_kernels.Fork(["--help"])
    assert kernel.wait(60) == 0
    kernel = forked_kernels.Fork(["-f", os.devnull])
    assert kernel.poll() is None
    kernel.kill()
    assert kernel.wait(60) == kernel.returncode == -9
    kernel.terminate()  # nobody is there any more
