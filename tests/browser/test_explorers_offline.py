"""Explorers without a kernel, in a browser: each number is that of the kernel's explorer."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from cance_edu.course.composite.explorer import VectorsExplorer
from cance_edu.course.covariance.explorer import CovarianceExplorer
from cance_edu.course.explorer import Explorer
from cance_edu.course.lognormal.explorer import LognormalExplorer
from cance_edu.course.noise.explorer import NoiseExplorer
from cance_edu.course.noise.known_density_explorer import KnownDensityExplorer
from cance_edu.course.offline.stops import Grid
from cance_edu.course.proposition.explorer import PropositionExplorer
from cance_edu.course.scores.explorer import ScoreExplorer
from cance_edu.datasets import load_one_class
from cance_edu.detectors.cance import CANCE
from tests.book.visits import AXE, CUT_OFF, RULES, axe_script
from tests.browser.conftest import Lab, export, open_cells, run_all, screenshot

BOX = Image.Resampling.BOX
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Explorer</title>
<meta name="viewport" content="width=device-width"><body style="margin: 0">
<main>{}</main></body></html>"""


def noise_explorer() -> Explorer:
    split = load_one_class("digits", [8])
    eq8 = CANCE(noise_objective="eq8", epochs=(2, 1), steps=40, random_state=0).fit(split.train)
    shared = {"representation": eq8.representation_, "steps": 40, "random_state": 0}
    eq12 = CANCE(noise_objective="eq12", initial_scale=3.0, **shared).fit(split.train)
    features = eq8.composite_features(split.test)
    return NoiseExplorer(
        {"Eq. 8": eq8, "Eq. 12": eq12}, features[~split.is_anomaly], features[split.is_anomaly]
    )


def score_explorer() -> Explorer:
    rng = np.random.default_rng(0)
    truth = np.arange(80) >= 50
    scores = rng.normal(size=80) + 2 * truth
    return ScoreExplorer(scores, truth, rng.uniform(size=(80, 1, 8, 8)))


MAKERS: dict[str, Callable[[], Explorer]] = {
    "log-normal": lambda: LognormalExplorer(np.random.default_rng(0).lognormal(-4, 0.4, 500)),
    "proposition": PropositionExplorer,
    "two vectors": lambda: VectorsExplorer(np.full((1, 2), 0.05)),
    "covariance": CovarianceExplorer,
    "known density": KnownDensityExplorer,
    "noise": noise_explorer,
    "scores": score_explorer,
}


@pytest.fixture(scope="module", params=list(MAKERS))
def explorer(request: pytest.FixtureRequest) -> Explorer:
    return MAKERS[request.param]()


@pytest.fixture(scope="module")
def exported(explorer: Explorer) -> str:
    """Its page's HTML: every picture of it is drawn, so once for all tests."""
    return explorer.to_html()


@pytest.fixture
def offline(page: Page, exported: str, tmp_path: Path) -> Iterator[Page]:
    """Its page, of which no script fails and which asks nobody for anything."""
    failed: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(written(tmp_path, exported).as_uri())
    expect(page.locator(".cance-explorer[data-ready=yes]")).to_have_count(1)
    yield page
    assert failed == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def written(folder: Path, body: str) -> Path:
    file = folder / "explorer.html"
    file.write_text(PAGE.format(body), encoding="utf-8")
    return file


def states(explorer: Explorer) -> list[dict[str, Any]]:
    """Return the values of all controls in every state, those of the first grid first."""
    return [
        explorer.values | dict(zip(grid, values, strict=True))
        for grid in explorer.grids()
        for values in itertools.product(*grid.values())
    ]


def choose(page: Page, grids: list[Grid], values: dict[str, Any]) -> None:
    """Set the page's controls to values."""
    for name in dict.fromkeys(itertools.chain.from_iterable(grids)):
        stops = list(dict.fromkeys(v for grid in grids for v in grid.get(name, [])))
        field = page.locator(f".cance-explorer [name='{name}']")
        if len(stops) < 2 or not field.is_visible():
            continue
        place = stops.index(values[name])
        if field.get_attribute("type") == "checkbox":
            field.set_checked(bool(place))
        elif field.get_attribute("type") == "range":
            field.fill(str(place))
        else:
            field.select_option(str(place))


def numbers_on(page: Page) -> list[list[str]]:
    return page.evaluate(
        """() => [...document.querySelectorAll(".cance-explorer .cance-number")]
          .map((node) => [node.dataset.name, node.textContent])"""
    )


def kernels_numbers(explorer: Explorer, values: dict[str, Any]) -> list[list[str]]:
    """Return what the readout says once the controls themselves have been moved."""
    for name, value in values.items():
        explorer.controls[name].value = value
    found = re.findall(r'class="cance-number" data-name="([^"]*)">([^<]*)<', explorer.readout.value)
    return [list(pair) for pair in found]


def test_the_numbers_of_a_stop_are_the_kernels_at_the_same_values(
    offline: Page, explorer: Explorer
) -> None:
    every, grids = states(explorer), explorer.grids()
    assert len(every) >= 12
    chosen = [0, len(every) - 1, *np.random.default_rng(0).choice(len(every), 8, replace=False)]
    before = explorer.values
    seen = []
    for place in chosen:
        choose(offline, grids, every[place])
        seen.append(numbers_on(offline))
        assert seen[-1] == kernels_numbers(explorer, every[place]), every[place]
    assert len({json.dumps(numbers) for numbers in seen}) > 3
    for name, value in before.items():
        explorer.controls[name].value = value


