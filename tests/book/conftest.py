"""The book, built once, and what a browser found on each of its pages."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.book.visits import Visit, axe_script, visit
from tests.browser.conftest import browser

__all__ = ["browser"]

NEEDED = ("sphinx", "myst_nb", "furo", "math_core", "axe_playwright_python")
# Some eighty listings of source code differ in their text alone: three stand for all of them.
LISTINGS = 3


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        report = pytest.fail if os.environ.get("CANCE_EDU_BROWSER") == "required" else pytest.skip
        report(f"the book's tests need {', '.join(missing)}: pip install -e .[book,dev]")
    folder = tmp_path_factory.mktemp("book") / "site"
    command = [sys.executable, "-c", "import sys; from cance_edu.cli import main; sys.exit(main())"]
    built = subprocess.run([*command, "book", str(folder)], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert built.stderr == ""
    return folder


@pytest.fixture(scope="session")
def visits(site: Path, browser: Browser) -> dict[Path, Visit]:
    """What was found on each page: one visit answers every question about it."""
    pages = sorted(site.rglob("*.html"))
    listings = [path for path in pages if "_modules" in path.parts]
    found = {}
    for path in pages:
        page = browser.new_page(viewport={"width": 1280, "height": 1024})
        page.set_default_timeout(120_000)
        found[path] = visit(page, path, None if path in listings[LISTINGS:] else axe_script())
        page.close()
    return found


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    yield page
    page.close()
