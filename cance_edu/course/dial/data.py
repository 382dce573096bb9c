"""What the K dial shows, recorded or of a student's own fits, and as its page reads it."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy.stats import chi2

from cance_edu.course.dial.markup import dial_markup, rope_markup
from cance_edu.course.dial.summary import Array, Run, Stops, run_of, stops_of
from cance_edu.course.dial.words import ALT, MORALS, dial_guess, punch, rope_guesses, steady
from cance_edu.course.recordings import Recording, load
from cance_edu.detectors.cance import CANCE
from cance_edu.method.noise import GaussianNoise

__all__ = ["SCENES", "Dial", "edge", "fitted_dial", "page_data", "recorded_dial"]

SCENES = {"learned": "trained T", "optimal": "T*, fresh draws", "fixed": "T*, one training set"}
"""Of the rope: which T pulls K, and what data it is fed with."""

OBJECTIVES = {"eq8": "Eq. 8", "eq12": "Eq. 12", "naive": "naive"}

NOISE_POINTS, SHOWN, COLUMNS, MOST_DIMENSIONS = 300, 400, 20, 16
LIVE_PULLED_POINTS, FIRST_STEP = 4000, 50
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Dial:
    """All that the K dial shows.

    Attributes
    ----------
    stops : Stops
        Of all inputs that were tested.
    shown : array of int, shape (m,)
        Which of them are drawn as points.
    titles : tuple of str
        What each of these is.
    images : array of shape (m, height, width), or None
        uint8; without them there are no pictures.
    areas, standing : array of shape (seeds, s, 3)
        AUROC and mean standing of each part; the first seed's are the stops' own.
    coordinates : tuple of str
        Names of the D composite coordinates.
    normal : str
        What one calls a normal input, and several: "eight", "eights".
    about : str
        What is normal here, and what an anomaly.
    runs : mapping of str to mapping of str to Run
        By scene, then by objective; a scene or an objective that was not run is not there.
    """

    stops: Stops
    shown: NDArray[np.int64]
    titles: tuple[str, ...]
    images: NDArray[np.uint8] | None
    areas: Array
    standing: Array
    coordinates: tuple[str, ...]
    normal: tuple[str, str] = ("normal input", "normal inputs")
    about: str = "A detector has learned from normal inputs alone; these inputs are new to it."
    runs: Mapping[str, Mapping[str, Run]] = field(default_factory=dict)


def recorded_dial(recording: Recording | None = None) -> Dial:
    """Return the dial of MNIST's eights, as `cance-edu record k_dial` recorded it.

    Parameters
    ----------
    recording : Recording, optional
        `load("k_dial")` unless told.
    """
    recording = load("k_dial") if recording is None else recording
    labels, shown = recording["labels"], recording["shown"]
    (normal,) = recording.about["settings"]["normal"]
    noise = GaussianNoise(
        torch.from_numpy(recording["mean"]), torch.from_numpy(recording["covariance"])
    )
    stops = Stops(
        recording["scale"],
        recording["features"].astype(np.float64),
        labels != normal,
        recording["log_ratio"],
        noise,
    )
    return Dial(
        stops=stops,
        shown=shown,
        titles=tuple(f"an {DIGITS[k]}" if k == 8 else f"a {DIGITS[k]}" for k in labels[shown]),
        images=recording["images"],
        areas=recording["areas"],
        standing=recording["standing"],
        coordinates=_coordinates(stops.features.shape[1]),
        normal=(DIGITS[normal], f"{DIGITS[normal]}s"),
        about=f"{DIGITS[normal].capitalize()}s of MNIST are normal here: a detector has learned "
        "from them alone. Every other digit is an anomaly.",
        runs=_recorded_runs(recording),
    )


def fitted_dial(detectors: Sequence[CANCE], normal: ArrayLike, anomalies: ArrayLike) -> Dial:
    """Return the dial of detectors that were fitted here.

    Parameters
    ----------
    detectors : sequence of CANCE
        At least two with the noise held (noise_objective="fixed") at different K, on one
        representation; beside them, any that learn K, for the rope.
    normal, anomalies : array_like of shape (n, ...), (m, ...)
        Inputs that none was fitted on, images or rows of a table.

    Raises
    ------
    NotFittedError, ValueError
        If a detector is not fitted, or they cannot be compared.
    """
    held = [detector for detector in detectors if detector.noise_objective == "fixed"]
    inputs = np.concatenate([np.asarray(normal), np.asarray(anomalies)])
    n = len(np.asarray(normal))
    stops = stops_of(held, inputs, np.arange(len(inputs)) >= n)
    shown = np.concatenate(
        [_spread(np.flatnonzero(of_kind)) for of_kind in (~stops.is_anomaly, stops.is_anomaly)]
    )
    features = torch.from_numpy(stops.features[:n])
    runs: dict[str, Run] = {
        detector.noise_objective: run_of(detector, features, LIVE_PULLED_POINTS)
        for detector in detectors
        if detector.noise_objective != "fixed"
    }
    return Dial(
        stops=stops,
        shown=shown,
        titles=tuple("an anomaly" if stops.is_anomaly[i] else "a normal input" for i in shown),
        images=_pictures(inputs[shown]) if inputs.ndim > 2 else None,
        areas=stops.areas()[None],
        standing=stops.mean_standing()[None],
        coordinates=_coordinates(stops.features.shape[1], held[0].variant != "latnce"),
        runs={"learned": runs} if runs else {},
    )


def page_data(dial: Dial) -> dict[str, Any]:
    """Return the dial as its page reads it, ready for JSON.

    Parameters
    ----------
    dial : Dial
        What to show.

    Returns
    -------
    dict
        Lists, numbers and texts, and the pictures as one data URL.
    """
    asked = _guesses(dial)
    return {
        "markup": _markup(dial, asked),
        **_score_data(dial.stops),
        "areas": dial.areas.round(5).tolist(),
        **_points_data(dial),
        "pictures": None if dial.images is None else _sprite(dial.images),
        "runs": {
            scene: {objective: _run_data(run) for objective, run in by_objective.items()}
            for scene, by_objective in dial.runs.items()
        },
        "firstRecord": _record_at(dial.runs.get("learned", {}), FIRST_STEP),
        "guesses": asked,
        "punch": punch(dial.areas[0], dial.standing[0]),
        "morals": MORALS,
    }


def edge(dimension: int) -> float:
    """Return how far the noise reaches, over K: one of its points in a thousand lies beyond.

    Parameters
    ----------
    dimension : int
        D.

    Returns
    -------
    float
        In spreads, as `Stops.radius`.
    """
    return math.sqrt(chi2.isf(1e-3, dimension) / dimension)


def _guesses(dial: Dial) -> list[dict[str, Any]]:
    """Return the first question, and those on the rope where it has what they ask about."""
    learned = dial.runs.get("learned", {})
    on_the_rope = {"eq8", "eq12"} <= learned.keys() and "optimal" in dial.runs
    return [
        dial_guess(dial.stops, dial.normal[1]),
        *(rope_guesses(learned) if on_the_rope else []),
    ]


def _markup(dial: Dial, guesses: Sequence[Mapping[str, Any]]) -> str:
    """Return the page's HTML."""
    stops = dial.stops
    return dial_markup(
        stops.scale.tolist(),
        guesses[0],
        _rope(dial, guesses[1:]),
        about=dial.about,
        alt=ALT,
        images=len(dial.shown),
        normals=dial.normal[1],
        normal=dial.normal[0],
        n_normal=f"{(~stops.is_anomaly).sum():,}",
        n_anomalies=f"{stops.is_anomaly.sum():,}",
        dimension=stops.features.shape[1],
        noise_ratio=f"{stops.noise_ratio:g}",
        seeds=f"; pale band: {len(dial.areas)} trainings" * (len(dial.areas) > 1),
        steady=steady(dial.areas[0]),
        most_dimensions=MOST_DIMENSIONS,
    )


