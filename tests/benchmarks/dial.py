"""The K dial in a page: 200 moves of each of its controls, in milliseconds.

Work: from the event to the new page laid out, canvas painted. Painted: from the event until the
browser has made the next picture of the page; a screen shows 60 a second, so that half of 16.7 is
waiting. Each move starts at a random moment. "Nothing" is an event that nobody answers: what the
browser and the machine take for themselves.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cance_edu.course.dial.widget import to_html
from tests.conftest import find_chromium, running_chromium

MOVES = 200
SCREENS = {"desk": (1280, 1000), "phone": (390, 844)}
CONTROLS = {
    "nothing": ".kd-left",
    "K": ".kd-dial",
    "image": ".kd-picker",
    "D": ".kd-room",
    "training step": ".kd-step",
}
MOVE = """async ([selector, moves]) => {
  const control = document.querySelector(selector);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(null);
  }));
  const found = [];
  for (let i = 0; i < moves; i += 1) {
    await wait(20 + 20 * Math.random());
    const start = performance.now();
    control.value = +control.min + (control.max - control.min) * Math.random();
    control.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    const work = performance.now() - start;
    found.push([work, await painted() - start]);
  }
  return found;
}"""


def table() -> Iterator[str]:
    executable = find_chromium()
    if executable is None:
        raise FileNotFoundError("this benchmark needs Chromium or Chrome: install one")
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    yield f"{busy:.1f} processes were waiting for each core."
    yield ""
    yield "| screen | control | work, median | 95% | painted, median | 95% | target |"
    yield "|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder, running_chromium(executable) as chromium:
        file = Path(folder) / "dial.html"
        file.write_text(f'<!DOCTYPE html><meta charset="utf-8">{to_html()}', encoding="utf-8")
        for screen, (width, height) in SCREENS.items():
            page = chromium.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(300_000)
            page.goto(file.as_uri())
            for control, selector in CONTROLS.items():
                page.locator(selector).scroll_into_view_if_needed()
                times = np.array(page.evaluate(MOVE, [selector, MOVES]))
                work, painted = np.quantile(times, [0.5, 0.95], axis=0).T
                yield (
                    f"| {screen} | {control} | {work[0]:.1f} | {work[1]:.1f} | {painted[0]:.1f} | "
                    f"{painted[1]:.1f} | 16 |"
                )
            page.close()
