"""AUROC on collapsed latents, and on the same conditioned by λ or whitened."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from cance_edu.course.covariance.conditioning import KINDS, Conditioning
from cance_edu.course.style import marker_style

__all__ = ["draw_conditioning"]

GAP = 0.7
"""Between the rows of one width of the bottleneck and those of the next."""


def draw_conditioning(
    figure: Figure, widths: Sequence[Conditioning], detectors: Mapping[str, str]
) -> list[PathCollection]:
    """Draw a panel for each detector, and in it a row for each kind of latents.

    Parameters
    ----------
    figure : Figure
        Filled.
    widths : sequence of Conditioning
        One for each width of the bottleneck.
    detectors : mapping of str to str
        Names in `Conditioning.aurocs`, and the titles of their panels.

    Returns
    -------
    list of PathCollection
        The points, a seed each: panel by panel, width by width, kind by kind.
    """
    groups = []
    heights = [row + GAP * (row // len(KINDS)) for row in range(len(widths) * len(KINDS))]
    panels = figure.subplots(1, len(detectors), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (name, title) in zip(panels, detectors.items(), strict=True):
        areas = 100 * np.concatenate([width.aurocs[name] for width in widths])
        for row, (height, values) in enumerate(zip(heights, areas, strict=True)):
            if row % len(KINDS) == 0:  # how far the others are to the right of this is the gain
                ends = [height - 0.3, height + len(KINDS) - 0.7]
                axes.plot([values.mean()] * 2, ends, color="black", linestyle=":", linewidth=1)
            style = marker_style(row % len(KINDS)) | {"alpha": 0.7}
            groups.append(axes.scatter(values, np.full(len(values), height), s=24, **style))
            axes.plot([values.mean()] * 2, [height - 0.3, height + 0.3], color="black", linewidth=2)
        axes.set(title=title)
    panels[0].set_yticks(heights, [label for width in widths for label in _labels(width)])
    panels[0].invert_yaxis()
    figure.supxlabel("AUROC, percent", fontsize=10)
    return groups


def _labels(width: Conditioning) -> list[str]:
    """Say for each kind what it is, and its mean condition number."""
    names = [name.replace("regularised", f"λ = {width.weight:g}") for name in KINDS]
    means = width.condition_numbers.mean(1)
    return [
        f"{width.latent_dim} latents, {name}: κ = {mean:,.0f}"
        for name, mean in zip(names, means, strict=True)
    ]
