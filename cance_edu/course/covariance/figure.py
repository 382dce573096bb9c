"""Latents and their covariance: heat map, spectrum, the path over λ, and schedules of training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text

from cance_edu.course.covariance.summary import LatentSpread, ScheduleComparison, WeightPath
from cance_edu.course.style import ANOMALY, NORMAL, label_log_axis, line_style, marker_style
from cance_edu.training.autoencoder import WELL_CONDITIONED

__all__ = [
    "ExplorerArtists",
    "SpreadArtists",
    "draw_explorer",
    "draw_latent_spread",
    "draw_path",
    "draw_schedules",
    "move_explorer",
    "move_latent_spread",
]


@dataclass(frozen=True)
class SpreadArtists:
    """What changes from model to model in a heat map and a spectrum."""

    heat_map: AxesImage
    size: Text
    eigenvalues: Line2D
    independent: Line2D


@dataclass(frozen=True)
class ExplorerArtists:
    """What the covariance explorer moves."""

    spread: SpreadArtists
    conditions: Line2D
    model: Line2D

    @property
    def moving(self) -> list[Artist]:
        """Every artist, for a `Canvas`."""
        return [*vars(self.spread).values(), self.conditions, self.model]


def draw_latent_spread(heat_map: Axes, spectrum: Axes, spread: LatentSpread) -> SpreadArtists:
    """Draw the correlations of latents as a heat map, and the eigenvalues of their covariance.

    Parameters
    ----------
    heat_map, spectrum : Axes
        Where to draw.
    spread : LatentSpread
        One model's.

    Returns
    -------
    SpreadArtists
        For `move_latent_spread`.
    """
    image = heat_map.imshow(
        spread.correlations, cmap="RdBu_r", vmin=-1, vmax=1, extent=(0, 1, 1, 0)
    )
    heat_map.set(xticks=[], yticks=[], xlabel="latent j", ylabel="latent i")
    size = heat_map.text(0.5, 1.03, "", transform=heat_map.transAxes, ha="center")
    heat_map.figure.colorbar(image, ax=heat_map, label="correlation", shrink=0.8)
    (eigenvalues,) = spectrum.semilogy([], [], "o", color=NORMAL, markersize=4, label="latents")
    (independent,) = spectrum.semilogy([], [], "--", color="black", label="if independent")
    last = len(spread.eigenvalues) + 1
    spectrum.set(xlim=(0, last), ylim=(1e-5, 30), xlabel="principal direction", ylabel="variance")
    spectrum.legend(loc="lower left")
    artists = SpreadArtists(image, size, eigenvalues, independent)
    move_latent_spread(artists, spread)
    return artists


def move_latent_spread(artists: SpreadArtists, spread: LatentSpread) -> None:
    """Give heat map and spectrum another model's numbers."""
    ranks = np.arange(1, len(spread.eigenvalues) + 1)
    artists.heat_map.set_data(spread.correlations)
    artists.size.set_text(f"{len(ranks)} latents")
    artists.eigenvalues.set_data(ranks, spread.eigenvalues)
    artists.independent.set_data(ranks, spread.independent)


def draw_explorer(
    figure: Figure, spread: LatentSpread, path: WeightPath, seed: int, weight: int
) -> ExplorerArtists:
    """Draw one recorded model beside the condition numbers of its like for every λ.

    Parameters
    ----------
    figure : Figure
        Filled by three axes.
    spread : LatentSpread
        The model's.
    path : WeightPath
        Of its width.
    seed, weight : int
        The model's place on the path.

    Returns
    -------
    ExplorerArtists
        For `move_explorer`.
    """
    heat_map, spectrum, conditions = figure.subplots(1, 3, width_ratios=(1.15, 0.9, 1.2))
    artists = draw_latent_spread(heat_map, spectrum, spread)
    # Limits first: on an empty logarithmic axis the line at 100 alone would have none.
    conditions.set(yscale="log", ylim=(1, 1e6))
    (line,) = conditions.plot([], [], "o-", color=NORMAL, markersize=4)
    (model,) = conditions.plot([], [], "o", color=ANOMALY, markersize=11, fillstyle="none")
    _label_weights(conditions, path)
    explorer = ExplorerArtists(artists, line, model)
    move_explorer(explorer, spread, path, seed, weight)
    return explorer


