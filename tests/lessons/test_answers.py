"""The teacher's key is what the lessons say."""

import json

import pytest

from tests.lessons.answers import BEGIN, END, GUIDE, prompts, with_key


def test_the_teachers_key_is_that_of_the_executed_lessons():
    guide = GUIDE.read_text(encoding="utf-8")
    assert guide.count(BEGIN) == guide.count(END) == 1
    assert with_key(guide) == guide


def test_a_key_that_says_something_else_is_made_anew():
    guide = GUIDE.read_text(encoding="utf-8")
    stale = guide.replace("| 00 |", "| 00 | What else? |", 1)
    assert stale != guide
    assert with_key(stale) == guide


def lesson(tmp_path, *outputs):
    file = tmp_path / "00_made_up.ipynb"
    cell = {"outputs": [{"data": {"text/markdown": t}, "metadata": m} for t, m in outputs]}
    file.write_text(json.dumps({"cells": [{}, cell]}), encoding="utf-8")
    return file


QUESTION = "**Predict.** How many\nof them?\n\n*one · two*", {}
ANSWER = "<details>\n\n**It is 0.5 times\nas many.** For it **is so.**", {"cance_edu": "answer"}


def test_a_prompt_is_its_question_without_options_and_its_answer_without_reasons(tmp_path):
    found = prompts(lesson(tmp_path, QUESTION, ANSWER))
    assert found == [("How many of them?", "0.5 times as many")]


def test_a_question_without_an_answer_is_no_prompt(tmp_path):
    with pytest.raises(ValueError, match="shorter"):
        prompts(lesson(tmp_path, QUESTION))
