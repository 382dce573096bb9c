import pickle

import pytest

from cance_edu.experiments.paper import AVERAGE, paper_table
from cance_edu.experiments.systems import SYSTEMS
from cance_edu.experiments.tables import TABLES, chosen

PRINTED = [table for table in TABLES.values() if table.printed]


@pytest.mark.parametrize("table", PRINTED, ids=lambda table: table.name)
def test_every_block_has_rows_in_the_paper_and_every_column_is_printed(table):
    rows = {(row.dataset, row.name): row.cells for row in paper_table(table.name)}
    for block in table.blocks:
        ours = {(block.dataset, row.name) for row in block.rows}
        assert ours & rows.keys(), f"{block.dataset}, {block.protocol} is not in {table.name}"
    assert all(table.columns.keys() <= cells.keys() for cells in rows.values())


@pytest.mark.parametrize("table", PRINTED, ids=lambda table: table.name)
def test_every_row_of_the_paper_is_run(table):
    ours = {(block.dataset, row.name) for block in table.blocks for row in block.rows}
    paper = {(row.dataset, row.name) for row in paper_table(table.name) if row.name != AVERAGE}
    assert paper <= ours


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_one_reading_of_each_data_set_is_the_primary_one(table):
    primary = [(b.dataset, column) for b in table.blocks if b.primary for column in b.columns]
    assert len(primary) == len(set(primary))
    if table.printed:
        assert {dataset for dataset, _ in primary} == {block.dataset for block in table.blocks}
        assert all(block.comparable for block in table.blocks if block.primary)


def test_fractions_are_fractions_and_percent_are_percent():
    for table in PRINTED:
        values = [cell.value for row in paper_table(table.name) for cell in row.cells.values()]
        assert (max(values) <= 1) == (table.scale == 1)


def test_a_name_of_a_split_is_that_of_one_split():
    recipes = {}
    for table in TABLES.values():
        for block in table.blocks:
            for row in block.rows:
                known = recipes.setdefault(row.recipe.name, row.recipe)
                assert (known.tags, known.resplit) == (row.recipe.tags, row.recipe.resplit)
                assert known.make.args == row.recipe.make.args if hasattr(known.make, "args") else 1


@pytest.mark.parametrize("name", TABLES)
def test_splits_and_systems_can_be_sent_to_a_worker(name):
    for recipe, system in chosen(name):
        again, same = pickle.loads(pickle.dumps((recipe, system)))
        assert (again.name, same) == (recipe.name, system)


def latents(table, dataset, row=None, protocol=None, system="cance"):
    found = chosen(table, dataset, row and [row], protocol, [system])
    return {system.settings_on(recipe.tags)["latent_dim"] for recipe, system in found}


def test_the_papers_numbers_of_latents_are_used():
    assert latents("table1", "mnist", protocol="") == {6}
    assert latents("table1", "cifar10", protocol="images in [0, 1]") == {64}
    assert latents("table2", "mnistc") == {10}
    # Sec. 4.4: pairs have the hyper-parameters of a single class; ten were our first reading.
    assert latents("table2", "mnist", "0,8", "6 latents", "cance_6_latents") == {6}
    assert latents("table2", "mnist", "0,8", "10 latents, our first reading") == {10}


def unique(found):
    return list(dict.fromkeys((recipe.dataset, recipe.name) for recipe, _ in found))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("digits",), [("digits", f"digits, normal {digit}") for digit in range(10)]),
        (("table1", "mnist", ["8", "2"]), [("MNIST", f"MNIST, normal {k}") for k in (2, 8)]),
        (("table1", "MNIST", ["8"], ""), [("MNIST", "MNIST, normal 8")]),
        (("table2", "MNIST", ["0,8"]), [("MNIST", "MNIST, normal 0, 8")]),
        (
            ("table2", None, ["0, 8"], "images in [0, 1]"),
            [("CIFAR-10", "CIFAR-10, normal 0, 8")],
        ),
        (("table2", "mnist-c"), [("MNIST-C", "MNIST-C")]),
        (
            ("table5", None, None, "ADBench's split"),
            [
                ("CIFAR-10", f"CIFAR-10, normal {k}, ADBench's features and split")
                for k in (0, 4, 6)
            ],
        ),
    ],
)
def test_splits_are_chosen_by_data_set_row_and_protocol(words, expected):
    assert unique(chosen(*words)) == expected


def test_systems_are_chosen_by_name():
    found = chosen("table7", "abalone", None, "GOAD's split", ["gaussian", "cance"])
    assert [system.name for _, system in found] == ["cance", "gaussian"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("table9",), "there is no table 'table9'; there are table1, table2"),
        (("table1", "svhn"), "there is no data set 'svhn'; there are mnist, cifar10"),
        (("table2", "mnist", ["0,9"]), "there is no row '0,9'; there are 0,1, 0,8, 1,8"),
        (("table2", "mnist", ["0,1", "8"]), "there is no row '8'"),
        (("table7", None, None, "half"), "there is no protocol 'half'; there are DROCC's split"),
        (("digits", None, None, "half"), "there is no protocol 'half'; leave the protocol out"),
        (
            ("table1", None, None, None, ["gaussian"]),
            "there is no system 'gaussian' in table1; there are",
        ),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(words, reason):
    with pytest.raises(ValueError, match=reason):
        chosen(*words)


def test_every_system_that_a_table_shows_is_known():
    shown = {s for t in TABLES.values() for block in t.blocks for s in block.ours.values()}
    assert shown <= SYSTEMS.keys()


def test_a_reduced_form_says_what_the_settings_are():
    lsa, pixelcnn = (SYSTEMS[name].settings_on({"images"}) for name in ("lsa", "pixelcnn"))
    dagmm = SYSTEMS["dagmm_0"].settings_on({"table", "Thyroid"})
    images = SYSTEMS["ocsvm"].settings_on({"images"})["max_samples"]
    said = TABLES["table3"].reduced
    assert f"{lsa['epochs']} epochs" in said["LSA"]
    assert said["Pix-CNN"] == f"{pixelcnn['layers']} layers of {pixelcnn['channels']} channels"
    assert f" {images:,} " in TABLES["table4"].reduced["SVDD"]
    assert f" {dagmm['epochs']:,} " in TABLES["table7"].reduced["DAGMM"]
