"""The course as a web book: lessons, equation map, symbols and reference, by Sphinx and MyST-NB.

Its pages need no other host and no kernel; the sources that are written by hand are in `book/`.
"""

from cance_edu.classroom.book.building import build

__all__ = ["build"]
