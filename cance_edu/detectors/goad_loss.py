"""GOAD's loss and score: which random map was it? (Bergman and Hoshen 2020)."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

__all__ = ["goad_loss", "goad_score", "squared_distances", "triplet_loss"]


def squared_distances(features: Tensor, centres: Tensor) -> Tensor:
    """Return the squared distance of each feature to each centre.

    Parameters
    ----------
    features, centres : tensor of shape (n, k, d), (k, d)
        f(W_m x) of each row and each map, and c_m of each map.

    Returns
    -------
    tensor of shape (n, k, k)
        At [i, m, m'], of f(W_m x_i) to c_m'.
    """
    lengths = features.square().sum(2)[:, :, None] + centres.square().sum(1)
    # Expanded, to spare a tensor d times as large; round-off may take it below 0.
    return (lengths - 2 * features @ centres.T).clamp(min=0)


def triplet_loss(features: Tensor, margin: float = 1.0) -> Tensor:
    r"""Return how far features are from being nearer to their own map's centre than to another's.

    .. math:: \frac{1}{nk} \sum_{i,m} \max\big(\|f_{im} - c_m\|² + s -
              \min_{m' ≠ m} \|f_{im} - c_{m'}\|²,\ 0\big)
              \qquad\text{(Bergman and Hoshen 2020, Eq. 5)}

    The centres are the batch's means.

    Parameters
    ----------
    features : tensor of shape (n, k, d)
        f(W_m x) of each row and each map.
    margin : float
        s.
    """
    distances = squared_distances(features, features.mean(0))
    own = distances.diagonal(dim1=1, dim2=2)
    itself = torch.eye(features.shape[1], dtype=torch.bool, device=features.device)
    other = distances.masked_fill(itself, torch.inf).min(2).values
    return (own + margin - other).clamp(min=0).mean()


def goad_loss(
    features: Tensor, guesses: Tensor, margin: float = 1.0, triplet_weight: float = 0.1
) -> Tensor:
    r"""Return GOAD's objective: name the map, and keep the maps' features apart.

    .. math:: -\frac{1}{nk} \sum_{i,m} \ln \operatorname{softmax}_m g_{im} + λ L_{triplet}

    Parameters
    ----------
    features, guesses : tensor of shape (n, k, d), (n, k, k)
        f(W_m x) of each row and each map; g at [i, m, m'], the logit that it was map m'.
    margin, triplet_weight : float
        s, and λ.
    """
    which = torch.arange(guesses.shape[1], device=guesses.device).repeat(len(guesses))
    named = cross_entropy(guesses.flatten(0, 1), which)
    return named + triplet_weight * triplet_loss(features, margin)


def goad_score(features: Tensor, centres: Tensor) -> Tensor:
    r"""Return how surely the maps are mistaken for each other.

    .. math:: s(x) = -\sum_m \ln \frac{e^{-\|f(W_m x) - c_m\|²}}
              {\sum_{m'} e^{-\|f(W_m x) - c_{m'}\|²}}
              \qquad\text{(Bergman and Hoshen 2020, Eq. 7, without its ε)}

    Parameters
    ----------
    features, centres : tensor of shape (n, k, d), (k, d)
        f(W_m x) of each row and each map, and c_m over the training data.

    Returns
    -------
    tensor of shape (n,)
        At least 0.
    """
    log_share = (-squared_distances(features, centres)).log_softmax(2)
    return -log_share.diagonal(dim1=1, dim2=2).sum(1)
