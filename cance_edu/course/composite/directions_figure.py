"""Variance along each principal direction: of the images, and of the noise that was added."""

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cance_edu.course.composite.directions import Directions
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_directions"]


def draw_directions(axes: Axes, directions: Directions, latent_dim: int) -> tuple[Line2D, Line2D]:
    """Draw both spreads, largest variance of the images first.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    directions : Directions
        Of images and noise.
    latent_dim : int
        How many of them are latents: these are shaded.

    Returns
    -------
    Line2D, Line2D
        The images', and the noise's.
    """
    # A pixel that is black in each image has no variance, and no place on a logarithmic axis.
    seen = directions.data > 1e-6
    ranks = range(1, int(seen.sum()) + 1)
    (data,) = axes.semilogy(ranks, directions.data[seen], "o", color=NORMAL, markersize=4)
    (noise,) = axes.semilogy(ranks, directions.disturbance[seen], "s", color=ANOMALY, markersize=4)
    data.set_label("the images")
    noise.set_label("the noise")
    axes.axvspan(0, latent_dim + 0.5, color="0.9", zorder=0)
    axes.text(latent_dim / 2, 0.03, "latents", transform=axes.get_xaxis_transform(), ha="center")
    axes.text(latent_dim + 1.5, 0.03, "left out: the error", transform=axes.get_xaxis_transform())
    axes.set(xlabel="principal direction, widest first", ylabel="variance", xlim=(0, None))
    axes.legend(loc="upper right")
    return data, noise
