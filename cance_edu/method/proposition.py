"""Proposition 3.1: with artificial points, the data are denser than the noise (Sec. 3.4, App. C).

One reconstruction feature z is described by its mean μ_z and its standard deviation σ_z; K
(`noise_scale`) says how much wider the noise is. Densities are returned as logarithms, because the
proposition's two sides approach each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu.method.augmentation import Augmentation, truncation_scale
from cance_edu.method.equations import equation
from cance_edu.method.lognormal import (
    lognormal_log_pdf,
    lognormal_mode,
    normal_log_pdf,
    truncated_normal_log_pdf,
)

__all__ = [
    "Dominance",
    "augmented_log_pdf",
    "dominance",
    "dominance_margin",
    "noise_log_pdf",
]

Array = NDArray[np.float64]


def noise_log_pdf(
    z: ArrayLike, mean: ArrayLike, standard_deviation: ArrayLike, noise_scale: ArrayLike = 1.0
) -> Array:
    r"""Return ln p_nK(z), the noise's marginal on one reconstruction feature (Sec. 3.4).

    .. math:: p_{nK}(z) = N(z;\, μ_z,\, K² σ_z²)

    Parameters
    ----------
    z : array_like
        Where to evaluate; the noise has mass below zero, where no error can be.
    mean, standard_deviation, noise_scale : array_like
        μ_z, σ_z and K ≥ 1; K = 1 is the noise that Prop. 3.1 speaks of.

    Returns
    -------
    array
        Natural logarithm of the density.
    """
    scale = np.multiply(noise_scale, standard_deviation)
    return normal_log_pdf(np.asarray(z, dtype=float), np.asarray(mean, dtype=float), scale)


def augmented_log_pdf(
    z: ArrayLike,
    mean: ArrayLike,
    standard_deviation: ArrayLike,
    *,
    mode: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    artificial_share: float = 0.5,
) -> Array:
    r"""Return ln p_m(z), the marginal of Eq. 10 on one reconstruction feature.

    .. math:: p_m(z) = \tfrac12 p_0(z) + \tfrac12 p_t(z)

    Parameters
    ----------
    z, mean, standard_deviation : array_like
        Where to evaluate, and the moments of the feature.
    mode, scale, artificial_share : optional
        End of the truncated normal, its scale, and its share of the mixture. They default to the
        paper's: m_z of Eq. 9, σ_z and one half. Lesson 02 changes them, one at a time, to see what
        the proof needs.

    Returns
    -------
    array
        Natural logarithm of the density.
    """
    mode = lognormal_mode(mean, standard_deviation) if mode is None else mode
    scale = standard_deviation if scale is None else scale
    real = lognormal_log_pdf(z, mean, standard_deviation) + np.log1p(-artificial_share)
    artificial = truncated_normal_log_pdf(z, mode, scale) + np.log(artificial_share)
    return np.logaddexp(real, artificial)


@equation("Prop. 3.1", lesson="02")
def dominance_margin(
    z: ArrayLike,
    mean: ArrayLike,
    standard_deviation: ArrayLike,
    noise_scale: ArrayLike = 1.0,
    augmentation: Augmentation = "paper",
    **changed: Any,
) -> Array:
    r"""Return ln p_m(z) - ln p_nK(z), the margin of Proposition 3.1.

    The proposition says that it is not negative for z in [0, m_z]. Its proof (App. C) is for
    K = 1; for K > 1 and the paper's augmentation the margin can be negative.

    Parameters
    ----------
    z, mean, standard_deviation : array_like
        Where to evaluate, and the moments of the feature.
    noise_scale : array_like
        K ≥ 1.
    augmentation : {"paper", "k-aware"}
        The scale of the truncated normal: σ_z, or K σ_z.
    **changed
        An assumption of the proof to change: `mode`, `scale` or `artificial_share` of
        `augmented_log_pdf`.

    Returns
    -------
    array
        Difference of log-densities; negative where the noise is denser than the data.

    Examples
    --------
    >>> z = [0.1, 0.5]
    >>> (dominance_margin(z, 1.0, 0.4) > 0).tolist()
    [True, True]
    >>> (dominance_margin(z, 1.0, 0.4, noise_scale=1.69) > 0).tolist()
    [False, True]
    """
    changed.setdefault("scale", truncation_scale(standard_deviation, noise_scale, augmentation))
    augmented = augmented_log_pdf(z, mean, standard_deviation, **changed)
    return augmented - noise_log_pdf(z, mean, standard_deviation, noise_scale)


@dataclass(frozen=True, eq=False)
class Dominance:
    """How far Prop. 3.1 holds on [0, m_z], and by how much it fails where it fails.

    Attributes
    ----------
    z, margin : array
        The grid on [0, m_z] and the margin ln p_m - ln p_nK on it.
    lost_share : float
        Share of the interval on which the noise is denser, in [0, 1].
    worst_ratio : float
        The largest p_nK / p_m on the interval; at most 1 where the proposition holds, and inf
        beyond 1.8e308 (spreads σ_z/μ_z below 0.03 under wide noise).
    lost_noise_mass : float
        Share of the noise's whole mass that lies where the noise is denser.
    """

    z: Array
    margin: Array
    lost_share: float
    worst_ratio: float
    lost_noise_mass: float

    @property
    def holds(self) -> bool:
        """Whether the margin is nowhere negative beyond round-off."""
        return self.lost_share == 0


def dominance(
    mean: float,
    standard_deviation: float,
    noise_scale: float = 1.0,
    augmentation: Augmentation = "paper",
    *,
    points: int = 2001,
    **changed: Any,
) -> Dominance:
    """Evaluate the margin of Prop. 3.1 on a grid over [0, m_z] and say how much of it is lost.

    Parameters
    ----------
    mean, standard_deviation, noise_scale : float
        μ_z, σ_z and K.
    augmentation : {"paper", "k-aware"}
        The scale of the truncated normal: σ_z, or K σ_z.
    points : int
        Grid points on [0, m_z], both ends included.
    **changed
        An assumption of the proof to change, as in `dominance_margin`.

    Returns
    -------
    Dominance
        The margin and the size of what is lost; a margin that floats cannot hold counts as lost.

    Raises
    ------
    ValueError
        If the standard deviation is not positive and finite: there are no densities to compare.
    """
    if not 0 < standard_deviation < np.inf:
        raise ValueError(
            f"the standard deviation is {standard_deviation}; "
            "Prop. 3.1 compares densities, whose spread is positive and finite"
        )
    mode = np.asarray(changed.get("mode", lognormal_mode(mean, standard_deviation)))
    z = np.linspace(0, mode, points)
    noise = noise_log_pdf(z, mean, standard_deviation, noise_scale)
    margin = dominance_margin(z, mean, standard_deviation, noise_scale, augmentation, **changed)
    # Both sides are sums of terms as large as the noise's exponent: allow their round-off.
    lost = ~(margin >= -1e-12 * (1 + np.abs(noise)))
    with np.errstate(over="ignore"):
        worst_ratio = float(np.exp(-margin.min()))
    return Dominance(
        z=z,
        margin=margin,
        lost_share=float(np.mean(lost)),
        worst_ratio=worst_ratio,
        lost_noise_mass=float(np.trapezoid(np.where(lost, np.exp(noise), 0.0), z)),
    )
