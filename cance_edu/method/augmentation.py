"""Artificial normal points with lower reconstruction features than were seen (Sec. 3.4, Eq. 10)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from cance_edu.method.equations import equation
from cance_edu.method.lognormal import lognormal_mode

__all__ = [
    "Augmentation",
    "ReconstructionAugmentation",
    "sample_truncated_normal",
    "truncation_scale",
]

Augmentation = Literal["paper", "k-aware"]


def truncation_scale(
    standard_deviation: ArrayLike, noise_scale: ArrayLike, augmentation: Augmentation
) -> NDArray[np.float64]:
    """Return the scale of the truncated normal: σ_z ("paper", Sec. 3.4) or K σ_z ("k-aware").

    Parameters
    ----------
    standard_deviation, noise_scale : array_like
        σ_z and K.
    augmentation : {"paper", "k-aware"}
        "k-aware" is ours: the truncated normal widens with the noise, and Prop. 3.1 holds again.

    Returns
    -------
    array
        In the units of z.

    Raises
    ------
    ValueError
        If the augmentation is neither of the two.
    """
    if augmentation == "paper":
        return np.multiply(standard_deviation, np.ones_like(noise_scale))
    if augmentation == "k-aware":
        return np.multiply(standard_deviation, noise_scale)
    raise ValueError(f"augmentation is {augmentation!r}; expected 'paper' or 'k-aware'")


def sample_truncated_normal(
    mode: Tensor, scale: Tensor, n: int, generator: torch.Generator | None = None
) -> Tensor:
    r"""Draw from normals N(m_z, s²) truncated to [0, m_z], by the inverse of their CDF.

    .. math:: z = m_z - s\sqrt2 \, \operatorname{erf}^{-1}\!\left(
              u \operatorname{erf}\frac{m_z}{s\sqrt2}\right), \qquad u ∼ U[0, 1)

    Parameters
    ----------
    mode, scale : tensor of shape (features,)
        m_z > 0 and s > 0.
    n : int
        Number of draws.
    generator : torch.Generator, optional
        Source of u.

    Returns
    -------
    tensor of shape (n, features)
        In [0, m_z]; the features are independent of each other.
    """
    u = torch.rand(n, len(mode), dtype=mode.dtype, generator=generator)
    root2_scale = 2**0.5 * scale
    below_mode = root2_scale * torch.erfinv(u * torch.erf(mode / root2_scale))
    return (mode - below_mode).clamp(min=0)


@dataclass(frozen=True, eq=False)
class ReconstructionAugmentation:
    """The augmentation of Eq. 10, for one training set.

    Attributes
    ----------
    mode : tensor of shape (2,)
        m_z of z_e and z_c, by Eq. 9.
    standard_deviation : tensor of shape (2,)
        σ_z of z_e and z_c.
    kind : {"paper", "k-aware"}
        Whether the truncated normals keep the scale σ_z, or widen with the noise to K σ_z.
    """

    mode: Tensor
    standard_deviation: Tensor
    kind: Augmentation = "paper"

    @classmethod
    def from_moments(
        cls, mean: Tensor, covariance: Tensor, kind: Augmentation = "paper"
    ) -> "ReconstructionAugmentation":
        """Read μ_z and σ_z of the last two composite coordinates off the sample moments.

        Parameters
        ----------
        mean : tensor of shape (d + 2,)
            μ̂ of the composite features.
        covariance : tensor of shape (d + 2, d + 2)
            Σ̂ of the composite features.
        kind : {"paper", "k-aware"}
            Which truncated normals.

        Returns
        -------
        ReconstructionAugmentation
            For this training set.

        Raises
        ------
        ValueError
            If the μ_z of one of the two is not above 0.
        """
        standard_deviation = covariance.diag().sqrt()[-2:]
        mode = lognormal_mode(mean[-2:].numpy(), standard_deviation.numpy())
        return cls(torch.as_tensor(mode).to(mean), standard_deviation, kind)

    @equation("10", lesson="02")
    def __call__(
        self, composite: Tensor, noise_scale: Tensor, generator: torch.Generator | None = None
    ) -> Tensor:
        r"""Turn a batch drawn from p_d into a batch drawn from p_m, half real, half artificial.

        .. math:: p_m(z) = \tfrac12 p_d(z) + \tfrac12 p_l(z_l)\, p_{t_1}(z_e)\, p_{t_2}(z_c)
                  \qquad\text{(Eq. 10)}

        The second half of the batch keeps its latents and gets reconstruction features from the
        truncated normals, independent of the latents and of each other.

        Parameters
        ----------
        composite : tensor of shape (n, d + 2)
            A random batch of composite features; n is even.
        noise_scale : tensor of shape (d + 2,)
            K's diagonal, without gradient; only "k-aware" looks at it.
        generator : torch.Generator, optional
            Source of randomness.

        Returns
        -------
        tensor of shape (n, d + 2)
            A new batch; the argument is left as it was.

        Raises
        ------
        ValueError
            If n is odd: it has no half.
        """
        if len(composite) % 2:
            raise ValueError(
                f"Eq. 10 mixes half and half: got {len(composite)} points, an odd number"
            )
        half = len(composite) // 2
        width = truncation_scale(
            self.standard_deviation.numpy(), noise_scale[-2:].numpy(), self.kind
        )
        augmented = composite.clone()
        augmented[half:, -2:] = sample_truncated_normal(
            self.mode, torch.as_tensor(width).to(self.mode), half, generator
        )
        return augmented
