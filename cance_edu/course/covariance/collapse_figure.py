"""Collapsed latents beside independent ones: two heat maps, and the variances that tell them."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from cance_edu.course.covariance.chance import independent_correlations
from cance_edu.course.covariance.summary import LatentSpread
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_collapse"]


def draw_collapse(
    figure: Figure, spread: LatentSpread, n: int, guess: float | None = None
) -> tuple[list[AxesImage], Line2D]:
    """Draw correlations of latents, those of independent ones, and the variances of both.

    Parameters
    ----------
    figure : Figure
        Filled.
    spread : LatentSpread
        Of the latents.
    n : int
        The images that they belong to: as many independent points are drawn.
    guess : float, optional
        A guess of the widest over the thinnest direction, drawn as the variance it would mean.

    Returns
    -------
    list of AxesImage, Line2D
        The two heat maps, and the latents' variances.
    """
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.5))
    by_chance = independent_correlations(len(spread.correlations), n)
    maps = [
        _heat_map(left, spread.correlations, "the latents"),
        _heat_map(middle, by_chance, f"{n} independent points"),
    ]
    figure.colorbar(maps[1], ax=(left, middle), label="correlation", shrink=0.7)
    ranks = range(1, len(spread.eigenvalues) + 1)
    (variances,) = right.semilogy(
        ranks, spread.eigenvalues, "o", color=NORMAL, markersize=4, label="the latents"
    )
    right.semilogy(ranks, spread.independent, "--", color="black", label="independent")
    if guess:
        least = spread.eigenvalues[0] / guess**2
        right.axhline(least, color=ANOMALY, linestyle=":", label="thinnest, as you said")
    right.set(xlabel="principal direction, widest first", ylabel="variance")
    right.legend(fontsize=8, loc="lower left")
    return maps, variances


def _heat_map(axes: Axes, correlations: ArrayLike, title: str) -> AxesImage:
    axes.set(xticks=[], yticks=[], title=title, xlabel="latent j", ylabel="latent i")
    return axes.imshow(correlations, cmap="RdBu_r", vmin=-1, vmax=1)
