"""Every old assertion has a place, every bold claim a test, and the tables say so."""

import jupytext
import pytest

from cance_edu.files import lesson_number
from tests.check_notebooks import text_form
from tests.lessons.claims import claims_of
from tests.lessons.prose import bold_claims, plain, prose, unproved
from tests.lessons.tables import (
    FOLDER,
    TABLES,
    assertions,
    has_claims,
    is_rewritten,
    lessons,
    moved_rows,
    tables,
)

REWRITTEN = [lesson for lesson in lessons() if is_rewritten(lesson)]


def test_the_committed_tables_are_those_of_the_sources():
    made = tables()
    assert {path: path.read_text(encoding="utf-8") for path in TABLES.iterdir()} == made


def test_no_old_assertion_is_lost():
    lost = [row for lesson in lessons() for row in moved_rows(lesson) if not row["now"]]
    assert lost == []


@pytest.mark.parametrize("lesson", REWRITTEN, ids=lambda path: path.stem)
def test_every_bold_claim_of_a_lesson_is_registered(lesson):
    claims = claims_of(lesson_number(lesson.name))
    cells = jupytext.read(text_form(lesson)).cells
    assert unproved(cells, [claim.sentence for claim in claims]) == []
    assert len({claim.name for claim in claims}) == len(claims)


@pytest.mark.parametrize("lesson", REWRITTEN, ids=lambda path: path.stem)
def test_every_claim_has_a_scope_and_stands_in_the_lesson(lesson):
    cells = jupytext.read(text_form(lesson)).cells
    said = " ".join(plain(piece) for piece in prose(cells))
    for claim in claims_of(lesson_number(lesson.name)):
        if claim.sentence:
            assert claim.scope, claim.name
            assert plain(claim.sentence) in said, f"{claim.name} is no longer said"


def test_a_claim_that_is_tested_elsewhere_names_a_test_that_is_there():
    for number in filter(has_claims, (lesson_number(lesson.name) for lesson in lessons())):
        for claim in claims_of(number):
            if claim.elsewhere:
                file, _, name = claim.elsewhere.partition("::")
                assert f"def {name}(" in (FOLDER.parents[1] / file).read_text(encoding="utf-8")


def test_old_assertions_are_found_wherever_they_stand():
    loop = "for x in y:\n    assert a < measured('n', x), 'why'\n"
    code = f"{loop}measured('m', 2)\nnp.testing.assert_equal(1, z)"
    assert list(assertions(code)) == [
        "a < measured('n', x)",
        "measured('m', 2)",
        "np.testing.assert_equal(1, z)",
    ]


def test_bold_words_that_claim_are_found_in_markdown_and_in_what_code_tells():
    lesson = jupytext.reads(
        "# %% [markdown]\n# **It never\n# rains.** **Fine.** *always* **Nobody knows**\n"
        "# %%\nlesson.tell('**Because {x:.0%} do.**', x=share)\nprint('**every**')",
        "py:percent",
    )
    assert bold_claims(lesson.cells) == ["It never rains", "Because {x:.0%} do"]
    assert unproved(lesson.cells, ["It never rains!"]) == ["Because {x:.0%} do"]
