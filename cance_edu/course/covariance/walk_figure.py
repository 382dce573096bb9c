"""The decoded walk along the widest and the thinnest direction of the latents."""

from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from cance_edu.course.covariance.walk import DIRECTIONS, LatentWalk
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_walk"]


def draw_walk(figure: Figure, walk: LatentWalk) -> list[AxesImage]:
    """Draw a row of decoded images for each direction, the fall of ln p_n under each.

    Parameters
    ----------
    figure : Figure
        Filled.
    walk : LatentWalk
        The unmoved image too.

    Returns
    -------
    list of AxesImage
        The widest direction's from left to right, then the thinnest's.
    """
    grid = figure.subplots(len(DIRECTIONS), len(walk.lengths), squeeze=False)
    pictures = []
    for row, (name, colour) in enumerate(zip(DIRECTIONS, (NORMAL, ANOMALY), strict=True)):
        for axes, image, fall in zip(grid[row], walk.images[row], walk.falls[row], strict=True):
            # Eight pixels a side are hard to read; smoothed, they are a digit.
            picture = axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="bicubic")
            pictures.append(picture)
            axes.set(xticks=[], yticks=[])
            axes.set_xlabel(f"{0 - fall:,.{0 if fall > 9.5 or fall == 0 else 1}f}", color=colour)
        width = walk.eigenvalues[row] ** 0.5
        grid[row, 0].set_ylabel(f"{name}\n(width {width:.2g})", color=colour)
    for axes, length in zip(grid[0], walk.lengths, strict=True):
        axes.set_title("unmoved" if length == 0 else f"{length:+g}", fontsize=10)
    figure.suptitle("moved by", fontsize=10)
    figure.supxlabel("change of ln p_n in nats, mean over all images", fontsize=10)
    return pictures
