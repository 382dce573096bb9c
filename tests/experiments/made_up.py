"""Results that nobody computed, as a sweep would have written them."""

from cance_edu.experiments.systems import SYSTEMS
from cance_edu.experiments.tables import TABLES


def results(
    table, dataset, name, column, values, protocol="", differs="", measure="auroc", data="", **more
):
    """Return one result for each seed's value, of that cell of a table."""
    (block,) = [b for b in TABLES[table].blocks if (b.dataset, b.protocol) == (dataset, protocol)]
    (row,) = [row for row in block.rows if row.name == name]
    system = SYSTEMS[block.ours[column]]
    lists = {
        k: list(v) if isinstance(v, tuple) else v
        for k, v in system.settings_on(row.recipe.tags).items()
    }
    return [
        {
            "dataset": dataset,
            "split": row.recipe.name,
            "data_sha256": (data or name[:1] * 8).ljust(64, "0"),
            "system": system.name,
            "settings": {"steps": 1000, **lists},
            "seed": seed,
            "measures": {r.measure: 0.0 for r in block.rows} | {measure: value},
            "trained_on": 100,
            "tested_on": 50,
            "resplit": row.recipe.resplit,
            "differs": differs,
            "made_with": {"cance-edu": "1.0", "torch": "2.0"},
        }
        | more
        for seed, value in enumerate(values)
    ]
