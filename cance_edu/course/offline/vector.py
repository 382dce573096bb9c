"""A figure's artists as SVG in few bytes: coordinates are whole tenths of a pixel."""

import base64
import html
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from PIL import Image

__all__ = ["FONT", "VectorRenderer", "artist_svg", "background_svg", "view_box"]

UNITS = 10
"""Units of the SVG in a pixel of the figure: whole numbers are then precise enough."""

CAREFUL = 0.3
"""So many pixels may a line with fewer points leave its true course."""

FONT = "DejaVu Sans,Verdana,sans-serif"
"""Matplotlib's own first; where it is missing, `textLength` keeps each text's width."""

LETTERS = {
    int(code): letter
    for code, letter in (
        (Path.STOP, ""),
        (Path.MOVETO, "M"),
        (Path.LINETO, "L"),
        (Path.CURVE3, "Q"),
        (Path.CURVE4, "C"),
        (Path.CLOSEPOLY, "z"),
    )
}
"""What SVG calls the kinds of a path's vertices."""


class VectorRenderer(RendererBase):
    """Writes what is drawn as SVG elements.

    Parameters
    ----------
    figure : Figure
        Whose artists are drawn.

    Attributes
    ----------
    elements : list of str
        What was drawn, in its order. An identifier in them ends in `~`: whoever puts them into a
        page replaces that by what makes it the only one there.
    name : str
        Of what is drawn, for its identifiers.
    """

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.dpi, (self.width, self.height) = figure.dpi, figure.bbox.size
        self.elements: list[str] = []
        self.name = ""
        self._to_page = Affine2D().scale(1, -1).translate(0, self.height).scale(UNITS)

    def points_to_pixels(self, points: Any) -> Any:
        """Return points in the figure's pixels."""
        return points * self.dpi / 72

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the figure's size in pixels."""
        return self.width, self.height

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Any, rgbFace: Any = None
    ) -> None:
        """Write a line or an area."""
        if d := outline(path, transform + self._to_page):
            self._write(gc, f'<path d="{d}"{self._style(gc, rgbFace)}/>')

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Any,
        path: Path,
        trans: Any,
        rgbFace: Any = None,
    ) -> None:
        """Write all markers of a line as one path."""
        corners = [vertices[-2:] for vertices, _ in path.iter_segments(trans, simplify=False)]
        places = np.array(corners).reshape(-1, 2)
        size = np.array([self.width, self.height])
        seen = places[((places > -size) & (places < 2 * size)).all(1)]
        if not len(seen):
            return
        half = UNITS // 2  # where points lie matters less than the course of a line
        placed = (half * np.rint(self._to_page.transform(seen) / half)).astype(int).tolist()
        to_page = marker_trans + Affine2D().scale(UNITS, -UNITS)
        diameter = _diameter(marker_path, to_page)
        if diameter and rgbFace is not None and to_hex(rgbFace) == to_hex(gc.get_rgb()):
            # A line of no length with round ends is a disc.
            width = round(diameter) + self._line_width(gc)
            d = "".join(f"M{x} {y}h0" for x, y in placed)
            style = f' stroke="{to_hex(rgbFace)}" stroke-width="{width}" stroke-linecap="round"'
            self._write(gc, f'<path d="{d}"{style}{_opacity(gc, rgbFace, "stroke-opacity")}/>')
            return
        if diameter:
            d = "".join(
                outline(marker_path, to_page + Affine2D().translate(x, y)) for x, y in placed
            )
        else:
            shape = _relative(marker_path, to_page)
            d = "".join(f"M{x} {y}{shape}" for x, y in placed)
        self._write(gc, f'<path d="{d}"{self._style(gc, rgbFace)}/>')

    def draw_image(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        im: Any,
        transform: Any = None,
    ) -> None:
        """Write an image, in the pixels of the figure."""
        height, width = im.shape[:2]
        left, top = np.rint(self._to_page.transform((x, y + height))).astype(int)
        buffer = BytesIO()
        Image.fromarray(im[::-1]).save(buffer, "webp", lossless=True, quality=50, method=3)
        data = base64.b64encode(buffer.getvalue()).decode()
        self._write(
            gc,
            f'<image x="{left}" y="{top}" width="{width * UNITS}" height="{height * UNITS}" '
            f'preserveAspectRatio="none" href="data:image/webp;base64,{data}"/>',
        )

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Write a text as text, and a formula as the outlines of its letters."""
        if ismath:
            # Matplotlib has no public way to do this.
            self._draw_text_as_path(  # type: ignore[attr-defined]
                gc, x, y, s, prop, angle, ismath, mtext
            )
            return
        width = self.get_text_width_height_descent(s, prop, False)[0]
        size = self.points_to_pixels(prop.get_size_in_points())
        left, base, length, size = (round(UNITS * value) for value in (x, y, width, size))
        turn = f' transform="rotate({-angle:g} {left} {base})"' if angle else ""
        weight = ' font-weight="bold"' if prop.get_weight() in ("bold", 700) else ""
        self._write(
            gc,
            f'<text x="{left}" y="{base}" font-size="{size}" textLength="{length}" '
            f'fill="{to_hex(gc.get_rgb())}"{weight}{turn}>{html.escape(s)}</text>',
        )

    def _write(self, gc: GraphicsContextBase, element: str) -> None:
        """Write an element, within the rectangle that clips it."""
        if gc.get_clip_path()[0] is not None:
            raise NotImplementedError("an artist is clipped by a path; expected a rectangle")
        clip = gc.get_clip_rectangle()
        if clip is not None:
            corners = self._to_page.transform(clip.get_points())
            left, top = np.rint(corners.min(0)).astype(int)
            width, height = np.rint(np.ptp(corners, 0)).astype(int)
            element = (
                f'<svg x="{left}" y="{top}" width="{width}" height="{height}" '
                f'viewBox="{left} {top} {width} {height}">{element}</svg>'
            )
        self.elements.append(element)

    def _line_width(self, gc: GraphicsContextBase) -> int:
        return round(UNITS * self.points_to_pixels(gc.get_linewidth()))

    def _style(self, gc: GraphicsContextBase, face: Any) -> str:
        """Return how an element is filled and drawn, as attributes; unfilled unless they say so."""
        style: dict[str, Any] = {}
        if gc.get_hatch() is not None:
            style["fill"] = f"url(#{self._hatch(gc, face)})"
        elif face is not None:
            style["fill"] = to_hex(face)
        if width := self._line_width(gc):
            style |= {"stroke": to_hex(gc.get_rgb()), "stroke-width": width}
            if gc.get_rgb()[3] < 1 and not gc.get_forced_alpha():
                style["stroke-opacity"] = f"{gc.get_rgb()[3]:.2g}"
            offset, dashes = gc.get_dashes()
            if dashes is not None:
                scale = UNITS * self.points_to_pixels(1)
                lengths = scale * np.asarray(dashes)
                style["stroke-dasharray"] = " ".join(f"{length:.0f}" for length in lengths)
                style["stroke-dashoffset"] = f"{scale * offset:.0f}"
            if gc.get_capstyle() != "butt":
                style["stroke-linecap"] = gc.get_capstyle().replace("projecting", "square")
            if gc.get_joinstyle() != "round":
                style["stroke-linejoin"] = gc.get_joinstyle()
        return "".join(f' {name}="{value}"' for name, value in style.items()) + _opacity(gc, face)

    def _hatch(self, gc: GraphicsContextBase, face: Any) -> str:
        """Write a pattern, and return its identifier."""
        size = round(UNITS * self.dpi)
        lines = outline(gc.get_hatch_path(), Affine2D().scale(size))
        colour, below = to_hex(gc.get_hatch_color()), "none" if face is None else to_hex(face)
        width = round(UNITS * self.points_to_pixels(gc.get_hatch_linewidth()))
        name = f"hatch-{self.name}-{len(self.elements)}~"
        self.elements.append(
            f'<pattern id="{name}" patternUnits="userSpaceOnUse" width="{size}" height="{size}">'
            f'<rect width="{size}" height="{size}" fill="{below}"/>'
            f'<path d="{lines}" stroke="{colour}" stroke-width="{width}"/></pattern>'
        )
        return name


def outline(path: Path, transform: Any) -> str:
    """Return a path as SVG writes it, in whole numbers; a long line with fewer points.

    Parameters
    ----------
    path : Path
        The path.
    transform : Transform
        From its coordinates to the SVG's.
    """
    straight, closed = _straight(path)
    if straight and len(_vertices(path)) > 8:
        path = Path(_vertices(path)[:-1] if closed else _vertices(path))
        path.simplify_threshold = CAREFUL * UNITS
    else:
        straight = closed = False
    cleaned = path.cleaned(transform=transform, remove_nans=True, simplify=straight)
    written, last = [], ""
    vertices = np.rint(np.clip(_vertices(cleaned), -1e6, 1e6)).astype(int).tolist()
    for (x, y), code in zip(vertices, _codes(cleaned), strict=True):
        letter = LETTERS[code]
        if letter in ("", "z"):
            written.append(letter)
        else:  # a letter that comes again may be left out, but for M
            written.append(f"{' ' if letter == last != 'M' else letter}{x} {y}")
        last = letter
    return "".join(written) + "z" * closed


def _vertices(path: Path) -> NDArray[np.float64]:
    return np.asarray(path.vertices)


def _codes(path: Path) -> list[int]:
    """Return what each vertex is for; a path that does not say is one line."""
    if path.codes is None:
        return [int(Path.MOVETO)] + [int(Path.LINETO)] * (len(_vertices(path)) - 1)
    return [int(code) for code in np.asarray(path.codes)]


def _straight(path: Path) -> tuple[bool, bool]:
    """Return whether a path is one line without curves, and whether it ends where it began."""
    letters = "".join(LETTERS[code] for code in _codes(path))
    closed = letters.endswith("z")
    return set(letters[1 : len(letters) - closed]) <= {"L"}, closed


def _relative(path: Path, transform: Any) -> str:
    """Return a path without curves as SVG writes it, beginning where the pen is."""
    cleaned = path.cleaned(transform=transform)
    written, pen, start = [], (0, 0), (0, 0)
    vertices = np.rint(_vertices(cleaned)).astype(int).tolist()
    for (x, y), code in zip(vertices, _codes(cleaned), strict=True):
        letter = LETTERS[code].lower()
        if letter == "z":
            pen = start
        if letter in ("m", "l"):
            letter += f"{x - pen[0]} {y - pen[1]}"
            pen = (x, y)
            start = pen if letter[0] == "m" else start
        elif letter not in ("", "z"):
            raise NotImplementedError("a marker with curves that is no circle")
        written.append(letter)
    return "".join(written)


def _diameter(marker: Path, transform: Any) -> float:
    """Return the diameter of a marker that is a circle about its place, or 0."""
    if _codes(marker) != _codes(Path.unit_circle()):
        return 0
    return float(np.ptp(transform.transform(_vertices(marker))[:, 0]))


def _opacity(gc: GraphicsContextBase, face: Any, name: str = "fill-opacity") -> str:
    if gc.get_forced_alpha():
        return f' opacity="{gc.get_alpha():.2g}"' if gc.get_alpha() < 1 else ""
    pale = face is not None and len(face) == 4 and face[3] < 1
    return f' {name}="{face[3]:.2g}"' if pale else ""


def artist_svg(renderer: VectorRenderer, artist: Artist, name: str = "") -> str:
    """Return an artist as it is now; nothing if it is hidden.

    Parameters
    ----------
    renderer : VectorRenderer
        Of the artist's figure.
    artist : Artist
        Whose place in the figure is known: the figure has been drawn before.
    name : str
        Another one for each artist of a page.
    """
    renderer.elements, renderer.name = [], name
    artist.draw(renderer)
    return "".join(renderer.elements)


def background_svg(renderer: VectorRenderer, figure: Figure) -> str:
    """Return a figure without its animated artists.

    Parameters
    ----------
    renderer : VectorRenderer
        Of the figure.
    figure : Figure
        With its layout done.
    """
    renderer.elements, renderer.name = [], "background"
    figure.draw(renderer)
    return "".join(renderer.elements)


def view_box(figure: Figure) -> str:
    """Return the SVG's own coordinates, as its `viewBox` has them."""
    width, height = figure.bbox.size
    return f"0 0 {round(UNITS * width)} {round(UNITS * height)}"
