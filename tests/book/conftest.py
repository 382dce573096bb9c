import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import browser

__all__ = ["browser"]

ROOT = Path(__file__).parents[2]
NEEDED = ("sphinx", "myst_nb", "furo", "math_core")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        report = pytest.fail if os.environ.get("CANCE_EDU_BROWSER") == "required" else pytest.skip
        report(f"the book needs {', '.join(missing)}: pip install -e .[book]")
    folder = tmp_path_factory.mktemp("book") / "site"
    command = [sys.executable, "-c", "import sys; from cance_edu.cli import main; sys.exit(main())"]
    built = subprocess.run([*command, "book", str(folder)], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert built.stderr == ""
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))