def test_the_picture_of_a_stop_is_the_kernels(offline: Page, explorer: Explorer) -> None:
    before, every, grids = explorer.values, states(explorer), explorer.grids()
    choose(offline, grids, every[-1])
    size = explorer.canvas.figure.bbox.size.astype(int)
    offline.evaluate(
        """([width, height]) => Object.assign(document.querySelector(".ce-picture").style,
          {position: "fixed", inset: 0, margin: 0, maxWidth: "none", width: `${width}px`,
           height: `${height}px`})""",
        size.tolist(),
    )
    shown = offline.locator(".ce-picture").screenshot()
    drawn = []
    for values in (every[-1], every[0], before):
        kernels_numbers(explorer, values)
        drawn.append(explorer.picture.value)
    ours, theirs, others = (
        np.asarray(
            Image.open(BytesIO(png)).convert("L").resize((size // 8).tolist(), BOX), dtype=float
        )
        for png in (shown, *drawn[:2])
    )
    assert theirs.std() > 10, "there is a picture"
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9
    assert np.abs(ours - theirs).mean() < 5
    assert np.square(ours - theirs).mean() < np.square(ours - others).mean(), "it is of this stop"


def test_the_keyboard_moves_it(offline: Page, explorer: Explorer) -> None:
    field = offline.locator(".cance-explorer [name]:visible").nth(1)
    before = offline.locator(".ce-moving").inner_html()
    field.focus()
    key = "ArrowDown" if field.evaluate("(f) => +f.value === +(f.max || 1e9)") else "ArrowUp"
    field.press(key)
    if offline.locator(".ce-moving").inner_html() == before:
        field.press({"ArrowUp": "ArrowDown", "ArrowDown": "ArrowUp"}[key])
    assert offline.locator(".ce-moving").inner_html() != before


def test_axe_finds_nothing_and_a_phone_cuts_nothing_off(
    exported: str, browser: Browser, tmp_path: Path
) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    phone.goto(written(tmp_path, exported).as_uri())
    expect(phone.locator(".cance-explorer[data-ready=yes]")).to_have_count(1)
    assert phone.evaluate(CUT_OFF) == []
    assert [
        box for box in boxes(phone.locator(".cance-explorer label")) if box["height"] < 44
    ] == []
    slider = phone.locator(".cance-explorer input[type=range]").first
    seen = []
    for share in (0.9, 0.1):
        box = boxes(slider)[0]
        phone.touchscreen.tap(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        seen.append(numbers_on(phone))
    assert seen[0] != seen[1]
    phone.evaluate(axe_script().read_text(encoding="utf-8"))
    assert phone.evaluate(AXE, RULES) == []
    phone.close()


def boxes(found: Locator) -> list[Any]:
    return [node.bounding_box() for node in found.all() if node.is_visible()]


def test_it_is_small(exported: str) -> None:
    assert len(exported) < 300_000
    assert (
        len(exported.partition("</script>")[0].partition('<div class="cance-numbers"')[0]) < 150_000
    )


def test_to_write_it_leaves_the_explorer_as_it_was(explorer: Explorer) -> None:
    picture, numbers, values = explorer.picture.value, explorer.readout.value, explorer.values
    explorer.to_html()
    assert (explorer.values, explorer.readout.value) == (values, numbers)
    assert (explorer.canvas.png(), explorer.picture.value) == (picture, picture)


def test_two_of_them_on_a_page_do_not_meddle(page: Page, tmp_path: Path) -> None:
    one = PropositionExplorer()
    page.goto(written(tmp_path, one.to_html() + one.to_html()).as_uri())
    expect(page.locator(".cance-explorer[data-ready=yes]")).to_have_count(2)
    first, second = page.locator(".cance-explorer").all()
    before = first.inner_html()
    second.locator("[name=noise_scale]").press("End")
    expect(second.locator("output").nth(1)).to_have_text("10.00")
    assert first.inner_html() == before
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(set(ids)) == len(ids)


def test_the_page_that_jupyterlab_exports_works_without_a_kernel(
    page: Page, browser: Browser, lab: Lab, tmp_path: Path
) -> None:
    cells = (
        "import os\nos.environ['CANCE_EDU_GUESSES'] = ''  # a student is there",
        "from cance_edu.course.proposition.explorer import PropositionExplorer\n"
        "PropositionExplorer()",
    )
    open_cells(page, lab, "explorer.ipynb", cells)
    assert run_all(page, 300_000) == []
    expect(page.locator(".widget-slider").first).to_be_visible()
    assert page.locator(".cance-explorer").count() == 0, "in JupyterLab it is the widget"
    file = tmp_path / "exported.html"
    export(page, lab, file)
    offline = browser.new_page()
    offline.goto(file.as_uri(), wait_until="domcontentloaded")
    expect(offline.locator(".cance-explorer[data-ready=yes]")).to_have_count(1)
    guarantee = offline.locator("[data-name=guarantee]")
    expect(guarantee).to_have_text("is lost")  # at a spread of 0.4 and K = 1.69
    offline.locator(".cance-explorer [name=noise_scale]").press("Home")
    expect(guarantee).to_have_text("holds")  # at K = 1, as the proposition says
    offline.screenshot(path=screenshot("explorer_exported.png"))
    offline.close()
