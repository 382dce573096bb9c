"""A mixture of Gaussians from how much each point belongs to each component, and its energy."""

import math

import torch
from torch import Tensor

__all__ = ["energy", "mixture_moments"]


def mixture_moments(membership: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return weights, means and covariances of a mixture (Zong et al. 2018, Eq. 5).

    Parameters
    ----------
    membership : tensor of shape (n, k)
        How much each point belongs to each component; rows sum to 1.
    z : tensor of shape (n, d)
        The points.

    Returns
    -------
    (tensor, tensor, tensor)
        Of shapes (k,), (k, d) and (k, d, d). The diagonals are 1e-6 larger, as scikit-learn's.
    """
    share = membership.sum(0)
    means = membership.T @ z / share[:, None]
    centred = z[:, None] - means
    covariances = torch.einsum("nk,nki,nkj->kij", membership, centred, centred)
    jitter = 1e-6 * torch.eye(z.shape[1], dtype=z.dtype, device=z.device)
    return share / len(z), means, covariances / share[:, None, None] + jitter


def energy(z: Tensor, weights: Tensor, means: Tensor, covariances: Tensor) -> Tensor:
    r"""Return the negative log-density of a mixture of Gaussians (Zong et al. 2018, Eq. 6).

    .. math:: E(z) = -\ln \sum_k φ_k N(z; μ_k, Σ_k)

    Parameters
    ----------
    z : tensor of shape (n, d)
        The points.
    weights, means, covariances : tensor of shape (k,), (k, d), (k, d, d)
        The mixture.

    Raises
    ------
    FloatingPointError
        If a covariance is singular: the encoder has shrunk the latents to a point.
    """
    root, failed = torch.linalg.cholesky_ex(covariances)
    # On a GPU the one wait of a step, as in torch's own `cholesky`: by the time that a loss of NaN
    # is found, steps later (`Descent`), nobody could say why it is NaN.
    if failed.any():
        raise FloatingPointError(
            "a covariance of the mixture became singular: raise covariance_penalty, lower "
            "latent_dim or take larger batches"
        )
    centred = (z[:, None] - means).movedim(0, -1)
    squared = torch.linalg.solve_triangular(root, centred, upper=False).square().sum(1).T
    log_root = root.diagonal(dim1=-2, dim2=-1).log().sum(1)
    constant = z.shape[1] / 2 * math.log(2 * math.pi)
    return -torch.logsumexp(weights.log() - squared / 2 - log_root - constant, dim=1)
