"""Settings of the web book; `cance-edu book` brings its pages together and calls Sphinx."""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import desc_annotation
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

project = "cance_edu"
author = "The cance_edu authors"
copyright = author
html_title = "Anomaly detection with CANCE"
html_show_copyright = False

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "mathml",
]

# Notebooks are committed with their outputs, and tests run them: nothing is executed here.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_render_markdown_format = "myst"  # formulas and tables in outputs, as in the text
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

viewcode_follow_imported_members = False  # [docs] in a listing would lead to a second entry
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say them, with shapes
add_module_names = False
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False  # parameters that share a description share a line
default_role = "literal"  # `name` in a docstring is code, as in Markdown
# A docstring's types are prose, "array of shape (seeds,)": its words are no references.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_copy_source = False
html_permalinks_icon = "#"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def keep_bars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Keep the bars of |x| in a docstring: reStructuredText would substitute what is in them."""
    formula = False
    for i, line in enumerate(lines):
        formula = line.startswith(".. math::") or (formula and not line[:1].strip())
        if not formula:
            lines[i] = re.sub(r"\|(?=\S)", r"\\|", line)


_COLON = "\ue000"  # of no alphabet


def hide_colons(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Hide the colons of a constant's docstring: what is before one would be taken for a type."""
    if what in ("data", "attribute"):
        lines[:] = [line.replace(":", _COLON) for line in lines]


def show_colons(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Show them again."""
    lines[:] = [line.replace(_COLON, ":") for line in lines]


def drop_long_values(app: Sphinx, document: nodes.document) -> None:
    """Leave out a constant's value where it fills more than a line: the source shows it."""
    for value in list(document.findall(desc_annotation)):
        if len(value.astext()) > 100:
            value.parent.remove(value)


def mend_module_list(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Put a list within a list into the item that it belongs to, in viewcode's overview."""
    if page == "_modules/index":
        context["body"] = re.sub(r"</li>\s*<ul>", "<ul>", context["body"])


_CONTENTS: dict[tuple[str, int], Any] = {}


def shorten_contents(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Leave the modules out of the sidebar: in every page they made up a third of the book.

    The reference's overview lists them. So the pages of all modules have the same contents, with
    the overview as the current page, and the listings of code have none: each kind shares its
    contents among folders of the same depth. Page by page they took a third of the build.
    """
    if "toctree" not in context:
        return
    contents = context["toctree"]

    def one_level(**options: Any) -> Any:
        return contents(**options | {"maxdepth": 1})

    kind = page.partition("/")[0], page.count("/")
    if kind[0] in ("_modules", "api") and page != "api/index":
        context["toctree"] = _CONTENTS.setdefault(kind, cache(one_level))
    else:
        context["toctree"] = one_level


def setup(app: Sphinx) -> None:
    """Connect what is this book's own."""
    app.connect(
        "html-page-context", shorten_contents, priority=400
    )  # before the theme asks for them
    app.connect("html-page-context", mend_module_list)
    app.connect("autodoc-process-docstring", keep_bars)
    # Before and after napoleon.
    app.connect("autodoc-process-docstring", hide_colons, priority=400)
    app.connect("autodoc-process-docstring", show_colons, priority=600)
    app.connect("doctree-read", drop_long_values)
