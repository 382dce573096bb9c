"""The two vectors' explorer: what brightness, noise and a wrong shape do to z_e and z_c."""

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cance_edu.course.canvas import Canvas
from cance_edu.course.composite.vectors import Pair, altered, two_vectors
from cance_edu.course.composite.vectors_figure import draw_explorer, move_explorer
from cance_edu.course.explorer import Explorer, number
from cance_edu.course.pictured import pictured

__all__ = ["VectorsExplorer"]

BRIGHTNESSES = (0.25, 0.5, 1.0)
NOISES = (0.0, 0.1, 0.2, 0.3)
SHAPES = (0.0, 0.25, 0.5, 0.75, 1.0)

ALT = (
    "Left: an eight and its reconstruction. Middle: both as arrows from one point; the dashed line "
    "between their tips squared is z_e, the angle between them makes z_c. Right: z_e and z_c on "
    "logarithmic axes with a line for each brightness: noise and a wrong shape move the point "
    "along its line, brightness moves it to another."
)


class VectorsExplorer(Explorer):
    """MNIST's ordinary eight, made darker, noisy, or rebuilt in a wrong shape.

    Parameters
    ----------
    eights : array of shape (n, 2)
        z_e and z_c of other eights, drawn behind the point.
    """

    def __init__(self, eights: NDArray[np.float64]) -> None:
        three = pictured()
        self._image, self._reconstruction = three.image[0, 0], three.reconstruction[0, 0]
        self._other = three.reconstruction[1, 0]  # of the ugly eight
        controls = {
            "brightness": ipywidgets.SelectionSlider(
                options=[(f"{value:.0%}", value) for value in BRIGHTNESSES],
                value=BRIGHTNESSES[-1],
                description="brightness of both",
            ),
            "noise": ipywidgets.SelectionSlider(options=NOISES, description="noise on x"),
            "shape": ipywidgets.SelectionSlider(
                options=[(f"{value:.0%}", value) for value in SHAPES],
                description="wrong shape of x'",
            ),
        }
        figure = Figure(figsize=(10, 3), dpi=80, layout="constrained")
        self.artists = draw_explorer(figure, self.pair(1, 0, 0), eights, BRIGHTNESSES)
        super().__init__(controls, Canvas(figure, self.artists.moving), ALT)

    def pair(self, brightness: float, noise: float, shape: float) -> Pair:
        """Return x and x' as the sliders say."""
        three = self._image, self._reconstruction, self._other
        return altered(*three, brightness, noise, shape)

    def update(self, brightness: float, noise: float, shape: float) -> str:
        """Show another pair."""
        pair = self.pair(brightness, noise, shape)
        move_explorer(self.artists, pair)
        vectors = two_vectors(*pair)
        length = vectors.image[0]
        ratio = np.hypot(*vectors.reconstruction) / length
        return (
            f"z_e {number('error', f'{vectors.error:.4f}')} · "
            f"z_c {number('dissimilarity', f'{vectors.dissimilarity:.3f}')} · "
            f"energy {number('energy', f'{length**2:.4f}')} · "
            f"q {number('ratio', f'{ratio:.2f}')}"
        )
