"""The K dial in a browser: in a static page and in JupyterLab, each number against Python's."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page, expect
from scipy.stats import chi2
from sklearn.metrics import roc_auc_score

from cance_edu.course import recordings
from cance_edu.course.dial.data import recorded_dial
from cance_edu.course.dial.widget import to_html
from cance_edu.method.noise import GaussianNoise
from tests.book.visits import AXE, CUT_OFF, RULES, axe_script
from tests.browser.conftest import Lab, open_notebook, run_all, screenshot

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


def python_says(setting: Setting) -> dict[str, float]:
    """Return every number, from the recording by NumPy, SciPy, scikit-learn and p_nK itself."""
    recording = recordings.load("k_dial")
    noise = GaussianNoise(
        torch.from_numpy(recording["mean"]), torch.from_numpy(recording["covariance"])
    )
    features = torch.from_numpy(recording["features"].astype(float))
    is_anomaly = recording["labels"] != 8
    k = float(recording["scale"][setting.stop])
    own = -noise.log_prob(features, k).numpy()
    added = -recording["log_ratio"][setting.stop].astype(float)
    parts = np.stack([own, added, own + added])
    normal = parts[:, ~is_anomaly]
    standing = (parts - normal.mean(1, keepdims=True)) / normal[2].std()
    squared = noise.squared_distance(features).numpy()
    shown = recording["shown"]
    if setting.image:
        chosen = shown[np.argsort(squared[shown], kind="stable")[setting.image - 1]]
        stands, nats = standing[:, chosen], parts[:, chosen]
    else:
        stands, nats = standing[:, is_anomaly].mean(1), []
    d = setting.dimensions
    among = is_anomaly[shown] & (squared[shown] <= chi2.isf(1e-3, 8) * k**2)
    scale = recording["run_scale"][setting.scene, setting.objective, setting.record]
    pulled = recording["run_pulls"][setting.scene, setting.objective, setting.record].mean(1)
    names = [f"latent {j}" for j in range(1, 7)] + ["error", "dissimilarity"]
    numbers = {"K": k, "within": among.sum(), "D": d, "volume": k**d}
    numbers |= {"inside": 1000 * chi2.cdf(chi2.isf(1e-3, d) / k**2, d)}
    numbers |= dict(zip(("pull data", "pull noise", "pull both"), pulled, strict=True))
    numbers |= {f"K of {name}": value for name, value in zip(names, scale, strict=True)}
    for part, name in enumerate(("brought", "learned", "sum")):
        numbers[f"{name} area"] = roc_auc_score(is_anomaly, parts[part])
        numbers[f"{name} standing"] = stands[part]
    return numbers | {f"nats {i}": value for i, value in enumerate(nats)}


def page_says(page: Page) -> dict[str, str]:
    """Return the texts of all numbers; of an image, also those of its equation in nats."""
    texts = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".k-dial .cance-number")]
          .map((node) => [node.dataset.name, node.textContent]))"""
    )
    texts["within"] = texts["within"].removesuffix(" of 250")
    nats = page.locator(".kd-nats")
    if nats.is_visible():
        found = re.findall(r"= (\S+) \+ \((\S+)\) = (\S+) nats", nats.inner_text())
        texts |= {f"nats {i}": text for i, text in enumerate(found[0])}
    return texts


def go_to(page: Page, setting: Setting) -> None:
    """Set all controls as a student does: keys on the dial, sliders, buttons."""
    dial = page.locator(".kd-dial")
    dial.focus()
    dial.press("Home")
    for _ in range(setting.stop):
        dial.press("ArrowRight")
    k = recordings.load("k_dial")["scale"][setting.stop]
    expect(page.locator("[data-name=K]")).to_have_text(f"{k:.2f}")
    page.locator(".kd-picker").fill(str(setting.image))
    page.locator(".kd-room").fill(str(setting.dimensions))
    for key in (SCENES[setting.scene], OBJECTIVES[setting.objective]):
        page.locator(f".kd-rope [data-key={key}]").click()
    page.locator(".kd-step").fill(str(setting.record))


def compare(page: Page, setting: Setting) -> None:
    """Assert that each number on the page is Python's, to the last digit that is shown."""
    expected, shown = python_says(setting), page_says(page)
    assert shown.keys() == expected.keys()
    for name, text in shown.items():
        plain = text.replace("−", "-").replace(",", "")
        decimals = len(plain.partition(".")[2])
        half = 0.5 * 10.0**-decimals
        if name in ("volume", "inside"):  # three significant digits
            half = 0.5 * 10.0 ** (np.floor(np.log10(max(expected[name], 1e-300))) - 2)
        assert float(plain) == pytest.approx(expected[name], abs=1.01 * half + 1e-5, rel=0), name


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
    for setting in TEN:
        go_to(static, setting)
        compare(static, setting)


def test_the_comparison_notices_a_wrong_number(static: Page) -> None:
    go_to(static, TEN[3])
    compare(static, TEN[3])
    for name in ("brought standing", "inside", "pull data", "K of error", "learned area"):
        node = static.locator(f"[data-name='{name}']")
        text = node.inner_text()
        node.evaluate("(node) => { node.textContent = '0.777' }")
        with pytest.raises(AssertionError):
            compare(static, TEN[3])
        node.evaluate("(node, text) => { node.textContent = text }", text)


def test_in_jupyterlab_every_number_is_pythons_and_k_is_the_kernels(
    page: Page, lab: Lab, tmp_path: Path
) -> None:
    cells = ["from cance_edu.course.dial.widget import KDial\ndial = KDial()\ndial"]
    notebook = {
        "cells": [
            {"cell_type": "code", "id": f"c{i}", "source": source, "metadata": {}, "outputs": []}
            | {"execution_count": None}
            for i, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "dial.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    open_notebook(page, lab, path)
    assert run_all(page, 300_000) == []
    expect(page.locator("[data-name=K]")).to_have_text("1.00")
    for setting in TEN:
        go_to(page, setting)
        compare(page, setting)
    page.locator(".k-dial").screenshot(path=screenshot("dial_in_jupyterlab.png"))
    run_in_kernel(page, "assert dial.K == 1.69, dial.K\ndial.K = 3.0")
    expect(page.locator("[data-name=K]")).to_have_text("3.00")


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
    sentence = "Turn K and the two trade places; the sum hardly moves."
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
