"""NCE where the truth is known: fits for each width of the noise, beside the truth (lesson 06)."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils import vector_to_parameters

from cance_edu.course import recordings
from cance_edu.course.ellipse import RADIUS, ellipse, noise_ellipse
from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.course.noise.known_errors import NOISE, Errors, optimal_log_ratio
from cance_edu.method.nce import LogRatio, anomaly_score
from cance_edu.method.noise import widen
from cance_edu.training.device import private_randomness

__all__ = ["KnownDensityView", "KnownFits", "known_density_view", "known_fits"]

SIDE = 5.0
"""Half the side of the square about the mean on which truth and estimate are shown."""

CELLS = 64
"""Cells along each side of that square."""

DRAWS = 200
"""Points of the data and of the noise at which T* and T are compared."""

LEAST = -12.0
"""Below it, log-odds are as good as minus infinity: what is surely noise costs no loss."""


@dataclass(frozen=True)
class KnownFits:
    """The recorded fits, for each seed and each K on a grid.

    Attributes
    ----------
    scales : tuple of float
        What K_1 and K_2 can be.
    seeds : tuple of int
        Of the fits.
    hidden : tuple of int
        Widths of T's hidden layers.
    weights : array of shape (seeds, K_1, K_2, parameters)
        Of T.
    classifier_error, density_error, mass : array of shape (seeds, K_1, K_2)
        As in `Errors`.
    least_loss : array of shape (K_1, K_2)
        As in `Errors`.
    """

    scales: tuple[float, ...]
    seeds: tuple[int, ...]
    hidden: tuple[int, ...]
    weights: NDArray[np.float32] = field(repr=False)
    classifier_error: NDArray[np.float64]
    density_error: NDArray[np.float64]
    mass: NDArray[np.float64]
    least_loss: NDArray[np.float64]

    def place(self, scale: tuple[float, float], seed: int) -> tuple[int, int, int]:
        """Return the indices of a fit.

        Raises
        ------
        ValueError
            If there is no such fit.
        """
        if not set(scale) <= set(self.scales) or seed not in self.seeds:
            raise ValueError(
                f"there is no fit with K = {scale} and seed {seed}; K is one of {self.scales}, and "
                f"the seed one of {self.seeds}"
            )
        first, second = map(self.scales.index, scale)
        return self.seeds.index(seed), first, second

    def log_ratio(self, scale: tuple[float, float], seed: int) -> LogRatio:
        """Return T as it was fitted, float64."""
        with private_randomness(0):  # a new network draws first weights; these go at once
            network = LogRatio(NOISE.mean, NOISE.standard_deviation, self.hidden).double()
        weights = torch.as_tensor(self.weights[self.place(scale, seed)]).double()
        vector_to_parameters(weights, network.parameters())
        return network.requires_grad_(requires_grad=False)


def known_fits() -> KnownFits:
    """Return the fits that `cance-edu record known_density` made."""
    recording = recordings.load("known_density")
    settings = recording.about["settings"]
    return KnownFits(
        scales=tuple(settings["scales"]),
        seeds=tuple(settings["seeds"]),
        hidden=tuple(settings["hidden"]),
        weights=recording["weights"],
        classifier_error=recording["classifier_error"],
        density_error=recording["density_error"],
        mass=recording["mass"],
        least_loss=recording["least_loss"],
    )


@dataclass(frozen=True)
class KnownDensityView:
    """One fit, beside the truth.

    Attributes
    ----------
    fits : KnownFits
        All of them.
    scale, seed : (float, float), int
        K, and the seed of the fit.
    limits, noise_limits : array of shape (2, 2)
        Low and high end of each axis of `truth` and `estimate`, and of what holds every ellipse.
    truth, estimate : array of shape (64, 64)
        ln p and -S in nats below the truth's peak, rows from low to high.
    data_ellipse, noise_ellipse : array of shape (2, 181)
        Around 95% of N(μ, Σ) and of N(μ, K Σ K).
    data, noise : array of shape (2, 200)
        Draws of p and of p_nK.
    on_data, on_noise : array of shape (2, 200)
        T* and T there, and -12 for what is below.
    classifier_errors, density_errors : array of shape (seeds, K_1)
        At the chosen K_2.
    errors : Errors
        Of the fit.
    """

    fits: KnownFits = field(repr=False)
    scale: tuple[float, float]
    seed: int
    limits: NDArray[np.float64]
    noise_limits: NDArray[np.float64]
    truth: NDArray[np.float64] = field(repr=False)
    estimate: NDArray[np.float64] = field(repr=False)
    data_ellipse: NDArray[np.float64] = field(repr=False)
    noise_ellipse: NDArray[np.float64] = field(repr=False)
    data: NDArray[np.float64] = field(repr=False)
    noise: NDArray[np.float64] = field(repr=False)
    on_data: NDArray[np.float64] = field(repr=False)
    on_noise: NDArray[np.float64] = field(repr=False)
    classifier_errors: NDArray[np.float64]
    density_errors: NDArray[np.float64]
    errors: Errors


@torch.no_grad()
def known_density_view(
    fits: KnownFits, scale: tuple[float, float] = (1.0, 1.0), seed: int = 0
) -> KnownDensityView:
    """Return a fit beside the truth.

    Parameters
    ----------
    fits : KnownFits
        What was recorded.
    scale : (float, float)
        K_1 and K_2, each one of `fits.scales`.
    seed : int
        One of `fits.seeds`.

    Raises
    ------
    ValueError
        If there is no such fit.
    """
    place, network = fits.place(scale, seed), fits.log_ratio(scale, seed)
    k = torch.tensor(scale, dtype=torch.float64)
    cells, truth, data, narrow_noise = _scene()
    estimate = -anomaly_score(network(cells), NOISE.log_prob(cells, k))
    noise = widen(narrow_noise, NOISE.mean, k)

    widest = 1.05 * max(fits.scales) * RADIUS * NOISE.standard_deviation.max().item()

    def best_and_fitted(z: Tensor) -> NDArray[np.float64]:
        return torch.stack([optimal_log_ratio(z, k), network(z)]).clamp(min=LEAST).numpy()

    return KnownDensityView(
        fits=fits,
        scale=scale,
        seed=seed,
        limits=_around_mean(SIDE),
        noise_limits=_around_mean(widest),
        truth=_picture(truth.max() - truth),
        estimate=_picture(truth.max() - estimate),
        data_ellipse=ellipse(NOISE.mean, NOISE.covariance),
        noise_ellipse=noise_ellipse(NOISE, k),
        data=data.T.numpy(),
        noise=noise.T.numpy(),
        on_data=best_and_fitted(data),
        on_noise=best_and_fitted(noise),
        classifier_errors=fits.classifier_error[:, :, place[2]],
        density_errors=fits.density_error[:, :, place[2]],
        errors=_errors(fits, place),
    )


def _picture(cells: Tensor) -> NDArray[np.float64]:
    return cells.reshape(CELLS, CELLS).T.numpy()


def _errors(fits: KnownFits, place: tuple[int, int, int]) -> Errors:
    return Errors(
        least_loss=float(fits.least_loss[place[1:]]),
        classifier=float(fits.classifier_error[place]),
        density=float(fits.density_error[place]),
        mass=float(fits.mass[place]),
    )


@cache
def _scene() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return what no K changes: the cells' centres, ln p there, data, and noise to be widened."""
    centres = SIDE * ((2 * torch.arange(CELLS, dtype=torch.float64) + 1) / CELLS - 1)
    cells = torch.cartesian_prod(centres, centres) + NOISE.mean
    generator = torch.Generator().manual_seed(0)
    data, noise = EXAMPLE.sample(DRAWS, generator), NOISE.sample(DRAWS, generator)
    return cells, EXAMPLE.log_prob(cells), data, noise


def _around_mean(reach: float) -> NDArray[np.float64]:
    return NOISE.mean.numpy()[:, None] + [-reach, reach]
