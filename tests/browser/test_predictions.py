"""A student guesses in JupyterLab: Run All gets through, the result waits, the guess is kept."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Lab, open_cells, run_all, running_lab, screenshot

CELLS = (
    "from cance_edu.course import lesson00 as lesson",
    'lesson.predict("00 share", "What share, $x$?", unit="%", within=0.1)',
    "def draw(axes, said):\n    axes.plot([0, 1], [0.61, said or 0])",
    'lesson.answer("00 share", 0.61, "Of $n$.", picture=lambda said: lesson.figure('
    'draw, said, caption="The message.", alt="A line."))',
    'lesson.predict("00 which", "Which?", options=["less", "more"])',
    'lesson.answer("00 which", "more", "So it is.")',
    "lesson.calibration()",
)


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with a student in front of it; the other tests have nobody there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CANCE_EDU_GUESSES", raising=False)
        with running_lab(tmp_path_factory.mktemp("student")) as lab:
            yield lab


def test_the_result_waits_for_the_guess(page: Page, student: Lab) -> None:
    open_cells(page, student, "predictions.ipynb", CELLS)
    assert run_all(page, 300_000) == []
    waiting = page.get_by_text("Your guess first.")
    expect(waiting).to_have_count(2)
    expect(page.get_by_alt_text("A line.")).to_have_count(0)

    # A number, by the keyboard alone.
    page.locator("input[type=number]").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("55")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Keep my guess").first.press("Enter")
    expect(page.get_by_text(re.compile(r"You said\s*55%\s*; it is\s*61%"))).to_be_visible()
    expect(page.locator("em", has_text="The message.")).to_be_visible()
    expect(waiting).to_have_count(1)

    # Nothing chosen is said, a choice is answered.
    keep = page.get_by_role("button", name="Keep my guess").last
    keep.click()
    expect(page.get_by_text("expected one of")).to_be_visible()
    page.get_by_label("less").check()
    keep.click()
    expect(page.get_by_text(re.compile(r"You said\s*less\s*; it is\s*more"))).to_be_visible()
    expect(waiting).to_have_count(0)
    page.screenshot(path=screenshot("predictions.png"))

    kept = json.loads((student.folder / ".cance_edu" / "predictions.json").read_text())
    assert kept["00 share"]["right"] is True
    assert kept["00 which"]["right"] is False
