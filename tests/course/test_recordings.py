import json
import types
from importlib import import_module

import nbformat
import numpy as np
import pytest

from cance_edu.course import recordings
from cance_edu.course.recordings import lesson_figures


@pytest.fixture
def tiny(monkeypatch):
    """A recording that takes no time."""
    module = types.ModuleType("cance_edu.course.recordings.tiny")
    module.SETTINGS = {"seeds": [0]}
    module.record = lambda: {"a": np.arange(3), "name": np.array(["x", "yz"])}
    monkeypatch.setattr(recordings, "RECORDINGS", ("tiny",))
    monkeypatch.setattr(recordings, "import_module", lambda name: module)


def test_what_was_recorded_is_read_back_with_how_it_was_made(tiny, tmp_path):
    recordings.record("tiny", tmp_path)
    recording = recordings.load("tiny", tmp_path)
    np.testing.assert_array_equal(recording["a"], [0, 1, 2])
    assert recording["name"].tolist() == ["x", "yz"]
    assert recording.about["command"] == "cance-edu record tiny"
    assert recording.about["settings"] == {"seeds": [0]}
    assert {"python", "torch", "cance-edu"} <= recording.about["made_with"].keys()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny.json", "tiny.npz"]


def test_changed_arrays_are_noticed(tiny, tmp_path):
    path = recordings.record("tiny", tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"is not what tiny\.json says was recorded"):
        recordings.load("tiny", tmp_path)


def test_a_missing_recording_says_how_to_make_it(tiny, tmp_path):
    with pytest.raises(FileNotFoundError, match="cance-edu record tiny"):
        recordings.load("tiny", tmp_path)


def test_an_unknown_recording_is_named(tmp_path):
    with pytest.raises(ValueError, match="there is no recording 'other'; there are"):
        recordings.load("other", tmp_path)


@pytest.mark.parametrize("name", recordings.RECORDINGS)
def test_every_recording_is_committed_with_its_command_and_settings(name):
    recording = recordings.load(name)
    settings = import_module(f"cance_edu.course.recordings.{name}").SETTINGS
    assert recording.about["settings"] == json.loads(json.dumps(settings))
    assert recording.about["command"] == f"cance-edu record {name}"
    assert (recordings.FOLDER / f"{name}.npz").stat().st_size < 1_000_000


def test_nothing_else_lies_beside_the_recordings():
    stems = {path.stem for path in recordings.FOLDER.iterdir() if path.suffix != ".md"}
    assert stems == {*recordings.RECORDINGS, "lesson_figures"}


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """Two lessons that take no time; returns what was run, and a way to run."""
    for name in ("00_a", "01_b"):
        write_lesson(tmp_path / f"{name}.ipynb", f"measured('{name}', 1)")
    runs = []

    def run(path, dataset, seed):
        if path.stem == "01_b" and seed == 1 and "killed" not in runs:
            runs.append("killed")
            raise KeyboardInterrupt
        runs.append((path.stem, seed))
        return [{"dataset": dataset, "seed": seed, "name": path.stem, "value": float(seed)}]

    monkeypatch.setattr(lesson_figures, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(lesson_figures, "CLAIMS", tmp_path)
    monkeypatch.setattr(lesson_figures, "DONE", tmp_path / "done")
    monkeypatch.setattr(lesson_figures, "SETTINGS", {"seeds": {"digits": [0, 1, 2]}})
    monkeypatch.setattr(lesson_figures, "run_lesson", run)
    return runs


def write_lesson(path, code):
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [code]}]}))


def test_a_killed_recording_of_the_lessons_goes_on_where_it_was(lessons, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        lesson_figures.record(tmp_path / "kept")
    files = lesson_figures.record(tmp_path / "kept")
    finished = [entry for entry in lessons if entry != "killed"]
    assert len(finished) == len(set(finished)) == 6
    assert [file.name for file in files] == ["00.json", "01.json"]
    rows = [row for file in files for row in json.loads(file.read_text())["figures"]]
    assert [row["value"] for row in rows] == [0, 1, 2, 0, 1, 2]
    assert [row["name"] for row in rows] == ["00_a"] * 3 + ["01_b"] * 3


def test_a_lesson_whose_code_and_claims_are_the_same_is_not_run_again(lessons, tmp_path):
    lessons.append("killed")
    lesson_figures.record(tmp_path / "kept")
    assert lesson_figures.record(tmp_path / "kept") == []
    (tmp_path / "claims_01.py").write_text("measured('01 more', 1)")
    (file,) = lesson_figures.record(tmp_path / "kept")
    assert file.name == "01.json"
    write_lesson(tmp_path / "00_a.ipynb", "measured('00_a', 2)")
    (file,) = lesson_figures.record(tmp_path / "kept")
    assert file.name == "00.json"


def test_a_lesson_is_recorded_with_what_its_claims_measure(tmp_path, monkeypatch):
    monkeypatch.setattr(lesson_figures, "CLAIMS", tmp_path)
    (tmp_path / "claims_99.py").touch()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(3)\nx = 2")])
    nbformat.write(notebook, tmp_path / "99_made_up.ipynb")
    claims = (
        "from tests.lessons import claims\n"
        "claims.run_all = lambda number, variables, outputs:"
        " claims.measured(number + ' x', variables['x'] + len(outputs))"
    )
    monkeypatch.setattr(
        lesson_figures,
        "_check",
        lambda p, o, check=lesson_figures._check: f"{claims}\n{check(p, o)}",
    )
    (figure,) = lesson_figures.run_lesson(tmp_path / "99_made_up.ipynb", "digits", 4)
    assert figure["value"] > 20, "the printed output reaches the claims"
    assert (figure["name"], figure["dataset"], figure["seed"]) == ("99 x", "digits", 4)
