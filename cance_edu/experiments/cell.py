"""One cell: the paper's number and ours, their difference, and what its interval allows to say.

Differences are ours minus the paper's. The paper's number is rounded, so an interval is wider by
half of its last digit on either side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cance_edu.experiments.paper import Printed
from cance_edu.experiments.results import Record
from cance_edu.experiments.statistics import variance_of_the_mean, welch_interval

__all__ = ["FEWEST_SEEDS", "Comparison", "Ours", "Verdict", "difference_interval"]

Verdict = Literal[
    "better",
    "reproduced",
    "not told apart",
    "worse",
    "fewer than 3 seeds",
    "other protocol",
    "not in the paper",
    "not run",
]

FEWEST_SEEDS = 3
"""With two, an interval has one degree of freedom: it is too wide to say anything."""


@dataclass(frozen=True)
class Ours:
    """Our results for one cell.

    Attributes
    ----------
    values : dict of int to float
        By seed, in the paper's unit. A system that no seed changes has one value, seed 0's.
    records : tuple of dict
        The results that they are from.
    """

    values: dict[int, float]
    records: tuple[Record, ...]

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return float(np.mean(list(self.values.values())))

    @property
    def deviation(self) -> float | None:
        """The standard deviation over seeds, with n - 1; None for a single one."""
        return float(np.std(list(self.values.values()), ddof=1)) if len(self.values) > 1 else None

    @property
    def overlap(self) -> float:
        """Test inputs for each training input if each seed drew another split; else 0."""
        ratios = [r["tested_on"] / r["trained_on"] if r["resplit"] else 0.0 for r in self.records]
        return float(np.mean(ratios)) if ratios else 0.0

    @property
    def differs(self) -> str:
        """How the data differ from the official ones; empty if they do not."""
        return "; ".join(dict.fromkeys(r["differs"] for r in self.records if r["differs"]))

    @property
    def checksums(self) -> list[str]:
        """The data's, each once: several where the split follows the seed, and for averages."""
        return list(dict.fromkeys(record["data_sha256"] for record in self.records))


@dataclass(frozen=True)
class Comparison:
    """One cell of a table: the paper's number and ours.

    Attributes
    ----------
    dataset, row, protocol, column : str
        Where it stands; the protocol where there are several.
    paper : Printed or None
        None for what we measure and the paper does not print.
    ours : Ours or None
        None for what was not run.
    runs : int
        How many runs the paper's mean and deviation are of.
    margin : float
        How far apart the two may be for ours to count as reproduced.
    comparable : bool
        Whether the two may be of the same protocol; if not, there is no difference.
    primary : bool
        Whether the protocol is the reading of the paper that counts.
    """

    dataset: str
    row: str
    protocol: str
    column: str
    paper: Printed | None
    ours: Ours | None
    runs: int
    margin: float
    comparable: bool = True
    primary: bool = True

    @property
    def of_the_paper(self) -> bool:
        """Whether it stands for a number of the paper, each of which has one such cell."""
        return self.primary and self.paper is not None

    @property
    def difference(self) -> float | None:
        """Ours minus the paper's, where there are both, and they may be compared."""
        both = self._both
        return both[0].mean - both[1].value if both else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The difference's 95% interval; None without a difference, or with one seed."""
        both = self._both
        if both is None or len(both[0].values) < 2:
            return None
        return difference_interval(both[0].values.values(), both[1], self.runs, both[0].overlap)

    @property
    def _both(self) -> tuple[Ours, Printed] | None:
        if self.ours is None or self.paper is None or not self.comparable:
            return None
        return self.ours, self.paper

    @property
    def verdict(self) -> Verdict:
        """What the interval allows to say.

        "reproduced" if it lies within the margin, whether or not it holds zero; else "better" or
        "worse" if it leaves out zero, and "not told apart" if it holds it.
        """
        if self.ours is None:
            return "not run"
        if self.paper is None:
            return "not in the paper"
        if not self.comparable:
            return "other protocol"
        if self.interval is None or len(self.ours.values) < FEWEST_SEEDS:
            return "fewer than 3 seeds"
        low, high = self.interval
        if -self.margin <= low and high <= self.margin:
            return "reproduced"
        return "better" if low > 0 else "worse" if high < 0 else "not told apart"


def difference_interval(
    values: Iterable[float], paper: Printed, runs: int, overlap: float = 0.0
) -> tuple[float, float]:
    """Return the 95% interval of our mean minus the paper's: Welch's, for two samples.

    Parameters
    ----------
    values : iterable of float
        Ours, two seeds or more.
    paper : Printed
        Without a deviation it is taken as exact but for its rounding.
    runs : int
        How many runs the paper's mean and deviation are of.
    overlap : float
        As in `variance_of_the_mean`; the paper's runs are taken to have drawn splits as ours did.
    """
    ours = np.array(list(values))
    n, deviation = len(ours), paper.deviation or 0.0
    variances = (
        variance_of_the_mean(float(ours.std(ddof=1)), n, overlap),
        variance_of_the_mean(deviation, runs, overlap),
    )
    freedoms = (n - 1, paper.freedom or runs - 1)
    low, high = welch_interval(ours.mean() - paper.value, variances, freedoms)
    return low - paper.rounding, high + paper.rounding
