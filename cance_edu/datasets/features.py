"""ResNet-18's features of images (Sec. 4.5): 512 numbers each, behind the average pool."""

import copy
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cance_edu.datasets.catalogue import described
from cance_edu.datasets.description import data_root
from cance_edu.datasets.mnist import torchvision
from cance_edu.datasets.split import Split
from cance_edu.files import written_beside

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["pretrained_resnet18", "resnet18_features", "resnet18_split"]

BATCH = 64


def resnet18_features(
    images: NDArray[np.float32],
    *,
    model: "nn.Module | None" = None,
    cache: Path | None = None,
) -> NDArray[np.float32]:
    """Return the features behind ResNet-18's average pool.

    Images are prepared as the ImageNet weights demand (torchvision's own transforms: the shorter
    side to 256 pixels, the central 224 x 224, normalised); grey ones are repeated in three
    channels.

    Parameters
    ----------
    images : array of shape (n, channels, height, width)
        In [0, 1], with 1 or 3 channels.
    model : torch module, optional
        A ResNet-18 of torchvision; `pretrained_resnet18()` unless told.
    cache : Path, optional
        Folder of kept results; `features/` in the data root unless told. A result's name is the
        checksum of the images' and the model's numbers.

    Returns
    -------
    array of shape (n, 512)
        float32.

    Raises
    ------
    FileNotFoundError
        If the pretrained weights are not there; the message says how to get them.
    ValueError
        If the images have another shape or range, or a kept result is damaged.
    """
    if images.ndim != 4 or images.shape[1] not in (1, 3) or not len(images):
        raise ValueError(f"got images of shape {images.shape}; expected (n, 1 or 3, height, width)")
    if not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(
            f"pixels are from {images.min():g} to {images.max():g}; expected [0, 1]: divide by 255"
        )
    model = pretrained_resnet18() if model is None else model
    file = (data_root() / "features" if cache is None else cache) / f"{_key(images, model)}.npy"
    if file.is_file():
        return _kept(file, len(images))
    features = _compute(images, model)
    with written_beside(file) as beside, beside.open("wb") as opened:
        np.save(opened, features)
    return features


def resnet18_split(
    split: Split, *, model: "nn.Module | None" = None, cache: Path | None = None
) -> Split:
    """Return a one-class task on images as one on their features: the paper's own split.

    Nothing is standardised: the features are in one unit, and PCA follows (Sec. 4.5).

    Raises
    ------
    FileNotFoundError
        If the pretrained weights are not there.
    """
    train, test = (
        resnet18_features(images, model=model, cache=cache).astype(np.float64)
        for images in (split.train, split.test)
    )
    name = f"{split.name}, ResNet-18 features"
    # What settings go by - that they are images - is no longer so; all else is.
    return replace(split, name=name, train=train, test=test, tags=frozenset())


def pretrained_resnet18() -> "nn.Module":
    """Return torchvision's ResNet-18 with its ImageNet weights.

    Raises
    ------
    FileNotFoundError
        If the weights are not under the data root; nothing is downloaded unasked.
    """
    import torch

    file = data_root() / described("resnet18").files[0]
    if not file.is_file():
        raise FileNotFoundError(
            f"ResNet-18's weights are not at {file}: run `cance-edu data resnet18`, or put "
            f"{described('resnet18').remotes[0].url} there from another machine. Offline, read "
            "ADBench's files instead, which hold such features (adbench_features)"
        )
    model: nn.Module = torchvision().models.resnet18()
    model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    return model


def _compute(images: NDArray[np.float32], model: "nn.Module") -> NDArray[np.float32]:
    import torch

    # All of ResNet-18's children but the last, the classifier.
    trunk = torch.nn.Sequential(*list(model.children())[:-1], torch.nn.Flatten())
    trunk = copy.deepcopy(trunk).cpu().eval()  # the caller's stays as it is
    prepare: Callable[[Tensor], Tensor] = torchvision().models.ResNet18_Weights.DEFAULT.transforms()
    features = []
    with torch.no_grad():
        for start in range(0, len(images), BATCH):
            batch = torch.from_numpy(np.ascontiguousarray(images[start : start + BATCH]))
            colour = batch.float().expand(-1, 3, -1, -1)
            features.append(trunk(prepare(colour)).numpy())
    return np.concatenate(features)


def _key(images: NDArray[np.float32], model: "nn.Module") -> str:
    digest = hashlib.sha256(f"{images.shape} {images.dtype}".encode())
    digest.update(np.ascontiguousarray(images).data)
    for name, numbers in model.state_dict().items():
        digest.update(name.encode())
        digest.update(numbers.cpu().numpy().tobytes())
    return digest.hexdigest()


def _kept(file: Path, n: int) -> NDArray[np.float32]:
    try:
        features: NDArray[np.float32] = np.load(file)
    except (ValueError, EOFError) as error:
        raise ValueError(
            f"{file} is damaged ({error}); delete it, and it is computed anew"
        ) from error
    if features.shape != (n, 512):
        raise ValueError(f"{file} has shape {features.shape}, expected ({n}, 512); delete it")
    return features