def _score_data(stops: Stops) -> dict[str, Any]:
    """Return what the score's two parts are made of, at every stop."""
    dimension, normal = stops.features.shape[1], ~stops.is_anomaly
    squared = np.square(stops.radius)
    return {
        "dimension": dimension,
        "stops": stops.scale.tolist(),
        "edge": edge(dimension),
        "edges": [edge(d) for d in range(1, MOST_DIMENSIONS + 1)],
        "logVolume": -float(stops.noise.log_prob(stops.noise.mean[None])),
        "deviation": stops.parts[:, 2, normal].std(1).tolist(),
        "means": {
            name: {
                "squared": float(squared[rows].mean()),
                "learned": stops.learned[:, rows].mean(1).tolist(),
            }
            for name, rows in (("normal", normal), ("anomalies", stops.is_anomaly))
        },
    }


def _points_data(dial: Dial) -> dict[str, Any]:
    """Return the points of the plane, inputs and noise."""
    stops, shown = dial.stops, dial.shown
    dimension = stops.features.shape[1]
    draws = np.random.default_rng(0).normal(size=(NOISE_POINTS, dimension))
    return {
        "points": {
            **_polar(stops.whitened[shown], _directions(stops.whitened[shown])),
            "isAnomaly": stops.is_anomaly[shown].tolist(),
            "title": dial.titles,
            "learned": stops.learned[:, shown].round(4).tolist(),
        },
        "noise": _polar(draws, np.eye(dimension)[:, :2]),
    }


