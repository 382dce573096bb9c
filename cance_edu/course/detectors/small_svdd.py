"""A small Deep SVDD on one class of the digits: where its descent ends, and what it passes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim import Adam

from cance_edu.datasets import Split
from cance_edu.detectors.deep_svdd import first_pass_centre, svdd_loss
from cance_edu.detectors.layers import dense
from cance_edu.experiments import auroc
from cance_edu.training.device import private_randomness

__all__ = ["Ending", "Path", "follow_svdd", "train_svdd"]


@dataclass(frozen=True)
class Ending:
    """Where a training of Deep SVDD ended.

    Attributes
    ----------
    loss : float
        Mean squared distance of the training images' outputs to the centre.
    spread : float
        Deviation of the test images' outputs over the length of their mean, at least 0.
    auroc : float
        Of the test part, in [0, 1].
    """

    loss: float
    spread: float
    auroc: float


def train_svdd(
    split: Split, bias: bool, weight_decay: float, random_state: int = 0, steps: int = 600
) -> Ending:
    """Train a small dense network by Deep SVDD's loss, all images a step.

    Parameters
    ----------
    split : Split
        A one-class task of images.
    bias : bool
        Whether its layers have biases.
    weight_decay : float
        λ of λ/2 ‖W‖², of weights and not of biases (Ruff et al. 2018, Eq. 4).
    random_state : int
        Of the first weights.
    steps : int
        Of Adam, at a rate of 0.01.
    """
    train, test = (_rows(part) for part in (split.train, split.test))
    for step in _descent(train, bias, weight_decay, random_state, steps):
        last = step
    with torch.no_grad():
        outputs = last.network(test)
    spread = outputs.std(0).norm() / outputs.mean(0).norm()
    return Ending(last.loss, spread.item(), auroc(split.is_anomaly, last.scores(test)))


@dataclass(frozen=True, eq=False)
class Path:
    """What a training of Deep SVDD passes, at every tenth step.

    Attributes
    ----------
    steps : array of shape (n,)
        10, 20, ...
    auroc : array of shape (n,)
        Of the test part, in [0, 1].
    of_halves : array of shape (2, n)
        The same of one random half of the test part, and of the other.
    held_out_loss : array of shape (n,)
        Mean squared distance to the centre of a tenth of the normal images, kept from training.
    """

    steps: NDArray[np.int64]
    auroc: NDArray[np.float64]
    of_halves: NDArray[np.float64]
    held_out_loss: NDArray[np.float64]


def follow_svdd(
    split: Split, bias: bool, weight_decay: float, random_state: int = 0, steps: int = 600
) -> Path:
    """Train as `train_svdd` does, on nine tenths of the images, and look at every tenth step.

    Parameters
    ----------
    split, bias, weight_decay, random_state, steps
        As in `train_svdd`; the random state chooses the halves and the held-out images, too.
    """
    rng = np.random.default_rng(random_state)
    order = rng.permutation(len(split.train))
    held_out, train = np.split(split.train[order], [len(order) // 10])
    half = rng.permutation(len(split.test)) % 2 == 0
    test, kept = _rows(split.test), _rows(held_out)
    seen = []
    descent = _descent(_rows(train), bias, weight_decay, random_state, steps)
    for number, at in enumerate(descent, 1):
        if number % 10 == 0:
            scores, parts = at.scores(test), (slice(None), half, ~half)
            areas = [auroc(split.is_anomaly[part], scores[part]) for part in parts]
            seen.append([number, *areas, at.scores(kept).mean()])
    numbers, whole, one, other, losses = np.array(seen).T
    return Path(numbers.astype(int), whole, np.array([one, other]), losses)


class _Step(NamedTuple):
    """Where descent is after a step; the loss is that before it."""

    network: nn.Module
    centre: torch.Tensor
    loss: float

    @torch.no_grad()
    def scores(self, images: torch.Tensor) -> NDArray[np.float64]:
        """Return squared distances to the centre."""
        found: NDArray[np.float64] = (self.network(images) - self.centre).square().sum(1).numpy()
        return found


def _descent(
    train: torch.Tensor, bias: bool, weight_decay: float, random_state: int, steps: int
) -> Iterator[_Step]:
    with private_randomness(random_state):
        widths = [train.shape[1], 64, 32, 8]
        network = dense(widths, lambda: nn.LeakyReLU(0.01), bias).double()
    with torch.no_grad():
        centre = first_pass_centre(network(train))
    groups = [
        {"params": [each], "weight_decay": weight_decay if name.endswith("weight") else 0.0}
        for name, each in network.named_parameters()
    ]
    optimizer = Adam(groups, lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = svdd_loss(network(train), centre)
        loss.backward()
        optimizer.step()
        yield _Step(network, centre, loss.item())


def _rows(images: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(images).double().flatten(1)
