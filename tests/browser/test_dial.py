"""The K dial in a browser: in a static page and in JupyterLab, each number against Python's."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect
from scipy.stats import chi2
from sklearn.metrics import roc_auc_score

from cance_edu.course import recordings
from cance_edu.course.dial.data import recorded_dial
from cance_edu.course.dial.widget import to_html
from cance_edu.method.noise import GaussianNoise
from tests.book.visits import AXE, CUT_OFF, RULES, axe_script
from tests.browser.conftest import Lab, export, open_cells, run_all, screenshot

Array = NDArray[Any]

SCENES, OBJECTIVES = ("learned", "optimal", "fixed"), ("eq8", "eq12", "naive")
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Dial</title>
<meta name="viewport" content="width=device-width"><body style="margin: 0">
<main>{}</main></body></html>"""


class Setting(NamedTuple):
    """Where all controls stand; images are counted by distance, 0 is the average anomaly."""

    stop: int
    image: int
    dimensions: int
    scene: int
    objective: int
    record: int


TEN = [
    Setting(0, 0, 8, 0, 0, 0),
    Setting(1, 1, 1, 0, 1, 39),
    Setting(2, 60, 2, 0, 2, 5),
    Setting(3, 150, 3, 1, 0, 12),
    Setting(4, 200, 5, 1, 1, 39),
    Setting(5, 260, 16, 1, 2, 20),
    Setting(6, 330, 9, 2, 0, 39),
    Setting(7, 400, 8, 2, 1, 31),
    Setting(7, 0, 12, 2, 2, 1),
    Setting(2, 399, 4, 0, 0, 1),
]

OWN_FITS = (
    "import os\nos.environ['CANCE_EDU_GUESSES'] = ''  # a student is there",
    """import numpy as np
from cance_edu import CANCE
from cance_edu.course.dial.widget import KDial
from cance_edu.datasets import load_one_class

split = load_one_class("digits", [8])
detectors, representation = [], "autoencoder"
for objective, scale in [("fixed", 1.0), ("fixed", 2.0), ("fixed", 4.0), ("eq8", 1.69)]:
    detector = CANCE(
        representation=representation, noise_objective=objective, initial_scale=scale,
        noise_ratio=0.5, epochs=(3, 1), steps=80, random_state=0,
    ).fit(split.train)
    representation = detector.representation_
    detectors.append(detector)
normal, anomalies = split.test[~split.is_anomaly], split.test[split.is_anomaly]""",
    "KDial(detectors, normal, anomalies)",
    """inputs = np.concatenate([normal, anomalies])
dial, held, noise = KDial(detectors, normal, anomalies).dial, detectors[:3], detector.noise_
run = dial.runs["learned"]["eq8"]
np.savez(
    "own_fits.npz",
    scale=[detector.initial_scale for detector in held],
    features=held[0].composite_features(inputs).astype(float),
    is_anomaly=np.arange(len(inputs)) >= len(normal),
    score=[detector.anomaly_score(inputs) for detector in held],
    mean=noise.mean.cpu(), covariance=noise.covariance.cpu(), shown=dial.shown,
    run_scale=[[run.scale]], run_pulls=[[run.pulls]],
)""",
)
OWN = [
    Setting(0, 0, 8, 0, 0, 0),
    Setting(1, 40, 3, 0, 0, 2),
    Setting(2, 0, 16, 0, 0, 1),
    Setting(2, 150, 5, 0, 0, 4),
]


class Truth(NamedTuple):
    """What the numbers follow from: the inputs, what they score at each stop, and K's runs."""

    scale: Array
    features: Array
    is_anomaly: Array
    score: Array
    mean: Array
    covariance: Array
    shown: Array
    run_scale: Array
    run_pulls: Array

    @property
    def noise(self) -> GaussianNoise:
        return GaussianNoise(torch.from_numpy(self.mean), torch.from_numpy(self.covariance))

    def brought(self, stop: int) -> Array:
        features = torch.from_numpy(self.features)
        return -self.noise.log_prob(features, float(self.scale[stop])).numpy()


@cache
def recorded() -> Truth:
    """Return MNIST's eights, for which ν is 1: S = -ln p_nK - T."""
    recording = recordings.load("k_dial")
    truth = Truth(
        recording["scale"],
        recording["features"].astype(float),
        recording["labels"] != 8,
        -recording["log_ratio"].astype(float),
        *(recording[name] for name in Truth._fields[4:]),
    )
    brought = [truth.brought(stop) for stop in range(len(truth.scale))]
    return truth._replace(score=brought + truth.score)


