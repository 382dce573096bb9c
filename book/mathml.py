"""Formulas as MathML, which a browser draws by itself: no script, no font, no other host."""

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

CONVERTER = LatexToMathML(fancy_error=False)
LOGGER = logging.getLogger(__name__)


def mathml(node: nodes.Element, *, display: bool) -> str:
    """Return a formula's MathML; one that cannot be converted is a warning, which fails the build.

    Parameters
    ----------
    node : docutils node
        The formula, in LaTeX.
    display : bool
        Whether it stands on lines of its own.

    Returns
    -------
    str
        A `<math>` element.
    """
    # Docstrings write σ_z² as one does in text; to LaTeX that is an index with a small 2 in it.
    latex = node.astext().replace("²", "^2")
    # A tag belongs to a numbered environment, which $$ is not.
    numbered = rf"\begin{{equation}}{latex}\end{{equation}}" if r"\tag" in latex else latex
    try:
        return CONVERTER.convert_with_local_state(numbered, displaystyle=display)
    except LatexError as error:
        LOGGER.warning("no MathML for %r: %s", latex, error, location=node)
        return ""


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(f'<span class="formula">{mathml(node, display=False)}</span>')
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, in a box that scrolls where it is too wide."""
    translator.body.append(f'<div class="formula">{mathml(node, display=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name `mathml`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
