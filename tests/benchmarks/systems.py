"""All detectors on the bundled 8x8 digits, one class at a time, one seed: AUROC and CPU seconds.

The splits of `digits` (70/30 of the normal images), seed 0: mean and least AUROC over the ten
classes, in percent, and CPU seconds to fit one class and score its test part. Settings are the
defaults but for what a row names, and were written down before the first run; no test part chose
any of them. With about 125 training images, networks that take small batches well have smaller
ones, and two have more epochs. For the row with 10 labels, 10 random anomalies leave the test part
and are shown to Deep SAD as such.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from joblib import Parallel, delayed

SYSTEMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "KDE, 10 components": ("kde", "KDE", {}),
    "KDE, 40 components": ("kde", "KDE", {"components": 40}),
    "OC-SVM": ("ocsvm", "OCSVM", {}),
    "1-NN": ("neighbours", "NearestNeighbours", {}),
    "Deep SVDD": ("deep_svdd", "DeepSVDD", {"batch_size": 32}),
    "Deep SAD, no labels": ("deep_sad", "DeepSAD", {"batch_size": 32}),
    "Deep SAD, 10 labels": ("deep_sad", "DeepSAD", {"batch_size": 32}),
    "VAE": ("vae", "VAE", {"epochs": 200, "batch_size": 32}),
    "DAGMM-0": ("dagmm", "DAGMM", {"features": "relative", "batch_size": 128}),
    "DAGMM-1": ("dagmm", "DAGMM", {"batch_size": 128}),
    "GOAD": ("goad", "GOAD", {}),
    "LSA": ("lsa", "LSA", {"epochs": 200, "batch_size": 32}),
    "PixelCNN": ("pixelcnn", "PixelCNN", {"batch_size": 16}),
    "CANCE": ("cance", "CANCE", {}),
    "DROCC": ("drocc", "DROCC", {"epochs": 50}),
    "DAGMM-CANCE": ("dagmm_cance", "DAGMMCANCE", {"batch_size": 128}),
}


def _measure(name: str, digit: int) -> tuple[float, float]:
    import torch

    from cance_edu.datasets import load_one_class
    from cance_edu.experiments import auroc

    torch.set_num_threads(1)
    module, kind, settings = SYSTEMS[name]
    imported = __import__(f"cance_edu.detectors.{module}", fromlist=[kind])
    detector = getattr(imported, kind)(random_state=0, **settings)
    split = load_one_class("digits", [digit])
    train, test, truth = split.train, split.test, split.is_anomaly
    y = None
    if "10 labels" in name:
        shown = np.random.default_rng(0).choice(np.flatnonzero(truth), 10, replace=False)
        train = np.concatenate([train, test[shown]])
        y = np.concatenate([np.zeros(len(train) - 10, dtype=int), np.full(10, -1)])
        test, truth = np.delete(test, shown, axis=0), np.delete(truth, shown)
    began = time.process_time()
    scores = detector.fit(train, y).anomaly_score(test)
    return 100 * auroc(truth, scores), time.process_time() - began


def table() -> Iterator[str]:
    yield "| system | changed from the defaults | mean AUROC | least | CPU s a class |"
    yield "|---|---|---|---|---|"
    total = 0.0
    for name, (_, _, settings) in SYSTEMS.items():
        runs = np.array(Parallel(n_jobs=2)(delayed(_measure)(name, digit) for digit in range(10)))
        changed = ", ".join(f"{k}={v!r}" for k, v in settings.items())
        mean, (least, _), seconds = runs[:, 0].mean(), runs.min(0), runs[:, 1].mean()
        total += runs[:, 1].sum()
        yield f"| {name} | {changed} | {mean:.1f} | {least:.1f} | {seconds:.1f} |"
    yield ""
    yield f"All systems and classes: {total / 60:.1f} CPU minutes, on 2 cores half of it."