def python_says(setting: Setting, truth: Truth) -> dict[str, float]:
    """Return every number, by NumPy, SciPy, scikit-learn and p_nK itself."""
    k, own, score = truth.scale[setting.stop], truth.brought(setting.stop), truth.score
    parts = np.stack([own, score[setting.stop] - own, score[setting.stop]])
    normal = parts[:, ~truth.is_anomaly]
    standing = (parts - normal.mean(1, keepdims=True)) / normal[2].std()
    squared = truth.noise.squared_distance(torch.from_numpy(truth.features)).numpy()
    shown, average = truth.shown, standing[:, truth.is_anomaly].mean(1)
    if setting.image:
        chosen = shown[np.argsort(squared[shown], kind="stable")[setting.image - 1]]
        stands, nats = standing[:, chosen], parts[:, chosen]
    else:
        stands, nats = average, []
    d, dimension = setting.dimensions, truth.features.shape[1]
    among = truth.is_anomaly[shown] & (squared[shown] <= chi2.isf(1e-3, dimension) * k**2)
    scale = truth.run_scale[setting.scene, setting.objective, setting.record]
    pulled = truth.run_pulls[setting.scene, setting.objective, setting.record].mean(1)
    names = [*(f"latent {j}" for j in range(1, dimension - 1)), "error", "dissimilarity"]
    numbers = {"K": k, "within": among.sum(), "D": d, "volume": k**d}
    numbers |= {"inside": 1000 * chi2.cdf(chi2.isf(1e-3, d) / k**2, d)}
    numbers |= dict(zip(("pull data", "pull noise", "pull both"), pulled, strict=True))
    numbers |= {f"K of {name}": value for name, value in zip(names, scale, strict=True)}
    for part, name in enumerate(("brought", "learned", "sum")):
        numbers[f"{name} area"] = roc_auc_score(truth.is_anomaly, parts[part])
        numbers[f"{name} standing"] = stands[part]
    numbers |= {"brought said": average[0], "learned said": average[1]}
    numbers |= {"area said": numbers["sum area"], "brought stays": numbers["brought area"]}
    return numbers | {f"nats {i}": value for i, value in enumerate(nats)}


def page_says(page: Page) -> dict[str, str]:
    """Return the texts of all numbers, also of those in sentences and in an image's equation."""
    texts: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".k-dial .cance-number")]
          .map((node) => [node.dataset.name, node.textContent]))"""
    )
    texts["within"] = texts["within"].partition(" of ")[0]
    said = re.search(
        r"by (\S+) standard deviations through what you brought and (\S+) .* AUROC (\S+)\.$",
        page.locator(".kd-caption").inner_text(),
    )
    assert said
    texts |= zip(("brought said", "learned said", "area said"), said.groups(), strict=True)
    (texts["brought stays"],) = re.findall(
        r"Brought alone has (\S+) at every K:", page.locator(".kd-areas").inner_text()
    )
    nats = page.locator(".kd-nats")
    if nats.is_visible():
        found = re.findall(r"= (\S+) \+ \((\S+)\) = (\S+) nats", nats.inner_text())
        texts |= {f"nats {i}": text for i, text in enumerate(found[0])}
    return texts


def go_to(page: Page, setting: Setting, truth: Truth) -> None:
    """Set all controls as a student does: keys on the dial, sliders, buttons."""
    dial = page.locator(".kd-dial")
    dial.focus()
    dial.press("Home")
    for _ in range(setting.stop):
        dial.press("ArrowRight")
    expect(page.locator("[data-name=K]")).to_have_text(f"{truth.scale[setting.stop]:.2f}")
    page.locator(".kd-picker").fill(str(setting.image))
    page.locator(".kd-room").fill(str(setting.dimensions))
    for key in (SCENES[setting.scene], OBJECTIVES[setting.objective]):
        page.locator(f".kd-rope [data-key={key}]").click()
    page.locator(".kd-step").fill(str(setting.record))


def compare(page: Page, setting: Setting, truth: Truth) -> None:
    """Assert that each number on the page is Python's, to the last digit that is shown."""
    expected, shown = python_says(setting, truth), page_says(page)
    assert shown.keys() == expected.keys()
    for name, text in shown.items():
        plain = text.replace("−", "-").replace(",", "")
        decimals = len(plain.partition(".")[2])
        half = 0.5 * 10.0**-decimals
        if name in ("volume", "inside"):  # three significant digits
            half = 0.5 * 10.0 ** (np.floor(np.log10(max(expected[name], 1e-300))) - 2)
        assert float(plain) == pytest.approx(expected[name], abs=1.01 * half + 1e-5, rel=0), name


