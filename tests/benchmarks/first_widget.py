"""From the start of JupyterLab to the first explorer of lesson 01 that follows the keyboard.

As a student who presses "run all" as soon as the page is there: a browser without a cache, a kernel
that has yet to import torch. A kernel answers a slider when it has run all cells.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import ROOT, handle, number, open_notebook, running_lab
from tests.conftest import find_chromium, running_chromium

LESSON = ROOT / "notebooks" / "01_lognormal_mode.ipynb"


def table() -> Iterator[str]:
    executable = find_chromium()
    if executable is None:
        raise FileNotFoundError("this benchmark needs Chromium or Chrome: install one")
    yield "| since the start | s |"
    yield "|---|---|"
    with tempfile.TemporaryDirectory() as home, running_chromium(executable) as chromium:
        start = time.perf_counter()
        with running_lab(Path(home)) as lab:
            yield f"| JupyterLab answers | {time.perf_counter() - start:.1f} |"
            page = chromium.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(300_000)
            open_notebook(page, lab, LESSON)
            yield f"| the lesson is open, its kernel idle | {time.perf_counter() - start:.1f} |"
            page.evaluate('void window.jupyterapp.commands.execute("notebook:run-all-cells")')
            slider, sigma = handle(page, "σ, deviation of ln z"), number(page, "sigma")
            before = sigma.inner_text()
            yield f"| the explorer is drawn | {time.perf_counter() - start:.1f} |"
            slider.focus()
            slider.press("End")
            expect(sigma).not_to_have_text(before)
            yield f"| its numbers have followed a key | {time.perf_counter() - start:.1f} |"
