"""Lesson 04, composite features: what it shows, its images and its two sources of latents."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from cance_edu import CANCE
from cance_edu.course import recordings
from cance_edu.course.calibration import calibration
from cance_edu.course.composite.directions import along_directions
from cance_edu.course.composite.directions_figure import draw_directions
from cance_edu.course.composite.explorer import VectorsExplorer
from cance_edu.course.composite.figure import moments_animation
from cance_edu.course.composite.panels_figure import (
    draw_comparisons,
    draw_energies,
    draw_reconstructions,
    draw_running,
)
from cance_edu.course.composite.summary import (
    FeatureComparison,
    compare_features,
    running_frames,
    squared_mahalanobis,
)
from cance_edu.course.composite.vectors import Pair, altered, two_vectors
from cance_edu.course.composite.vectors_figure import draw_vectors
from cance_edu.course.over_seeds import lesson_dataset, lesson_seed, over_seeds
from cance_edu.course.page import DEFECTS, lesson_split, with_defect
from cance_edu.course.picture import figure, tell
from cance_edu.course.pictured import pictured
from cance_edu.course.predict import answer, predict
from cance_edu.course.strip import strip
from cance_edu.datasets import Split
from cance_edu.experiments import auroc
from cance_edu.method.composite import (
    PrincipalComponents,
    Representation,
)
from cance_edu.method.moments import RunningMoments, merge_covariances, merge_means
from cance_edu.training.features import composite_features
from cance_edu.training.sources import Source

__all__ = [
    "CANCE",
    "NearestNeighbors",
    "VectorsExplorer",
    "along_directions",
    "altered_images",
    "answer",
    "area",
    "calibration",
    "compare_features",
    "draw_comparisons",
    "draw_directions",
    "draw_energies",
    "draw_reconstructions",
    "draw_running",
    "draw_vectors",
    "features",
    "figure",
    "first",
    "hard",
    "kinds_of_anomalies",
    "latent_dim",
    "lesson_split",
    "merge_covariances",
    "merge_means",
    "mnist_comparison",
    "mnist_planes",
    "moments_animation",
    "normal",
    "np",
    "over_seeds",
    "pairs_of_vectors",
    "pictured",
    "predict",
    "principal_components",
    "rebuilt",
    "recordings",
    "running",
    "running_frames",
    "seed",
    "sources_of_latents",
    "squared_mahalanobis",
    "strip",
    "tell",
    "torch",
    "two_vectors",
]

Array = NDArray[np.float64]

seed = lesson_seed()
"""The lesson's random state."""

_digits = lesson_dataset() == "digits"

normal = [0, 2, 4, 6, 8] if _digits else [8]
"""The normal digits."""

latent_dim = 16 if _digits else 6
"""d."""

first = "PCA" if _digits else "autoencoder"
"""The source of latents that the lesson begins with."""

hard = "faint" if _digits else "ones"
"""What the error misses."""


def sources_of_latents(split: Split) -> dict[str, Representation]:
    """Return principal components and a trained autoencoder of the training images."""
    trained = CANCE("error", latent_dim=latent_dim, random_state=seed).fit(split.train)
    return {"PCA": principal_components(split), "autoencoder": trained.representation_}


def principal_components(split: Split) -> PrincipalComponents:
    """Return principal components of the training images."""
    return PrincipalComponents(split.train[0].size, latent_dim).fit(Source(split.train).batches())


def kinds_of_anomalies(split: Split) -> dict[str, NDArray[np.float32]]:
    """Return anomalies made of held-out images, the other digits, and on MNIST the ones."""
    held_out = split.test[~split.is_anomaly].astype(np.float32)
    kinds: dict[str, NDArray[np.float32]] = {
        kind: with_defect(held_out, kind, seed) for kind in DEFECTS
    }
    half, white = np.float32(0.5), np.float32(1.6)
    kinds |= {"faint": half * held_out, "bright": (white * held_out).clip(0, 1)}
    kinds["other digits"] = split.test[split.is_anomaly]
    return kinds if _digits else kinds | {"ones": split.test[200:400]}


