"""The contrastive noise p_nK = N(μ, K Σ K) and the map L_K that widens it (Sec. 3.4).

K is diagonal, and `scale` is its diagonal: how many times wider than the composite features the
noise is, coordinate by coordinate.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

from cance_edu.method.moments import condition_number

__all__ = [
    "SCALE_AT_ZERO",
    "GaussianNoise",
    "narrow",
    "noise_scale",
    "psi_of_noise_scale",
    "widen",
]

SCALE_AT_ZERO = 1 + math.log(2)
"""K where ψ = 0, about 1.69: where it starts, unless told."""


def noise_scale(psi: Tensor) -> Tensor:
    r"""Return the diagonal of K, at least 1 whatever ψ.

    .. math:: K_{jj} = 1 + \ln(1 + e^{ψ_j})   \qquad\text{(Sec. 3.5)}

    Parameters
    ----------
    psi : tensor of shape (dimension,)
        ψ, unconstrained. ψ = 0 is not K = 1, but K = 1 + ln 2 ≈ 1.69.

    Returns
    -------
    tensor of shape (dimension,)
        K's diagonal. One ψ for each composite coordinate: the paper's R^d should be R^(d + 2).
    """
    return 1 + softplus(psi)


def psi_of_noise_scale(scale: Tensor) -> Tensor:
    """Return the ψ with a given K, the inverse of `noise_scale`.

    Parameters
    ----------
    scale : tensor of shape (dimension,)
        K's diagonal, above 1: K = 1 is only a limit, reached by no ψ.

    Returns
    -------
    tensor of shape (dimension,)
        ψ.

    Raises
    ------
    ValueError
        If a K is not above 1.
    """
    if not (scale > 1).all():
        raise ValueError(f"K is {scale.tolist()}; 1 + softplus(psi) can only start above 1")
    # ln(e^y - 1) with y taken out, or e^y overflows for a large K.
    return scale - 1 + torch.log(-torch.expm1(1 - scale))


def widen(z: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    r"""Return L_K(z), z pushed away from the mean by K.

    .. math:: L_K(z) = K (z - μ) + μ   \qquad\text{(Sec. 3.4)}

    Parameters
    ----------
    z : tensor of shape (n, dimension)
        Points; draws of N(μ, Σ) become draws of N(μ, K Σ K).
    mean, scale : tensor of shape (dimension,)
        μ and the diagonal of K.

    Returns
    -------
    tensor of shape (n, dimension)
        Of z's kind; differentiable in K.
    """
    return scale * (z - mean) + mean


def narrow(z: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    r"""Return the inverse of `widen`.

    .. math:: L_K^{-1}(z) = K^{-1} (z - μ) + μ   \qquad\text{(Sec. 3.4)}

    Parameters
    ----------
    z : tensor of shape (n, dimension)
        Points.
    mean, scale : tensor of shape (dimension,)
        μ and the diagonal of K.

    Returns
    -------
    tensor of shape (n, dimension)
        Of z's kind.
    """
    return (z - mean) / scale + mean


class GaussianNoise:
    """The Gaussian with the mean and covariance of the training set, and its widened versions.

    Parameters
    ----------
    mean : tensor of shape (dimension,)
        μ̂ of Eq. 13.
    covariance : tensor of shape (dimension, dimension)
        Σ̂ of Eq. 14, used as it is: no jitter is added.

    Attributes
    ----------
    cholesky : tensor of shape (dimension, dimension)
        Lower triangular, with covariance = cholesky choleskyᵀ.
    standard_deviation : tensor of shape (dimension,)
        Root of the covariance's diagonal.

    Raises
    ------
    ValueError
        If the covariance is singular: such features lie in a subspace and have no density.
    """

    def __init__(self, mean: Tensor, covariance: Tensor) -> None:
        self.mean, self.covariance = mean, covariance
        self.standard_deviation = covariance.diag().sqrt()
        outer = self.standard_deviation[:, None] * self.standard_deviation
        condition = condition_number(covariance / outer) if (outer > 0).all() else math.inf
        if condition > 1e12:
            raise ValueError(
                "the covariance of the composite features is singular (condition number "
                f"{condition:.3g} of the correlations): the latents collapsed. Raise "
                "covariance_weight (lambda), or lower latent_dim"
            )
        self.cholesky = torch.linalg.cholesky(covariance)

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw n points of N(μ, Σ), shape (n, dimension); `widen` makes them draws of p_nK."""
        standard = torch.randn(n, len(self.mean), dtype=self.mean.dtype, generator=generator)
        return self.mean + standard @ self.cholesky.T

    def log_prob(self, z: Tensor, scale: Tensor | float = 1.0) -> Tensor:
        r"""Return ln p_nK(z), by the Cholesky factor of Σ.

        .. math:: \ln p_{nK}(z) = -\tfrac12 \|C^{-1} K^{-1} (z - μ)\|²
                  - \sum_j \ln C_{jj} K_{jj} - \tfrac{D}{2} \ln 2π, \qquad Σ = C C^T

        Parameters
        ----------
        z : tensor of shape (n, dimension)
            Points.
        scale : tensor of shape (dimension,) or float
            K's diagonal.

        Returns
        -------
        tensor of shape (n,)
            Nothing is exponentiated: finite until the squared distance overflows, from about 1e154
            deviations.
        """
        scale = torch.as_tensor(scale, dtype=z.dtype).expand(len(self.mean))
        log_volume = (self.cholesky.diag() * scale).log().sum()
        log_norm = log_volume + len(self.mean) / 2 * math.log(2 * math.pi)
        return -self.squared_distance(z, scale) / 2 - log_norm

    def squared_distance(self, z: Tensor, scale: Tensor | float = 1.0) -> Tensor:
        r"""Return the squared Mahalanobis distance of points from N(μ, K Σ K).

        .. math:: (z - μ)^T (K Σ K)^{-1} (z - μ) = \|C^{-1} K^{-1} (z - μ)\|², \qquad Σ = C C^T

        Parameters
        ----------
        z : tensor of shape (n, dimension)
            Points.
        scale : tensor of shape (dimension,) or float
            K's diagonal.

        Returns
        -------
        tensor of shape (n,)
            Of draws: chi-squared with as many degrees of freedom as there are dimensions.
        """
        standard = ((z - self.mean) / scale).T
        return torch.linalg.solve_triangular(self.cholesky, standard, upper=False).square().sum(0)
