"""A kept figure of which only the moving artists are drawn anew: fast enough for a slider."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

__all__ = ["Canvas"]


class Canvas:
    """Draws a figure once without its moving artists, then those alone onto a copy.

    Axis limits, titles, legends and everything else that is not among the moving artists is
    fixed from then on; `refresh_background` draws it anew.

    Parameters
    ----------
    figure : Figure
        Finished, with all artists on it.
    moving : iterable of Artist
        Those that a slider moves. Each lies in axes, or is a text of the figure. They are drawn
        over all others: with a moving image, let what lies on it (lines, frame) move too.
    """

    def __init__(self, figure: Figure, moving: Iterable[Artist]) -> None:
        self.figure, self.agg = figure, FigureCanvasAgg(figure)
        self.moving = sorted(moving, key=lambda artist: artist.get_zorder())
        # The layout is found with everything in its place, and then kept.
        self.agg.draw()
        figure.set_layout_engine("none")
        for artist in self.moving:
            artist.set_animated(True)
        self.refresh_background()

    def refresh_background(self) -> None:
        """Draw what does not move; needed after a change of limits, titles or legends."""
        self.agg.draw()
        self._background: Any = self.agg.copy_from_bbox(self.figure.bbox)

    def png(self) -> bytes:
        """Return the figure as it is now, as a PNG."""
        buffer = BytesIO()
        # Level 1 of 9: the picture goes no further than the browser, so speed is what matters.
        self._draw().save(buffer, "png", compress_level=1)
        return buffer.getvalue()

    def small_png(self) -> bytes:
        """Return the figure as it is now in 64 colours, in a third of the bytes: to be kept."""
        buffer = BytesIO()
        # Of Pillow's methods, the octree is the one that keeps the colour of a few blue points.
        few = self._draw().quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(buffer, "png", optimize=True)
        return buffer.getvalue()

    def _draw(self) -> Image.Image:
        self.agg.restore_region(self._background)
        for artist in self.moving:
            (artist.axes or self.figure).draw_artist(artist)
        return Image.fromarray(self.pixels()[..., :3])

    def pixels(self) -> Any:
        """Return what was drawn last, an array (height, width, 4) of bytes."""
        return np.asarray(self.agg.buffer_rgba())
