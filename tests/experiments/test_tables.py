import pickle

import pytest

from cance_edu.detectors.cance import CANCE
from cance_edu.experiments.comparison import keys
from cance_edu.experiments.paper_tables import AVERAGE, paper_table
from cance_edu.experiments.results import identity
from cance_edu.experiments.tables import TABLES, chosen
from cance_edu.experiments.tasks import slug

PRINTED = [table for table in TABLES.values() if table.printed]


@pytest.mark.parametrize("table", PRINTED, ids=lambda table: table.name)
def test_every_task_has_its_row_in_the_paper_and_every_column_is_printed(table):
    rows = {(row.dataset, row.name): row.cells for row in paper_table(table.name)}
    for task in table.tasks:
        given_rows = {(task.dataset, row) for row in task.rows}
        assert given_rows & rows.keys(), f"{task.dataset} {task.name} is not in {table.name}"
    assert all(table.columns.keys() <= cells.keys() for cells in rows.values())


@pytest.mark.parametrize("table", PRINTED, ids=lambda table: table.name)
def test_every_row_of_the_paper_has_a_task(table):
    ours = {(task.dataset, row) for task in table.tasks for row in task.rows}
    paper = {(row.dataset, row.name) for row in paper_table(table.name) if row.name != AVERAGE}
    assert paper <= ours


def test_fractions_are_fractions_and_percent_are_percent():
    for table in PRINTED:
        values = [cell.value for row in paper_table(table.name) for cell in row.cells.values()]
        assert (max(values) <= 1) == (table.scale == 1)


def test_no_two_tasks_share_their_results():
    tasks = {id(task): task for table in TABLES.values() for task in table.tasks}
    own = [task for table in TABLES.values() for task in table.tasks if task.table == table.name]
    names = [identity(key) for task in own for key in keys(task)]
    assert len(names) == len(set(names))
    # What another table shows is of a task of the table that it was made for.
    shown = {identity(key) for task in tasks.values() for key in keys(task)}
    assert shown == set(names)


@pytest.mark.parametrize("name", TABLES)
def test_tasks_can_be_sent_to_a_worker_and_their_settings_are_the_detectors(name):
    for task in TABLES[name].tasks:
        again = pickle.loads(pickle.dumps(task))
        assert (again.name, again.parameters, again.rows) == (task.name, task.parameters, task.rows)
        CANCE(**task.parameters)


def test_the_papers_numbers_of_latents_are_used():
    latents = {(t.dataset, t.name): t.parameters["latent_dim"] for t in TABLES["table2"].tasks}
    assert latents["MNIST", "0, 8"] == latents["MNIST-C", "MNIST-C"] == 10
    assert {t.parameters["latent_dim"] for t in chosen("table1", "mnist")} == {6}
    assert {t.parameters["latent_dim"] for t in chosen("table1", "cifar10")} == {64}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("digits",), [("digits", str(digit)) for digit in range(10)]),
        (("table1", "mnist", ["8", "2"]), [*[("MNIST", "2")] * 2, *[("MNIST", "8")] * 2]),
        (("table1", "MNIST", ["8"], ""), [("MNIST", "8")]),
        (("table2", "CIFAR-10", ["0,8"]), [("CIFAR-10", "0, 8")] * 2),
        (("table2", None, ["0, 8"]), [("MNIST", "0, 8"), *[("CIFAR-10", "0, 8")] * 2]),
        (("table2", "mnist-c"), [("MNIST-C", "MNIST-C")]),
        (
            ("table5", None, None, "ADBench's split"),
            [("CIFAR-10", "0"), ("CIFAR-10", "4"), ("CIFAR-10", "6")],
        ),
    ],
)
def test_tasks_are_chosen_by_data_set_and_row(words, expected):
    assert [(task.dataset, task.name) for task in chosen(*words)] == expected


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("table9",), "there is no table 'table9'; there are table1, table2"),
        (("table1", "svhn"), "there is no data set 'svhn'; there are mnist, cifar10"),
        (("table2", "mnist", ["0,9"]), "there is no row '0,9'; there are 0,1, 0,8, 1,8"),
        (("table2", "mnist", ["0,1", "8"]), "there is no row '8'"),
        (("table7", None, None, "half"), "there is no protocol 'half'; there are DROCC's split"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(words, reason):
    with pytest.raises(ValueError, match=reason):
        chosen(*words)


@pytest.mark.parametrize(
    ("name", "expected"), [("CIFAR-10", "cifar10"), ("MNIST-C", "mnistc"), ("KDDCUP99", "kddcup99")]
)
def test_a_slug_has_letters_and_digits_alone(name, expected):
    assert slug(name) == expected
