"""The covariance explorer: λ over autoencoders that were trained and recorded beforehand."""

import ipywidgets
from matplotlib.figure import Figure

from cance_edu.course import recordings
from cance_edu.course.canvas import Canvas
from cance_edu.course.covariance.figure import draw_explorer, move_explorer
from cance_edu.course.covariance.summary import recorded_spread, weight_path
from cance_edu.course.explorer import Explorer, number
from cance_edu.course.recordings import Recording

__all__ = ["CovarianceExplorer"]

ALT = (
    "Left: correlations of the held-out latents, which fade as λ grows. Middle: the variances "
    "along the principal directions, which approach those of independent latents. Right: the "
    "condition number against λ, with a ring around the model that is shown."
)


class CovarianceExplorer(Explorer):
    """What λ does to the latents of recorded autoencoders of the digits.

    Parameters
    ----------
    recording : Recording, optional
        "covariance", unless told.
    """

    def __init__(self, recording: Recording | None = None) -> None:
        self.recording = recordings.load("covariance") if recording is None else recording
        dims = self.recording["latent_dims"].tolist()
        self.weights = self.recording["covariance_weights"].tolist()
        self.seeds = self.recording["seeds"].tolist()
        self.paths = {d: weight_path(self.recording, d) for d in dims}
        controls = {
            "covariance_weight": ipywidgets.SelectionSlider(
                options=[(f"{weight:g}", weight) for weight in self.weights],
                description="λ (covariance weight)",
            ),
            "latent_dim": ipywidgets.Dropdown(
                options=dims, value=dims[-1], description="d (latents)"
            ),
            "seed": ipywidgets.Dropdown(options=self.seeds, description="seed"),
        }
        figure = Figure(figsize=(10, 3.4), dpi=80, layout="constrained")
        start = recorded_spread(self.recording, dims[-1], self.weights[0], self.seeds[0])
        self.artists = draw_explorer(figure, start, self.paths[dims[-1]], seed=0, weight=0)
        super().__init__(controls, Canvas(figure, self.artists.moving), ALT)

    def update(self, covariance_weight: float, latent_dim: int, seed: int) -> str:
        """Show one recorded model."""
        spread = recorded_spread(self.recording, latent_dim, covariance_weight, seed)
        place = self.seeds.index(seed), self.weights.index(covariance_weight)
        move_explorer(self.artists, spread, self.paths[latent_dim], *place)
        return (
            f"condition number {number('condition_number', f'{spread.condition_number:.3g}')} · "
            f"covariance loss {number('covariance_loss', f'{spread.covariance_loss:.2g}')} · "
            "reconstruction loss "
            f"{number('reconstruction_loss', f'{spread.reconstruction_loss:.3f}')}"
        )
