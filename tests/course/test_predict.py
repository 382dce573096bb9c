"""A prediction is asked for first, kept beside the working copy, and answered."""

import json

import pytest
from IPython.display import Image
from matplotlib.axes import Axes

from cance_edu.course import predict as module
from cance_edu.course.calibration import EMPTY, calibration
from cance_edu.course.guess_controls import GuessControls
from cance_edu.course.guesses import FILE, Guess, kept
from cance_edu.course.picture import figure
from cance_edu.course.predict import answer, guess, predict
from tests.screen import screen_for


@pytest.fixture(autouse=True)
def anew(tmp_path, monkeypatch):
    """A student, in a folder without predictions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CANCE_EDU_GUESSES", raising=False)
    monkeypatch.setattr(module, "_asked", {})


@pytest.fixture
def screen(monkeypatch):
    return screen_for(monkeypatch)


def draw_share(axes: Axes, share: float, said: float | None) -> None:
    axes.bar([0, 1], [share, said or 0])


def picture(said):
    return figure(draw_share, 0.61, said, caption=f"Said {said}.", alt="Bars.")


def ask(screen) -> GuessControls:
    """Ask for a share, and return the controls that the student has."""
    screen.display(predict("01 below", "What share?", unit="%", within=0.1))
    return screen.shown[-1]


def test_the_result_waits_for_the_guess_and_then_says_both(screen):
    controls = ask(screen)
    screen.display(answer("01 below", 0.614, "Of {n}.", picture=picture, n=267))
    assert screen.texts == ["**Predict.** What share?", "", module.ASK]
    controls.controls[0].value = 50
    controls.confidence.value = 0.8
    controls.keep.click()
    said = "You said **50%**; it is **61%**. Of 267."
    assert screen.texts[-1] == f"*Said 0.5.*\n\n{said}"
    assert isinstance(screen.shown[-2], Image)
    assert "Kept: 50%." in controls.message.value
    assert guess("01 below") == 0.5


def test_a_guess_that_is_near_enough_is_right(screen):
    controls = ask(screen)
    controls.controls[0].value = 52
    controls.keep.click()
    screen.display(answer("01 below", 0.61))
    assert screen.texts[-1] == "You said **52%**; it is **61%**. **Right.**"


def test_it_is_kept_in_the_folder_and_known_again(screen, tmp_path):
    controls = ask(screen)
    controls.controls[0].value = 50
    controls.keep.click()
    answer("01 below", 0.61)
    (row,) = json.loads((tmp_path / FILE).read_text()).values()
    assert row == {"guess": 0.5, "confidence": 0.5, "truth": 0.61, "right": False}
    module._asked.clear()
    controls = ask(screen)
    assert controls.controls[0].value == 50
    assert "You said 50%." in controls.message.value
    screen.display(answer("01 below", 0.61))
    assert screen.texts[-1].startswith("You said **50%**")


def test_another_lessons_predictions_stay(screen):
    ask(screen).keep.click()
    screen.display(predict("02 sign", "Which?", options=["less", "more"]))
    controls = screen.shown[-1]
    controls.controls[0].value = "more"
    controls.keep.click()
    assert set(kept()) == {"01 below", "02 sign"}


def test_the_result_can_be_seen_without_a_guess(screen):
    controls = ask(screen)
    screen.display(answer("01 below", 0.61, picture=picture))
    controls.skip.click()
    assert screen.texts[-1] == "*Said None.*\n\n**It is 61%.**"
    assert kept() == {}


def test_nothing_chosen_is_asked_for_again(screen):
    screen.display(predict("02 sign", "Which?", options=["less", "more"]))
    controls = screen.shown[-1]
    controls.keep.click()
    assert "expected one of" in controls.message.value
    assert guess("02 sign") is None


def test_an_order_is_right_as_a_whole(screen):
    screen.display(predict("02 order", "From small to large?", order=["a", "b", "c"]))
    controls = screen.shown[-1]
    controls.controls[0].value = "b"
    controls.keep.click()
    assert "expected an order of" in controls.message.value
    controls.controls[1].value = "a"
    controls.keep.click()
    screen.display(answer("02 order", ["b", "a", "c"]))
    assert screen.texts[-1] == "You said **b, a, c**; it is **b, a, c**. **Right.**"


def test_without_anybody_there_it_is_the_question_and_a_folded_answer(screen, monkeypatch):
    monkeypatch.setenv("CANCE_EDU_GUESSES", "none")
    screen.display(predict("02 sign", "Which?", options=["less", "more"]))
    screen.display(answer("02 sign", "more", "So it is.", picture=picture(None)))
    question, image, caption, (data, metadata) = screen.shown
    assert question.data == "**Predict.** Which?\n\n*less · more*"
    assert isinstance(image, Image)
    assert caption[1] == {"cance_edu": "caption"}
    assert data["text/markdown"].startswith("<details><summary>Answer</summary>\n\n**It is more.**")
    assert metadata == {"cance_edu": "answer"}
    assert kept() == {}


def test_under_test_the_default_is_guessed_and_nothing_is_kept(screen, monkeypatch):
    monkeypatch.setenv("CANCE_EDU_GUESSES", "default")
    ask(screen)
    screen.display(answer("01 below", 0.61, picture=picture))
    assert "You said **50%**; it is **61%**." in screen.texts
    assert calibration().caption.startswith("Your calibration over 1 prediction")
    assert not FILE.exists()


def test_calibration_is_the_share_that_was_right(screen):
    assert calibration().data == EMPTY
    for key, said, sure in (("01 a", 60, 0.95), ("01 b", 10, 0.2), ("01 c", 62, 0.8)):
        screen.display(predict(key, "What share?", unit="%", within=0.1))
        controls = screen.shown[-1]
        controls.controls[0].value, controls.confidence.value = said, sure
        controls.keep.click()
        answer(key, 0.61)
    assert "you were 65% sure on average, and right in 2 of 3" in calibration().caption


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"unit": "%"},
        {"options": ["one"]},
        {"options": ["a", "b"], "unit": "", "within": 1},
        {"options": ["a", "b"], "within": 1},
    ],
)
def test_a_question_is_of_one_kind(given):
    with pytest.raises(ValueError, match="expected options=, order="):
        predict("01 x", "What?", **given)


def test_a_key_names_its_lesson_and_an_answer_its_question():
    with pytest.raises(ValueError, match="expected the lesson first"):
        predict("below", "What?", unit="", within=1)
    with pytest.raises(ValueError, match="nothing was asked as '01 other'"):
        answer("01 other", 1)
    predict("01 sign", "Which?", options=["less", "more"])
    with pytest.raises(ValueError, match="got 'same'; expected one of"):
        answer("01 sign", "same")


def test_a_damaged_file_says_what_to_do(tmp_path):
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text("{")
    with pytest.raises(ValueError, match="delete it to begin anew"):
        predict("01 below", "What share?", unit="%", within=0.1)


def test_an_unknown_reader_is_named(monkeypatch):
    monkeypatch.setenv("CANCE_EDU_GUESSES", "teacher")
    with pytest.raises(ValueError, match="'teacher'; expected 'none' or 'default'"):
        predict("01 below", "What share?", unit="%", within=0.1)


def test_a_guess_is_drawn_beside_the_truth():
    assert Guess(0.5, 0.5).truth is None
    assert picture(0.5).png != picture(None).png
