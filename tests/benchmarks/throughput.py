"""Share of the measured matmul peak that the training steps reach, from counted FLOPs.

The peak is torch's own float32 matmul of 1024 x 1024 in the same run, on as many threads as the
step has in a fit: all for the autoencoder; one for T and K, which are float32 too. "Counted" are
products and convolutions alone: draws, activations, norms and AdamW take time, and count nothing.
"""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.autoencoder import (
    convolutional_autoencoder,
    covariance_loss,
    reconstruction_loss,
)
from cance_edu.method.moments import moments_of
from cance_edu.method.nce import LogRatio, nce_loss
from cance_edu.method.noise import GaussianNoise, widen
from cance_edu.training.contrast import Batches, Contrast, MovingScale
from cance_edu.training.descent import Descent
from cance_edu.training.device import one_thread

STEPS = 200


def _seconds(work: Callable[[], object], repeat: int) -> float:
    for _ in range(5):
        work()
    start = time.perf_counter()
    for _ in range(repeat):
        work()
    return (time.perf_counter() - start) / repeat


def _flops(work: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


def _steps() -> dict[str, Callable[[], object]]:
    images = torch.rand(128, 1, 28, 28)
    model = convolutional_autoencoder((1, 28, 28), 6).train()
    descent = Descent(model.parameters(), 1e-3, 10**6)

    def autoencoder_step() -> Tensor:
        latent = model.encode(images)
        loss = reconstruction_loss(images, model.decode(latent)) + covariance_loss(latent)
        return descent.step(loss)

    return {"autoencoder, batch 128": autoencoder_step}


def _steps_on_one_thread() -> dict[str, Callable[[], object]]:
    generator = torch.Generator().manual_seed(0)
    points = torch.rand(5000, 8, dtype=torch.float64, generator=generator)  # Eq. 9: errors > 0
    moments = moments_of([points])
    noise = GaussianNoise(moments.mean, moments.covariance)
    augmentation = ReconstructionAugmentation.from_moments(moments.mean, moments.covariance)
    contrast = Contrast(steps=10**6)
    batches = Batches(points, noise, augmentation, contrast.batch_size, contrast.noise_size)
    moving = MovingScale(noise.mean, torch.full_like(noise.mean, 1.5), contrast)
    network = LogRatio(noise.mean, noise.standard_deviation, contrast.hidden)
    descent = Descent(network.parameters(), contrast.learning_rate, 10**6)
    z, v = batches.draw(moving.scale, generator)

    def step_of_t() -> Tensor:
        on_both = network(torch.cat([z, widen(v, noise.mean, moving.scale)]))
        return descent.step(nce_loss(*on_both.split([len(z), len(v)])))

    return {
        "T, 256 + 256 points": step_of_t,
        "K, on the same points": lambda: moving.move(1, network, z, v),
        "their draws": lambda: batches.draw(moving.scale, generator),
    }


def _peak() -> float:
    """Return the FLOPs a second of a large product, on the threads that there are."""
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    return 2 * 1024**3 / _seconds(lambda: a @ b, 50)


def _rows(steps: dict[str, Callable[[], object]], threads: int) -> Iterator[str]:
    peak = _peak()
    for name, step in steps.items():
        flops, seconds = _flops(step), _seconds(step, STEPS)
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            for _ in range(20):
                step()
        events = sorted(profiler.key_averages(), key=lambda e: -e.self_cpu_time_total)
        total = sum(event.self_cpu_time_total for event in events)
        largest = ", ".join(f"{e.key} {e.self_cpu_time_total / total:.0%}" for e in events[:4])
        rate = flops / seconds
        yield (
            f"| {name} | {threads} | {peak / 1e9:.0f} | {flops / 1e6:.1f} | {1e3 * seconds:.2f} | "
            f"{rate / 1e9:.1f} | {rate / peak:.0%} | {largest} |"
        )


def table() -> Iterator[str]:
    yield (
        "| step | threads | peak, GFLOP/s | MFLOP | ms | GFLOP/s | share of peak | "
        "four largest items |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    yield from _rows(_steps(), torch.get_num_threads())
    with one_thread():
        yield from _rows(_steps_on_one_thread(), 1)
    yield "| target |  |  |  |  |  | 64%; T 48% |  |"
    yield ""
    model = convolutional_autoencoder((1, 28, 28), 6).eval()
    image = torch.rand(1000, 1, 28, 28)
    network = LogRatio(torch.zeros(8), torch.ones(8)).eval()
    score = _flops(lambda: model(image)) + _flops(lambda: network(torch.rand(1000, 8)))
    widths = (784, 256, 64, 32, 32, 64, 256, 784)
    pyod = 2 * sum(i * o for i, o in pairwise(widths))
    yield (
        f"Scoring one 28 x 28 image: {score / 1e9:.2f} MFLOP for the autoencoder and T; about "
        f"{pyod / 1e6:.2f} MFLOP for PyOD's dense autoencoder of 256, 64, 32."
    )
