"""Deep SAD: Deep SVDD that also uses a few labelled inputs (Ruff et al. 2020)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cance_edu.detectors.deep_svdd import DeepSVDD
from cance_edu.detectors.skeleton import Skeleton
from cance_edu.training.sources import Source

__all__ = ["DeepSAD", "sad_loss"]


def sad_loss(outputs: Tensor, centre: Tensor, labels: Tensor, label_weight: float = 1.0) -> Tensor:
    r"""Return Deep SVDD's loss where labelled anomalies count by their inverse distance.

    .. math:: \frac{1}{n+m} \Big[\sum_{unlabelled} d_i + η \sum_{labelled} d_i^{y_i}\Big],
              \quad d = \|φ(x) - c\|²   \qquad\text{(Ruff et al. 2020, Eq. 8)}

    Parameters
    ----------
    outputs : tensor of shape (n + m, k)
        φ(x), the network's.
    centre : tensor of shape (k,)
        c.
    labels : tensor of int, shape (n + m,)
        y: 1 normal, -1 anomaly, 0 unknown.
    label_weight : float
        η.
    """
    distance = (outputs - centre).square().sum(1)
    # The released code's 1e-6: an anomaly that lies at c would cost infinitely much.
    pushed = torch.where(labels < 0, 1 / (distance + 1e-6), distance)
    return torch.where(labels == 0, pushed, label_weight * pushed).mean()


@dataclass(kw_only=True, eq=False, repr=False)
class DeepSAD(DeepSVDD):
    """Deep SVDD with labels: known anomalies are pushed away from the centre (Table 4).

    Without labels, or with labels of normal inputs alone and η = 1, its loss is Deep SVDD's. The
    released code takes images as they are, without contrast normalisation, in batches of 128; the
    rest is Deep SVDD's.

    Parameters
    ----------
    label_weight : float
        η, how much more a labelled input counts.
    contrast : bool
        Whether images are contrast-normalised, as Deep SVDD has them.
    """

    label_weight: float = 1.0
    contrast: bool = False

    lowest = DeepSVDD.lowest | {"label_weight": 0.0}

    def _find_scaling(self, source: Source) -> Any:
        return (
            super()._find_scaling(source) if self.contrast else Skeleton._find_scaling(self, source)
        )

    def _check_labels(self, y: Any, n: int) -> Tensor:
        labels = np.zeros(n, dtype=int) if y is None else np.asarray(y)
        if labels.shape != (n,) or not np.isin(labels, (-1, 0, 1)).all():
            raise ValueError(
                f"y has shape {labels.shape} and values like {np.unique(labels)[:4].tolist()}; "
                f"expected {n} labels: 1 normal, -1 anomaly, 0 unknown"
            )
        return torch.as_tensor(labels.astype(np.int64))

    def _objective(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return sad_loss(outputs, self.centre_, labels, self.label_weight)
