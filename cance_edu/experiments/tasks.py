"""What one row of the experiments is, or several, and what a table of the report is."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cance_edu.datasets import Split
from cance_edu.experiments import measures
from cance_edu.experiments.methods import CANCE_FAMILY, Method

__all__ = ["ReportTable", "Task", "reproduce_command", "slug"]


@dataclass(frozen=True)
class Task:
    """A split that gives one row of a table, or several.

    Attributes
    ----------
    table : str
        The table that it was made for; others may show it too.
    dataset, name : str
        As in `data/paper/`: "MNIST", and for example "8" for the normal class.
    load : callable of int
        Returns the split of a seed. It must be picklable.
    parameters : mapping
        Of `CANCE`, where they are not its defaults.
    protocol : str
        Where there are several: the split, or how images are scaled.
    methods : tuple of Method
        Who takes part.
    measure : callable of truth and scores
        Returns what was measured, by name, as fractions.
    rows : mapping of str to str
        For each row of the table that this task gives: which measure.
    comparable : bool
        Whether the paper's numbers may be of the same protocol.
    """

    table: str
    dataset: str
    name: str
    load: Callable[[int], Split]
    parameters: Mapping[str, Any]
    protocol: str = ""
    methods: tuple[Method, ...] = (CANCE_FAMILY,)
    # As a plain default, the book would describe it a second time, as a method.
    measure: Callable[[Any, Any], dict[str, float]] = field(default_factory=lambda: measures.area)
    rows: Mapping[str, str] = field(default_factory=dict)
    comparable: bool = True

    def __post_init__(self) -> None:
        if not self.rows:
            object.__setattr__(self, "rows", {self.name: "auroc"})


@dataclass(frozen=True)
class ReportTable:
    """A table of the report.

    Attributes
    ----------
    name, title : str
        "table1", and its heading.
    tasks : tuple of Task
        What we run for it.
    columns : mapping of str to str
        For each printed column that we run: our name of the system.
    beside : mapping of str to str
        Our further columns, which the paper does not have.
    paired : sequence of (str, str)
        Columns whose difference is shown, the first minus the second.
    paired_by : {"row", "seed"}
        Whether a difference is that of a row, or of a seed.
    scale : float
        100 where the paper prints percent, 1 where it prints fractions.
    runs : int
        How many runs a printed mean and deviation are of.
    note : str
        What a reader must know of the comparison.
    printed : bool
        Whether it is one of the paper's.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    columns: Mapping[str, str] = field(
        default_factory=lambda: {
            "Error": "error",
            "LatNCE": "latnce",
            "CNCE": "cnce",
            "CANCE": "cance",
        }
    )
    beside: Mapping[str, str] = field(default_factory=dict)
    paired: Sequence[tuple[str, str]] = ()
    paired_by: Literal["row", "seed"] = "row"
    scale: float = 100
    runs: int = 5
    note: str = ""
    printed: bool = True

    @property
    def ours(self) -> dict[str, str]:
        """All columns that we run."""
        return {**self.columns, **self.beside}

    @property
    def digits(self) -> int:
        """Digits behind the point of our numbers, as the paper has them."""
        return 1 if self.scale == 100 else 2

    @property
    def unit(self) -> str:
        """What a difference of 1 is."""
        return "percentage points" if self.scale == 100 else "as a fraction"


def slug(name: str) -> str:
    """Return a data set's name as the command line and files have it: CIFAR-10 is cifar10."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def reproduce_command(
    table: str, dataset: str, protocol: str, seeds: int, row: str | None = None
) -> str:
    """Return the command that runs a table's data set by one protocol; of one row, if given."""
    words = ["cance-edu", "reproduce", table, "--dataset", slug(dataset)]
    words += ["--rows", row] if row is not None else []
    words += ["--protocol", protocol] if protocol else []
    return shlex.join([*words, "--seeds", str(seeds)])
