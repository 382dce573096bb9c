"""The paper's experiments: who takes part, running it, and telling how close we come.

`systems` has the detectors with their settings, `run` fits them on splits, `results` keeps what
came out; `statistics` has measures and intervals, `paper` what the paper prints; `tables` says what
each table is made of, `comparison` holds ours against the paper's, `report` writes that down.
`variants` fits the methods of Sec. 4.2 for a lesson. Reading results imports no detector.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cance_edu.experiments.run import compare
    from cance_edu.experiments.statistics import auroc
    from cance_edu.experiments.variants import Result, fit_variants

__all__ = ["Result", "auroc", "compare", "fit_variants"]

_HOMES = {
    "Result": "variants",
    "auroc": "statistics",
    "compare": "run",
    "fit_variants": "variants",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
