"""JupyterLab on loopback, with private folders, and what is looked for on its page."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).parents[2]
ARTEFACTS = Path(__file__).parent / "artefacts"
TOKEN = "only-for-this-test"
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false"},
}


class Lab(NamedTuple):
    """A running JupyterLab: its address, and the folder that it serves."""

    address: str
    folder: Path


# A busy machine takes seconds for a burst of moves.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("jupyter")) as lab:
        yield lab


@contextmanager
def running_lab(home: Path) -> Iterator[Lab]:
    """Start JupyterLab with all its folders in `home`, and stop it in the end."""
    folder = home / "notebooks"
    folder.mkdir()
    environment = dict(os.environ)
    for variable in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{variable}"] = str(home / variable.lower())
    environment["IPYTHONDIR"] = str(home / "ipython")
    for plugin, settings in SETTINGS.items():
        name, _, kind = plugin.rpartition("/")
        file = home / "config_dir" / "lab" / "user-settings" / name / f"{kind}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--notebook-dir={folder}"]
    command += [f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    try:
        yield Lab(_wait_for_address(server, home), folder)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for_address(server: "subprocess.Popen[bytes]", home: Path) -> str:
    """Return the server's address, once it answers."""
    for _ in range(1800):
        assert server.poll() is None, (home / "log").read_text()
        for file in (home / "runtime_dir").glob("jpserver-*.json"):
            try:
                address = json.loads(file.read_text())["url"]
                urllib.request.urlopen(f"{address}api?token={TOKEN}", timeout=5).close()
            except (json.JSONDecodeError, urllib.error.URLError):
                continue  # written, but not whole or not listening yet
            return str(address)
        time.sleep(0.1)
    raise TimeoutError((home / "log").read_text())


def open_notebook(page: Page, lab: Lab, notebook: Path) -> None:
    """Open a copy of a notebook and wait until its kernel can run cells."""
    shutil.copy(notebook, lab.folder / notebook.name)
    _open(page, lab, notebook.name)


def open_cells(page: Page, lab: Lab, name: str, cells: Iterable[str]) -> None:
    """Open a new notebook of these code cells, as `open_notebook` does."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.folder / name)
    _open(page, lab, name)


def _open(page: Page, lab: Lab, name: str) -> None:
    page.goto(f"{lab.address}lab/tree/{name}?token={TOKEN}&reset")
    # The page says "idle" seconds before the kernel is connected; this is when it really is.
    page.wait_for_function(
        """() => {
          const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
          const kernel = context?.session?.kernel;
          return context?.isReady && kernel?.connectionStatus === "connected"
            && kernel.status === "idle" && context.kernelDisplayStatus === "idle";
        }"""
    )


def run_all(page: Page, milliseconds: int) -> list[str]:
    """Run all cells; return the code cells that did not run, or ran into an error."""
    page.evaluate(
        """(limit) => Promise.race([
          window.jupyterapp.commands.execute("notebook:run-all-cells"),
          new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), limit)),
        ])""",
        milliseconds,
    )
    return page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.widgets
          .filter((cell) => cell.model.type === "code")
          .filter((cell) => cell.model.executionCount === null
            || cell.model.outputs.toJSON().some((output) => output.output_type === "error"))
          .map((cell) => cell.model.sharedModel.source)"""
    )


def export(page: Page, lab: Lab, file: Path) -> None:
    """Save the open notebook, and write what File > Save and Export Notebook As > HTML gives."""
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    name = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    exported = page.request.get(f"{lab.address}nbconvert/html/{name}?token={TOKEN}")
    assert exported.ok
    file.write_bytes(exported.body())


def handle(page: Page, label: str) -> Locator:
    """Return the handle of the slider with a label, scrolled into view."""
    slider = page.locator(f".widget-slider:has(> .widget-label:text-is('{label}'))").first
    slider.scroll_into_view_if_needed()
    return slider.locator(".noUi-handle")


def number(page: Page, name: str) -> Locator:
    """Return a number of a readout by its name."""
    return page.locator(f".cance-number[data-name='{name}']").first


def screenshot(name: str) -> Path:
    """Return where a screenshot is kept, as an artefact of the test."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS / name
