"""Twenty noise contrasts trained at once against one by one: time, agreement, where time goes.

The fits: MNIST's digit 8, one quickly trained autoencoder, 5 seeds of 4 settings (no augmentation,
the paper's, the K-aware one, the paper's with K = 3 at the start), T of 3 x 128, 1,000 steps.
Both ways start from the same weights and draw the same batches. Target: 4 times as fast. CPU
seconds, in brackets, are those of this process alone: they hold on a busy machine too. A wall
ratio holds only where the threads had as many cores; the least of three looks is given.

What bounds it, and what was tried; dimension 8, batch 256 + 256, one thread, microseconds a step
and fit, from short runs beside other work, so rough. Products: 190 for each of the ten of
512 x 128 x 128, alone and in `bmm` alike: near the peak already, nothing to win by batching. ELU:
160 for each of the six, by expm1; by exp2, in a function with a backward pass of its own, a step
took about a tenth less, but one by one would win as much: left. Draws: 350 alone, 270 together; the
generators stay apart. All the rest, by subtraction (Python, AdamW, small operations): about 2,900
alone, 1,500 together: this is what batching wins. `torch.vmap` over `LogRatio` is shorter; in the
one comparison, noisy, it was slower than `baddbmm` by a quarter to a half. Groups of 5 or 10, or a
heap that glibc does not trim, changed a step within the noise. A short run of 60 steps that did
have both cores (1.98 of them) had ratios of 2.06 and 2.15 with two threads.
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
    return [train_nce(**vars(fit)) for fit in tqdm(fits, desc="one by one")]


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


def _gradients(networks: Sequence[LogRatio], points: Tensor) -> tuple[list[Any], list[Any]]:
    """Return the first step's gradients, each fit's and layer's: together, and one by one."""
    stacked = LogRatios(networks)
    on_data, on_noise = stacked(points.expand(len(networks), -1, -1)).split(256, dim=1)
    (len(networks) * nce_loss(on_data, on_noise)).backward()
    layers = [g.grad for pair in zip(stacked.weights, stacked.biases, strict=True) for g in pair]
    together, alone = [], []
    for i, network in enumerate(networks):
        network.zero_grad()
        nce_loss(*network(points).split(256)).backward()
        alone.append([weight.grad.double() for weight in network.parameters()])  # type: ignore[union-attr]
        together.append(
            [
                g[i].T.reshape(w.shape).double()  # type: ignore[index]
                for g, w in zip(layers, alone[-1], strict=True)
            ]
        )
    return together, alone


def _apart(ours: list[Any], theirs: list[Any]) -> tuple[float, float]:
    """Return the largest relative difference of a fit's whole gradient, and of one layer's."""
    whole, layer = [], []
    for mine, other in zip(ours, theirs, strict=True):
        off = [(m - o).norm() for m, o in zip(mine, other, strict=True)]
        size = [o.norm() for o in other]
        whole.append((torch.stack(off).norm() / torch.stack(size).norm()).item())
        layer += [(o / s).item() for o, s in zip(off, size, strict=True)]
    return max(whole), max(layer)


def _gradient_table(fits: Sequence[NCEFit]) -> Iterator[str]:
    torch.manual_seed(0)
    networks = [fit.new_network() for fit in fits]
    noise = fits[0].noise.sample(256, torch.Generator().manual_seed(0))
    points = torch.cat([fits[0].composite[:256], noise])
    together, alone = _gradients(networks, points)
    _, exact = _gradients([network.double() for network in networks], points)
    yield "| gradients of the first step, relative difference | whole (bound 1e-5) | worst layer |"
    yield "|---|---|---|"
    for name, ours, theirs in (
        ("together, from one by one", together, alone),
        ("together, from float64", together, exact),
        ("one by one, from float64", alone, exact),
    ):
        yield "| {} | {:.1e} | {:.1e} |".format(name, *_apart(ours, theirs))


def _largest_items(work: Callable[[], object]) -> str:
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        work()
    events = sorted(profiler.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in events)
    return ", ".join(f"{e.key} {e.self_cpu_time_total / total:.0%}" for e in events[:6])


def _cores() -> float:
    """Return how many cores busy threads get: two threads on one core measure nothing of two."""
    a = torch.rand(1024, 1024)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(50):
        a @ a
    return (time.process_time() - cpu) / (time.perf_counter() - wall)


def _peak() -> float:
    """Return FLOP/s of torch's own matmul of 1024 x 1024."""
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    seconds = []
    for _ in range(30):
        start = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - start)
    return 2 * 1024**3 / min(seconds)  # the least disturbed one


def table() -> Iterator[str]:
    train, held_out, test, is_anomaly = _features()
    with FlopCounterMode(display=False) as counter:
        _one_by_one(_fits(train, held_out, STEPS)[:1])
    flops = len(SEEDS) * len(SETTINGS) * counter.get_total_flops()
    yield (
        "| threads (cores got) | one by one, wall (CPU) s | together | ratio | "
        "matmul alone at its peak, s | AUROC one by one | together | mean difference | "
        "largest difference of a fit |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    threads = torch.get_num_threads()
    ways = (_one_by_one, train_nce_together)
    for count in (1, 2):
        torch.set_num_threads(count)
        areas, seconds, cores = [], [], [_cores()]
        for way in ways:
            fits = _fits(train, held_out, STEPS)
            trained, elapsed = _timed(way, fits)
            seconds.append(elapsed)
            areas.append(_aurocs(trained, fits, test, is_anomaly))
            cores.append(_cores())
        apart = areas[1] - areas[0]
        yield (
            f"| {count} ({min(cores):.1f}) | {_pair(seconds[0])} | {_pair(seconds[1])} | "
            f"{_pair(seconds[0] / seconds[1], 2)} | "
            f"{flops / _peak():.0f} | {areas[0].mean():.2f} | {areas[1].mean():.2f} | "
            f"{apart.mean():.0e} | {np.abs(apart).max():.0e} |"
        )
    yield ""
    yield from _gradient_table(_fits(train, held_out, STEPS))
    yield ""
    yield "| where the time goes, one thread | six largest items |"
    yield "|---|---|"
    torch.set_num_threads(1)
    for name, way in zip(("one by one", "together"), ways, strict=True):
        fits = _fits(train, held_out, PROFILED_STEPS)[:PROFILED_FITS]
        yield f"| {name} | {_largest_items(lambda w=way, f=fits: w(f))} |"
    torch.set_num_threads(threads)