def features(source: Representation, images: NDArray[np.float32]) -> Array:
    """Return z = (z_l, z_e, z_c) of images, shape (n, d + 2)."""
    return composite_features(source, Source(images)).numpy()


def rebuilt(source: Representation, images: NDArray[np.float32]) -> Array:
    """Return x' of images, as rows of pixels."""
    with torch.no_grad():
        decoded = source.decode(source.encode(torch.from_numpy(images)))
    return decoded.flatten(1).double().numpy()


def altered_images(
    source: Representation,
    held_out: NDArray[np.float32],
    anomalies: Mapping[str, NDArray[np.float32]],
) -> tuple[NDArray[np.float32], Array, Array, tuple[str, ...]]:
    """Return what one image becomes: images, reconstructions, z, names (`draw_reconstructions`).

    It is the one whose z_e and z_c change most as those of a typical image do when it is faint.
    """
    change = np.log(
        features(source, anomalies["faint"])[:, -2:] / features(source, held_out)[:, -2:]
    )
    row = int(np.abs(change - np.median(change, axis=0)).sum(1).argmin())
    names = ("a normal image", "half as bright", "black", "with noise", "brighter")
    kinds = (held_out, anomalies["faint"], 0 * held_out, anomalies["noise"], anomalies["bright"])
    images = np.stack([kind[row] for kind in kinds])
    return images, rebuilt(source, images).reshape(images.shape), features(source, images), names


def area(normal_scores: Array, anomalous_scores: Array) -> float:
    """Return the AUROC of scores of normal images and of anomalies."""
    truth = np.repeat([False, True], [len(normal_scores), len(anomalous_scores)])
    return auroc(truth, np.concatenate([normal_scores, anomalous_scores]))


def mnist_groups() -> dict[str, Array]:
    """Return recorded composite features of MNIST's test eights, ones and zeros."""
    recording = recordings.load("mnist_eights")
    labels, z = recording["test_labels"], recording["test_features"]
    return {name: z[labels == digit] for name, digit in (("eights", 8), ("ones", 1), ("zeros", 0))}


def mnist_comparison() -> FeatureComparison:
    """Return how well the parts of z tell MNIST's ones and zeros from eights (recorded)."""
    training = recordings.load("mnist_eights")["train_features"]
    eights, ones, zeros = mnist_groups().values()
    return compare_features(training, eights, {"ones": ones, "zeros": zeros})


def mnist_planes() -> Mapping[str, Array]:
    """Return z_e and z_c of MNIST's eights, ones and zeros (recorded)."""
    return {name: z[:, -2:] for name, z in mnist_groups().items()}


def running(batches: Iterable[Array]) -> RunningMoments:
    """Return the moments of points that come in batches of shape (points, dimension)."""
    first_batch, *others = batches
    moments = RunningMoments(first_batch.shape[1])
    for batch in (first_batch, *others):
        moments.update(torch.from_numpy(batch))
    return moments


def pairs_of_vectors() -> dict[str, Pair]:
    """Return images of MNIST and their reconstructions, as they are and changed."""
    three = pictured()
    (eight, _, one), (rebuilt_eight, ugly, rebuilt_one) = three.image, three.reconstruction
    return {
        "an ordinary eight": (eight, rebuilt_eight),
        "both half as bright": altered(eight, rebuilt_eight, ugly, 0.5, 0, 0),
        "rebuilt too pale": (eight, 0.6 * rebuilt_eight),
        "noise on $x$": altered(eight, rebuilt_eight, ugly, 1, 0.2, 0),
        "rebuilt as the ugly eight": altered(eight, rebuilt_eight, ugly, 1, 0, 1),
        "a one": (one, rebuilt_one),
    }
