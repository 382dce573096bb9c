from pathlib import Path

from cance_edu.files import PROJECT, lesson_number, lessons_in
from cance_edu.method import equations, lognormal
from cance_edu.method.equations import equation_table

TESTS = Path(__file__).parents[1]
PAPER = {*map(str, range(1, 15)), "Prop. 3.1"}


def orphans(numbers, tests):
    """What has no counterpart: numbers without a test, and tests of no number."""
    return {n for n in numbers if not tests.get(n)} | (set(tests) - set(numbers))


def test_every_equation_has_its_object_and_a_test():
    numbers = {line.number for line in equation_table()}
    assert numbers == PAPER
    assert orphans(numbers, equations.tests_by_equation(TESTS)) == set()


def test_a_module_that_is_loaded_again_adds_no_lines(monkeypatch):
    before = equation_table()
    monkeypatch.setattr(equations, "_TABLE", dict(equations._TABLE))
    source = Path(lognormal.__file__).read_text(encoding="utf-8")
    exec(compile(source, lognormal.__file__, "exec"), {"__name__": lognormal.__name__})
    after = equation_table()
    assert [(line.number, line.name) for line in after] == [(b.number, b.name) for b in before]
    assert after[8].target is not before[8].target


def test_the_check_notices_orphans_on_either_side():
    assert orphans({"1", "2"}, {"1": ["t"]}) == {"2"}
    assert orphans({"1"}, {"1": ["t"], "99": ["t"]}) == {"99"}
    assert orphans({"1"}, {"1": []}) == {"1"}


def test_a_marked_test_without_an_assertion_does_not_count(tmp_path):
    marked = "import pytest\n\n@pytest.mark.equation('9')\ndef test_a():\n    {}\n"
    (tmp_path / "test_x.py").write_text(marked.format("pass"))
    assert equations.tests_by_equation(tmp_path) == {}
    (tmp_path / "test_x.py").write_text(marked.format("assert True"))
    assert equations.tests_by_equation(tmp_path) == {"9": ["test_x.py::test_a"]}


def test_tests_in_folders_are_found_and_a_missing_test_is_an_orphan(tmp_path):
    source = "import pytest\n\n@pytest.mark.equation('9', '99')\ndef test_a():\n    assert True\n"
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "test_x.py").write_text(source)
    tests = equations.tests_by_equation(tmp_path)
    assert tests == {"9": ["deeper/test_x.py::test_a"], "99": ["deeper/test_x.py::test_a"]}
    assert orphans(PAPER, tests) == (PAPER - {"9"}) | {"99"}


def test_the_table_is_in_the_papers_order_and_names_lessons():
    table = equation_table()
    assert [line.number for line in table] == [*map(str, range(1, 15)), "Prop. 3.1"]
    lessons = {lesson_number(path.name) for path in lessons_in(PROJECT / "notebooks")}
    assert {line.lesson for line in table} <= lessons
    assert table[8].name == "lognormal.lognormal_mode"
