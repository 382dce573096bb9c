"""Each lesson's cells on a pretended GPU: nothing mixes tensors of the device and of main memory.

Trainings are cut short, so what the lessons assert of their outcome is left out; that is what the
lessons' own run is for.
"""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from cance_edu.course import picture
from cance_edu.course.detectors.small_svdd import follow_svdd, train_svdd
from cance_edu.detectors.settings import Settings
from cance_edu.files import lessons_in
from cance_edu.training import autoencoder
from cance_edu.training.contrast import Contrast
from tests.pretend_gpu import pretended_gpu

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
OF_TABLES = ("09_pretrained_features", "10_tabular", "11_the_papers_tables")
"""Lessons that fit tables, for which "auto" is the CPU: a GPU has nothing to do there."""
OF_RECORDINGS = (
    "01b_slips_of_notation",
    "04b_running_moments",
    "11c_choices",
    "03_covariance_regularized_autoencoder",
    "08_other_detectors",
    "08b_chosen_by_the_test_part",
)
"""Lessons that train nothing themselves, or but networks of a few rows, which stay on the CPU."""
LESSONS = [path for path in lessons_in(NOTEBOOKS) if path.stem not in OF_TABLES]


class WithoutAsserts(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.Pass:
        return ast.copy_location(ast.Pass(), node)


def cells(lesson: Path):
    """Yield a lesson's code cells, without what they assert."""
    for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and not source.lstrip().startswith(("%", "!")):
            yield compile(WithoutAsserts().visit(ast.parse(source)), lesson.name, "exec")


@pytest.fixture
def short_trainings(monkeypatch):
    schedule, train_autoencoder = Settings._schedule, autoencoder.train_autoencoder
    new_contrast = Contrast.__init__

    def short_schedule(self, n):
        return replace(schedule(self, n), epochs=(1, 1), steps=10)

    def short_autoencoder(*arguments, **named):
        return train_autoencoder(*arguments, **named | {"epochs": (1, 1)})

    def short_contrast(self, *arguments, **named):
        new_contrast(self, *arguments, **named)
        object.__setattr__(self, "steps", 10)  # it is frozen

    monkeypatch.setattr(Settings, "_schedule", short_schedule)
    monkeypatch.setattr(autoencoder, "train_autoencoder", short_autoencoder)
    monkeypatch.setattr(Contrast, "__init__", short_contrast)
    for training, steps in ((train_svdd, 20), (follow_svdd, 100)):
        monkeypatch.setattr(training, "__defaults__", (*training.__defaults__[:-1], steps))
    # Drawn and compressed, the pictures would take a quarter of the time.
    monkeypatch.setattr(picture, "small_png", lambda figure: b"")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("short_trainings")
def test_a_lesson_runs_on_a_gpu(monkeypatch, tmp_path, lesson):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CANCE_EDU_FIGURES", str(tmp_path / "figures.jsonl"))
    shown = {"__name__": "__main__", "display": lambda *arguments, **named: None}
    with pretended_gpu(monkeypatch) as gpu:
        for cell in cells(lesson):
            exec(cell, shown)
    assert gpu.counts["kernel"] or lesson.stem in OF_RECORDINGS
