"""Figures over seeds: held within three standard deviations, and quoted as a range."""

import json

import pytest

from cance_edu.course import over_seeds
from cance_edu.course.over_seeds import Range, lesson_dataset, lesson_seed, measured


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Five seeds of one figure, mean 2 and standard deviation 1."""
    values = (0.73508894, 1.36754447, 2.0, 2.63245553, 3.26491106)
    rows = [
        {
            "name": "99 f",
            "dataset": dataset,
            "seed": seed,
            "value": value + 100 * (dataset != "digits"),
        }
        for dataset in ("digits", "other")
        for seed, value in enumerate(values)
    ]
    (tmp_path / "99.json").write_text(json.dumps({"figures": rows}))
    monkeypatch.setattr(over_seeds, "FOLDER", tmp_path)
    monkeypatch.delenv("CANCE_EDU_FIGURES", raising=False)
    monkeypatch.delenv("CANCE_EDU_DATASET", raising=False)


def test_a_figure_within_three_standard_deviations_is_returned(recorded):
    assert measured("99 f", 4.99) == 4.99
    assert measured("99 f", -0.99) == -0.99


@pytest.mark.parametrize("value", [5.01, -1.01, float("nan")])
def test_a_figure_further_away_is_an_error_that_says_how_far(recorded, value):
    with pytest.raises(AssertionError, match=r"but was 2 ± 1 over 5 seeds on digits"):
        measured("99 f", value)


def test_a_figure_that_was_never_recorded_is_an_error(recorded, monkeypatch):
    for name in ("99 g", "98 f"):
        with pytest.raises(AssertionError, match="was not recorded over seeds on digits"):
            measured(name, 1.0)
    monkeypatch.setenv("CANCE_EDU_DATASET", "mnist")
    with pytest.raises(AssertionError, match="on mnist"):
        measured("99 f", 2.0)


@pytest.mark.parametrize("name", ["f", "auroc cance", "99"])
def test_a_figure_without_its_lesson_is_named(recorded, name):
    with pytest.raises(ValueError, match="expected the lesson first"):
        measured(name, 1.0)


def test_while_recording_figures_are_written_and_not_compared(tmp_path, monkeypatch):
    monkeypatch.setenv("CANCE_EDU_FIGURES", str(tmp_path / "f.jsonl"))
    monkeypatch.setenv("CANCE_EDU_SEED", "3")
    assert measured("anything", 7) == 7
    line = json.loads((tmp_path / "f.jsonl").read_text())
    assert line == {"dataset": lesson_dataset(), "seed": 3, "name": "anything", "value": 7.0}
    assert lesson_seed() == 3


def test_a_range_is_written_from_the_smallest_to_the_largest(recorded):
    assert f"{over_seeds.over_seeds('99 f'):.1f}" == "0.7 to 3.3"
    assert f"{Range((0.614, 0.606)):.0%}" == "61%"
    assert f"{over_seeds.over_seeds('99 g'):.0%}" == "(not recorded yet)"


def test_an_unknown_data_set_is_named(monkeypatch):
    monkeypatch.setenv("CANCE_EDU_DATASET", "fashion")
    with pytest.raises(ValueError, match="'fashion'; expected 'digits' or 'mnist'"):
        lesson_dataset()


@pytest.mark.parametrize("said", ["three", "-1", "1.5"])
def test_a_seed_that_is_no_whole_number_is_named(said, monkeypatch):
    monkeypatch.setenv("CANCE_EDU_SEED", said)
    with pytest.raises(ValueError, match=f"CANCE_EDU_SEED is '{said}'; expected a whole number"):
        lesson_seed()
