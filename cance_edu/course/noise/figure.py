"""The noise about the composite features: ellipses, points, the learned density, and K's bars."""

from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap
from matplotlib.container import BarContainer
from matplotlib.figure import FigureBase
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text

from cance_edu.course.noise.summary import NoiseView
from cance_edu.course.style import ANOMALY, NOISE, NORMAL

__all__ = ["BANDS", "NoiseArtists", "draw_noise", "frame_noise", "move_noise"]

BANDS = (0, 0.5, 1, 3, 6, 10, 15)
"""Edges of the shades, in nats below the peak: a Gaussian's ellipse of 95% lies at 3."""

SHADES = LinearSegmentedColormap.from_list("shades", ["#8c8c8c", "#f4f4f4"]).with_extremes(
    over="white"
)
"""Light enough for points and ellipses to be seen on it."""


@dataclass(frozen=True)
class NoiseArtists:
    """The two axes, and what changes on them when the step, the run or the coordinates do."""

    plane: Axes
    scales: Axes
    density: AxesImage
    normal: Line2D
    anomalies: Line2D
    data_ellipse: Line2D
    noise_ellipse: Line2D
    bars: BarContainer
    start: Line2D
    title: Text

    @property
    def moving(self) -> list[Artist]:
        """What a `Canvas` draws anew for each picture."""
        lines = [*self.plane.get_lines(), *self.scales.get_lines()]
        # The frame does not move, but the density is drawn over its inner edge.
        frame = self.plane.spines.values()
        return [self.density, *self.bars, *lines, *frame, self.title]


def draw_noise(figure: FigureBase, view: NoiseView) -> NoiseArtists:
    """Draw the points and ellipses in two coordinates, and beside them K in all coordinates.

    Parameters
    ----------
    figure : Figure or SubFigure
        Filled; 8 by 3.6 inches with a constrained layout suit it.
    view : NoiseView
        What to draw.

    Returns
    -------
    NoiseArtists
        To be moved by `move_noise`.
    """
    plane, scales = figure.subplots(1, 2, width_ratios=[5, 2])
    density = _draw_density(plane, view)
    figure.colorbar(density, ax=plane, label="learned density, nats below peak", pad=0.01)
    (anomalies,) = plane.plot([], [], "x", color=ANOMALY, markersize=3.5, label="anomalous")
    (normal,) = plane.plot([], [], "o", color=NORMAL, markersize=2.5, label="normal")
    (data_ellipse,) = plane.plot([], [], "--", color="black", label="95% of N(μ, Σ)")
    (noise_ellipse,) = plane.plot([], [], color=NOISE, linewidth=2.5, label="95% of N(μ, KΣK)")
    bars, start = _draw_widths(scales, view)
    title = plane.set_title("", fontsize=9)
    artists = NoiseArtists(
        *(plane, scales, density, normal, anomalies, data_ellipse, noise_ellipse, bars, start),
        title,
    )
    handles = [*plane.get_lines(), *scales.get_lines()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8)
    frame_noise(artists, view)
    move_noise(artists, view)
    return artists


def _draw_density(axes: Axes, view: NoiseView) -> AxesImage:
    return axes.imshow(
        view.below_peak,
        cmap=SHADES,
        norm=BoundaryNorm(BANDS, SHADES.N, extend="max"),
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
    )


def _draw_widths(axes: Axes, view: NoiseView) -> tuple[BarContainer, Line2D]:
    """Draw K's bars, and where K began; return both."""
    bars = axes.barh(view.frame.coordinates, view.scale, color=NOISE)
    (start,) = axes.plot(
        [], [], "D", color="white", markeredgecolor="black", markersize=4, label="K at the start"
    )
    axes.axvline(1, color="black", linestyle=":", label="K = 1, as wide as the data")
    axes.invert_yaxis()
    axes.set(xlabel="K, no unit")
    axes.set_title("width of the noise", fontsize=9)
    return bars, start


def frame_noise(artists: NoiseArtists, view: NoiseView) -> None:
    """Fit axes and labels to a view's frame; a canvas must then refresh its background.

    Parameters
    ----------
    artists : NoiseArtists
        What `draw_noise` returned.
    view : NoiseView
        With the frame.
    """
    frame = view.frame
    (left, right), (low, high) = frame.limits.tolist()
    artists.density.set_extent((left, right, low, high))
    artists.plane.set(xlim=(left, right), ylim=(low, high))
    artists.plane.set(xlabel=frame.pair[0], ylabel=frame.pair[1])
    artists.plane.locator_params(nbins=6)
    artists.scales.set(xlim=(0, 1.05 * frame.largest_scale))
    artists.normal.set_data(*frame.normal.T)
    artists.anomalies.set_data(*frame.anomalies.T)
    for place, bar in enumerate(artists.bars):
        bar.set_alpha(1.0 if place in frame.places else 0.4)


def move_noise(artists: NoiseArtists, view: NoiseView, show_anomalies: bool = True) -> None:
    """Move what a step changes.

    Parameters
    ----------
    artists : NoiseArtists
        What `draw_noise` returned.
    view : NoiseView
        In the frame that was drawn.
    show_anomalies : bool
        Whether to draw them.
    """
    artists.density.set_data(view.below_peak)
    artists.data_ellipse.set_data(*view.data_ellipse)
    artists.noise_ellipse.set_data(*view.noise_ellipse)
    artists.anomalies.set_visible(show_anomalies)
    for bar, scale in zip(artists.bars, view.scale.tolist(), strict=True):
        bar.set_width(scale)
    places = range(len(view.scale))
    artists.start.set_data([view.initial_scale] * len(places), places)
    artists.title.set_text(
        f"{view.objective} from K = {view.initial_scale:.2f}, step {view.step:,}"
    )
