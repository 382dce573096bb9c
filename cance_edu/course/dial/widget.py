"""The K dial, in JupyterLab and in any page: one module of browser code, `dial.js`, for both."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import traitlets
from numpy.typing import ArrayLike

from cance_edu.course.dial.data import Dial, fitted_dial, page_data, recorded_dial
from cance_edu.course.predict import reader
from cance_edu.detectors.cance import CANCE

__all__ = ["KDial", "to_html"]

SCRIPT = Path(__file__).with_name("dial.js")
STYLE = Path(__file__).with_name("dial.css")


class KDial(anywidget.AnyWidget):
    """The dial: turn K, and what you brought and what you learned trade places.

    Parameters
    ----------
    detectors : sequence of CANCE, optional
        Fitted with the noise held at different K, and any that learn K; without them, the dial of
        MNIST's eights that was recorded.
    normal, anomalies : array_like of shape (n, ...), (m, ...)
        Inputs that none was fitted on; with detectors alone.

    Attributes
    ----------
    K : float
        Where the dial rests; to set it turns the dial.
    dial : Dial
        What is shown.

    Raises
    ------
    ValueError
        If the detectors cannot be compared, or there are detectors without inputs.
    """

    _esm = SCRIPT
    _css = STYLE
    data = traitlets.Dict().tag(sync=True)
    K = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        detectors: Sequence[CANCE] | None = None,
        normal: ArrayLike | None = None,
        anomalies: ArrayLike | None = None,
    ) -> None:
        if detectors is None:
            self.dial = recorded_dial()
        elif normal is None or anomalies is None:
            raise ValueError("got detectors alone; pass normal and anomalous inputs as well")
        else:
            self.dial = fitted_dial(detectors, normal, anomalies)
        super().__init__(data=page_data(self.dial), K=float(self.dial.stops.scale[0]))

    def to_html(self) -> str:
        """Return the dial as one piece of HTML that needs neither kernel nor network."""
        return to_html(self.dial)

    def __repr__(self) -> str:
        return f"KDial(K={self.K:g})"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what is displayed: beside the widget, what an exported page and the book show."""
        bundle, about = super()._repr_mimebundle_(**options) or ({}, {})
        if reader() != "default":
            bundle["text/html"] = self.to_html()
        return bundle, about


def to_html(dial: Dial | None = None) -> str:
    """Return a dial as one piece of HTML: style, script and data, to be put into any page.

    Parameters
    ----------
    dial : Dial, optional
        The recorded one unless told.
    """
    data = page_data(recorded_dial() if dial is None else dial)
    key, markup = f"k-dial-{uuid4().hex}", data.pop("markup")
    # A text in the data must not end the script.
    inline = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return (
        f"<style>{STYLE.read_text(encoding='utf-8')}</style>\n"
        f'<div id="{key}">{markup}</div>\n'
        f'<script type="module">\n{SCRIPT.read_text(encoding="utf-8")}\n'
        f'mount(document.getElementById("{key}"), {inline});\n</script>\n'
    )
