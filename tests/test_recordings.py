import json
import types
from importlib import import_module

import numpy as np
import pytest

from cance_edu.course import recordings


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
    with pytest.raises(ValueError, match="there is no recording 'other'; there are lesson_figures"):
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
    assert stems == set(recordings.RECORDINGS)


def test_a_killed_recording_of_the_lessons_goes_on_where_it_was(tmp_path, monkeypatch):
    from cance_edu.course.recordings import lesson_figures

    for name in ("00_a", "01_b"):
        cells = [{"cell_type": "code", "source": [f"measured('{name}', 1)"]}]
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({"cells": cells}))
    runs = []

    def run(path, dataset, seed):
        if path.stem == "01_b" and seed == 1 and "killed" not in runs:
            runs.append("killed")
            raise KeyboardInterrupt
        runs.append((path.stem, seed))
        return [{"dataset": dataset, "seed": seed, "name": path.stem, "value": float(seed)}]

    monkeypatch.setattr(lesson_figures, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(lesson_figures, "DONE", tmp_path / "done")
    settings = {"seeds": {"digits": [0, 1, 2]}}
    monkeypatch.setattr(lesson_figures, "SETTINGS", settings)
    monkeypatch.setattr(lesson_figures, "run_lesson", run)
    with pytest.raises(KeyboardInterrupt):
        lesson_figures.record()
    arrays = lesson_figures.record()
    finished = [entry for entry in runs if entry != "killed"]
    assert len(finished) == len(set(finished)) == 6
    assert arrays["value"].tolist() == [0, 0, 1, 1, 2, 2]
    assert arrays["name"].tolist() == ["00_a", "01_b"] * 3
