"""Twenty looks at one table, as a referee reads them: intervals, p-values, Holm, and chance (06b).

The table is `noise_objectives`: AUROCs with K held at 1, held at 1.69, learned by Eq. 8 and by
Eq. 12, without and with the augmentation, on two data sets, for five seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cance_edu.experiments.statistics import mean_interval

__all__ = ["WAYS", "Look", "chance_of_stars", "holm", "looks_at", "signs_against_each_other"]

Array = NDArray[np.float64]

WAYS = ("K = 1", "K = 1.69", "Eq. 8", "Eq. 12")
VARIANTS = ("without", "with")


@dataclass(frozen=True)
class Look:
    """One comparison within seeds, where images and autoencoder are the same.

    Attributes
    ----------
    name : str
        What is compared.
    differences : array of shape (seeds,)
        Of AUROC, in points.
    """

    name: str
    differences: Array

    @property
    def mean(self) -> float:
        """The mean difference."""
        return float(self.differences.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95% interval by Student's t."""
        return mean_interval(self.differences)

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval[0] > 0 or self.interval[1] < 0

    @property
    def p_value(self) -> float:
        """Of Student's two-sided test that the mean is 0."""
        return float(stats.ttest_1samp(self.differences, 0).pvalue)


def looks_at(aurocs: Array, datasets: Sequence[str]) -> list[Look]:
    """Return the twenty looks: each way against K held at 1.69, and what the augmentation adds.

    Parameters
    ----------
    aurocs : array of shape (datasets, seeds, 2, 4)
        In [0, 1].
    datasets : sequence of str
        Their names.
    """
    points = 100 * aurocs
    held = [
        Look(
            f"{data} {VARIANTS[v]}: {WAYS[w]} minus K = 1.69",
            points[i, :, v, w] - points[i, :, v, 1],
        )
        for i, data in enumerate(datasets)
        for v in (0, 1)
        for w in (0, 2, 3)
    ]
    added = [
        Look(f"{data}, {WAYS[w]}: with minus without", points[i, :, 1, w] - points[i, :, 0, w])
        for i, data in enumerate(datasets)
        for w in range(4)
    ]
    return held + added


def signs_against_each_other(aurocs: Array, datasets: Sequence[str]) -> list[Look]:
    """Return the comparison that settles which of the two signs is better: Eq. 12 minus Eq. 8."""
    points = 100 * aurocs
    return [
        Look(f"{data} {VARIANTS[v]}: Eq. 12 minus Eq. 8", points[i, :, v, 3] - points[i, :, v, 2])
        for i, data in enumerate(datasets)
        for v in (0, 1)
    ]


def holm(p_values: ArrayLike) -> Array:
    """Return Holm's adjusted p-values: below 0.05 with probability 5% at most if all nulls hold.

    Parameters
    ----------
    p_values : array_like of shape (n,)
        However they depend on each other.

    Returns
    -------
    array of shape (n,)
        In the same order: the k-th smallest is multiplied by n - k + 1, and none is smaller than
        one before it.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)).clip(max=1)
    adjusted = np.empty_like(p)
    adjusted[order] = steps
    return adjusted


def chance_of_stars(
    looks: int = 20, seeds: int = 5, redraws: int = 20_000, random_state: int = 0
) -> NDArray[np.int64]:
    """Return how many of some looks leave out 0 when nothing is there, redraw by redraw.

    Parameters
    ----------
    looks, seeds : int
        Independent looks, each at so many Gaussian differences of mean 0.
    redraws, random_state : int
        How often, and for the draws.
    """
    rng = np.random.default_rng(random_state)
    d = rng.normal(size=(redraws, looks, seeds))
    t = d.mean(2) / (d.std(2, ddof=1) / np.sqrt(seeds))
    stars: NDArray[np.int64] = (np.abs(t) > stats.t.ppf(0.975, seeds - 1)).sum(1)
    return stars