def go_through(page: Page, settings: Iterable[Setting], truth: Truth) -> None:
    for setting in settings:
        go_to(page, setting, truth)
        compare(page, setting, truth)


@pytest.fixture
def static(page: Page, tmp_path: Path) -> Iterator[Page]:
    """A page of the dial alone, of which no script fails and which asks nobody for anything."""
    file, failed, asked = tmp_path / "dial.html", [], []
    file.write_text(PAGE.format(to_html()), encoding="utf-8")
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    expect(page.locator("[data-name=K]")).to_have_text("1.00")
    yield page
    assert failed == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_every_number_of_the_static_page_is_pythons_at_ten_settings(static: Page) -> None:
    go_through(static, TEN, recorded())


def test_the_comparison_notices_a_wrong_number(static: Page) -> None:
    go_through(static, TEN[3:4], recorded())
    for name in ("brought standing", "inside", "pull data", "K of error", "learned area"):
        node = static.locator(f"[data-name='{name}']")
        text = node.inner_text()
        node.evaluate("(node) => { node.textContent = '0.777' }")
        with pytest.raises(AssertionError):
            compare(static, TEN[3], recorded())
        node.evaluate("(node, text) => { node.textContent = text }", text)


def test_in_jupyterlab_every_number_is_pythons_and_k_is_the_kernels(page: Page, lab: Lab) -> None:
    cells = ["from cance_edu.course.dial.widget import KDial\ndial = KDial()\ndial"]
    open_cells(page, lab, "dial.ipynb", cells)
    assert run_all(page, 300_000) == []
    expect(page.locator("[data-name=K]")).to_have_text("1.00")
    go_through(page, TEN, recorded())
    page.locator(".k-dial").screenshot(path=screenshot("dial_in_jupyterlab.png"))
    run_in_kernel(page, "assert dial.K == 1.69, dial.K\ndial.K = 3.0")
    expect(page.locator("[data-name=K]")).to_have_text("3.00")


def test_of_ones_own_fits_every_number_is_pythons_also_in_the_exported_page(
    page: Page, browser: Browser, lab: Lab, tmp_path: Path
) -> None:
    open_cells(page, lab, "own_fits.ipynb", OWN_FITS)
    assert run_all(page, 300_000) == []
    with np.load(lab.folder / "own_fits.npz") as arrays:
        truth = Truth(**arrays)
    expect(page.get_by_text("ν = 0.5, noise points per normal input")).to_be_visible()
    go_through(page, OWN, truth)
    export(page, lab, tmp_path / "exported.html")
    for viewport in ({"width": 1280, "height": 1000}, {"width": 390, "height": 844}):
        offline = browser.new_page(viewport=viewport)
        offline.goto((tmp_path / "exported.html").as_uri(), wait_until="domcontentloaded")
        expect(offline.locator(".k-dial")).to_have_count(1)
        go_through(offline, OWN, truth)
        offline.locator(".k-dial").screenshot(
            path=screenshot(f"dial_exported_{viewport['width']}.png")
        )
        offline.close()


def run_in_kernel(page: Page, code: str) -> None:
    status = page.evaluate(
        """(code) => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
          .requestExecute({code}).done.then((reply) => reply.content.status)""",
        code,
    )
    assert status == "ok", code


def test_the_first_guess_turns_the_dial_and_the_sentence_appears(static: Page) -> None:
    expect(static.locator(".kd-punch")).to_have_text("")
    answer = static.get_by_role("button", name="much worse")
    answer.focus()
    answer.press("Enter")
    expect(static.locator(".kd-told").first).to_have_text(re.compile("^No: about the same"))
    expect(static.locator("[data-name=K]")).to_have_text("5.00")
    sentence = re.compile(
        "^Turn K and the two trade places; what the sum finds hardly moves: AUROC 0.9"
    )
    expect(static.locator(".kd-punch")).to_have_text(sentence)
    assert static.locator(".kd-dial").get_attribute("aria-valuetext") == "K = 5"


def test_the_rope_keeps_its_answers_until_somebody_guesses_or_plays(static: Page) -> None:
    together = static.locator("[data-name='pull both']")
    expect(together).to_be_hidden()
    static.get_by_role("button", name="it has no length").click()
    expect(together).to_have_text("+0.0000")
    expect(static.locator(".kd-told").nth(2)).to_have_text(re.compile("^Yes"))
    static.get_by_role("button", name="narrower", exact=True).click()
    expect(static.locator(".kd-told").nth(1)).to_have_text(re.compile("^Yes. After 1000 steps"))
    expect(static.locator(".kd-what")).to_have_text(re.compile("Step 1000 of 1000"))


