"""What `cance-edu demo` shows: the four variants of Sec. 4.2 on digits or one's own pictures."""

import warnings
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from cance_edu.course.scores.figure import draw_aurocs, draw_scores
from cance_edu.datasets import Split, image_folder, largest_side
from cance_edu.experiments import Result, auroc, fit_variants
from cance_edu.files import written_beside

__all__ = ["DEMO_SIDE", "own_images", "show"]

DEMO_SIDE = 128
"""Pictures of one's own have at most so many pixels a side, unless told: minutes, not hours."""


def own_images(folder: Path, image_size: int | None, seed: int) -> Split:
    """Read pictures, large ones at a smaller size, and print what is done to them.

    Parameters
    ----------
    folder : Path
        As `image_folder` wants it.
    image_size : int, optional
        Pixels a side; unless told, 128 where a picture is larger.
    seed : int
        Chooses the normal pictures to test with, where the folder does not.
    """
    side = largest_side(folder)
    if image_size is None and side > DEMO_SIDE:
        image_size = DEMO_SIDE
        print(
            f"pictures of up to {side} pixels a side are read at {DEMO_SIDE} x {DEMO_SIDE}; "
            "--image-size takes another size"
        )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        split = image_folder(folder, image_size, seed)
    for warning in caught:
        print(warning.message)
    return split


def show(split: Split, seed: int, figure: Path) -> None:
    """Fit the four variants on a split, print AUROCs as they come, and draw the last's scores.

    Parameters
    ----------
    split : Split
        Of images.
    seed : int
        The detectors' random state.
    figure : Path
        Where the figure goes; its ending says in which format.
    """
    print(
        f"{split.name}: {len(split.train)} normal images to learn from, "
        f"{len(split.test)} to test, of which {split.is_anomaly.sum()} are anomalies"
    )
    results = []
    for result in fit_variants(split, random_state=seed, verbose=True):
        results.append(result)
        print(f"  {result.variant:8s} AUROC {100 * result.auroc:5.1f}", flush=True)
    _print_kinds(results[-1], split)
    _draw(results, split, figure)
    print(f"figure: {figure}")


def _print_kinds(result: Result, split: Split) -> None:
    """Print how well each kind of defect is told from what is normal."""
    if split.group is None:
        return
    normal = ~split.is_anomaly
    for kind in sorted(set(split.group[split.is_anomaly])):
        rows = normal | (split.group == kind)
        value = auroc(split.is_anomaly[rows], result.scores[rows])
        count = (split.group == kind).sum()
        print(f"  {result.variant} on {kind}: AUROC {100 * value:5.1f} ({count} pictures)")


def _draw(results: Sequence[Result], split: Split, path: Path) -> None:
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_aurocs(left, [r.variant for r in results], [r.auroc for r in results])
    last = results[-1]
    draw_scores(right, last.scores, split.is_anomaly, threshold=-last.detector.offset_)
    right.set_title(f"scores of {last.variant}")
    figure.suptitle(split.name)
    with written_beside(path) as beside:
        figure.savefig(beside, format=path.suffix.lstrip(".") or "png", dpi=120)
