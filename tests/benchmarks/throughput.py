"""Share of the measured matmul peak that the training steps reach, from counted FLOPs.

The peak is torch's own float32 matmul of 1024 x 1024 at the same thread count, in the same run.
"""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from cance_edu.method.autoencoder import (
    convolutional_autoencoder,
    covariance_loss,
    reconstruction_loss,
)
from cance_edu.method.nce import LogRatio, nce_loss
from cance_edu.training.descent import Descent

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

    def autoencoder_step() -> torch.Tensor:
        latent = model.encode(images)
        loss = reconstruction_loss(images, model.decode(latent)) + covariance_loss(latent)
        return descent.step(loss)

    z = torch.randn(512, 8, dtype=torch.float64)
    network = LogRatio(z.mean(0), z.std(0))
    contrast = Descent(network.parameters(), 1e-3, 10**6)

    def contrast_step() -> torch.Tensor:
        on_data, on_noise = network(z).split(256)
        return contrast.step(nce_loss(on_data, on_noise))

    return {"autoencoder, batch 128": autoencoder_step, "T, 256 + 256 points": contrast_step}


def table() -> Iterator[str]:
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    peak = 2 * 1024**3 / _seconds(lambda: a @ b, 50)
    yield f"Matmul peak: {peak / 1e9:.0f} GFLOP/s with {torch.get_num_threads()} threads."
    yield ""
    yield "| training step | MFLOP | ms | GFLOP/s | share of peak | three largest items |"
    yield "|---|---|---|---|---|---|"
    for name, step in _steps().items():
        flops, seconds = _flops(step), _seconds(step, STEPS)
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            for _ in range(20):
                step()
        events = sorted(profiler.key_averages(), key=lambda e: -e.self_cpu_time_total)
        total = sum(event.self_cpu_time_total for event in events)
        largest = ", ".join(f"{e.key} {e.self_cpu_time_total / total:.0%}" for e in events[:3])
        rate = flops / seconds
        yield (
            f"| {name} | {flops / 1e6:.1f} | {1e3 * seconds:.2f} | {rate / 1e9:.1f} | "
            f"{rate / peak:.0%} | {largest} |"
        )
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
