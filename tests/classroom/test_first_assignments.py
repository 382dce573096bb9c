"""Assignments 01 to 04: loopholes that stay closed, a mistake that costs one task, true keys."""

import jupytext
import numpy as np
import pytest
from scipy import stats

from cance_edu.classroom.assignments import ASSIGNMENTS
from cance_edu.course import lesson03
from cance_edu.files import PROJECT
from cance_edu.method.lognormal import lognormal_mode
from cance_edu.method.proposition import dominance


def cells(assignment):
    """The code of an assignment's cells, by their nbgrader name."""
    (path,) = ASSIGNMENTS.glob(f"{assignment}_*.ipynb")
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in jupytext.read(path).cells
        if cell.cell_type == "code" and "nbgrader" in cell.metadata
    }


def run(assignment, *names, **answers):
    """Run an assignment's setup and the cells named, after the answers; return what is defined."""
    found = cells(assignment)
    defined = {}
    exec(found["setup"], defined)
    defined |= answers
    for name in names:
        exec(found[name], defined)
    return defined


def unit_variances(*columns):
    latents = np.column_stack(columns)
    return latents / latents.std(0)


DRAWN = np.random.default_rng(0).normal(size=(3, 100))
RIGHT = {
    "01": {"colleague_is_right": (2.0, 1.0), "colleague_is_wrong": (0.05, 0.02)},
    "02": {"lost": (0.3, 2.0), "kept": (0.5, 8.0)},
    "03": {"latents": unit_variances(DRAWN[0], DRAWN[1], DRAWN[0] + DRAWN[1])},
}
LOOPHOLES = [
    ("01", {"colleague_is_right": (1.0, 0.0)}, "both be positive"),
    ("01", {"colleague_is_right": (1e6, 5.0)}, "a tenth of the mean"),
    ("01", {"colleague_is_right": (1.0, 1e8)}, "times the mode"),
    ("01", {"colleague_is_right": (1e-9, 1e-9)}, "times the mode"),
    ("01", {"colleague_is_right": (1.0, 0.5)}, "is 0.761 times the mode"),
    ("01", {"colleague_is_wrong": (1.0, -0.9)}, "both be positive"),
    ("01", {"colleague_is_wrong": (0.05, 0.001)}, "a tenth of the mean"),
    ("01", {"colleague_is_wrong": (1.0, 0.9)}, "colleague_is_wrong: only"),
    ("02", {"kept": (0.0, 10.0)}, "the spread must be at least 0.1"),
    ("02", {"kept": (np.nan, 10.0)}, "the spread must be at least 0.1"),
    ("02", {"lost": (1e-200, 2.0)}, "the spread must be at least 0.1"),
    ("02", {"kept": (0.5, 11.0)}, "in [1, 10]"),
    ("02", {"kept": (0.5, 1.5)}, "a larger K"),
    ("02", {"lost": (0.5, 2.0)}, "lost: only 0.00%"),
    ("02", {"kept": (0.3, 8.0)}, "kept: 29"),
    ("03", {"latents": np.ones((3, 100))}, "the shape is (3, 100)"),
    ("03", {"latents": np.ones((100, 3))}, "the variances are [0. 0. 0.]"),
    ("03", {"latents": unit_variances(*DRAWN)}, "the condition number is 1."),
]


@pytest.mark.parametrize("assignment", RIGHT)
def test_a_right_answer_passes_the_break_cell(assignment):
    run(assignment, "break-test", **RIGHT[assignment])


@pytest.mark.parametrize(("assignment", "answers", "said"), LOOPHOLES)
def test_a_degenerate_answer_fails_and_is_told_why(assignment, answers, said):
    with pytest.raises(AssertionError) as failure:
        run(assignment, "break-test", **RIGHT[assignment] | answers)
    assert said in str(failure.value)


def test_an_infinite_spread_is_no_way_to_keep_the_proposition():
    with pytest.raises(ValueError, match="positive and finite"):
        run("02", "break-test", lost=(0.3, 2.0), kept=(np.inf, 8.0))


def test_a_mistake_in_one_task_does_not_cost_the_next():
    run("02", "k-aware", "k-aware-test", truncated_normal=lambda u, mode, scale: u * mode)
    with pytest.raises(AssertionError):
        run("02", "k-aware-test", k_aware=lambda u, mode, deviation, k: u * mode)
    run("03", "break", "break-test", covariance_loss=lambda latent: 0.0)


def test_the_calls_in_the_texts_show_what_was_to_be_predicted():
    found = run("01", "predict", "mode")
    assert (found["my_prediction"], found["mode"](1, 1) < 0.5) == ("below", True)
    assert run("02", "predict")["my_prediction"] is dominance(1.0, 0.5, noise_scale=1.69).holds
    found = run("04", "predict", "features")
    x, y = np.random.default_rng(0).random((2, 1, 3, 5))
    one, other = (found["reconstruction_features"](x + by, y + by)[0] for by in (0, 0.1))
    assert found["my_prediction"] == "z_c"
    assert np.isclose(one, other).tolist() == [True, False]


def test_the_key_of_01_names_variables_whose_mode_is_above_the_mean():
    beta, weibull = stats.beta(5, 2), stats.weibull_min(3.4)
    for variable, mode, mean in ((beta, 0.8, 0.714), (weibull, 0.903, 0.898)):
        z = np.linspace(0, 2, 20_001)
        assert abs(z[variable.pdf(z).argmax()] - mode) < 5e-4
        assert abs(variable.mean() - mean) < 5e-4
    assert beta.stats("s") < 0 < weibull.stats("s")
    assert round(float(lognormal_mode(beta.mean(), beta.std())), 2) == 0.66


def test_the_key_of_03_is_what_was_recorded():
    recording = lesson03.recordings.load("covariance")
    sixteen, many = (lesson03.weight_path(recording, d) for d in (16, 32))

    def at(path, weight):
        row = list(path.weights).index(weight)
        return path.reconstruction_losses[row].mean(), path.condition_numbers[row].mean()

    assert 100 < 64 * 3 < 1000
    assert round(at(sixteen, 3)[0], 2) == 0.37
    assert 0.495 < at(sixteen, 100)[0] < at(sixteen, 1000)[0]
    assert round(at(sixteen, 3)[1]) == round(at(sixteen, 100)[1]) == 3
    assert 30 < 64 * 1 < 100
    assert [round(at(many, weight)[0], 2) for weight in (1, 30, 100)] == [0.31, 0.22, 0.25]
    assert round(at(many, 1)[1], -3) == 43_000
    assert 400 < at(many, 30)[1] < 600 < at(many, 100)[1] < 800


def test_the_key_of_04_is_what_lesson_04_shows():
    lesson = PROJECT / "notebooks" / "04_composite_features.ipynb"
    shown = str([cell.get("outputs") for cell in jupytext.read(lesson).cells])
    for words in ("is 46%, the latents' 87%", "97% against 47%", "judge 33%", "(92%)"):
        assert words in shown, words
