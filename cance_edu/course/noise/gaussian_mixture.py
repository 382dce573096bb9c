"""A density in the plane whose truth is known, to judge an estimate of it (lessons 05 and 06).

A mixture of Gaussians has its log-density, mean and covariance in closed form and is easily
sampled; three separate components are enough to make one Gaussian a bad description of it.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["EXAMPLE", "GaussianMixture2D"]


@dataclass(frozen=True, eq=False)
class GaussianMixture2D:
    r"""A mixture of Gaussians in the plane, float64 on the CPU.

    .. math:: p(z) = \sum_k w_k\, N(z; m_k, S_k)

    Attributes
    ----------
    weights : tensor of shape (components,)
        w, positive; they sum to 1.
    means : tensor of shape (components, 2)
        m.
    covariances : tensor of shape (components, 2, 2)
        S, positive definite.
    """

    weights: Tensor
    means: Tensor
    covariances: Tensor

    def log_prob(self, z: Tensor) -> Tensor:
        """Return ln p(z), shape (n,), for points of shape (n, 2); finite however far z is."""
        from_mean = z.to(self.means)[:, None] - self.means
        cholesky = torch.linalg.cholesky(self.covariances)
        standard = torch.linalg.solve_triangular(cholesky, from_mean[..., None], upper=False)
        log_normal = (
            -standard.square().sum((-2, -1)) / 2
            - cholesky.diagonal(dim1=-2, dim2=-1).log().sum(-1)
            - math.log(2 * math.pi)
        )
        return torch.logsumexp(self.weights.log() + log_normal, dim=1)

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw n points, shape (n, 2): first a component, then a point of it."""
        component = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        standard = torch.randn(n, 2, 1, dtype=self.means.dtype, generator=generator)
        cholesky = torch.linalg.cholesky(self.covariances)
        return self.means[component] + (cholesky[component] @ standard).squeeze(-1)

    @property
    def mean(self) -> Tensor:
        """The exact mean, shape (2,)."""
        return self.weights @ self.means

    @property
    def covariance(self) -> Tensor:
        """The exact covariance, shape (2, 2): that within components plus that of their means."""
        from_mean = self.means - self.mean
        between = torch.einsum("k,ki,kj->ij", self.weights, from_mean, from_mean)
        return torch.einsum("k,kij->ij", self.weights, self.covariances) + between


EXAMPLE = GaussianMixture2D(
    weights=torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64),
    means=torch.tensor([[-1.5, -1.0], [2.0, -0.5], [0.0, 2.5]], dtype=torch.float64),
    covariances=torch.tensor(
        [[[0.5, -0.4], [-0.4, 0.7]], [[0.3, 0.3], [0.3, 0.9]], [[0.8, 0.0], [0.0, 0.1]]],
        dtype=torch.float64,
    ),
)
"""Three tilted components around an almost empty middle, where the mean of them all lies."""
