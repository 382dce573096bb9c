"""For all tests: no stopwatch, and one headless Chromium (Playwright takes no second)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


# A busy machine takes a second for what takes a millisecond elsewhere.
hypothesis.settings.register_profile("without a stopwatch", deadline=None)
hypothesis.settings.load_profile("without a stopwatch")
# `python3 course.py test --hypothesis-profile=thorough`: twenty times the examples.
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2000)


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    executable = find_chromium()
    if executable is None:
        # CI installs one, and must not pass without it.
        report = pytest.fail if os.environ.get("CANCE_EDU_BROWSER") == "required" else pytest.skip
        report("no Chromium or Chrome on this machine: install one to run the browser's tests")
    with running_chromium(executable) as chromium:
        yield chromium


@contextmanager
def running_chromium(executable: str) -> Iterator["Browser"]:
    """Start a Chromium that finds no host but loopback."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    flags += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    yield page
    page.close()
