"""AUROC against condition number, a line from each collapsed model to its conditioned twin."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cance_edu.course.covariance.conditioning import Pair
from cance_edu.course.style import line_style, marker_style

__all__ = ["draw_conditioning"]


def draw_conditioning(
    figure: Figure, pairs: Sequence[Pair], detectors: Mapping[str, str]
) -> list[Line2D]:
    """Draw a panel for each detector and a line for each seed.

    Parameters
    ----------
    figure : Figure
        Filled.
    pairs : sequence of Pair
        One for each width of the bottleneck.
    detectors : mapping of str to str
        Names in `Pair.aurocs`, and the titles of their panels.

    Returns
    -------
    list of Line2D
        Panel by panel, pair by pair, seed by seed.
    """
    lines: list[Line2D] = []
    panels = figure.subplots(1, len(detectors), sharey=True, squeeze=False)[0]
    for axes, (name, title) in zip(panels, detectors.items(), strict=True):
        for place, pair in enumerate(pairs):
            style = line_style(place) | marker_style(place) | {"linewidth": 1, "alpha": 0.8}
            drawn = axes.plot(pair.condition_numbers, 100 * pair.aurocs[name], **style)
            collapsed, conditioned = (f"{weight:g}" for weight in pair.weights)
            label = f"{pair.latent_dim} latents, λ = {collapsed} → {conditioned}"
            drawn[0].set_label(label)
            lines += drawn
        axes.set(xscale="log", title=title, xlabel="condition number, held out")
        axes.invert_xaxis()
    panels[0].set_ylabel("AUROC, percent")
    handles = [line for line in lines if not str(line.get_label()).startswith("_")][: len(pairs)]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(pairs), fontsize=9)
    return lines
