"""Two systems on the same splits: what their difference is, over rows or over seeds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata, t

from cance_edu.experiments.comparison import Comparison, Ours
from cance_edu.experiments.paper_tables import AVERAGE

__all__ = ["Pairs", "mean_interval", "one_sided_p", "pairs"]


@dataclass(frozen=True)
class Pairs:
    """The differences of two systems, `first` minus `second`.

    Attributes
    ----------
    first, second : str
        Their columns.
    differences : mapping of str to float
        By row, or by seed, in the table's unit.
    """

    first: str
    second: str
    differences: Mapping[str, float]

    @property
    def mean(self) -> float:
        """The mean difference."""
        return float(np.mean(list(self.differences.values())))

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95% interval by Student's t."""
        return mean_interval(list(self.differences.values()))

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out 0: a difference that these pairs can show."""
        low, high = self.interval
        return low > 0 or high < 0

    @property
    def p_value(self) -> float:
        """Of the paper's one-sided Wilcoxon test that `first` is higher."""
        return one_sided_p(list(self.differences.values()))


def pairs(
    cells: Iterable[Comparison], first: str, second: str, by: Literal["row", "seed"] = "row"
) -> Pairs | None:
    """Pair two columns of a table, on the seeds that both have.

    Parameters
    ----------
    cells : iterable of Comparison
        Of one data set and one protocol.
    first, second : str
        The columns.
    by : {"row", "seed"}
        A difference for each row, the mean over its seeds; or one for each seed that has all
        rows, the mean over these.

    Returns
    -------
    Pairs or None
        None if there are fewer than two differences, which have no spread.
    """
    ours = {(cell.row, cell.column): cell.ours for cell in cells if cell.row != AVERAGE}
    rows = [row for row, column in ours if column == first]
    of_rows = {row: _by_seed(ours[row, first], ours.get((row, second))) for row in rows}
    if by == "row":
        found = {row: float(np.mean(list(d.values()))) for row, d in of_rows.items() if d}
    else:
        whole = set.intersection(*map(set, of_rows.values())) if of_rows else set()
        found = {
            f"seed {seed}": float(np.mean([d[seed] for d in of_rows.values()]))
            for seed in sorted(whole)
        }
    return Pairs(first, second, found) if len(found) > 1 else None


def mean_interval(values: ArrayLike) -> tuple[float, float]:
    r"""Return the 95% interval of a mean by Student's t.

    .. math:: \bar d \pm t_{n-1} \frac{s_d}{\sqrt n}

    Parameters
    ----------
    values : array_like of shape (n,)
        Independent, nearly Gaussian, two or more.
    """
    d = np.asarray(values, dtype=float)
    half = t.ppf(0.975, d.size - 1) * d.std(ddof=1) / np.sqrt(d.size)
    return float(d.mean() - half), float(d.mean() + half)


def one_sided_p(differences: ArrayLike) -> float:
    """Return the exact p-value of Wilcoxon's signed-rank test that differences are above zero.

    Parameters
    ----------
    differences : array_like of shape (n,)
        Zeros are left out; equal sizes share their mean rank.

    Returns
    -------
    float
        The share of the 2ⁿ choices of signs whose positive ranks sum to no less.
    """
    kept = np.asarray(differences, dtype=float)
    kept = kept[kept != 0]
    doubled = (2 * rankdata(np.abs(kept))).astype(int)  # whole numbers, for equal sizes share ranks
    # How many of the 2ⁿ choices give each sum: one number after the other takes part or does not.
    ways = [1]
    for rank in doubled:
        ways = [
            (ways[total] if total < len(ways) else 0) + (ways[total - rank] if total >= rank else 0)
            for total in range(len(ways) + rank)
        ]
    return sum(ways[doubled[kept > 0].sum() :]) / 2**kept.size


def _by_seed(first: Ours | None, second: Ours | None) -> dict[int, float]:
    """Return the differences by seed; none where one of the two was not run."""
    if first is None or second is None:
        return {}
    both = first.values.keys() & second.values.keys()
    return {seed: first.values[seed] - second.values[seed] for seed in sorted(both)}
