"""Twenty noise contrasts trained at once against one by one: time, agreement, where time goes.

The fits: MNIST's digit 8, one quickly trained autoencoder, 5 seeds of 4 settings (no augmentation,
the paper's, the K-aware one, the paper's with K = 3 at the start), T of 3 x 128, 1,000 steps.
Both ways start from the same weights and draw the same batches. Target: 4 times as fast. CPU
seconds, in brackets, are those of this process alone: they hold on a busy machine too.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode
from tqdm.auto import tqdm

from cance_edu import CANCE
from cance_edu.augmentation import ReconstructionAugmentation
from cance_edu.composite import composite_features
from cance_edu.datasets import load_one_class
from cance_edu.experiments import auroc
from cance_edu.moments import RunningMoments
from cance_edu.nce import Contrast, LogRatio, NCEFit, anomaly_score, nce_loss, train_nce
from cance_edu.nce_together import LogRatios, train_nce_together
from cance_edu.noise import GaussianNoise
from cance_edu.sources import Source

SEEDS = range(5)
SETTINGS = ((None, 1.69), ("paper", 1.69), ("k-aware", 1.69), ("paper", 3.0))
STEPS, PROFILED_STEPS, PROFILED_FITS = 1000, 300, 3
Trained = Sequence[tuple[LogRatio, Tensor, Any]]


def _features() -> tuple[Tensor, Tensor, Tensor, Any]:
    """Return features to train on, held out and to test on, and which of the last are anomalous."""
    split = load_one_class("mnist", [8])
    detector = CANCE("error", epochs=(4, 1), random_state=0).fit(split.train_images)
    train, test = (
        composite_features(detector.representation_, Source(images, "cpu"))
        for images in (split.train_images, split.test_images)
    )
    return train[500:], train[:500], test, split.test_is_anomaly


def _fits(train: Tensor, held_out: Tensor, steps: int) -> list[NCEFit]:
    moments = RunningMoments(train.shape[1]).update(train)
    noise = GaussianNoise(moments.mean, moments.covariance)
    fits = []
    for seed, (kind, scale) in product(SEEDS, SETTINGS):
        augmentation = kind and ReconstructionAugmentation.from_moments(
            moments.mean, moments.covariance, kind
        )
        contrast = Contrast(steps=steps, learning_rate=1e-2, initial_scale=scale)
        generator = torch.Generator().manual_seed(seed)
        fits.append(NCEFit(train, noise, contrast, generator, augmentation, held_out))
    return fits


def _one_by_one(fits: Sequence[NCEFit]) -> Trained:
    return [
        train_nce(
            fit.composite,
            fit.noise,
            fit.contrast,
            generator=fit.generator,
            augmentation=fit.augmentation,
            held_out=fit.held_out,
        )
        for fit in tqdm(fits, desc="one by one")
    ]


def _timed(train: Callable[[Sequence[NCEFit]], Trained], fits: Sequence[NCEFit]) -> Any:
    torch.manual_seed(0)
    wall, cpu = time.perf_counter(), time.process_time()
    trained = train(fits)
    return trained, np.array([time.perf_counter() - wall, time.process_time() - cpu])


def _pair(wall_and_cpu: Any, digits: int = 0) -> str:
    return "{:.{d}f} ({:.{d}f})".format(*wall_and_cpu, d=digits)


@torch.no_grad()
def _aurocs(trained: Trained, fits: Sequence[NCEFit], test: Tensor, is_anomaly: Any) -> Any:
    scores = [
        anomaly_score(network.double()(test), fit.noise.log_prob(test, scale))
        for (network, scale, _), fit in zip(trained, fits, strict=True)
    ]
    return np.array([100 * auroc(is_anomaly, score) for score in scores])


def _gradient_difference(fits: Sequence[NCEFit]) -> float:
    """Return the largest relative difference of a layer's first gradient, together or alone."""
    networks = [fit.new_network() for fit in fits]
    together = LogRatios(networks)
    data, noise = fits[0].composite[:256], fits[0].noise.sample(256)
    points = torch.cat([data, noise]).expand(len(fits), -1, -1)
    on_data, on_noise = together(points).split(256, dim=1)
    (len(fits) * nce_loss(on_data, on_noise)).backward()
    worst = 0.0
    for i, network in enumerate(networks):
        nce_loss(network(data), network(noise)).backward()
        gradients = [weight.grad for weight in network.parameters()]
        ours = [g for pair in zip(together.weights, together.biases, strict=True) for g in pair]
        for mine, alone in zip(ours, gradients, strict=True):
            difference = mine.grad[i].T.reshape(alone.shape) - alone  # type: ignore[union-attr]
            worst = max(worst, (difference.norm() / alone.norm()).item())
    return worst


def _largest_items(work: Callable[[], object]) -> str:
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        work()
    events = sorted(profiler.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in events)
    return ", ".join(f"{e.key} {e.self_cpu_time_total / total:.0%}" for e in events[:6])


def _peak() -> float:
    """Return FLOP/s of torch's own matmul of 1024 x 1024."""
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    seconds = []
    for _ in range(30):
        start = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - start)
    return 2 * 1024**3 / float(np.median(seconds))


def table() -> Iterator[str]:
    train, held_out, test, is_anomaly = _features()
    with FlopCounterMode(display=False) as counter:
        _one_by_one(_fits(train, held_out, STEPS)[:1])
    flops = len(SEEDS) * len(SETTINGS) * counter.get_total_flops()
    yield (
        "| threads | one by one, wall (CPU) s | together | ratio | matmul alone at its peak, s | "
        "AUROC one by one | together | mean difference | largest difference of a fit |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    threads = torch.get_num_threads()
    ways = (_one_by_one, train_nce_together)
    for count in (1, 2):
        torch.set_num_threads(count)
        areas, seconds = [], []
        for way in ways:
            fits = _fits(train, held_out, STEPS)
            trained, elapsed = _timed(way, fits)
            seconds.append(elapsed)
            areas.append(_aurocs(trained, fits, test, is_anomaly))
        apart = areas[1] - areas[0]
        yield (
            f"| {count} | {_pair(seconds[0])} | {_pair(seconds[1])} | "
            f"{_pair(seconds[0] / seconds[1], 2)} | "
            f"{flops / _peak():.0f} | {areas[0].mean():.2f} | {areas[1].mean():.2f} | "
            f"{apart.mean():.3f} | {np.abs(apart).max():.2f} |"
        )
    yield ""
    difference = _gradient_difference(_fits(train, held_out, STEPS))
    yield f"Gradients of the first step differ by {difference:.1e}, relative, at most (bound 1e-5)."
    yield ""
    yield "| where the time goes, one thread | six largest items |"
    yield "|---|---|"
    torch.set_num_threads(1)
    for name, way in zip(("one by one", "together"), ways, strict=True):
        fits = _fits(train, held_out, PROFILED_STEPS)[:PROFILED_FITS]
        yield f"| {name} | {_largest_items(lambda w=way, f=fits: w(f))} |"
    torch.set_num_threads(threads)
