"""The paper's experiments: what a table is made of, running it, and telling how close we come.

`variants` fits the methods of Sec. 4.2 on one split; `tasks` says what each table consists of, and
`measures` what is measured; `fits` and `sweep` run it and `results` keeps it. `paper_tables` has
what the paper prints, `audit` its claims, `comparison` ours beside it; `report` writes that down.
"""

from cance_edu.experiments.variants import Result, auroc, fit_variants

__all__ = ["Result", "auroc", "fit_variants"]
