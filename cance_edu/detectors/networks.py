"""What the detectors that train a network share: the descent, and the scoring."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cance_edu.detectors.skeleton import Skeleton
from cance_edu.training.descent import Descent
from cance_edu.training.sources import Source

__all__ = ["Loss", "NetworkDetector"]

Loss = Callable[[Tensor, Tensor], Tensor]
"""Takes scaled inputs and their row numbers, on the device; returns a number to make small."""


@dataclass(kw_only=True, eq=False, repr=False)
class NetworkDetector(Skeleton):
    """A detector that trains a network by the course's one optimiser.

    That is AdamW with a weight decay of 0.01 under a one-cycle rate, whatever the released code of
    a detector has: one more difference than its own docstring names.

    Parameters
    ----------
    epochs : int
        Passes over the data.
    batch_size : int
        Inputs a step, about: an epoch is cut into equal batches.
    learning_rate : float
        Peak of AdamW's one-cycle rate.
    verbose : bool
        Whether to show a progress bar.

    Attributes
    ----------
    network_ : nn.Module
        Trained, in evaluation mode.
    losses_ : list of float
        Mean loss of each epoch.
    """

    epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 1e-3
    verbose: bool = False

    has_network = True
    lowest = Skeleton.lowest | {"epochs": 1, "batch_size": 2, "learning_rate": 1e-12}

    def _learn(
        self, source: Source, labels: Tensor, generator: torch.Generator
    ) -> NDArray[np.float64]:
        self.losses_: list[float] = []
        self.network_: Any = self._on_device(self._new_network(source, generator), source)
        self._train(source, labels.to(self.device_), generator)
        self.network_.eval()
        return self._score(source)

    @abstractmethod
    def _new_network(self, source: Source, generator: torch.Generator) -> nn.Module:
        """Return a network with first weights, drawn from torch's global generator."""

    @abstractmethod
    def _train(self, source: Source, labels: Tensor, generator: torch.Generator) -> None:
        """Train `network_`."""

    @abstractmethod
    def _score_batch(self, inputs: Tensor) -> Tensor:
        """Return the scores of scaled inputs, shape (n,)."""

    @torch.no_grad()
    def _score(self, source: Source) -> NDArray[np.float64]:
        scores = [self._score_batch(self.scaling_(batch)) for batch in source.batches()]
        return torch.cat(scores).cpu().double().numpy()

    def _on_device(self, network: nn.Module, source: Source) -> nn.Module:
        """Return a network where batches are, in their precision and layout: tables float64."""
        if not source.images:
            return network.to(self.device_, torch.float64)
        return network.to(self.device_, torch.float32).to(memory_format=torch.channels_last)

    def _input_shape(self) -> tuple[int, ...]:
        """Return the shape of one input: of an image, or of a row."""
        return getattr(self, "image_shape_", (self.n_features_in_,))

    def _descend(
        self,
        source: Source,
        loss: Loss,
        generator: torch.Generator,
        parameters: Iterable[Tensor],
        epochs: int | None = None,
    ) -> None:
        """Take as many steps down a loss as the epochs have, with `network_` in training mode."""
        epochs = self.epochs if epochs is None else epochs
        # Batch norm cannot train on a batch of one.
        an_epoch = max(1, min(round(len(source) / self.batch_size), len(source) // 2))
        steps, name = epochs * an_epoch, type(self).__name__
        with Descent(parameters, self.learning_rate, steps, name, self.verbose) as descent:
            for _ in range(epochs):
                self.network_.train()
                order = torch.randperm(len(source), generator=generator).tensor_split(an_epoch)
                losses = [
                    descent.step(loss(self.scaling_(batch), rows))
                    for batch, rows in source.numbered(order)
                ]
                self.losses_.append(torch.stack(losses).cpu().double().mean().item())
