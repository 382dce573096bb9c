"""One small experiment for each detector that trains a network, on one class of the digits."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cance_edu.course.detectors.summary import total_variation
from cance_edu.datasets import Split, load_one_class
from cance_edu.datasets.split import with_labels
from cance_edu.detectors.base import Detector
from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.dagmm import DAGMM
from cance_edu.detectors.deep_sad import DeepSAD
from cance_edu.detectors.drocc import DROCC
from cance_edu.detectors.goad import GOAD
from cance_edu.detectors.kde import KDE
from cance_edu.detectors.lsa import LSA, code_nll
from cance_edu.detectors.neighbours import NearestNeighbours
from cance_edu.detectors.vae import VAE, gaussian_kl, gaussian_nll
from cance_edu.experiments import auroc
from cance_edu.training.features import composite_features
from cance_edu.training.sources import Source

__all__ = [
    "OF_MNIST",
    "UNTRAINED",
    "elbo_terms",
    "labelled_anomalies",
    "latents_of_a_mixture",
    "lsa_terms",
    "of_mnist",
    "questions_asked",
    "radii",
    "split_of",
]

UNTRAINED = {"epochs": 1, "learning_rate": 1e-12}
"""Settings under which a network stays as it was drawn, to many digits."""

Areas = dict[str, list[float]]

OF_MNIST: dict[str, Callable[[Split], NDArray[np.float64]]] = {
    "total variation": lambda split: total_variation(split.test),
    "KDE, 10 components": lambda split: _scores(KDE(components=10), split),
    "KDE, 100 components": lambda split: _scores(KDE(components=100), split),
    "1-NN": lambda split: _scores(NearestNeighbours(), split),
}
"""Scores of MNIST's test part that take no training to speak of; the first has no model at all."""


def _scores(detector: Detector, split: Split) -> NDArray[np.float64]:
    return detector.fit(split.train).anomaly_score(split.test)


def of_mnist(digit: int) -> list[float]:
    """Return the AUROC of each score of `OF_MNIST`, with one digit of MNIST normal."""
    split = load_one_class("mnist", [digit])
    return [auroc(split.is_anomaly, score(split)) for score in OF_MNIST.values()]


def elbo_terms(split: Split, seed: int, variances: Sequence[float | str]) -> Areas:
    """Take the VAE's score apart, for several variances of its decoder.

    Returns
    -------
    dict of str to list of float, an entry for each variance
        `error`, `toll` and `sum`: AUROC of the two terms of -ELBO and of both; `share`: how much of
        the spread over the test images the toll has, as a ratio of deviations; `loss`: -ELBO of the
        training images.
    """
    found: Areas = {name: [] for name in ("error", "toll", "sum", "share", "loss")}
    images = torch.from_numpy(split.test)
    for variance in variances:
        settings: Any = {"noise_variance": variance, "epochs": 200, "batch_size": 32}
        vae = VAE(**settings, random_state=seed).fit(split.train)
        with torch.no_grad():
            mean, log_variance = vae.network_.posterior(images)
            rebuilt = vae.network_.decoder(mean)
            error = gaussian_nll(images, rebuilt, vae.noise_variance_).double().numpy()
            toll = gaussian_kl(mean, log_variance).double().numpy()
        for name, scores in (("error", error), ("toll", toll), ("sum", error + toll)):
            found[name].append(auroc(split.is_anomaly, scores))
        found["share"].append(float(toll.std() / error.std()))
        found["loss"].append(vae.losses_[-1])
    return found


def lsa_terms(split: Split, seed: int) -> Areas:
    """Return AUROCs of LSA's error, of its code's surprise, of their sum, and of CANCE."""
    lsa = LSA(epochs=200, batch_size=32, random_state=seed).fit(split.train)
    images, network = torch.from_numpy(split.test), lsa.network_
    with torch.no_grad():
        code = network["encoder"](images)
        error = (images - network["decoder"](code)).flatten(1).square().sum(1)
        surprise = code_nll(code, network["estimator"](code))
    scores = {
        "error": error.numpy(),
        "surprise": surprise.numpy(),
        "sum": lsa.anomaly_score(split.test),
        "CANCE": CANCE(random_state=seed).fit(split.train).anomaly_score(split.test),
    }
    return {name: [auroc(split.is_anomaly, each)] for name, each in scores.items()}


