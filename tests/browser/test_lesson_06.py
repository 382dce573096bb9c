"""Lesson 06 and 06b's explorer as a student meets them: JupyterLab, a browser, the keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    ROOT,
    Lab,
    handle,
    number,
    open_cells,
    open_notebook,
    run_all,
    screenshot,
)

LESSON = ROOT / "notebooks" / "06_learning_the_noise.ipynb"
# The rest of lesson 06b needs no browser; as a whole it is run with the other lessons.
EXPLORER = ("from cance_edu.course import lesson06b as lesson", "lesson.KnownDensityExplorer()")
AT_ONE = re.compile(r"(?<![\d.])1(\.0+)?(?![\d.])")


def value(page: Page, name: str) -> float:
    return float(re.findall(r"-?\d+\.?\d*", number(page, name).inner_text())[0])


def test_the_noise_explorer_follows_the_keyboard(page: Page, lab: Lab) -> None:
    open_notebook(page, lab, LESSON)
    assert run_all(page, 600_000) == []

    # Training steps: from the last one back to the first record.
    step = handle(page, "training step")
    last = value(page, "step")
    step.focus()
    step.press("Home")
    expect(number(page, "step")).not_to_have_text(re.compile(rf"\b{last:.0f}\b"))
    assert value(page, "step") < last
    start = value(page, "det K")
    assert start > 1
    step.press("End")
    expect(number(page, "step")).to_have_text(re.compile(rf"\b{last:.0f}\b"))
    assert value(page, "det K") != start
    page.screenshot(path=screenshot("noise_explorer.png"))

    # Two dials: the recorded one, and that of the fits of this run.
    expect(page.locator(".k-dial .kd-dial")).to_have_count(2)
    own = page.locator(".k-dial").last
    own.locator(".kd-dial").press("End")
    expect(own.locator("[data-name=K]")).to_have_text("5.00")


def test_K_by_hand_follows_the_keyboard(page: Page, lab: Lab) -> None:
    """On the known density: one step of the grid to the right widens the noise."""
    open_cells(page, lab, "known_density.ipynb", EXPLORER)
    assert run_all(page, 600_000) == []
    scale = handle(page, "K of coordinate 1")
    before = value(page, "K 1")
    error = value(page, "density error")
    scale.focus()
    scale.press("Home")
    expect(number(page, "K 1")).to_have_text(AT_ONE)
    scale.press("ArrowRight")
    expect(number(page, "K 1")).not_to_have_text(AT_ONE)
    assert value(page, "K 1") > 1
    assert (value(page, "K 1"), value(page, "density error")) != (before, error)
    page.screenshot(path=screenshot("known_density_explorer.png"))
