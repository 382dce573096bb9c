"""The README's code runs as it stands."""

import re
import runpy

import pytest

from cance_edu.files import PROJECT

README = (PROJECT / "README.md").read_text("utf-8")
CODE = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
NOTEBOOKS = PROJECT / "notebooks"


@pytest.fixture
def runs(tmp_path, capsys):
    """Run a piece of code as a user would, and return what it prints."""

    def run(code):
        (tmp_path / "code.py").write_text(code, "utf-8")
        runpy.run_path(str(tmp_path / "code.py"), run_name="__main__")
        return capsys.readouterr().out

    return run


def test_it_counts_the_lessons_and_the_assignments():
    counted = {
        "twelve lessons": len([*(NOTEBOOKS.glob("[01]*.ipynb"))]),
        "ten that go deeper": len([*(NOTEBOOKS / "going_deeper").glob("*.ipynb")]),
        "eight assignments": len([*(NOTEBOOKS / "assignments").glob("*.ipynb")]),
    }
    assert list(counted.values()) == [12, 10, 8]
    assert all(words in " ".join(README.split()) for words in counted)


def test_the_detector_in_four_lines_finds_the_other_digits(runs):
    ordinary, others = map(float, runs(CODE[0]).split())
    assert ordinary < others


def test_your_own_detector_is_compared_with_ours(runs):
    printed = runs(CODE[1])
    assert "forest" in printed
    assert "cance" in printed
    assert len(CODE) == 2
