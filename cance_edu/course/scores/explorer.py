"""The score explorer: what a threshold finds, what it costs, and whose side it decides."""

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cance_edu.course.canvas import Canvas
from cance_edu.course.explorer import Explorer, number
from cance_edu.course.offline.stops import Grid, stops_of
from cance_edu.course.scores.decisions_figure import draw_decision, move_base_rate, move_decision
from cance_edu.course.scores.summary import Decision, ScoredImages, decide, decision_curves

__all__ = ["ScoreExplorer"]

_ALT = (
    "Above, from left to right: histograms of the scores of normal and of anomalous images with "
    "the threshold as a dashed line; the ROC curve and the precision-recall curve, each with a "
    "point at the threshold; the counts of images by truth and verdict. Below: the four images "
    "just below the threshold and the four just above it, normal ones in a blue frame and "
    "anomalous ones in a dashed vermilion frame. The numbers are below the picture."
)

_BASE_RATES = (0.1, 0.01, 0.001, 0.0001)


class ScoreExplorer(Explorer):
    """Moves a threshold through scored images.

    Parameters
    ----------
    scores : array_like of shape (n,)
        S(x), higher is more anomalous.
    is_anomaly : array_like of bool, shape (n,)
        The truth, with both kinds.
    images : array_like of shape (n, channels, height, width)
        In [0, 1].
    threshold : float, optional
        To start at; unless told, the one that a tenth of the normal images exceed.

    Attributes
    ----------
    controls : dict of str to widget
        "threshold", and "anomaly_share" for the precision.
    decision : Decision
        What is shown.
    """

    def __init__(
        self,
        scores: ArrayLike,
        is_anomaly: ArrayLike,
        images: ArrayLike,
        threshold: float | None = None,
    ) -> None:
        truth = np.asarray(is_anomaly, dtype=bool)
        self.scored = ScoredImages(np.asarray(scores), truth, np.asarray(images))
        if threshold is None:
            threshold = float(np.quantile(self.scored.scores[~truth], 0.9))
        self._share = float(truth.mean())
        self.decision = decide(scores, truth, threshold)
        figure = Figure(figsize=(10.5, 5), dpi=80, layout="constrained")
        self.artists = draw_decision(
            figure, self.scored, decision_curves(scores, truth), self.decision
        )
        controls = {
            "threshold": self._threshold_slider(threshold),
            "anomaly_share": ipywidgets.SelectionSlider(
                options=[
                    ("as tested", self._share),
                    *((f"1 in {round(1 / rate):,}", rate) for rate in _BASE_RATES),
                ],
                description="share of anomalies",
            ),
        }
        super().__init__(controls, Canvas(figure, self.artists.moving), _ALT)

    def _threshold_slider(self, threshold: float) -> ipywidgets.FloatSlider:
        low, high = float(self.scored.scores.min()), self.scored.largest_normal_score
        return ipywidgets.FloatSlider(
            value=threshold,
            min=low,
            max=max(high, threshold),
            step=(high - low) / 200,
            description="threshold, nats",
            readout_format=".1f",
            layout={"width": "40em"},
        )

    def grids(self) -> list[Grid]:
        """Return the stops, more of the threshold than other sliders have."""
        (grid,) = super().grids()
        return [grid | {"threshold": stops_of(self.controls["threshold"], 17)}]

    def update(self, threshold: float, anomaly_share: float) -> str:
        """Show another threshold, or the same at another base rate."""
        scores, is_anomaly = self.scored.scores, self.scored.is_anomaly
        if anomaly_share != self._share:
            self._share = anomaly_share
            move_base_rate(self.artists, decision_curves(scores, is_anomaly, anomaly_share))
        self.decision = decide(scores, is_anomaly, threshold, anomaly_share=anomaly_share)
        move_decision(self.artists, self.scored, self.decision)
        return _readout(self.decision, anomaly_share)


def _readout(decision: Decision, anomaly_share: float) -> str:
    found = number("true_positive_rate", f"{decision.true_positive_rate:.1%}")
    false_alarms = number("false_positive_rate", f"{decision.false_positive_rate:.1%}")
    counts = {
        name: number(name, f"{getattr(decision, name)}")
        for name in ("true_positives", "false_negatives", "false_positives", "true_negatives")
    }
    nobody = np.isnan(decision.precision)
    share = number("precision", "no alarm" if nobody else f"{decision.precision:.2%}")
    return (
        f"<p>Threshold {number('threshold', f'{decision.threshold:.1f}')} nats.</p><ul>"
        f"<li>Anomalies found (true positive rate): {found}, {counts['true_positives']} found and "
        f"{counts['false_negatives']} missed.</li>"
        f"<li>False alarms among normal images (false positive rate): {false_alarms}, "
        f"{counts['false_positives']} alarms and {counts['true_negatives']} passed.</li>"
        f"<li>Precision (share of anomalies among the alarms), if anomalies are "
        f"{number('anomaly_share', f'{anomaly_share:.2%}')} of the images: {share}.</li></ul>"
    )
