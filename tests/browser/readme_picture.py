"""The README's picture of the K dial: `python -m tests.browser.readme_picture` takes it anew."""

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from cance_edu.course.dial.widget import to_html
from cance_edu.files import PROJECT, written_beside
from tests.conftest import find_chromium, running_chromium

PICTURE = PROJECT / "book" / "k_dial.png"


def take(page: Page) -> Image.Image:
    """Return the first screen as a student sees it who has guessed and seen K turn from 1 to 5."""
    page.emulate_media(reduced_motion="reduce", color_scheme="light")
    page.get_by_role("button", name="about the same").click()
    expect(page.locator("[data-name=K]")).to_have_text("5.00")
    expect(page.locator(".kd-punch")).not_to_be_empty()
    return Image.open(BytesIO(page.screenshot()))


def main() -> None:
    executable = find_chromium()
    if executable is None:
        raise FileNotFoundError("the picture needs Chromium or Chrome: install one")
    with tempfile.TemporaryDirectory() as folder, running_chromium(executable) as chromium:
        file = Path(folder) / "dial.html"
        file.write_text(f'<!DOCTYPE html><meta charset="utf-8">{to_html()}', encoding="utf-8")
        page = chromium.new_page(viewport={"width": 1280, "height": 1010})
        page.set_default_timeout(60_000)
        page.goto(file.as_uri())
        picture = take(page).convert("RGB").quantize(64)
    with written_beside(PICTURE) as beside:
        picture.save(beside, "png", optimize=True)


if __name__ == "__main__":
    main()
