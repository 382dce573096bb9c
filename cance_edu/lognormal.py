"""The log-normal reconstruction feature, its mode, and Proposition 3.1 (Sec. 3.4, App. B and C).

One reconstruction feature z, the error z_e or the dissimilarity z_c, is described by its mean
(μ_z) and its standard deviation (σ_z) alone. Everything here is a function of these two numbers,
of K (`noise_scale`, how much wider the noise is) and of z. NumPy arrays in, NumPy arrays out;
densities are returned as logarithms, because the proposition's two sides approach each other.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf

from cance_edu.equations import equation

__all__ = [
    "Augmentation",
    "Dominance",
    "augmented_log_pdf",
    "dominance",
    "dominance_margin",
    "lognormal_log_pdf",
    "lognormal_mode",
    "lognormal_moments",
    "lognormal_parameters",
    "noise_log_pdf",
    "truncated_normal_log_pdf",
    "truncation_scale",
]

Augmentation = Literal["paper", "k-aware"]
Array = NDArray[np.float64]

_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


def lognormal_parameters(mean: ArrayLike, standard_deviation: ArrayLike) -> tuple[Array, Array]:
    r"""Return (μ, σ), the mean and standard deviation of ln z, from the moments of z.

    .. math:: σ² = \ln(1 + σ_z² / μ_z²), \qquad μ = \ln μ_z - σ² / 2   \qquad\text{(App. B)}

    Parameters
    ----------
    mean, standard_deviation : array_like
        μ_z > 0 and σ_z ≥ 0, in the units of z.

    Returns
    -------
    tuple of arrays
        μ and σ, without units.

    Raises
    ------
    ValueError
        If a mean is not positive or a standard deviation is negative.
    """
    mean, standard_deviation = _moments(mean, standard_deviation)
    variance_of_log = np.log1p((standard_deviation / mean) ** 2)
    return np.log(mean) - variance_of_log / 2, np.sqrt(variance_of_log)


def lognormal_moments(mu: ArrayLike, sigma: ArrayLike) -> tuple[Array, Array]:
    r"""Return (μ_z, σ_z), the mean and standard deviation of z, where ln z ~ N(μ, σ²).

    .. math:: μ_z = e^{μ + σ²/2}, \qquad σ_z² = (e^{σ²} - 1)\, e^{2μ + σ²}   \qquad\text{(App. B)}

    Parameters
    ----------
    mu, sigma : array_like
        Mean and standard deviation (not variance) of ln z.

    Returns
    -------
    tuple of arrays
        μ_z and σ_z, in the units of z.
    """
    mean = np.exp(np.asarray(mu, dtype=float) + np.square(sigma) / 2)
    return mean, mean * np.sqrt(np.expm1(np.square(sigma)))


@equation("9", lesson="01")
def lognormal_mode(mean: ArrayLike, standard_deviation: ArrayLike) -> Array:
    r"""Return the mode m_z of a log-normal variable from its moments.

    .. math:: m_z = μ_z \left(\frac{σ_z²}{μ_z²} + 1\right)^{-3/2}   \qquad\text{(Eq. 9, App. B)}

    Parameters
    ----------
    mean, standard_deviation : array_like
        μ_z > 0 and σ_z ≥ 0, in the units of z. The paper calls σ_z a variance; it is its root.

    Returns
    -------
    array
        The most likely value, in (0, μ_z], in the units of z.

    Raises
    ------
    ValueError
        If a mean is not positive or a standard deviation is negative.

    Examples
    --------
    >>> lognormal_mode(mean=1.0, standard_deviation=0.5).round(3).item()
    0.716
    """
    mean, standard_deviation = _moments(mean, standard_deviation)
    return mean * (standard_deviation**2 / mean**2 + 1) ** -1.5


def lognormal_log_pdf(z: ArrayLike, mean: ArrayLike, standard_deviation: ArrayLike) -> Array:
    r"""Return ln p_0(z), the log-density that Sec. 3.4 assumes for a reconstruction feature.

    .. math:: p_0(z) = \frac{1}{z σ \sqrt{2π}} \exp\left[-\frac{(\ln z - μ)²}{2σ²}\right]

    Parameters
    ----------
    z : array_like
        Where to evaluate; the density is 0, its logarithm -inf, for z ≤ 0.
    mean, standard_deviation : array_like
        The moments μ_z > 0 and σ_z > 0 of z.

    Returns
    -------
    array
        Natural logarithm of the density.
    """
    mu, sigma = lognormal_parameters(mean, standard_deviation)
    z = np.asarray(z, dtype=float)
    log_z = np.log(np.where(z > 0, z, 1.0))
    log_density = -((log_z - mu) ** 2) / (2 * sigma**2) - np.log(sigma) - log_z - _LOG_SQRT_2PI
    return np.where(z > 0, log_density, -np.inf)


def truncated_normal_log_pdf(z: ArrayLike, mode: ArrayLike, scale: ArrayLike) -> Array:
    r"""Return ln p_t(z): a normal N(m_z, scale²), kept on [0, m_z] only (Sec. 3.4).

    .. math:: p_t(z) = \frac{N(z;\, m_z, s²)}{Φ(0) - Φ(-m_z / s)},
              \qquad Φ(0) - Φ(-m_z / s) = \tfrac12 \operatorname{erf}\frac{m_z}{s\sqrt2}

    The normaliser is computed by erf: the difference of two values of Φ is exactly 0 in floating
    point once s is much larger than m_z.

    Parameters
    ----------
    z : array_like
        Where to evaluate; -inf outside [0, m_z].
    mode, scale : array_like
        m_z > 0 and s > 0, in the units of z.

    Returns
    -------
    array
        Natural logarithm of the density.
    """
    z, mode, scale = (np.asarray(a, dtype=float) for a in (z, mode, scale))
    log_normaliser = np.log(erf(mode / (scale * np.sqrt(2))) / 2)
    return np.where(
        (z >= 0) & (z <= mode), _normal_log_pdf(z, mode, scale) - log_normaliser, -np.inf
    )


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
    return _normal_log_pdf(np.asarray(z, dtype=float), np.asarray(mean, dtype=float), scale)


def truncation_scale(
    standard_deviation: ArrayLike, noise_scale: ArrayLike, augmentation: Augmentation
) -> Array:
    """Return the scale of the truncated normal: σ_z ("paper", Sec. 3.4) or K σ_z ("k-aware").

    Parameters
    ----------
    standard_deviation, noise_scale : array_like
        σ_z and K.
    augmentation : {"paper", "k-aware"}
        "k-aware" is ours: the truncated normal widens with the noise, and Prop. 3.1 holds again.

    Returns
    -------
    array
        In the units of z.

    Raises
    ------
    ValueError
        If the augmentation is neither of the two.
    """
    if augmentation == "paper":
        return np.multiply(standard_deviation, np.ones_like(noise_scale))
    if augmentation == "k-aware":
        return np.multiply(standard_deviation, noise_scale)
    raise ValueError(f"augmentation is {augmentation!r}; expected 'paper' or 'k-aware'")


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


@dataclass(frozen=True)
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
        The margin and the size of what is lost.
    """
    mode = np.asarray(changed.get("mode", lognormal_mode(mean, standard_deviation)))
    z = np.linspace(0, mode, points)
    noise = noise_log_pdf(z, mean, standard_deviation, noise_scale)
    margin = dominance_margin(z, mean, standard_deviation, noise_scale, augmentation, **changed)
    # Both sides are sums of terms as large as the noise's exponent: allow their round-off.
    lost = margin < -1e-12 * (1 + np.abs(noise))
    with np.errstate(over="ignore"):
        worst_ratio = float(np.exp(-margin.min()))
    return Dominance(
        z=z,
        margin=margin,
        lost_share=float(np.mean(lost)),
        worst_ratio=worst_ratio,
        lost_noise_mass=float(np.trapezoid(np.where(lost, np.exp(noise), 0.0), z)),
    )


def _normal_log_pdf(z: Array, mean: Array, scale: Array) -> Array:
    return -(((z - mean) / scale) ** 2) / 2 - np.log(scale) - _LOG_SQRT_2PI


def _moments(mean: ArrayLike, standard_deviation: ArrayLike) -> tuple[Array, Array]:
    mean = np.asarray(mean, dtype=float)
    standard_deviation = np.asarray(standard_deviation, dtype=float)
    if not np.all(mean > 0):
        raise ValueError(f"the mean is {mean}; a log-normal variable needs a positive mean (Eq. 9)")
    if not np.all(standard_deviation >= 0):
        raise ValueError(f"the standard deviation is {standard_deviation}; expected at least 0")
    return mean, standard_deviation
