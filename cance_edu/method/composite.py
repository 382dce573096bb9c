"""The composite feature z = (z_l, z_e, z_c): what the encoder saw and how well the decoder did.

The two reconstruction features are Sec. 3.2's, and work on NumPy arrays and on tensors alike.
The latents z_l come from a representation: an autoencoder, principal components as in Sec. 4.5, or
whatever else encodes and decodes.
"""

import math
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from cance_edu.method.moments import moments_of

__all__ = [
    "PrincipalComponents",
    "Representation",
    "composite",
    "cosine_dissimilarity",
    "reconstruction_error",
]

Array = TypeVar("Array", np.ndarray, Tensor)


@runtime_checkable
class Representation(Protocol):
    """What gives latents, and reconstructions from them: E and D of Fig. 1.

    Attributes
    ----------
    latent_dim : int
        d, the number of latents.
    """

    latent_dim: int

    def encode(self, inputs: Tensor, /) -> Tensor:
        """Return the latents z_l = E(x), shape (n, latent_dim), of inputs of shape (n, ...)."""

    def decode(self, latent: Tensor, /) -> Tensor:
        """Return the reconstructions D(z_l), with as many numbers as the inputs."""


def reconstruction_error(inputs: Array, reconstructions: Array) -> Array:
    r"""Return z_e, the mean squared error of each reconstruction.

    .. math:: z_e(x) = \frac{\|x - x'\|²}{d_0}   \qquad\text{(Sec. 3.2)}

    Parameters
    ----------
    inputs, reconstructions : array or tensor of shape (n, ...)
        x and x', with d_0 numbers each.

    Returns
    -------
    array or tensor of shape (n,)
        At least 0; at most 1 if images and reconstructions are in [0, 1].

    Raises
    ------
    ValueError
        If there are more, or larger ones, of one than of the other.
    """
    x, y = _rows(inputs, reconstructions)
    return ((x - y) ** 2).mean(-1)


def cosine_dissimilarity(inputs: Array, reconstructions: Array) -> Array:
    r"""Return z_c, half of one minus the cosine between an input and its reconstruction.

    .. math:: z_c(x) = \tfrac12 \left(1 - \frac{x^T x'}{\|x\| \|x'\|}\right)
              \qquad\text{(Sec. 3.2)}

    Parameters
    ----------
    inputs, reconstructions : array or tensor of shape (n, ...)
        x and x'.

    Returns
    -------
    array or tensor of shape (n,)
        In [0, 1]; 1/2 where x or x' is zero, whose cosine is taken as 0.

    Raises
    ------
    ValueError
        If there are more, or larger ones, of one than of the other.
    """
    x, y = _rows(inputs, reconstructions)
    lengths = (x**2).sum(-1) ** 0.5 * (y**2).sum(-1) ** 0.5
    cosine = (x * y).sum(-1) / (lengths + (lengths == 0))
    return 0.5 * (1 - cosine.clip(-1, 1))


def composite(latent: Tensor, inputs: Tensor, reconstructions: Tensor) -> Tensor:
    """Return z = (z_l, z_e, z_c), the composite feature of Sec. 3.2.

    Parameters
    ----------
    latent : tensor of shape (n, d)
        z_l.
    inputs, reconstructions : tensor of shape (n, ...)
        x and x'.

    Returns
    -------
    tensor of shape (n, d + 2)
        Of the latents' type.
    """
    error = reconstruction_error(inputs, reconstructions)
    dissimilarity = cosine_dissimilarity(inputs, reconstructions)
    return torch.cat([latent, error[:, None], dissimilarity[:, None]], dim=1)


def _rows(inputs: Array, reconstructions: Array) -> tuple[Array, Array]:
    """Return x and x' as rows, shape (n, d_0), after a look at whether they are of one size."""
    size, other = ((len(a), math.prod(a.shape[1:])) for a in (inputs, reconstructions))
    if size != other:
        raise ValueError(
            f"inputs have shape {tuple(inputs.shape)}, reconstructions "
            f"{tuple(reconstructions.shape)}; expected as many, of as many numbers: reshape them"
        )
    return _floating(inputs).reshape(size), _floating(reconstructions).reshape(size)


def _floating(numbers: Array) -> Array:
    """Return numbers as they are, but for integers: those of 8 bits would wrap around."""
    if isinstance(numbers, Tensor):
        return numbers if numbers.is_floating_point() else numbers.double()
    return numbers if numbers.dtype.kind == "f" else numbers.astype(np.float64)


class PrincipalComponents(nn.Module):
    """Whitened principal components as the source of z_l (Sec. 4.5).

    They have mean 0 and variance 1 on the training set, as batch norm makes an autoencoder's
    latents; the reconstruction is the projection on the components.

    Parameters
    ----------
    n_features : int
        d_0, the numbers in one input.
    latent_dim : int
        d, the number of components.

    Attributes
    ----------
    scaling : nn.Module or None
        How the inputs were scaled before they were encoded, if whoever fitted them says so.
    """

    scaling: nn.Module | None
    mean: Tensor
    components: Tensor
    deviations: Tensor

    def __init__(self, n_features: int, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim, self.scaling = latent_dim, None
        self.config: dict[str, Any] = {
            "kind": "pca",
            "n_features": n_features,
            "latent_dim": latent_dim,
        }
        self.register_buffer("mean", torch.zeros(n_features, dtype=torch.float64))
        self.register_buffer("deviations", torch.ones(latent_dim, dtype=torch.float64))
        self.register_buffer("components", torch.zeros(latent_dim, n_features, dtype=torch.float64))

    def fit(self, batches: Iterable[Tensor]) -> "PrincipalComponents":
        """Find the components from the running covariance of all inputs (Eq. 13 and 14).

        Parameters
        ----------
        batches : iterable of tensors of shape (n, ...)
            Normal data, read once; at least one batch.

        Returns
        -------
        PrincipalComponents
            Itself.

        Raises
        ------
        ValueError
            If the data span fewer dimensions than there are components.
        """
        moments = moments_of(batch.flatten(1) for batch in batches)
        variances, directions = torch.linalg.eigh(moments.covariance)
        variances, directions = variances.flip(0), directions.flip(1)  # the largest first
        rank = int((variances > variances[0] * 1e-12).sum())
        if rank < self.latent_dim:
            raise ValueError(
                f"the data span {rank} dimensions, fewer than latent_dim = {self.latent_dim}; "
                f"choose fewer than {rank}, or {rank} for variant 'latnce', which needs no error"
            )
        self.mean.copy_(moments.mean)
        self.deviations.copy_(variances[: self.latent_dim].sqrt())
        self.components.copy_(directions[:, : self.latent_dim].T)
        return self

    def encode(self, inputs: Tensor) -> Tensor:
        """Return the whitened scores, shape (n, latent_dim), float64."""
        centred = inputs.flatten(1).double() - self.mean
        return centred @ self.components.T / self.deviations

    def decode(self, latent: Tensor) -> Tensor:
        """Return the projection on the components, shape (n, n_features)."""
        return latent * self.deviations @ self.components + self.mean
