"""The book, built once, and what a browser found on each of its pages."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.book.visits import Source, Visit, axe_script, visit

NEEDED = ("sphinx", "myst_nb", "furo", "math_core", "axe_playwright_python")
# Generated pages of one kind differ in their text alone: three stand for all of them, unless
# CANCE_EDU_BOOK is "all". Of the others the source is read, and their links are followed.
GENERATED, ENOUGH = ("_modules", "api"), 3


@pytest.fixture(scope="session")
def needed() -> None:
    """Skip without the book's packages; CI installs them, and must not pass without."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        report = pytest.fail if os.environ.get("CANCE_EDU_BROWSER") == "required" else pytest.skip
        report(f"the book's tests need {', '.join(missing)}: pip install -e .[book,dev]")


@pytest.fixture(scope="session")
def site(needed: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book") / "site"
    command = [sys.executable, "-c", "import sys; from cance_edu.cli import main; sys.exit(main())"]
    built = subprocess.run([*command, "book", str(folder)], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert built.stderr == ""
    return folder


@pytest.fixture(scope="session")
def visits(browser: Browser, site: Path) -> dict[Path, Visit]:
    """What was found on each page: one visit answers every question about it."""
    pages = sorted(site.rglob("*.html"))
    alike = {
        path
        for folder in GENERATED
        for path in [path for path in pages if folder in path.parts][ENOUGH:]
        if os.environ.get("CANCE_EDU_BOOK") != "all"
    }
    # A new tab starts processes, which takes three times as long as the visit.
    with browser.new_page() as page:
        page.set_default_timeout(120_000)
        return {
            path: Source(path).found if path in alike else visit(page, path, axe_script())
            for path in pages
        }
