"""From a control's new value to the new picture: 100 moves of each explorer, in milliseconds.

Kernel only: what the browser adds was 20 ms in a trial (it depends on the page). The moves go to
random values of the explorer's first numeric control; the redraw includes the summary's numbers.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cance_edu.course.explorer import Explorer
from cance_edu.datasets import load_one_class
from cance_edu.detectors.cance import CANCE

MOVES = 100


def _explorers() -> dict[str, tuple[Callable[[], Explorer], str]]:
    """Return each explorer's maker, and the control that is moved."""
    from cance_edu.course import recordings
    from cance_edu.course.composite.explorer import VectorsExplorer
    from cance_edu.course.covariance.explorer import CovarianceExplorer
    from cance_edu.course.lognormal.explorer import LognormalExplorer
    from cance_edu.course.noise.explorer import NoiseExplorer
    from cance_edu.course.noise.known_density_explorer import KnownDensityExplorer
    from cance_edu.course.proposition.explorer import PropositionExplorer
    from cance_edu.course.scores.explorer import ScoreExplorer

    split = load_one_class("digits", [8])
    detector = CANCE(epochs=(20, 5), steps=400, random_state=0).fit(split.train)
    scores = detector.anomaly_score(split.test)
    features = detector.composite_features(split.test)
    normal, anomalies = features[~split.is_anomaly], features[split.is_anomaly]
    return {
        "log-normal": (lambda: LognormalExplorer(normal[:, -2], "z_e"), ""),
        "Prop. 3.1": (PropositionExplorer, ""),
        "two vectors": (lambda: VectorsExplorer(features[:, -2:]), ""),
        "covariance": (
            lambda: CovarianceExplorer(recordings.load("covariance")),
            "covariance_weight",
        ),
        "noise": (lambda: NoiseExplorer({"eq8": detector}, normal, anomalies), "step"),
        "known density": (KnownDensityExplorer, "first_scale"),
        "score": (lambda: ScoreExplorer(scores, split.is_anomaly, split.test), ""),
    }


def _values(control: Any, rng: np.random.Generator) -> list[Any]:
    """Return values to move to, each other than the one before."""
    if hasattr(control, "options"):
        options = [o[1] if isinstance(o, tuple) else o for o in control.options]
        return [options[i % len(options)] for i in range(1, MOVES + 1)]
    return rng.uniform(control.min, control.max, MOVES).tolist()


def table() -> Iterator[str]:
    yield "| explorer | control | median ms | 95th percentile ms | target |"
    yield "|---|---|---|---|---|"
    rng = np.random.default_rng(0)
    for name, (make, wanted) in _explorers().items():
        explorer = make()
        numeric = (k for k, c in explorer.controls.items() if hasattr(c, "min"))
        key = wanted or next(numeric, next(iter(explorer.controls)))
        control = explorer.controls[key]
        times = []
        for value in _values(control, rng):
            start = time.perf_counter()
            control.value = value
            times.append(1e3 * (time.perf_counter() - start))
        median, late = np.quantile(times, [0.5, 0.95])
        yield f"| {name} | {control.description} | {median:.0f} | {late:.0f} | 50 / 120 |"