def move_explorer(
    artists: ExplorerArtists, spread: LatentSpread, path: WeightPath, seed: int, weight: int
) -> None:
    """Show another recorded model, and where it lies on its path."""
    move_latent_spread(artists.spread, spread)
    conditions = path.condition_numbers[:, seed]
    artists.conditions.set_data(np.arange(len(conditions)), conditions)
    artists.model.set_data([weight], [conditions[weight]])


def draw_path(figure: Figure, paths: Sequence[WeightPath]) -> list[Line2D]:
    """Draw condition number and reconstruction loss against λ, a line for each bottleneck.

    Parameters
    ----------
    figure : Figure
        Filled.
    paths : sequence of WeightPath
        One for each width: the line is the mean over seeds, the small markers are the seeds.

    Returns
    -------
    list of Line2D
        The lines of the means, condition numbers first.
    """
    lines = []
    conditions, losses = figure.subplots(1, 2, gridspec_kw={"wspace": 0.08})
    for axes, attribute in ((conditions, "condition_numbers"), (losses, "reconstruction_losses")):
        axes.set_yscale("log")
        for number, path in enumerate(paths):
            values = getattr(path, attribute)
            places = np.arange(len(values))
            # On a logarithmic axis the mean of the logarithms lies amid the points.
            means = np.exp(np.log(values).mean(1))
            (line,) = axes.plot(places, means, **line_style(number))
            seeds = marker_style(number) | {"linestyle": "none", "markersize": 4, "alpha": 0.6}
            axes.plot(places, values, **seeds)
            line.set_label(f"{path.latent_dim} latents")
            lines.append(line)
        _label_weights(axes, paths[0], threshold=axes is conditions)
    losses.set_ylabel("reconstruction loss (Eq. 1), held out")
    label_log_axis(losses.yaxis)
    conditions.legend(handlelength=3)
    return lines


def draw_schedules(figure: Figure, comparison: ScheduleComparison) -> list[PathCollection]:
    """Draw how schedules of training change the held-out loss, a panel for each λ.

    Parameters
    ----------
    figure : Figure
        Filled.
    comparison : ScheduleComparison
        Held-out losses are drawn, relative to "joint", a point for each seed.

    Returns
    -------
    list of PathCollection
        The points of each panel's schedules, from top to bottom.
    """
    groups = []
    others = [name for name in comparison.schedules if name != "joint"]
    panels = figure.subplots(1, len(comparison.weights), sharey=True, sharex=True, squeeze=False)
    for place, (axes, weight) in enumerate(zip(panels[0], comparison.weights, strict=True)):
        for row, name in enumerate(others):
            change = 100 * comparison.change(name)[place, :, 1]
            style = marker_style(row) | {"alpha": 0.7}
            groups.append(axes.scatter(change, np.full(len(change), row), s=24, **style))
            axes.plot([change.mean()] * 2, [row - 0.3, row + 0.3], color="black", linewidth=2)
        axes.axvline(0, color="black", linestyle="--", linewidth=1)
        axes.set(title=f"λ = {weight:g}")
    panels[0, 0].set_yticks(range(len(others)), others)
    panels[0, 0].invert_yaxis()
    figure.supxlabel("change of the held-out loss against joint training, %", fontsize=10)
    return groups


def _label_weights(axes: Axes, path: WeightPath, threshold: bool = True) -> None:
    """Put λ on the horizontal axis, in equal steps: λ = 0 has no logarithm."""
    axes.set_xticks(np.arange(len(path.weights)), [f"{w:g}" for w in path.weights])
    axes.tick_params(axis="x", labelsize=8)
    axes.set(xlabel="λ", xlim=(-0.5, len(path.weights) - 0.5))
    if threshold:
        axes.axhline(WELL_CONDITIONED, color="black", linestyle=":")
        last = len(path.weights) - 1
        axes.text(last, WELL_CONDITIONED / 2, "well conditioned", fontsize=8, ha="right")
        axes.set_ylabel("condition number, held out")
