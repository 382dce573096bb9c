"""What is measured on a test part, and what an interval lets one say of several measurements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "CONFIDENCE",
    "Pairs",
    "at_a_share",
    "at_a_share_of_all",
    "auroc",
    "mean_interval",
    "measures",
    "one_sided_p",
    "precision_among_highest",
    "variance_of_the_mean",
    "welch_interval",
]

CONFIDENCE = 0.95
"""Of every interval."""

Truth = NDArray[np.bool_]
Scores = NDArray[np.float64]


# -- measures of a test part ----------------------------------------------------------------------


def auroc(is_anomaly: ArrayLike, scores: ArrayLike) -> float:
    """Return the area under the ROC curve: how often an anomaly outscores a normal input.

    Parameters
    ----------
    is_anomaly : array_like of bool, shape (n,)
        The truth.
    scores : array_like of shape (n,)
        Higher is more anomalous.

    Returns
    -------
    float
        In [0, 1]; 1/2 is chance.

    Raises
    ------
    ValueError
        If there are only anomalies, or none: there is no pair to compare.
    """
    from sklearn.metrics import roc_auc_score

    is_anomaly = np.asarray(is_anomaly, dtype=bool)
    if is_anomaly.all() or not is_anomaly.any():
        raise ValueError(
            f"got {is_anomaly.sum()} anomalies among {is_anomaly.size} inputs; an AUROC needs both "
            "normal inputs and anomalies"
        )
    return float(roc_auc_score(is_anomaly, scores))


def precision_among_highest(is_anomaly: Truth, scores: Scores, count: int) -> float:
    """Return the share of anomalies among the highest scores, in [0, 1].

    Of scores that are equal at the threshold any may be taken, so this is the expectation over
    their orders: the AUROC too counts an equal pair by half. At the true number of anomalies
    precision, recall and F1 are this one number.

    Parameters
    ----------
    is_anomaly, scores : array of shape (n,)
        The truth, and what is higher for anomalies.
    count : int
        How many inputs are called anomalous, 1 to n.

    Raises
    ------
    ValueError
        If it is another number.
    """
    if not 1 <= count <= len(scores):
        raise ValueError(f"count is {count}; expected 1 to {len(scores)}, the number of scores")
    threshold = np.sort(scores)[-count]
    above, tied = scores > threshold, scores == threshold
    found = is_anomaly[above].sum() + (count - above.sum()) * is_anomaly[tied].mean()
    return float(found / count)


def at_a_share(is_anomaly: Truth, scores: Scores, share: float = 0.2) -> dict[str, float]:
    """Return precision, recall and F1 if a share of the test part is called anomalous.

    DAGMM (Zong et al. 2018, Sec. 4) calls the 20% of highest energy in KDDCUP99 anomalous. Of a
    few inputs it is one at least.

    Returns
    -------
    dict of str to float
        By the names "precision at 20%", "recall at 20%" and "f1 at 20%".
    """
    count = max(1, round(share * len(scores)))
    precision = precision_among_highest(is_anomaly, scores, count)
    return _three(precision, precision * count / is_anomaly.sum(), f"{share:.0%}")


def at_a_share_of_all(
    is_anomaly: Truth, scores: Scores, training_scores: Scores, share: float = 0.2
) -> dict[str, float]:
    """Return precision, recall and F1 if the threshold is a quantile of all scores together.

    A program of DAGMM that is much copied (danieltan07/dagmm on GitHub) takes it from the training
    part and the test part; then fewer than the share of the test part may be alarms, or more.

    Returns
    -------
    dict of str to float
        By the names "precision at 20% of all", "recall at 20% of all" and "f1 at 20% of all".
    """
    alarm = scores > np.quantile(np.concatenate([training_scores, scores]), 1 - share)
    found = (alarm & is_anomaly).sum()
    precision, recall = found / max(alarm.sum(), 1), found / is_anomaly.sum()
    return _three(precision, recall, f"{share:.0%} of all")


def _three(precision: float, recall: float, where: str) -> dict[str, float]:
    """Return precision, recall and F1 by their names at a threshold."""
    f1 = 2 * precision * recall / (precision + recall) if precision else 0.0
    found = {"precision": precision, "recall": recall, "f1": f1}
    return {f"{name} at {where}": float(value) for name, value in found.items()}


def measures(
    is_anomaly: Truth,
    scores: Scores,
    group: NDArray[np.str_] | None = None,
    training_scores: Scores | None = None,
) -> dict[str, float]:
    """Return all that is measured of scores, as fractions.

    Parameters
    ----------
    is_anomaly, scores : array of shape (n,)
        The truth, and what is higher for anomalies.
    group : array of str, shape (n,), optional
        The kind of each input.
    training_scores : array of shape (m,), optional
        Of the training part.

    Returns
    -------
    dict of str to float
        "auroc", "average_precision", "f1" at the true number of anomalies (GOAD's threshold) and
        what is found at 20% alarms (DAGMM's); with training scores, at 20% of all scores too; and
        "auroc of KIND" for each kind of anomaly, against all normal inputs.
    """
    from sklearn.metrics import average_precision_score

    found = {
        "auroc": auroc(is_anomaly, scores),
        "average_precision": float(average_precision_score(is_anomaly, scores)),
        "f1": precision_among_highest(is_anomaly, scores, int(is_anomaly.sum())),
        **at_a_share(is_anomaly, scores),
    }
    if training_scores is not None:
        found |= at_a_share_of_all(is_anomaly, scores, training_scores)
    kinds = () if group is None else dict.fromkeys(group[is_anomaly].tolist())
    for kind in kinds:
        rows = ~is_anomaly | (group == kind)
        found[f"auroc of {kind}"] = auroc(is_anomaly[rows], scores[rows])
    return found


# -- means and their intervals --------------------------------------------------------------------


def variance_of_the_mean(deviation: float, n: int, overlap: float = 0.0) -> float:
    r"""Return the variance of a mean over n runs, whose splits may overlap.

    .. math:: s^2 \left(\frac{1}{n} + \frac{n_{test}}{n_{train}}\right)

    Each further split of the same data has most of its training rows in common with the others, so
    their mean does not settle as that of n independent runs would. The correction is that of Nadeau
    and Bengio, "Inference for the generalization error" (2003).

    Parameters
    ----------
    deviation : float
        Over runs, with n - 1.
    n : int
        How many.
    overlap : float
        Test inputs for each training input where every run draws a split anew; 0 on one split.
    """
    return deviation**2 * (1 / n + overlap)


def mean_interval(values: ArrayLike, overlap: float = 0.0) -> tuple[float, float]:
    r"""Return the 95% interval of a mean by Student's t.

    .. math:: \bar d \pm t_{n-1} \sqrt{s_d^2 / n}

    Parameters
    ----------
    values : array_like of shape (n,)
        Nearly Gaussian, two or more; independent, or of splits that overlap.
    overlap : float
        As in `variance_of_the_mean`.
    """
    d = np.asarray(values, dtype=float)
    variance = variance_of_the_mean(float(d.std(ddof=1)), d.size, overlap)
    half = _t_quantile(d.size - 1) * np.sqrt(variance)
    return float(d.mean() - half), float(d.mean() + half)


def welch_interval(
    difference: float, variances: Sequence[float], freedoms: Sequence[float]
) -> tuple[float, float]:
    """Return Welch's 95% interval of a difference of two means.

    Parameters
    ----------
    difference : float
        Of the means.
    variances, freedoms : sequence of float
        Of each mean: its variance, and the degrees of freedom of that (Welch and Satterthwaite).
    """
    total = sum(variances)
    if not total:
        return difference, difference
    parts = zip(variances, freedoms, strict=True)
    freedom = total**2 / sum(v**2 / n for v, n in parts if v)
    half = _t_quantile(freedom) * np.sqrt(total)
    return float(difference - half), float(difference + half)


def _t_quantile(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))


# -- two systems on the same splits ---------------------------------------------------------------


@dataclass(frozen=True)
class Pairs:
    """The differences of two systems on the same rows or seeds, `first` minus `second`.

    Attributes
    ----------
    first, second : str
        Their names.
    differences : mapping of str to float
        By row, or by seed.
    overlap : float
        As in `variance_of_the_mean`: above 0 where each seed draws another split.
    """

    first: str
    second: str
    differences: Mapping[str, float]
    overlap: float = 0.0

    @property
    def mean(self) -> float:
        """The mean difference."""
        return float(np.mean(list(self.differences.values())))

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95% interval by Student's t."""
        return mean_interval(list(self.differences.values()), self.overlap)

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out 0: a difference that these pairs can show."""
        low, high = self.interval
        return low > 0 or high < 0

    @property
    def p_value(self) -> float:
        """Of the paper's one-sided Wilcoxon test that `first` is higher."""
        return one_sided_p(list(self.differences.values()))


def one_sided_p(differences: Iterable[float] | NDArray[np.float64]) -> float:
    """Return the exact p-value of Wilcoxon's signed-rank test that differences are above zero.

    Parameters
    ----------
    differences : iterable of float
        Zeros are left out; equal sizes share their mean rank.

    Returns
    -------
    float
        The share of the 2ⁿ choices of signs whose positive ranks sum to no less. How many choices
        give each sum is counted rank by rank, so thirty pairs take no longer than three.
    """
    from scipy.stats import rankdata

    kept = np.asarray(list(differences), dtype=float)
    kept = kept[kept != 0]
    doubled = (2 * rankdata(np.abs(kept))).astype(int)  # whole numbers, for equal sizes share ranks
    ways = [1]
    for rank in doubled:
        without, with_it = [*ways, *[0] * rank], [*[0] * rank, *ways]
        ways = [a + b for a, b in zip(without, with_it, strict=True)]
    return sum(ways[doubled[kept > 0].sum() :]) / 2**kept.size