def latents_of_a_mixture(
    split: Split, seed: int, latent_dims: Sequence[int], penalties: Sequence[float]
) -> NDArray[np.float64]:
    """Train DAGMM with more and more latents, with its penalty on small covariances and without.

    Returns
    -------
    array of shape (5, penalties, latents)
        AUROC, NaN where a covariance became singular; the smallest eigenvalue of the mixture's
        covariances; the loss of the last epoch; the mean error z_e of the training images; the
        AUROC of the error alone.
    """
    runs = [[_mixture(split, seed, d, penalty) for d in latent_dims] for penalty in penalties]
    return np.moveaxis(np.array(runs), -1, 0)


def _mixture(split: Split, seed: int, latents: int, penalty: float) -> tuple[float, ...]:
    detector = DAGMM(
        latent_dim=latents, covariance_penalty=penalty, batch_size=128, random_state=seed
    )
    try:
        detector.fit(split.train)
    except FloatingPointError:
        return np.nan, 0.0, np.nan, np.nan, np.nan
    narrowest = torch.linalg.eigvalsh(detector.mixture_[2]).min().item()
    area = auroc(split.is_anomaly, detector.anomaly_score(split.test))
    model = detector.network_.autoencoder
    errors, of_test = (
        composite_features(model, Source(part))[:, -2].numpy() for part in (split.train, split.test)
    )
    of_errors = auroc(split.is_anomaly, of_test)
    return area, narrowest, detector.losses_[-1], errors.mean(), of_errors


def labelled_anomalies(split: Split, seed: int, counts: Sequence[int]) -> list[float]:
    """Return Deep SAD's AUROC, with so many random anomalies shown as such."""
    most = max(counts)
    told = with_labels(split, most, seed)  # one test part for all
    areas = []
    for count in counts:
        shown = slice(len(split.train) + count)
        labels = None if told.train_labels is None else told.train_labels[shown]
        detector = DeepSAD(batch_size=32, random_state=seed).fit(told.train[shown], labels)
        areas.append(auroc(told.is_anomaly, detector.anomaly_score(told.test)))
    return areas


def radii(
    split: Split, seed: int, radius: Sequence[float], ascent_rates: Sequence[float]
) -> list[list[float]]:
    """Return DROCC's AUROC on rows of pixels: a list for each rate of its search, 0 for none."""
    train, test = _rows(split)
    areas = []
    for rate in ascent_rates:
        steps = 50 if rate else 0
        fits = [
            DROCC(
                radius=r,
                ascent_rate=rate,
                ascent_steps=steps,
                epochs=50,
                column_scaling="given",
                random_state=seed,
            ).fit(train)
            for r in radius
        ]
        areas.append([auroc(split.is_anomaly, fit.anomaly_score(test)) for fit in fits])
    return areas


def questions_asked(split: Split, seed: int, maps: Sequence[int]) -> list[list[float]]:
    """Return GOAD's AUROC for so many maps: trained, then with a network as it was drawn."""
    ways: list[dict[str, Any]] = [{}, UNTRAINED]
    return [
        [
            auroc(
                split.is_anomaly,
                GOAD(maps=k, random_state=seed, **way).fit(split.train).anomaly_score(split.test),
            )
            for k in maps
        ]
        for way in ways
    ]


def _rows(split: Split) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return tuple(part.reshape(len(part), -1).astype(float) for part in (split.train, split.test))  # type: ignore[return-value]


def split_of(digit: int) -> Split:
    """Return the digits' split with one normal class, that of seed 0."""
    return load_one_class("digits", [digit])
