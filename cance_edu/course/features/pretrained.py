"""A classifier trained on some classes as a source of features for others: Sec. 4.5 in small.

ResNet-18 learned its features from ImageNet's labels; this network learns them from a few digits,
in seconds and without a download.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from cance_edu.training.device import private_randomness

__all__ = ["SmallClassifier", "features_of", "pretrain", "scattered"]

Pixels = NDArray[np.float32]


def scattered(images: Pixels, rng: np.random.Generator, size: int = 20) -> Pixels:
    """Put each image at a random place of a dark canvas, of `size` by `size` pixels."""
    n, channels, height, width = images.shape
    canvas = np.zeros((n, channels, size, size), dtype=np.float32)
    corners = rng.integers((size - height + 1, size - width + 1), size=(n, 2))
    for page, image, (top, left) in zip(canvas, images, corners, strict=True):
        page[:, top : top + height, left : left + width] = image
    return canvas


class SmallClassifier(nn.Module):
    """Three convolutions, the mean of each map over the image, and a linear layer.

    As in ResNet-18, the means are the features: the linear layer is for training alone. For they
    are means, images may have any size.

    Parameters
    ----------
    n_classes : int
        Classes to tell apart.
    n_features : int
        Maps of the last convolution.
    """

    def __init__(self, n_classes: int, n_features: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for n_in, n_out in ((1, 16), (16, 32), (32, n_features)):
            layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU()]
        layers.insert(3, nn.MaxPool2d(2))
        self.trunk = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(n_features, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return a number for each class, shape (n, n_classes)."""
        logits: Tensor = self.head(self.trunk(images))
        return logits


def pretrain(
    images: Pixels,
    labels: NDArray[np.int64],
    prepare: Callable[[Pixels, np.random.Generator], Pixels],
    *,
    steps: int = 100,
    random_state: int = 0,
) -> SmallClassifier:
    """Train a classifier by cross-entropy, on images that are prepared anew at each step.

    Parameters
    ----------
    images : array of shape (n, 1, height, width)
        In [0, 1].
    labels : array of shape (n,)
        Classes 0, 1, and so on.
    prepare : callable of images and a generator
        Returns the images as they are seen, for example `scattered`.
    steps : int
        Of 64 images each; with none the network keeps its first, random weights.
    random_state : int
        Chooses first weights, images and what `prepare` does.

    Returns
    -------
    SmallClassifier
        In evaluation mode.
    """
    with private_randomness(random_state):
        network = SmallClassifier(int(labels.max()) + 1)
    rng = np.random.default_rng(random_state)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(steps):
        rows = rng.integers(len(images), size=64)
        seen = torch.from_numpy(prepare(images[rows], rng))
        loss = cross_entropy(network(seen), torch.from_numpy(labels[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


@torch.no_grad()
def features_of(network: SmallClassifier, images: Pixels) -> NDArray[np.float64]:
    """Return what the last layer sees of each image, shape (n, n_features)."""
    features: NDArray[np.float64] = network.trunk(torch.from_numpy(images)).double().numpy()
    return features
