"""The K dial: CANCE on all of MNIST's eights, with K held and with K learned (lesson 06).

With K held: eight widths of the noise, on one autoencoder a seed. With K learned by each of three
objectives: the T that was trained; T* of an understudy for the features, fed with fresh draws; and
the same T*, fed with one training set of the understudy again and again. The images that are kept
are MNIST's (LeCun, Cortes and Burges; CC BY-SA 3.0 as commonly stated), in 16 shades.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm.auto import tqdm

from cance_edu.course.dial.rope import LEARNING, FixedSample, optimal_pulls, pulls_on
from cance_edu.course.dial.summary import Run, run_of, stops_of
from cance_edu.course.noise.understudy import AugmentedUnderstudy, augmented_understudy
from cance_edu.course.noise.walk import optimal_walk
from cance_edu.datasets import Images, Split, mnist, one_class
from cance_edu.detectors.cance import CANCE
from cance_edu.method.nce import NoiseObjective
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast
from cance_edu.training.device import private_randomness

SETTINGS: dict[str, Any] = {
    "normal": [8],
    "seeds": [0, 1, 2],
    "scales": [1.0, 1.25, 1.69, 2.0, 2.5, 3.0, 4.0, 5.0],
    "shown": {"normal": 150, "anomalies": 250},
    "objectives": list(LEARNING),
    "pulled_points": 50_000,
    "understudy_set": 5851,
}

SCENES = ("learned", "optimal", "fixed")


def record() -> dict[str, NDArray[Any]]:
    """Fit CANCE with each K for each seed, and under each objective of K for the first.

    Returns
    -------
    dict of str to array
        `scale` (s,), `features` (10000, 8), `labels` and `log_ratio` (s, 10000) of the first seed's
        test images, `mean` and `covariance` of its noise; `areas` and `standing` (seeds, s, 3);
        `shown` and `images`, which test images are drawn and what they look like; `step` (r,),
        `run_scale` (scenes, objectives, r, 8) and `run_pulls` (scenes, objectives, r, 3, 8).
    """
    train, test = mnist("train"), mnist("test")
    split = one_class(train, test, SETTINGS["normal"], "MNIST")
    by_seed = []
    for seed in tqdm(SETTINGS["seeds"], desc="seeds"):
        detectors = held_fits(split, seed)
        by_seed.append(stops_of(detectors, split.test, split.is_anomaly))
        if seed == SETTINGS["seeds"][0]:
            runs = _runs(split, detectors[0], seed)
    first = by_seed[0]
    shown = _shown(split.is_anomaly)
    return {
        "scale": first.scale,
        "features": first.features.astype(np.float32),
        "labels": test.labels.astype(np.uint8),
        "log_ratio": first.log_ratio.astype(np.float32),
        "mean": first.noise.mean.numpy(),
        "covariance": first.noise.covariance.numpy(),
        "areas": np.stack([stops.areas() for stops in by_seed]),
        "standing": np.stack([stops.mean_standing() for stops in by_seed]),
        "shown": shown,
        "images": _in_16_shades(test, shown),
        "step": runs[0][0].step,
        "run_scale": np.array([[run.scale for run in row] for row in runs]).astype(np.float32),
        "run_pulls": np.array([[run.pulls for run in row] for row in runs]).astype(np.float32),
    }


def held_fits(split: Split, seed: int) -> list[CANCE]:
    """Return CANCE with the noise held at each K, all on one autoencoder."""
    representation: Any = "autoencoder"
    detectors = []
    for scale in tqdm(SETTINGS["scales"], desc="K"):
        detector = CANCE(
            representation=representation,
            noise_objective="fixed",
            initial_scale=scale,
            random_state=seed,
        ).fit(split.train)
        representation = detector.representation_
        detectors.append(detector)
    return detectors


def _runs(split: Split, trained: CANCE, seed: int) -> list[list[Run]]:
    """Return what each objective did, scene by scene."""
    features = torch.from_numpy(trained.composite_features(split.train))
    learned = [
        run_of(
            CANCE(
                representation=trained.representation_,
                noise_objective=objective,
                random_state=seed,
            ).fit(split.train),
            features,
            SETTINGS["pulled_points"],
        )
        for objective in tqdm(LEARNING, desc="objectives")
    ]
    noise = trained.noise_
    truth = augmented_understudy(features.numpy(), noise, seed)
    with private_randomness(seed):
        training_set = truth.real.sample(torch.Size([SETTINGS["understudy_set"]]))
    fixed = FixedSample(truth, training_set)
    densities: list[AugmentedUnderstudy | FixedSample] = [truth, fixed]
    optimal = [
        [_optimal_run(density, noise, objective, learned[0].step, seed) for objective in LEARNING]
        for density in tqdm(densities, desc="T*")
    ]
    return [learned, *optimal]


def _optimal_run(
    density: AugmentedUnderstudy | FixedSample,
    noise: GaussianNoise,
    objective: NoiseObjective,
    step: NDArray[np.int64],
    seed: int,
) -> Run:
    """Return K's walk with T* for the network, at the recorded steps of a training."""
    contrast = Contrast(noise_objective=objective, steps=int(step[-1]))
    walk = optimal_walk(density, noise, contrast, random_state=seed)
    scale = walk.scale[np.minimum(step, contrast.rest) - 1]

    def pulled(k: Tensor) -> NDArray[np.float64]:
        with private_randomness(seed):
            return optimal_pulls(density, noise, k, SETTINGS["pulled_points"])

    pulls = np.stack([pulls_on(objective, pulled(torch.from_numpy(k))) for k in scale])
    return Run(step, scale, pulls)


def _shown(is_anomaly: NDArray[np.bool_]) -> NDArray[np.int64]:
    rng = np.random.default_rng(0)
    of_each = zip((~is_anomaly, is_anomaly), SETTINGS["shown"].values(), strict=True)
    return np.concatenate([rng.choice(np.flatnonzero(is_one), n, False) for is_one, n in of_each])


def _in_16_shades(test: Images, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    shades: NDArray[np.uint8] = (test.images[rows, 0] * 15).round().astype(np.uint8) * 17
    return shades
