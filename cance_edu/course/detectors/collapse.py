"""Deep SVDD's useless solution: where descent finds it, on one class of the digits."""

from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim import Adam

from cance_edu.datasets import Split
from cance_edu.detectors.deep_svdd import first_pass_centre, svdd_loss
from cance_edu.detectors.layers import dense
from cance_edu.experiments import auroc
from cance_edu.training.device import private_randomness

__all__ = ["Ending", "train_svdd"]


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
    with torch.no_grad():
        outputs = network(test)
    scores = (outputs - centre).square().sum(1).numpy()
    spread = outputs.std(0).norm() / outputs.mean(0).norm()
    return Ending(loss.item(), spread.item(), auroc(split.is_anomaly, scores))


def _rows(images: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(images).double().flatten(1)
