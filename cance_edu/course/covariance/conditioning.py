"""Condition number against detection: what `cance-edu record conditioning` found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cance_edu.course.recordings import Recording

__all__ = ["KINDS", "Conditioning", "conditionings"]

Array = NDArray[np.float64]

KINDS = ("collapsed", "regularised", "whitened")
"""Latents trained without λ; with λ; and the first again, whitened after training."""


@dataclass(frozen=True)
class Conditioning:
    """Latents of one width, conditioned in two ways or not at all, the same seeds for each.

    Attributes
    ----------
    latent_dim : int
        d.
    weight : float
        λ of the regularised.
    condition_numbers : array of shape (kinds, seeds)
        On held-out images, in the order of `KINDS`.
    aurocs : dict of str to array of shape (kinds, seeds)
        By detector: the learned ones; and "Gaussian", "wider half", "thinner half", squared
        distances without T along all, half, and the other half of the directions.
    """

    latent_dim: int
    weight: float
    condition_numbers: Array
    aurocs: dict[str, Array]

    def gain(self, detector: str, kind: str = "regularised") -> Array:
        """Return how much better than collapsed latents these detect, shape (seeds,)."""
        areas = self.aurocs[detector]
        difference: Array = areas[KINDS.index(kind)] - areas[KINDS.index("collapsed")]
        return difference


def conditionings(recording: Recording) -> list[Conditioning]:
    """Return what was recorded of each width of the bottleneck.

    Parameters
    ----------
    recording : Recording
        "conditioning".
    """
    found = []
    models = recording["models"]
    for place, dim in enumerate(np.unique(models[:, 0])):
        places = np.flatnonzero(models[:, 0] == dim)  # without λ, and with it
        conditions, learned, plain = (
            np.concatenate([recording[name][places], recording[f"whitened_{name}"][[place]]])
            for name in ("condition_numbers", "aurocs", "gaussian_aurocs")
        )
        names = (*recording["variants"].tolist(), "Gaussian", "wider half", "thinner half")
        areas = np.moveaxis(np.concatenate([learned, plain], -1), -1, 0)
        found.append(
            Conditioning(
                latent_dim=int(dim),
                weight=float(models[places[1], 1]),
                condition_numbers=conditions,
                aurocs=dict(zip(names, areas, strict=True)),
            )
        )
    return found
