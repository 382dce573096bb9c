"""Eq. 2 against the smallest eigenvalue: what a small loss promises."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D

from cance_edu.course.covariance.bound import SmallestEigenvalues, chance_loss, least_eigenvalue
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_bound"]

LOWEST = 1e-5
"""Of the eigenvalues drawn."""

NAMED = (0, 3, 30, 1000)
"""The λ whose models lie far enough apart for a name beside them."""


def draw_bound(
    axes: Axes, latent_dim: int, points: SmallestEigenvalues, batch_size: int
) -> tuple[Line2D, PathCollection]:
    """Draw the bound on the smallest eigenvalue, recorded models, and what a batch can tell.

    Both scales are logarithmic. Some λ are named, to the right of their models.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    latent_dim : int
        d.
    points : SmallestEigenvalues
        Of models with d latents.
    batch_size : int
        Images in a batch, as training has them.

    Returns
    -------
    Line2D, PathCollection
        The bound where it is positive, and the models.
    """
    speaks = 1 / (latent_dim - 1) ** 2
    losses = np.geomspace(1e-5, speaks, 200)
    bound = least_eigenvalue(losses, latent_dim)
    (line,) = axes.plot(losses, bound, color="black", label=f"least possible, {latent_dim} latents")
    axes.fill_between(losses, LOWEST, bound, color="0.9", label="impossible")
    models = axes.scatter(
        points.losses, points.eigenvalues, s=18, color=NORMAL, alpha=0.7, label="recorded models"
    )
    for weight, losses_of, eigenvalues in zip(
        points.weights, points.losses, points.eigenvalues, strict=True
    ):
        if weight in NAMED:
            place = (losses_of.max(), np.median(eigenvalues))
            axes.annotate(f"λ = {weight:g}", place, (7, -3), textcoords="offset points", fontsize=8)
    axes.axvline(chance_loss(batch_size), color=ANOMALY, linestyle="--")
    axes.text(
        chance_loss(batch_size) * 1.15,
        0.7,
        f"independent latents\nin a batch of {batch_size}",
        color=ANOMALY,
        fontsize=9,
        va="top",
    )
    axes.set(xscale="log", yscale="log", xlim=(1e-5, 1), ylim=(LOWEST, 1))
    axes.set(xlabel="covariance loss (Eq. 2)", ylabel="smallest eigenvalue")
    axes.legend(fontsize=8, loc="lower left")
    return line, models
