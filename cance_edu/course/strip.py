"""The whole method in one picture: what becomes of the same three images, step by step.

Every lesson begins with it, the part lit that the lesson is about. The images are MNIST's, from
the recording `mnist_pictures`: an ordinary eight, an ugly eight, and a one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from cance_edu.course import recordings
from cance_edu.course.picture import Picture, show
from cance_edu.course.recordings.mnist_pictures import NAMED
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["PARTS", "draw_strip", "strip"]

PARTS = {
    "image": "image $x$",
    "latents": "latents $z_l$",
    "reconstruction": "rebuilt $x'$",
    "features": "error $z_e$,\ndissimilarity $z_c$",
    "noise": "how far out?\n$-\\ln\\,p_n$",
    "contrast": "data or noise?\n$T$",
    "score": "score $S =$\n$-\\ln\\,p_n - T$",
}
"""The steps from left to right, by the names that `strip` knows them by."""

IN_WORDS = {
    "image": "the image",
    "latents": "the latents",
    "reconstruction": "the rebuilt image",
    "features": "error and dissimilarity",
    "noise": "the noise",
    "contrast": "telling data from noise",
    "score": "the score",
}

WIDTHS = (1, 1.25, 1, 1.25, 1, 1.1, 1.1)
DIM = 0.5


def strip(*lit: str) -> Picture:
    """Return the strip with some of its parts lit, to be the last value of a lesson's first cell.

    Parameters
    ----------
    *lit : str
        Keys of `PARTS`; without any, all are lit.

    Raises
    ------
    ValueError
        If there is no such part.
    """
    if unknown := set(lit) - PARTS.keys():
        raise ValueError(f"no part {sorted(unknown)}; expected some of {', '.join(PARTS)}")
    recording = recordings.load("mnist_pictures")
    rows = {name: recording[name][: len(NAMED)] for name in ("images", "reconstructions")}
    numbers = {name: recording[name][: len(NAMED)] for name in ("features", "log_ratio", "scores")}
    figure = Figure(figsize=(8.2, 3.3), layout="constrained")
    draw_strip(figure, **rows, **numbers, lit=lit or tuple(PARTS))
    return show(figure, _caption(numbers, lit), _alt(numbers))


def draw_strip(
    figure: Figure,
    images: Any,
    reconstructions: Any,
    features: Any,
    log_ratio: Any,
    scores: Any,
    lit: Sequence[str] = tuple(PARTS),
) -> None:
    """Draw the steps of three images, a row each.

    Parameters
    ----------
    figure : Figure
        Filled.
    images, reconstructions : array of shape (3, height, width)
        Bytes.
    features : array of shape (3, d + 2)
        Latents, error, dissimilarity.
    log_ratio, scores : array of shape (3,)
        T and S; their sum is -ln p_n (Eq. 6 with ν = 1).
    lit : sequence of str
        The parts that are not dimmed.
    """
    grid = figure.subplots(len(images), len(PARTS), width_ratios=WIDTHS)
    for row, axes in enumerate(grid):
        *latents, error, dissimilarity = features[row]
        _picture(axes[0], images[row])
        axes[0].set_ylabel(NAMED[row], fontsize=8)
        _bars(axes[1], np.array(latents))
        _picture(axes[2], reconstructions[row])
        _text(axes[3], f"{error:.3f}\n{dissimilarity:.3f}")
        _text(axes[4], f"{scores[row] + log_ratio[row]:.2f}")
        _text(axes[5], f"{log_ratio[row]:+.2f}", NORMAL if log_ratio[row] > 0 else ANOMALY)
        _text(axes[6], f"{scores[row]:.2f}", size=14)
    for place, (part, title) in enumerate(PARTS.items()):
        grid[0, place].set_title(title, fontsize=9, fontweight="bold" if part in lit else "normal")
        for axes in grid[:, place] if part not in lit else ():
            _dim(axes)


def _picture(axes: Axes, image: Any) -> None:
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    axes.set(xticks=[], yticks=[])


def _bars(axes: Axes, latents: Any) -> None:
    axes.bar(range(len(latents)), latents, color="black")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xticks=[], yticks=[], ylim=(-4, 4))


def _text(axes: Axes, text: str, colour: str = "black", size: float = 11) -> None:
    axes.text(0.5, 0.5, text, ha="center", va="center", fontsize=size, color=colour)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_axis_off()


def _dim(axes: Axes) -> None:
    """Lay a pale sheet over what the lesson is not about; it stays readable."""
    sheet = FancyBboxPatch(
        (0, 0), 1, 1, transform=axes.transAxes, facecolor="white", edgecolor="none", alpha=1 - DIM
    )
    sheet.set_zorder(10)
    axes.add_patch(sheet)


def _caption(numbers: Any, lit: Sequence[str]) -> str:
    ordinary, ugly, one = numbers["scores"]
    _, far, _ = numbers["scores"] + numbers["log_ratio"]
    here = ", and ".join(IN_WORDS[part] for part in lit)
    about = f"This lesson is about what is lit: {here}. " if lit else ""
    return (
        f"{about}Three images on their way through the detector, which has learned from eights "
        f"alone. The one is rebuilt best of all, and still scores {one:.1f}, the ordinary eight "
        f"{ordinary:.1f}. The ugly eight, {ugly:.1f}, is a false alarm: $T$ takes it for an eight, "
        f"but it lies too far out, $-\\ln p_n = {far:.1f}$."
    )


def _alt(numbers: Any) -> str:
    rows = [
        f"{name}: error {z[-2]:.3f}, dissimilarity {z[-1]:.3f}, -ln p_n {s + t:.2f}, T {t:+.2f}, "
        f"S {s:.2f}"
        for name, z, t, s in zip(NAMED, *numbers.values(), strict=True)
    ]
    return f"From image over latents and rebuilt image to the score. {'; '.join(rows)}."
