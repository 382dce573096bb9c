"""What a threshold does: histogram, ROC and precision-recall points, counts, nearest images."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from cance_edu.course.scores.figure import draw_precision_recall, draw_scores
from cance_edu.course.scores.summary import NEAREST, Decision, DecisionCurves, ScoredImages
from cance_edu.course.style import ANOMALY, NORMAL

__all__ = [
    "DecisionArtists",
    "Thumbnail",
    "draw_decision",
    "move_base_rate",
    "move_decision",
]


@dataclass(frozen=True)
class Thumbnail:
    """One small image, with a frame in the colour of the truth, and its score."""

    picture: AxesImage
    frame: Rectangle
    title: Text

    def show(self, image: NDArray[np.float32], score: float, is_anomaly: bool) -> None:
        """Show another image."""
        colour, dash = (ANOMALY, "--") if is_anomaly else (NORMAL, "-")
        self.picture.set_data(np.moveaxis(image, 0, -1).squeeze())
        self.frame.set(edgecolor=colour, linestyle=dash)
        self.title.set_text(f"{score:.1f}")

    def set_visible(self, visible: bool) -> None:
        """Show or hide all of it."""
        for artist in (self.picture, self.frame, self.title):
            artist.set_visible(visible)


@dataclass(frozen=True)
class DecisionArtists:
    """What changes with the threshold or with the base rate."""

    threshold: Line2D
    roc_point: Line2D
    precision_recall: Line2D
    precision_point: Line2D
    counts: tuple[Text, ...]
    below: tuple[Thumbnail, ...]
    above: tuple[Thumbnail, ...]

    @property
    def moving(self) -> list[Artist]:
        """What a `Canvas` draws anew for each picture."""
        lines = [self.threshold, self.precision_recall, self.roc_point, self.precision_point]
        small = [a for t in (*self.below, *self.above) for a in (t.picture, t.frame, t.title)]
        return [*lines, *self.counts, *small]


def draw_decision(
    figure: Figure, scored: ScoredImages, curves: DecisionCurves, decision: Decision
) -> DecisionArtists:
    """Draw four views of one threshold, and below them the images that are nearest to it.

    Parameters
    ----------
    figure : Figure
        Filled; about 10 by 5 inches.
    scored : ScoredImages
        With scores in nats, and images of 1 or 3 channels.
    curves : DecisionCurves
        Of these scores, at the base rate to show.
    decision : Decision
        At the threshold to show.

    Returns
    -------
    DecisionArtists
        For `move_decision` and `move_base_rate`.
    """
    upper, lower = figure.subfigures(2, 1, height_ratios=(3, 2), squeeze=False).flat
    left, roc, recall, table = upper.subplots(1, 4, width_ratios=(1.5, 1, 1, 0.9))
    threshold = draw_scores(
        left, scored.scores, scored.is_anomaly, decision.threshold, scored.largest_normal_score
    )
    roc.plot(curves.false_positive_rate, curves.true_positive_rate, color="black")
    roc.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC")
    curve = draw_precision_recall(recall, curves, "")
    recall.set(title="precision and recall")
    points = [
        axes.plot([], [], "o", color=ANOMALY, markeredgecolor="black", markersize=9)[0]
        for axes in (roc, recall)
    ]
    below, above = lower.subfigures(1, 2, squeeze=False).flat
    artists = DecisionArtists(
        threshold=threshold,
        roc_point=points[0],
        precision_recall=curve,
        precision_point=points[1],
        counts=_draw_counts(table),
        below=_draw_thumbnails(
            below, "passed: nearest below (blue frame: normal)", scored.images.shape[-2:]
        ),
        above=_draw_thumbnails(
            above, "alarm: nearest above (dashed frame: anomalous)", scored.images.shape[-2:]
        ),
    )
    move_decision(artists, scored, decision)
    return artists


def move_decision(artists: DecisionArtists, scored: ScoredImages, decision: Decision) -> None:
    """Show another threshold.

    Parameters
    ----------
    artists : DecisionArtists
        Of `draw_decision`.
    scored : ScoredImages
        As they were drawn.
    decision : Decision
        What to show.
    """
    artists.threshold.set_xdata([decision.threshold] * 2)
    found, false_alarms = decision.true_positive_rate, decision.false_positive_rate
    artists.roc_point.set_data([false_alarms], [found])
    artists.precision_point.set_data([found], [decision.precision])
    counts = (
        decision.true_negatives,
        decision.false_positives,
        decision.false_negatives,
        decision.true_positives,
    )
    for text, count in zip(artists.counts, counts, strict=True):
        text.set_text(f"{count}")
    for thumbnails, rows in (
        (artists.below[NEAREST - len(decision.nearest_below) :], decision.nearest_below),
        (artists.above[: len(decision.nearest_above)], decision.nearest_above),
    ):
        for thumbnail, row in zip(thumbnails, rows, strict=True):
            thumbnail.show(scored.images[row], scored.scores[row], scored.is_anomaly[row])
    for place in range(NEAREST):
        artists.below[-1 - place].set_visible(place < len(decision.nearest_below))
        artists.above[place].set_visible(place < len(decision.nearest_above))


def move_base_rate(artists: DecisionArtists, curves: DecisionCurves) -> None:
    """Show the precision-recall curve of another base rate."""
    artists.precision_recall.set_data(curves.true_positive_rate, curves.precision)


def _draw_counts(axes: Axes) -> tuple[Text, ...]:
    """Draw an empty table of truth against verdict; return its four texts, row by row."""
    axes.set(xlim=(-0.5, 1.5), ylim=(1.5, -0.5), title="counts, as tested")
    axes.set_xticks([0, 1], ["passed", "alarm"])
    axes.set_yticks([0, 1], ["normal", "anoma-\nlous"])
    axes.axhline(0.5, color="0.7")
    axes.axvline(0.5, color="0.7")
    return tuple(
        axes.text(column, row, "", ha="center", va="center", fontsize=15, color=colour)
        for row, colour in ((0, NORMAL), (1, ANOMALY))
        for column in (0, 1)
    )


def _draw_thumbnails(
    figure: SubFigure, title: str, shape: tuple[int, ...]
) -> tuple[Thumbnail, ...]:
    figure.suptitle(title, fontsize=10)
    thumbnails = []
    for axes in figure.subplots(1, NEAREST):
        axes.set_axis_off()
        picture = axes.imshow(np.zeros(shape), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        frame = Rectangle((0, 0), 1, 1, transform=axes.transAxes, fill=False, linewidth=3)
        # A frame lies half outside of what it frames.
        frame.set_clip_on(False)
        axes.add_patch(frame)
        thumbnails.append(Thumbnail(picture, frame, axes.set_title("", fontsize=9)))
    return tuple(thumbnails)