def test_the_pointer_looks_at_an_image_and_takes_the_grip(static: Page) -> None:
    box = static.locator(".kd-plane").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(static.locator(".kd-title")).to_have_text(
        "Who carries the score of the average anomaly?"
    )
    static.mouse.move(middle[0] + 0.3 * box["width"], middle[1])
    expect(static.locator(".kd-picture")).to_be_visible()
    static.mouse.move(*middle)
    expect(static.locator(".kd-picture")).to_be_hidden()
    # The grip of the ring at K = 1 lies to the right of the middle.
    radius = box["width"] / 2 * 0.97 * np.arcsinh(1 / 0.6) / np.arcsinh(reach() / 0.6)
    static.mouse.move(middle[0] + radius, middle[1])
    static.mouse.down()
    static.mouse.move(middle[0] + 0.47 * box["width"], middle[1], steps=5)
    assert 1 < float(static.locator("[data-name=K]").inner_text()) <= 5
    static.mouse.up()
    expect(static.locator("[data-name=K]")).to_have_text("5.00")


def reach() -> float:
    dial = recorded_dial()
    edge = np.sqrt(chi2.isf(1e-3, 8) / 8)
    return max(edge * 5, dial.stops.radius[dial.shown].max())


def test_while_the_hand_moves_k_is_in_between_and_numbers_are_of_a_stop(static: Page) -> None:
    static.evaluate(
        """() => { const dial = document.querySelector(".kd-dial");
          dial.value = Math.log(1.8) / Math.log(5);
          dial.dispatchEvent(new Event("input")); }"""
    )
    expect(static.locator("[data-name=K]")).to_have_text("1.80")
    areas = recorded_dial().areas[0]
    assert static.locator("[data-name='learned area']").inner_text() == f"{areas[2, 1]:.3f}"
    static.locator(".kd-dial").dispatch_event("change")
    expect(static.locator("[data-name=K]")).to_have_text("1.69")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(static: Page, scheme: str) -> None:
    static.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    static.locator(".kd-picker").fill("200")
    static.get_by_role("button", name="it has no length").click()
    static.get_by_role("button", name="about the same").click()
    static.evaluate(axe_script().read_text(encoding="utf-8"))
    assert static.evaluate(AXE, RULES) == []
    static.screenshot(path=screenshot(f"dial_{scheme}.png"), full_page=True)


def test_a_phone_cuts_nothing_off_and_a_finger_hits_every_target(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "dial.html"
    file.write_text(PAGE.format(to_html()), encoding="utf-8")
    phone = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    phone.goto(file.as_uri())
    assert phone.evaluate(CUT_OFF) == []
    small = phone.evaluate(
        """() => [...document.querySelectorAll(".k-dial button, .k-dial input")].filter((node) => {
          const box = node.getBoundingClientRect();
          return box.height < 44 || box.width < 44; }).map((node) => node.outerHTML)"""
    )
    assert small == []
    dial = phone.locator(".kd-dial").bounding_box()
    assert dial is not None
    phone.touchscreen.tap(dial["x"] + 0.99 * dial["width"], dial["y"] + dial["height"] / 2)
    expect(phone.locator("[data-name=K]")).to_have_text("5.00")
    phone.screenshot(path=screenshot("dial_phone.png"), full_page=True)
    phone.close()


def test_two_dials_on_a_page_do_not_meddle(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "dials.html"
    file.write_text(PAGE.format(to_html() + to_html()), encoding="utf-8")
    page.goto(file.as_uri())
    first, second = page.locator("[data-name=K]").all()
    page.locator(".kd-dial").nth(1).press("End")
    expect(second).to_have_text("5.00")
    expect(first).to_have_text("1.00")


def test_a_dial_without_a_rope_works(page: Page, tmp_path: Path) -> None:
    from dataclasses import replace

    file = tmp_path / "dial.html"
    dial = replace(recorded_dial(), runs={}, images=None)
    file.write_text(PAGE.format(to_html(dial)), encoding="utf-8")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    page.locator(".kd-picker").fill("100")
    page.locator(".kd-dial").press("End")
    expect(page.locator("[data-name=K]")).to_have_text("5.00")
    expect(page.locator(".kd-picture")).to_be_hidden()
    assert errors == []
