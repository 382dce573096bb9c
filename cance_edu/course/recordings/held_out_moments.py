"""Does width help on the digits because the noise was measured on memorised features? For 06b.

An autoencoder learns from one half of the digits' eights. The noise gets its mean and covariance
from the features of that half, which the autoencoder knows by heart, or from those of the other
half, which it has not seen. All else is the same: T's data, which are the first half, the
autoencoder, the number of images that a moment is of, and the seed.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import chi2
from torch import Tensor
from tqdm.auto import tqdm

from cance_edu.course.page import lesson_split
from cance_edu.detectors.cance import CANCE
from cance_edu.experiments import auroc
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.moments import moments_of
from cance_edu.method.nce import anomaly_score
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast, train_nce
from cance_edu.training.device import private_randomness

SETTINGS: dict[str, Any] = {
    "normal": [8],
    "dataset": "digits",
    "seeds": [0, 1, 2, 3, 4],
    "variants": ["cnce", "cance"],
    "sources": ["seen", "unseen"],
    "scales": [1.0, 1.69],
    "steps": 1500,
}
"""`sources`: the half whose moments the noise gets; T learns from the seen half in either case."""

Halves = dict[str, Tensor]


def record() -> dict[str, NDArray[Any]]:
    """Fit T with the noise held at each K, for each half that the noise's moments may be of.

    Returns
    -------
    dict of str to array
        `aurocs` (seeds, variants, sources, scales) of S; `gaussian` (seeds, sources) of the noise's
        log-density alone; `inside` (seeds, sources, scales), the share of normal test points within
        the ellipsoid that should hold 95%.
    """
    by_seed = [_one_seed(seed) for seed in tqdm(SETTINGS["seeds"], desc="seeds")]
    aurocs, gaussian, inside = (np.array(values) for values in zip(*by_seed, strict=True))
    return {"aurocs": aurocs, "gaussian": gaussian, "inside": inside}


def _one_seed(seed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    split = lesson_split(SETTINGS["normal"], seed, SETTINGS["dataset"])
    order = np.random.default_rng(seed).permutation(len(split.train))
    rows = dict(zip(("seen", "unseen"), np.array_split(order, 2), strict=True))
    detector = CANCE("error", validation_fraction=0, random_state=seed)
    detector.fit(split.train[rows["seen"]])
    halves = {
        name: torch.from_numpy(detector.composite_features(split.train[half]))
        for name, half in rows.items()
    }
    z, normal = torch.from_numpy(detector.composite_features(split.test)), ~split.is_anomaly
    noises = [noise_of(halves[source]) for source in SETTINGS["sources"]]
    radius = [noise.squared_distance(z[normal]).numpy() for noise in noises]
    edge = chi2.ppf(0.95, z.shape[1])
    inside = [[(r <= edge * k**2).mean() for k in SETTINGS["scales"]] for r in radius]
    gaussian = [auroc(split.is_anomaly, -noise.log_prob(z).numpy()) for noise in noises]
    aurocs = [
        [
            [
                auroc(split.is_anomaly, fitted_score(halves["seen"], noise, variant, k, seed, z))
                for k in SETTINGS["scales"]
            ]
            for noise in noises
        ]
        for variant in SETTINGS["variants"]
    ]
    return np.array(aurocs), np.array(gaussian), np.array(inside)


def noise_of(features: Tensor) -> GaussianNoise:
    """Return N(μ, Σ) with the moments of some features."""
    moments = moments_of([features])
    return GaussianNoise(moments.mean, moments.covariance)


def fitted_score(
    data: Tensor, noise: GaussianNoise, variant: str, scale: float, seed: int, z: Tensor
) -> NDArray[np.float64]:
    """Train T on data against noise held at K = scale, and return S of other points z."""
    augmentation = None
    if variant == "cance":
        augmentation = ReconstructionAugmentation.from_moments(noise.mean, noise.covariance)
    contrast = Contrast(noise_objective="fixed", initial_scale=scale, steps=SETTINGS["steps"])
    with private_randomness(seed) as generator:
        network, k, _ = train_nce(
            data, noise, contrast, generator=generator, augmentation=augmentation
        )
    with torch.no_grad():
        score = anomaly_score(network.double()(z), noise.log_prob(z, k))
    return np.asarray(score)
