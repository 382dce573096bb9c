"""An autoencoder as an hourglass."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

from cance_edu.course.covariance.layers import Layer
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = ["draw_layers"]

SHORT = {"BatchNorm1d": "batch\nnorm", "ConvTranspose2d": "Conv2d\ntransposed"}


def draw_layers(axes: Axes, layers: Sequence[Layer]) -> BarContainer:
    """Draw a bar for each layer, its length the root of how many numbers the image is there.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    layers : sequence of Layer
        From the image to its reconstruction.

    Returns
    -------
    BarContainer
        The bars, centred on zero; the batch norm's is in the anomalies' colour.
    """
    lengths = np.sqrt([layer.numbers for layer in layers])
    colours = [ANOMALY if layer.name.startswith("BatchNorm") else NORMAL for layer in layers]
    bars = axes.bar(range(len(layers)), lengths, bottom=-lengths / 2, color=colours, width=0.6)
    for place, (layer, length) in enumerate(zip(layers, lengths, strict=True)):
        axes.text(place, length / 2 + 0.4, str(layer.numbers), ha="center", fontsize=9)
    names = [SHORT.get(layer.name, layer.name) for layer in layers]
    axes.set_xticks(range(len(layers)), names)
    axes.tick_params(axis="x", labelsize=8, length=0)
    axes.set(yticks=[], ylim=(-lengths.max() / 2 - 0.5, lengths.max() / 2 + 2))
    axes.spines[:].set_visible(False)
    return bars
