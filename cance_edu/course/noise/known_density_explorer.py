"""The noise explorer's second mode: a known density, and K set by hand."""

import ipywidgets
from matplotlib.figure import Figure

from cance_edu.course.canvas import Canvas
from cance_edu.course.explorer import Explorer, number
from cance_edu.course.noise.known_density import KnownDensityView, known_density_view, known_fits
from cance_edu.course.noise.known_density_figure import draw_known_density, move_known_density
from cance_edu.course.offline.stops import Grid

__all__ = ["KnownDensityExplorer"]

_ALT = (
    "Left: contour lines of a density of three components, and shades of its estimate; where the "
    "fit is good the shades end at the lines. Middle: data and noise with their ellipses, and "
    "below the fitted T against the best possible T*, with points near the diagonal where the fit "
    "is good. Right: the classifier's and the density's error against K of coordinate 1."
)


class KnownDensityExplorer(Explorer):
    """Shows T fitted against noise of any width, beside the truth; the fits were recorded.

    Attributes
    ----------
    controls : dict of str to widget
        "first_scale" and "second_scale", K_1 and K_2 on a grid, and "seed".
    view : KnownDensityView
        What is shown.

    Raises
    ------
    FileNotFoundError
        If there is no recording: the message says how to make it.
    """

    def __init__(self) -> None:
        self.fits = known_fits()
        self.view = known_density_view(self.fits)
        figure = Figure(figsize=(8.8, 4.1), layout="constrained")
        self.artists = draw_known_density(figure, self.view)
        scales = [(f"{scale:g}", scale) for scale in self.fits.scales]
        controls = {
            f"{name}_scale": ipywidgets.SelectionSlider(
                options=scales,
                description=f"K of coordinate {place}",
                layout={"width": "40em"},
            )
            for place, name in ((1, "first"), (2, "second"))
        }
        controls["seed"] = ipywidgets.Dropdown(
            options=self.fits.seeds, description="seed of the fit"
        )
        super().__init__(controls, Canvas(figure, self.artists.moving), _ALT)

    def grids(self) -> list[Grid]:
        """Return the stops, not all of them: each state has an image of its own."""
        (grid,) = super().grids()
        fewer = {"second_scale": grid["second_scale"][::2], "seed": grid["seed"][:2]}
        return [grid | fewer]

    def update(self, first_scale: float, second_scale: float, seed: int) -> str:
        """Show the fit for K and seed."""
        self.view = known_density_view(self.fits, (first_scale, second_scale), seed)
        move_known_density(self.artists, self.view)
        return readout(self.view)


def readout(view: KnownDensityView) -> str:
    """Return the numbers of a view as HTML."""
    errors = view.errors
    return (
        f"<p>K = {number('K 1', f'{view.scale[0]:g}')}, {number('K 2', f'{view.scale[1]:g}')}, "
        f"seed {number('seed', str(view.seed))}. Least NCE loss, of T*: "
        f"{number('least loss', f'{errors.least_loss:.3f}')} nats.</p>"
        f"<p>The classifier's error: {number('classifier error', f'{errors.classifier:.4f}')} nats "
        f"above it. The density's error, KL divergence of the truth from the normalised estimate: "
        f"{number('density error', f'{errors.density:.4f}')} nats. Total mass of the estimate "
        f"before that: {number('mass', f'{errors.mass:.3f}')}.</p>"
    )
