"""The proof of Prop. 3.1 as a staircase, and five switches that change an assumption (App. C)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from cance_edu.method.lognormal import (
    lognormal_log_pdf,
    lognormal_mode,
    normal_log_pdf,
    truncated_normal_log_pdf,
)
from cance_edu.method.noise import SCALE_AT_ZERO
from cance_edu.method.proposition import augmented_log_pdf, dominance, noise_log_pdf

__all__ = ["AT_START", "Staircase", "Switch", "families", "staircase", "switches"]

Array = NDArray[np.float64]

AT_START = SCALE_AT_ZERO
"""K where ψ = 0: Sec. 3.5's K = 1 + ln(1 + e^ψ)."""


@dataclass(frozen=True)
class Staircase:
    """The four sides of App. C on [0, m_z], each at least as high as the next.

    Attributes
    ----------
    z : array of shape (points,)
        In units of the mean.
    sides : array of shape (4, points)
        p_m; with the normaliser replaced by one half; with the centre moved to the mean; without
        the real data, which is p_n.
    normaliser : float
        Φ(0) - Φ(-m_z / σ_z).
    """

    z: Array
    sides: Array
    normaliser: float


def staircase(spread: float, points: int = 401) -> Staircase:
    """Return the sides of the proof's three inequalities for a log-normal feature.

    Parameters
    ----------
    spread : float
        σ_z / μ_z.
    points : int
        On [0, m_z], both ends included.
    """
    mode = lognormal_mode(1.0, spread)
    z = np.linspace(0, mode, points)
    half_real = np.exp(lognormal_log_pdf(z, 1.0, spread)) / 2
    at_mode, at_mean = (
        np.exp(normal_log_pdf(z, np.asarray(centre), np.asarray(spread))) for centre in (mode, 1.0)
    )
    artificial = np.exp(truncated_normal_log_pdf(z, mode, spread)) / 2
    sides = [half_real + artificial, half_real + at_mode, half_real + at_mean, at_mean]
    return Staircase(z, np.array(sides), float(at_mode[-1] / (2 * artificial[-1])))


@dataclass(frozen=True)
class Switch:
    """The proposition with one assumption changed.

    Attributes
    ----------
    name : str
        What was changed.
    z, augmented, noise : array of shape (points,)
        From 0 to where the artificial errors end; p_m and p_nK.
    """

    name: str
    z: Array
    augmented: Array
    noise: Array

    @property
    def holds(self) -> bool:
        """Whether the noise is nowhere denser, beyond round-off."""
        return bool((self.augmented >= self.noise * (1 - 1e-12)).all())

    @property
    def lost_at(self) -> Array:
        """Where the noise is denser."""
        return self.z[self.augmented < self.noise * (1 - 1e-12)]


def switches(spread: float) -> list[Switch]:
    """Return the proposition as proved, and with five assumptions changed, one at a time.

    Parameters
    ----------
    spread : float
        σ_z / μ_z.
    """
    changes: dict[str, tuple[float, dict[str, Any]]] = {
        "as proved": (1.0, {}),
        "1 · ends at 1.2 $μ_z$": (1.0, {"mode": 1.2}),
        "2 · one tenth artificial": (1.0, {"artificial_share": 0.1}),
        "3 · half as wide": (1.0, {"scale": spread / 2}),
        "4 · noise with K = 1.69": (AT_START, {}),
    }
    found = []
    for name, (noise_scale, changed) in changes.items():
        z = dominance(1.0, spread, noise_scale, points=401, **changed).z
        augmented = np.exp(augmented_log_pdf(z, 1.0, spread, **changed))
        noise = np.exp(noise_log_pdf(z, 1.0, spread, noise_scale))
        found.append(Switch(name, z, augmented, noise))
    return [*found, Switch("5 · a gamma density", *_other(spread, "gamma"))]


def families(spread: float) -> dict[str, Switch]:
    """Return the proposition for three densities that are not log-normal, of the same moments.

    Parameters
    ----------
    spread : float
        σ_z / μ_z, above 0.1.
    """
    return {name: Switch(name, *_other(spread, name)) for name in ("gamma", "two bumps", "nothing")}


def _other(spread: float, family: str) -> tuple[Array, Array, Array]:
    """Return z, p_m and p_n for a density with mean 1 and this deviation."""
    mode = lognormal_mode(1.0, spread)
    z = np.linspace(0, mode, 401)
    apart, width = np.sqrt(spread**2 - 0.1**2), np.asarray(0.1)
    bumps = (np.exp(normal_log_pdf(z, np.asarray(1 + s * apart), width)) / 2 for s in (-1, 1))
    real = {
        "gamma": gamma(1 / spread**2, scale=spread**2).pdf(z),
        "two bumps": sum(bumps, np.zeros_like(z)),
        "nothing": np.zeros_like(z),
    }[family]
    artificial = np.exp(truncated_normal_log_pdf(z, mode, spread))
    return z, (real + artificial) / 2, np.exp(noise_log_pdf(z, 1.0, spread))
