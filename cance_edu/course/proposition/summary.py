"""Proposition 3.1 on one feature, and on all features at once.

The margin ln p_m - ln p_nK depends on σ_z / μ_z, the feature's `spread`, and on K alone. So the
mean is 1 everywhere here, and z is in units of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from cance_edu.method.augmentation import Augmentation, truncation_scale
from cance_edu.method.lognormal import lognormal_log_pdf, lognormal_mode, truncated_normal_log_pdf
from cance_edu.method.proposition import (
    Dominance,
    augmented_log_pdf,
    dominance,
    dominance_margin,
    noise_log_pdf,
)

__all__ = [
    "LossMap",
    "PropositionView",
    "loss_map",
    "needed_spread",
    "proposition_view",
    "safe_spread",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PropositionView:
    """The densities of Prop. 3.1 for one feature, and what is lost of it.

    Attributes
    ----------
    z : array of shape (points,)
        In units of μ_z, from below zero, where the noise has mass, to beyond the mean.
    real, artificial, augmented, noise : array of shape (points,)
        p_0, p_t, p_m and p_nK.
    mode : float
        m_z / μ_z, where the guarantee ends.
    dominance : Dominance
        The margin on [0, m_z] and the size of what is lost.
    """

    z: Array
    real: Array
    artificial: Array
    augmented: Array
    noise: Array
    mode: float
    dominance: Dominance


def proposition_view(
    spread: float, noise_scale: float = 1.0, augmentation: Augmentation = "paper"
) -> PropositionView:
    """Return the densities of Prop. 3.1 and its margin, on a grid of a few hundred points.

    Parameters
    ----------
    spread : float
        σ_z / μ_z.
    noise_scale : float
        K.
    augmentation : {"paper", "k-aware"}
        The scale of the truncated normal: σ_z, or K σ_z.
    """
    mode = float(lognormal_mode(1.0, spread))
    # Pairs of points close together, so that p_t ends upright at 0 and at m_z.
    pieces = (-0.25, -1e-9, 25), (0, mode, 250), (mode * (1 + 1e-9), 2, 125)
    z = np.concatenate([np.linspace(*piece) for piece in pieces])
    scale = float(truncation_scale(spread, noise_scale, augmentation))
    return PropositionView(
        z,
        real=np.exp(lognormal_log_pdf(z, 1.0, spread)),
        artificial=np.exp(truncated_normal_log_pdf(z, mode, scale)),
        augmented=np.exp(augmented_log_pdf(z, 1.0, spread, scale=scale)),
        noise=np.exp(noise_log_pdf(z, 1.0, spread, noise_scale)),
        mode=mode,
        dominance=dominance(1.0, spread, noise_scale, augmentation, points=301),
    )


@dataclass(frozen=True)
class LossMap:
    """What is lost of Prop. 3.1 with the paper's augmentation, for many features and many K.

    Attributes
    ----------
    spread : array of shape (n,)
        σ_z / μ_z.
    noise_scale : array of shape (m,)
        K.
    worst_ratio, lost_share, lost_noise_mass : array of shape (m, n)
        As in `Dominance`: how many times denser the noise gets, on what share of [0, m_z], and
        with what share of its mass.
    """

    spread: Array
    noise_scale: Array
    worst_ratio: Array
    lost_share: Array
    lost_noise_mass: Array


def loss_map(spread: ArrayLike, noise_scale: ArrayLike, points: int = 401) -> LossMap:
    """Return what is lost of Prop. 3.1 at every pair of a spread and a K.

    Parameters
    ----------
    spread, noise_scale : array_like
        σ_z / μ_z and K, each of one dimension.
    points : int
        Grid points on [0, m_z].
    """
    spread, noise_scale = np.asarray(spread, dtype=float), np.asarray(noise_scale, dtype=float)
    found = [[dominance(1.0, s, k, points=points) for s in spread] for k in noise_scale]

    def field(name: str) -> Array:
        return np.array([[getattr(one, name) for one in row] for row in found])

    return LossMap(
        spread, noise_scale, field("worst_ratio"), field("lost_share"), field("lost_noise_mass")
    )


def needed_spread(noise_scale: float) -> float:
    """Return the least σ_z / μ_z with which Prop. 3.1 holds at a K > 1 (paper's augmentation).

    Only z = 0 has to be looked at: lesson 02 proves that the guarantee is lost somewhere on
    [0, m_z] exactly if it is lost there.

    Parameters
    ----------
    noise_scale : float
        K, at least 1.01: nearer to 1 every spread from 0.06 on suffices, and at 1 all do.

    Raises
    ------
    ValueError
        If K is less.
    """
    if not noise_scale >= 1.01:
        raise ValueError(
            f"K is {noise_scale}; expected at least 1.01: nearer to 1 little is needed"
        )
    return _root(lambda spread: dominance_margin(0.0, 1.0, spread, noise_scale))


def safe_spread() -> float:
    """Return the least σ_z / μ_z with which Prop. 3.1 holds at every K ≥ 1.

    The worst K for a feature is μ_z / σ_z, where the noise's deviation reaches from μ_z to zero.
    """
    return _root(lambda spread: dominance_margin(0.0, 1.0, spread, 1 / spread))


def _root(margin: Callable[[float], Any]) -> float:
    return float(brentq(lambda spread: float(margin(spread)), 0.05, 1.0))
