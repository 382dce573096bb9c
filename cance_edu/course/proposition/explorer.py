"""The Prop. 3.1 explorer: a feature's spread, K, and which of the two augmentations."""

from typing import Any

import ipywidgets
from matplotlib.figure import Figure

from cance_edu.course.canvas import Canvas
from cance_edu.course.explorer import Explorer, number
from cance_edu.course.offline.stops import Grid
from cance_edu.course.proposition.figure import draw_proposition, move_proposition
from cance_edu.course.proposition.summary import PropositionView, proposition_view
from cance_edu.method.noise import SCALE_AT_ZERO

__all__ = ["PropositionExplorer"]


class PropositionExplorer(Explorer):
    """The densities of Prop. 3.1 and their margin, with what is lost of the guarantee.

    Parameters
    ----------
    spread : float
        σ_z / μ_z at the start, in [0.1, 1].
    noise_scale : float
        K at the start, in [1, 10]; where ψ = 0 unless told.

    Attributes
    ----------
    view : PropositionView
        What is shown.
    """

    def __init__(self, spread: float = 0.4, noise_scale: float = SCALE_AT_ZERO) -> None:
        figure = Figure(figsize=(7, 4.6), dpi=80, layout="constrained")
        self.view: PropositionView = proposition_view(spread, noise_scale)
        self._artists = draw_proposition(figure, self.view)
        alt = (
            "Above, the densities of a reconstruction feature between zero and twice its mean: "
            "real, truncated normal, their mixture, and the dashed noise. Below, the logarithm of "
            "mixture over noise on [0, m_z]. Where the noise is denser, both are hatched."
        )
        controls = _controls(spread, noise_scale)
        super().__init__(controls, Canvas(figure, self._artists.moving), alt)

    def grids(self) -> list[Grid]:
        """Return the stops, those of K closer to each other where the guarantee is lost."""
        (grid,) = super().grids()
        now = self.controls["noise_scale"].value
        return [grid | {"noise_scale": sorted({1.0, 1.1, 1.25, 1.5, 2.0, 2.5, 4.0, 10.0, now})}]

    def update(self, **values: Any) -> str:
        """Show the proposition for this spread, K and augmentation."""
        self.view = proposition_view(**values)
        move_proposition(self._artists, self.view)
        return _numbers(self.view)


def _controls(spread: float, noise_scale: float) -> dict[str, ipywidgets.ValueWidget]:
    return {
        "spread": ipywidgets.FloatSlider(
            description="Spread σ_z / μ_z", value=spread, min=0.1, max=1, step=0.01
        ),
        "noise_scale": ipywidgets.FloatSlider(
            description="Noise scale K", value=noise_scale, min=1, max=10, step=0.01
        ),
        "augmentation": ipywidgets.ToggleButtons(
            options=[("paper: σ_z", "paper"), ("K-aware: K σ_z", "k-aware")],
            description="Truncated normal",
        ),
    }


def _numbers(view: PropositionView) -> str:
    found = view.dominance
    shown = {
        "guarantee": "holds" if found.holds else "is lost",
        "lost_share": f"{found.lost_share:.1%}",
        "worst_ratio": f"{found.worst_ratio:.3g}",
        "lost_noise_mass": f"{found.lost_noise_mass:.1%}",
    }
    labels = {
        "guarantee": "the guarantee",
        "lost_share": "lost on this share of [0, m_z]:",
        "worst_ratio": "largest p_nK / p_m:",
        "lost_noise_mass": "noise's mass there:",
    }
    return "; ".join(f"{labels[name]} {number(name, text)}" for name, text in shown.items())
