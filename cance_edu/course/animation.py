"""An animation that plays in a page without a kernel: pictures and a few lines of script in it."""

import base64
import html
import json
from collections.abc import Sequence
from uuid import uuid4

from IPython.display import HTML

__all__ = ["player"]

_PAGE = """<figure class="cance-player" id="{key}">
<img alt="{alt}" src="data:image/png;base64,{first}" style="max-width:100%">
<figcaption>
<button type="button">play</button>
<label>{label} <input type="range" min="0" max="{last}" value="0" aria-label="{label}"></label>
<output>{caption}</output>
</figcaption>
<script>
(() => {{
  const root = document.getElementById("{key}");
  const frames = {frames}, captions = {captions};
  const [image, button, slider, output] = ["img", "button", "input", "output"].map(
    (name) => root.querySelector(name));
  let timer = null;
  const show = () => {{
    image.src = "data:image/png;base64," + frames[slider.value];
    output.textContent = captions[slider.value];
  }};
  const stop = () => {{ clearInterval(timer); timer = null; button.textContent = "play"; }};
  const step = () => {{
    if (+slider.value === frames.length - 1) {{ stop(); return; }}
    slider.value = +slider.value + 1;
    show();
  }};
  slider.addEventListener("input", show);
  button.addEventListener("click", () => {{
    if (timer) {{ stop(); return; }}
    if (+slider.value === frames.length - 1) {{ slider.value = 0; show(); }}
    timer = setInterval(step, {milliseconds});
    button.textContent = "pause";
  }});
}})();
</script>
</figure>"""


def player(
    frames: Sequence[bytes],
    captions: Sequence[str],
    alt: str,
    *,
    label: str = "step",
    milliseconds: int = 250,
) -> HTML:
    """Return pictures as an animation with a button and a slider, to be the last value of a cell.

    It plays in an exported page, without a kernel and without any other host; it starts when told.

    Parameters
    ----------
    frames : sequence of bytes
        PNGs of one size, in order.
    captions : sequence of str
        What to say beside the slider, one for each picture.
    alt : str
        What a reader who cannot see it needs to know.
    label : str
        The slider's label.
    milliseconds : int
        Time for each picture.

    Returns
    -------
    IPython.display.HTML
        Self-contained.

    Raises
    ------
    ValueError
        If there are no frames, or not as many captions as frames.
    """
    if not frames or len(frames) != len(captions):
        raise ValueError(
            f"got {len(frames)} frames and {len(captions)} captions; expected as many, at least 1"
        )
    encoded = [base64.b64encode(frame).decode() for frame in frames]
    return HTML(
        _PAGE.format(
            key=f"cance-{uuid4().hex}",
            alt=html.escape(alt, quote=True),
            label=html.escape(label, quote=True),
            first=encoded[0],
            last=len(frames) - 1,
            caption=html.escape(captions[0]),
            frames=encoded,
            # "<" as an escape: a caption must not end the script that holds it.
            captions=json.dumps(list(captions)).replace("<", r"\u003c"),
            milliseconds=milliseconds,
        )
    )
