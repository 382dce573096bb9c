"""How the learned noise lies about the composite features, step by step (Sec. 3.4, Eq. 8 and 12).

A `NoiseRun` is what one detector recorded while it trained; a `NoiseFrame` is what a choice of two
coordinates fixes; a `NoiseView` is what one recorded step of a run looks like in that frame.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cance_edu.course.ellipse import RADIUS, ellipse, noise_ellipse
from cance_edu.course.noise.frame import NoiseFrame, noise_frame
from cance_edu.course.noise.run import NoiseRun, log_density, noise_run, noise_runs
from cance_edu.method.noise import GaussianNoise

__all__ = [
    "NoiseFrame",
    "NoiseRun",
    "NoiseView",
    "log_density",
    "noise_frame",
    "noise_run",
    "noise_runs",
    "noise_view",
]

CELLS = 48
"""Cells along each side of the picture of the log-density."""


@dataclass(frozen=True)
class NoiseView:
    """One recorded step of one run, in a frame.

    Attributes
    ----------
    frame : NoiseFrame
        The two coordinates, the points and the limits.
    objective, initial_scale : str, float
        Of the run.
    step : int
        Steps taken.
    scale : array of shape (D,)
        K's diagonal.
    data_ellipse, noise_ellipse : array of shape (2, 181)
        Around 95% of N(μ, Σ) and of N(μ, K Σ K), in the two coordinates.
    normal_inside, anomalies_inside : array of shape (2,)
        Share of the points inside each of these; NaN without points.
    log_density : array of shape (48, 48)
        -S on the grid of the frame's limits, rows from low to high, all other coordinates at μ.
    volume_ratio, loss, held_out_loss, mass : float
        As in the run.
    """

    frame: NoiseFrame
    objective: str
    initial_scale: float
    step: int
    scale: NDArray[np.float64]
    data_ellipse: NDArray[np.float64]
    noise_ellipse: NDArray[np.float64]
    normal_inside: NDArray[np.float64]
    anomalies_inside: NDArray[np.float64]
    log_density: NDArray[np.float64] = field(repr=False)
    volume_ratio: float
    loss: float
    held_out_loss: float
    mass: float

    @property
    def below_peak(self) -> NDArray[np.float64]:
        """How far the log-density lies below its highest value in the picture, in nats."""
        return self.log_density.max() - self.log_density


def noise_view(run: NoiseRun, frame: NoiseFrame, record: int = -1) -> NoiseView:
    """Return what a recorded step looks like.

    Parameters
    ----------
    run : NoiseRun
        What was recorded.
    frame : NoiseFrame
        Where to look.
    record : int
        Index of the recorded step, the last unless told.
    """
    places = frame.places
    plane = GaussianNoise(run.noise.mean[places], run.noise.covariance[places][:, places])
    scale = torch.as_tensor(run.scale[record])
    unscaled, scaled = torch.ones(2, dtype=torch.float64), scale[places]

    def inside(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([_share_inside(points, plane, k) for k in (unscaled, scaled)])

    return NoiseView(
        frame=frame,
        objective=run.objective,
        initial_scale=run.initial_scale,
        step=int(run.step[record]),
        scale=run.scale[record],
        data_ellipse=ellipse(plane.mean, plane.covariance),
        noise_ellipse=noise_ellipse(plane, scaled),
        normal_inside=inside(frame.normal),
        anomalies_inside=inside(frame.anomalies),
        log_density=log_density(run, _slice(run, frame), record).reshape(CELLS, CELLS).T,
        volume_ratio=float(run.volume_ratio[record]),
        loss=float(run.loss[record]),
        held_out_loss=float(run.held_out_loss[record]),
        mass=float(run.mass[record]),
    )


def _share_inside(points: NDArray[np.float64], plane: GaussianNoise, scale: Tensor) -> float:
    if not len(points):
        return math.nan
    squared = plane.squared_distance(torch.as_tensor(points), scale)
    return (squared <= RADIUS**2).double().mean().item()


def _slice(run: NoiseRun, frame: NoiseFrame) -> Tensor:
    """Return the centres of the picture's cells, the vertical coordinate running fastest."""
    low, high = torch.as_tensor(frame.limits).T
    centres = (torch.arange(CELLS, dtype=torch.float64) + 0.5) / CELLS
    first, second = (low + (high - low) * centres[:, None]).T
    points = run.noise.mean.repeat(CELLS**2, 1)
    points[:, frame.places] = torch.cartesian_prod(first, second)
    return points
