import pickle

import pytest

from cance_edu.experiments.paper import AVERAGE, paper_table
from cance_edu.experiments.results import slug
from cance_edu.experiments.systems import SYSTEMS
from cance_edu.experiments.tables import TABLES, chosen

PRINTED = [table for table in TABLES.values() if table.printed]
ROWS = [(b, row) for table in TABLES.values() for b in table.blocks for row in b.rows]


@pytest.mark.parametrize("table", PRINTED, ids=lambda table: table.name)
def test_every_column_is_printed(table):
    for row in paper_table(table.name):
        for block in table.blocks:
            if block.dataset == row.dataset:
                assert block.columns.keys() <= row.cells.keys()


@pytest.mark.parametrize("table", PRINTED, ids=lambda table: table.name)
def test_every_row_of_the_paper_is_one_of_ours(table):
    ours = {(block.dataset, row.name) for block in table.blocks for row in block.rows}
    paper = {(row.dataset, row.name) for row in paper_table(table.name) if row.name != AVERAGE}
    assert paper <= ours


def test_fractions_are_fractions_and_percent_are_percent():
    for table in PRINTED:
        values = [cell.value for row in paper_table(table.name) for cell in row.cells.values()]
        assert (max(values) <= 1) == (table.scale == 1)


def test_a_name_is_of_one_split_alone():
    made = {}
    for _, row in ROWS:
        recipe = row.recipe
        of = recipe.dataset, sorted(recipe.tags), pickle.dumps(recipe.make)
        assert made.setdefault(recipe.name, of) == of
    assert len({str(of) for of in made.values()}) == len(made)


def test_every_printed_data_set_has_one_primary_protocol():
    for table in PRINTED:
        primary = [block.dataset for block in table.blocks if block.primary]
        assert sorted(primary) == sorted({block.dataset for block in table.blocks})


@pytest.mark.parametrize("name", TABLES)
def test_recipes_and_systems_can_be_sent_to_a_worker(name):
    for recipe, system in chosen(name):
        again = pickle.loads(pickle.dumps((recipe, system)))
        assert again[0].name == recipe.name
        assert again[1] == system


def latents(table, dataset=None, protocol=None):
    return {
        SYSTEMS["cance"].settings_on(recipe.tags)["latent_dim"]
        for recipe, system in chosen(table, dataset, protocol=protocol)
        if system.name == "cance"
    }


def test_the_papers_numbers_of_latents_are_used():
    assert latents("table1", "mnist") == {6}
    assert latents("table1", "cifar10") == {64}
    assert latents("table2", "mnist-c") == {10}
    six = SYSTEMS["cance_6_latents"]
    pairs = [recipe.tags for recipe, s in chosen("table2", "mnist", None, "6 latents") if s == six]
    assert {six.settings_on(tags)["latent_dim"] for tags in pairs} == {6}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("digits",), [f"digits, normal {digit}" for digit in range(10)]),
        (("table1", "mnist", ["8", "2"]), ["MNIST, normal 2", "MNIST, normal 8"]),
        (
            ("table2", "CIFAR-10", ["0,8"]),
            ["CIFAR-10, normal 0, 8", "CIFAR-10, normal 0, 8, standardised"],
        ),
        (("table2", "mnist-c"), ["MNIST-C"]),
        (
            ("table5", None, None, "ADBench's split"),
            [f"CIFAR-10, normal {c}, ADBench's features and split" for c in (0, 4, 6)],
        ),
    ],
)
def test_splits_are_chosen_by_data_set_and_row(words, expected):
    assert sorted({recipe.name for recipe, _ in chosen(*words)}) == expected


def test_systems_are_chosen_by_their_names():
    found = chosen("table4", systems=["deep_svdd"])
    assert [(recipe.name, system.name) for recipe, system in found] == [("MNIST-C", "deep_svdd")]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("table9",), "there is no table 'table9'; there are table1, table2"),
        (("table1", "svhn"), "there is no data set 'svhn'; there are mnist, cifar10"),
        (("table2", "mnist", ["0,9"]), "there is no row '0,9'; there are 0,1, 0,8, 1,8"),
        (("table2", "mnist", ["0,1", "8"]), "there is no row '8'"),
        (("table7", None, None, "half"), "there is no protocol 'half'; there are DROCC's split"),
        (("table4", None, None, None, ["goad"]), "there is no system 'goad'; there are deep_svdd"),
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