def _recorded_runs(recording: Recording) -> dict[str, dict[str, Run]]:
    objectives = recording.about["settings"]["objectives"]
    return {
        scene: {
            objective: Run(recording["step"], scale, pulls)
            for objective, scale, pulls in zip(objectives, scales, all_pulls, strict=True)
        }
        for scene, scales, all_pulls in zip(
            SCENES, recording["run_scale"], recording["run_pulls"], strict=True
        )
    }


def _coordinates(dimension: int, composite: bool = True) -> tuple[str, ...]:
    latents = [f"latent {j + 1}" for j in range(dimension - 2 * composite)]
    return (*latents, *(["error", "dissimilarity"] * composite))


def _rope(dial: Dial, guesses: Sequence[Mapping[str, Any]]) -> str:
    """Return the rope's HTML, with a button for each scene and objective that was run."""
    if not dial.runs:
        return ""
    runs = dial.runs["learned"]
    choices = {
        "scene": ("Network and data:", {key: SCENES[key] for key in dial.runs}),
        "objective": ("K minimises:", {key: OBJECTIVES[key] for key in runs}),
    }
    last = len(next(iter(runs.values())).step) - 1
    return rope_markup(dial.coordinates, guesses, choices, last)


def _record_at(runs: Mapping[str, Run], step: int) -> int:
    """Return the record of about this step, or 0."""
    return 0 if not runs else int(np.abs(next(iter(runs.values())).step - step).argmin())


def _spread(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return at most so many of the rows as are drawn, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), SHOWN // 2)).astype(int)]


def _directions(whitened: Array) -> Array:
    """Return the two directions, shape (D, 2), in which the points differ most from μ."""
    return np.linalg.svd(whitened, full_matrices=False)[2][:2].T


def _polar(whitened: Array, directions: Array) -> dict[str, list[float]]:
    """Return points by their true distance in D dimensions, and the angle of their projection."""
    x, y = (whitened @ directions).T
    radius = np.sqrt(np.square(whitened).mean(1))
    return {"radius": radius.round(6).tolist(), "angle": np.arctan2(y, x).round(4).tolist()}


def _run_data(run: Run) -> dict[str, Any]:
    return {
        "step": run.step.tolist(),
        "scale": run.scale.astype(float).round(4).tolist(),
        "pulls": run.pulls.astype(float).round(5).tolist(),
    }


def _pictures(images: NDArray[Any]) -> NDArray[np.uint8]:
    """Return images in [0, 1], of one channel or the mean of several, as bytes."""
    grey = images.mean(1) if images.ndim == 4 else images
    return (grey * 255).round().astype(np.uint8)


def _sprite(images: NDArray[np.uint8]) -> dict[str, Any]:
    """Return all pictures as one PNG, in rows of so many columns."""
    n, height, width = images.shape
    rows = -(-n // COLUMNS)
    sheet = np.zeros((rows * COLUMNS, height, width), np.uint8)
    sheet[:n] = images
    sheet = sheet.reshape(rows, COLUMNS, height, width).swapaxes(1, 2)
    buffer = BytesIO()
    Image.fromarray(sheet.reshape(rows * height, -1)).quantize(16).save(
        buffer, "png", optimize=True
    )
    url = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return {"url": url, "columns": COLUMNS, "rows": rows}
