"""A known density beside its estimate by NCE, the noise, T beside T*, and both errors against K."""

from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import FigureBase
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import NullFormatter

from cance_edu.course.noise.figure import BANDS, SHADES
from cance_edu.course.noise.known_density import KnownDensityView
from cance_edu.course.style import NOISE, NORMAL, PALETTE

__all__ = ["KnownDensityArtists", "draw_known_density", "move_known_density"]

CLASSIFIER, DENSITY = "black", PALETTE[4]


@dataclass(frozen=True)
class KnownDensityArtists:
    """What changes with K and the seed, and what lies above that."""

    estimate: AxesImage
    ellipse: Line2D
    noise: Line2D
    on_data: Line2D
    on_noise: Line2D
    classifier: tuple[Line2D, Line2D]
    density: tuple[Line2D, Line2D]
    chosen: Line2D
    title: Text
    above: tuple[Artist, ...]

    @property
    def moving(self) -> list[Artist]:
        """What a `Canvas` draws anew for each picture."""
        points = [self.ellipse, self.noise, self.on_noise, self.on_data]
        errors = [*self.classifier, *self.density, self.chosen]
        return [self.estimate, *points, *errors, self.title, *self.above]


def draw_known_density(figure: FigureBase, view: KnownDensityView) -> KnownDensityArtists:
    """Draw a fit to a known density.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 8.8 by 4.1 inches with a constrained layout suit it.
    view : KnownDensityView
        What to draw.

    Returns
    -------
    KnownDensityArtists
        To be moved by `move_known_density`.
    """
    axes = figure.subplot_mosaic("pne\npte", width_ratios=[4, 2.6, 3.4])
    estimate, above = _draw_densities(axes["p"], view)
    figure.colorbar(
        estimate, ax=axes["p"], label="nats below the truth's peak", location="bottom", pad=0.01
    )
    ellipse, noise, data = _draw_noise(axes["n"], view)
    on_data, on_noise = _draw_log_ratios(axes["t"])
    classifier, density, chosen = _draw_errors(axes["e"], view)
    artists = KnownDensityArtists(
        estimate,
        ellipse,
        noise,
        on_data,
        on_noise,
        classifier,
        density,
        chosen,
        axes["e"].set_title("", fontsize=9),
        (*above, *data),
    )
    move_known_density(artists, view)
    return artists


def _draw_densities(axes: Axes, view: KnownDensityView) -> tuple[AxesImage, tuple[Artist, ...]]:
    (left, right), (low, high) = view.limits.tolist()
    extent = (left, right, low, high)
    estimate = axes.imshow(
        view.estimate,
        cmap=SHADES,
        norm=BoundaryNorm(BANDS, SHADES.N, extend="max"),
        interpolation="bilinear",
        origin="lower",
        extent=extent,
    )
    truth = axes.contour(
        view.truth, BANDS[1:], colors="black", linewidths=0.8, origin="lower", extent=extent
    )
    axes.set(xlabel="coordinate 1", ylabel="coordinate 2")
    axes.set_title("truth (lines) and estimate (shades)", fontsize=9)
    return estimate, (truth, *axes.spines.values())


def _draw_noise(axes: Axes, view: KnownDensityView) -> tuple[Line2D, Line2D, tuple[Line2D, Line2D]]:
    (noise,) = axes.plot([], [], "x", color=NOISE, markersize=2.5)
    (data,) = axes.plot(*view.data, ".", color=NORMAL, markersize=2.5)
    (data_ellipse,) = axes.plot(*view.data_ellipse, "--", color="black", linewidth=1)
    (ellipse,) = axes.plot([], [], color=NOISE, linewidth=2)
    axes.set(xlim=view.noise_limits[0], ylim=view.noise_limits[1])
    axes.set(xlabel="coordinate 1", ylabel="coordinate 2")
    axes.set_title("data, noise, 95% of each", fontsize=9)
    return ellipse, noise, (data, data_ellipse)


def _draw_log_ratios(axes: Axes) -> tuple[Line2D, Line2D]:
    axes.axline((0, 0), slope=1, color="black", linestyle=":", linewidth=1)
    (on_noise,) = axes.plot([], [], "x", color=NOISE, markersize=3, label="at noise")
    (on_data,) = axes.plot([], [], ".", color=NORMAL, markersize=3, label="at data")
    axes.set(xlim=(-12.5, 7), ylim=(-12.5, 7), xlabel="T*, nats", ylabel="fitted T, nats")
    axes.legend(fontsize=7, loc="upper left")
    return on_data, on_noise


def _draw_errors(
    axes: Axes, view: KnownDensityView
) -> tuple[tuple[Line2D, Line2D], tuple[Line2D, Line2D], Line2D]:
    """Draw for each error a line for the chosen seed, and markers for all seeds."""
    lines = []
    for colour, marker, dash, label in (
        (DENSITY, "o", "-", "of the density: KL divergence"),
        (CLASSIFIER, "s", "--", "of the classifier: excess NCE loss"),
    ):
        (line,) = axes.plot([], [], dash, color=colour, marker=marker, markersize=5, label=label)
        (others,) = axes.plot([], [], marker, color=colour, markersize=3, fillstyle="none")
        lines.append((line, others))
    chosen = axes.axvline(1, color=NOISE, linewidth=6, alpha=0.3, label="the chosen K")
    scales, fits = view.fits.scales, view.fits
    axes.set(xscale="log", yscale="log", xlim=(0.9 * scales[0], 1.1 * scales[-1]))
    axes.set(ylim=(fits.classifier_error.min() / 1.5, fits.density_error.max() * 4))
    axes.set_xticks(scales, [f"{scale:g}" for scale in scales], fontsize=8)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set(xlabel="K of coordinate 1", ylabel="error, nats")
    axes.legend(fontsize=7, loc="upper left")
    density, classifier = lines
    return classifier, density, chosen


def move_known_density(artists: KnownDensityArtists, view: KnownDensityView) -> None:
    """Show another K or seed.

    Parameters
    ----------
    artists : KnownDensityArtists
        What `draw_known_density` returned.
    view : KnownDensityView
        Of the same fits.
    """
    fits = view.fits
    artists.estimate.set_data(view.estimate)
    artists.ellipse.set_data(*view.noise_ellipse)
    artists.noise.set_data(*view.noise)
    artists.on_data.set_data(*view.on_data)
    artists.on_noise.set_data(*view.on_noise)
    for (line, others), errors in (
        (artists.classifier, view.classifier_errors),
        (artists.density, view.density_errors),
    ):
        line.set_data(fits.scales, errors[fits.seeds.index(view.seed)])
        others.set_data(fits.scales * len(fits.seeds), errors.ravel())
    artists.chosen.set_xdata([view.scale[0]] * 2)
    artists.title.set_text(f"errors, with K of coordinate 2 at {view.scale[1]:g}")
