"""The frame in which runs of the noise contrast are compared: two coordinates, points, limits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cance_edu.course.ellipse import RADIUS
from cance_edu.course.noise.run import NoiseRun

__all__ = ["NoiseFrame", "noise_frame"]


@dataclass(frozen=True)
class NoiseFrame:
    """What two chosen coordinates fix, whatever the step.

    Attributes
    ----------
    coordinates : tuple of str
        All D names.
    places : list of int
        Which two of them: horizontal, vertical.
    normal, anomalies : array of shape (n, 2), (m, 2)
        Composite features in these two; m may be 0.
    limits : array of shape (2, 2)
        Low and high end of each axis: all ellipses of all runs, and most points, lie between.
    largest_scale : float
        Of any K_jj at any step of any run.
    """

    coordinates: tuple[str, ...]
    places: list[int]
    normal: NDArray[np.float64]
    anomalies: NDArray[np.float64]
    limits: NDArray[np.float64]
    largest_scale: float

    @property
    def pair(self) -> tuple[str, str]:
        """The names of the two coordinates."""
        first, second = (self.coordinates[place] for place in self.places)
        return first, second

    @property
    def out_of_sight(self) -> tuple[int, int]:
        """How many normal points and anomalies lie beyond the limits."""
        low, high = self.limits.T
        outside = [((p < low) | (p > high)).any(axis=1) for p in (self.normal, self.anomalies)]
        return int(outside[0].sum()), int(outside[1].sum())


def noise_frame(
    runs: Sequence[NoiseRun],
    normal: ArrayLike,
    anomalies: ArrayLike | None = None,
    pair: Sequence[str] | None = None,
) -> NoiseFrame:
    """Return the frame in which several runs can be compared.

    Parameters
    ----------
    runs : sequence of NoiseRun
        Of the same coordinates.
    normal, anomalies : array_like of shape (n, D), (m, D)
        Composite features.
    pair : sequence of str, optional
        Two different coordinates, horizontal and vertical; the last two unless told.

    Raises
    ------
    ValueError
        If the features have not D coordinates, or the pair is not two of them.
    """
    coordinates = runs[0].coordinates
    normal = _check_features(normal, len(coordinates))
    others = normal[:0] if anomalies is None else _check_features(anomalies, len(coordinates))
    pair = pair or coordinates[-2:]
    if len(set(pair)) != 2 or not set(pair) <= set(coordinates):
        raise ValueError(f"pair is {pair}; expected two different ones of {coordinates}")
    places = [coordinates.index(name) for name in pair]
    return NoiseFrame(
        coordinates=coordinates,
        places=places,
        normal=normal[:, places],
        anomalies=others[:, places],
        limits=_limits(runs, places, normal[:, places], others[:, places]),
        largest_scale=max(float(run.scale.max()) for run in runs),
    )


def _limits(
    runs: Sequence[NoiseRun],
    places: list[int],
    normal: NDArray[np.float64],
    anomalies: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the limits, for which the noise matters most: far anomalies stay outside."""
    in_sight = [np.quantile(normal, [0.01, 0.99], axis=0)]
    if len(anomalies):
        in_sight.append(np.quantile(anomalies, [0.02, 0.25], axis=0))
    for run in runs:
        mean = run.noise.mean.numpy()[places]
        deviation = run.noise.standard_deviation.numpy()[places]
        reach = RADIUS * run.scale[:, places].max(axis=0) * deviation
        in_sight.append(np.stack([mean - reach, mean + reach]))
    low, high = np.min(in_sight, axis=(0, 1)), np.max(in_sight, axis=(0, 1))
    margin = 0.04 * (high - low)
    return np.stack([low - margin, high + margin], axis=1)


def _check_features(features: ArrayLike, dimension: int) -> NDArray[np.float64]:
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[1] != dimension or not len(features):
        raise ValueError(
            f"got features of shape {features.shape}; expected (n, {dimension}): the detector's "
            "`composite_features`, for variant 'latnce' without the last two columns"
        )
    return features
