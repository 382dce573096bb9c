"""Mean and covariance of a training set that does not fit in memory (App. A).

The two merging functions are the paper's equations; `RunningMoments` applies them batch by batch.
Covariances are the biased ones (1/n), as printed; `RunningMoments` computes in float64.
"""

import math
from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from cance_edu.method.equations import equation

__all__ = [
    "RunningMoments",
    "condition_number",
    "merge_covariances",
    "merge_means",
    "moments_of",
]

Array = TypeVar("Array", np.ndarray, Tensor)


@equation("13", lesson="04b")
def merge_means(n_t: int, mean_t: Array, n_b: int, mean_b: Array) -> Array:
    r"""Return the mean of two groups of points taken together.

    .. math:: μ^{(t+1)} = \frac{n_t μ^{(t)} + n_b μ^{(b)}}{n_t + n_b}   \qquad\text{(Eq. 13)}

    Parameters
    ----------
    n_t, n_b : int
        Number of points seen so far (t) and in the new batch (b).
    mean_t, mean_b : array or tensor of shape (dimension,)
        Their means.

    Returns
    -------
    array or tensor of shape (dimension,)
        The joint mean, of the arguments' kind.
    """
    return (n_t * mean_t + n_b * mean_b) / (n_t + n_b)


@equation("14", lesson="04b")
def merge_covariances(
    n_t: int, mean_t: Array, covariance_t: Array, n_b: int, mean_b: Array, covariance_b: Array
) -> Array:
    r"""Return the biased covariance of two groups of points taken together.

    .. math:: Σ^{(t+1)} = \frac{n_t}{n} Σ^{(t)} + \frac{n_b}{n} Σ^{(b)}
              + \frac{n_t n_b}{n²} (μ^{(t)} - μ^{(b)})^T (μ^{(t)} - μ^{(b)}),
              \quad n = n_t + n_b   \qquad\text{(Eq. 14)}

    Parameters
    ----------
    n_t, n_b : int
        Number of points seen so far (t) and in the new batch (b).
    mean_t, mean_b : array or tensor of shape (dimension,)
        Their means, as rows.
    covariance_t, covariance_b : array or tensor of shape (dimension, dimension)
        Their covariances, normalised by 1/n.

    Returns
    -------
    array or tensor of shape (dimension, dimension)
        The joint covariance, normalised by 1/n.
    """
    n = n_t + n_b
    apart = mean_t - mean_b
    between = apart[:, None] * apart[None, :]
    return n_t / n * covariance_t + n_b / n * covariance_b + n_t * n_b / n**2 * between


class RunningMoments:
    """The mean and covariance of all points seen so far, updated batch by batch (App. A).

    Parameters
    ----------
    dimension : int
        How many numbers a point has.

    Attributes
    ----------
    count : int
        Number of points seen.
    mean : tensor of shape (dimension,)
        Their mean, float64.
    covariance : tensor of shape (dimension, dimension)
        Their biased covariance, float64.

    Examples
    --------
    >>> moments = RunningMoments(2)
    >>> moments.update(torch.tensor([[0.0, 0.0]])).update(torch.tensor([[2.0, 4.0]])).mean
    tensor([1., 2.], dtype=torch.float64)
    """

    def __init__(self, dimension: int) -> None:
        self.count = 0
        self.mean = torch.zeros(dimension, dtype=torch.float64)
        self.covariance = torch.zeros(dimension, dimension, dtype=torch.float64)

    def update(self, batch: Tensor) -> "RunningMoments":
        """Take in a batch of points, one a row; a batch of one is allowed.

        Parameters
        ----------
        batch : tensor of shape (n, dimension)
            Any floating type; computed in float64.

        Returns
        -------
        RunningMoments
            Itself.

        Raises
        ------
        ValueError
            If the batch is empty or its points have another dimension.
        """
        if batch.ndim != 2 or len(batch) == 0 or batch.shape[1] != len(self.mean):
            raise ValueError(
                f"got a batch of shape {tuple(batch.shape)}; expected (n, {len(self.mean)}), n ≥ 1"
            )
        batch = batch.detach().to(self.mean)
        mean = batch.mean(0)
        covariance = (batch - mean).T @ (batch - mean) / len(batch)
        self.covariance = merge_covariances(
            self.count, self.mean, self.covariance, len(batch), mean, covariance
        )
        self.mean = merge_means(self.count, self.mean, len(batch), mean)
        self.count += len(batch)
        return self


def moments_of(batches: Iterable[Tensor]) -> RunningMoments:
    """Return the moments of all batches together.

    Parameters
    ----------
    batches : iterable of tensors of shape (n, dimension)
        At least one; each is let go before the next is asked for.

    Raises
    ------
    ValueError
        If there is no batch.
    """
    batches = iter(batches)
    first = next(batches, None)
    if first is None:
        raise ValueError("got no batch; expected at least one, of shape (n, dimension)")
    moments = RunningMoments(first.shape[1]).update(first)
    for batch in batches:
        moments.update(batch)
    return moments


def condition_number(covariance: Tensor) -> float:
    """Return the largest eigenvalue of a covariance over its smallest; inf if it is singular.

    Parameters
    ----------
    covariance : tensor of shape (d, d)
        Symmetric and positive semi-definite.

    Returns
    -------
    float
        At least 1; below 100 we call the covariance well conditioned.
    """
    # Of a singular matrix the smallest comes out as round-off, up to d times float64's 2e-16.
    eigenvalues = torch.linalg.eigvalsh(covariance.double())
    smallest, largest = eigenvalues[0].item(), eigenvalues[-1].item()
    return largest / smallest if smallest > largest * len(covariance) * 2e-16 else math.inf
