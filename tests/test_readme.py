"""The README's code runs as it stands."""

import re
import runpy

import pytest

from cance_edu.files import PROJECT

CODE = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture
def runs(tmp_path, capsys):
    """Run a piece of code as a user would, and return what it prints."""

    def run(code):
        (tmp_path / "code.py").write_text(code, "utf-8")
        runpy.run_path(str(tmp_path / "code.py"), run_name="__main__")
        return capsys.readouterr().out

    return run


def test_the_detector_in_four_lines_finds_the_other_digits(runs):
    ordinary, others = map(float, runs(CODE[0]).split())
    assert ordinary < others


def test_your_own_detector_is_compared_with_ours(runs):
    printed = runs(CODE[1])
    assert "forest" in printed
    assert "cance" in printed
    assert len(CODE) == 2
