"""Lesson 02 as a student meets it: in JupyterLab, in a browser, with the keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Lab, handle, number, open_notebook, run_all, screenshot

LESSON = ROOT / "notebooks" / "02_proposition_3_1.ipynb"


def test_the_explorer_follows_the_keyboard_and_shows_where_the_guarantee_is_lost(
    page: Page, lab: Lab
) -> None:
    open_notebook(page, lab, LESSON)
    assert run_all(page, 600_000) == []
    noise_scale = handle(page, "Noise scale K")
    noise_scale.focus()
    noise_scale.press("Home")
    # The paper proves K = 1: nothing is lost there.
    expect(number(page, "guarantee")).to_have_text("holds")
    expect(number(page, "lost_share")).to_have_text("0.0%")
    # At a spread of 0.4 it is lost from K = 1.41 on, and holds again at 10.
    for _ in range(60):
        noise_scale.press("ArrowRight")
        page.wait_for_timeout(200)
        if number(page, "guarantee").inner_text() == "is lost":
            break
    expect(number(page, "guarantee")).to_have_text("is lost")
    expect(number(page, "lost_share")).to_have_text(re.compile(r"^[1-9][\d.]*%$"))
    assert float(number(page, "worst_ratio").inner_text()) > 1
    page.screenshot(path=screenshot("proposition_explorer.png"))
    noise_scale.press("End")
    expect(number(page, "guarantee")).to_have_text("holds")
