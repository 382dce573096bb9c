"""The autoencoder's settings, judged by held-out normal images of MNIST alone.

Prototypes compared activation, channels and epochs by AUROC, hence by labels, on digits 8 and 2.
Here one of them at a time is changed, on those two digits and on two that were not looked at. Of
the training images of a digit, a tenth is held out; no anomaly is seen. The loss is Eq. 1 on the
held-out images, beside the default's of the same row; the condition number is of their latents.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from tqdm.auto import tqdm

from cance_edu.autoencoder import (
    condition_number,
    convolutional_autoencoder,
    latent_covariance,
    reconstruction_loss,
    train_autoencoder,
)
from cance_edu.datasets import load_one_class
from cance_edu.sources import Source

DEFAULT: dict[str, Any] = {"activation": nn.ELU, "channels": (16, 32), "epochs": (20, 5)}
CHANGES: dict[str, dict[str, Any]] = {
    "default": {},
    "ReLU for ELU": {"activation": nn.ReLU},
    "half the channels": {"channels": (8, 16)},
    "twice the channels": {"channels": (32, 64)},
    "half the epochs": {"epochs": (10, 3)},
    "twice the epochs": {"epochs": (40, 10)},
}
DIGITS = (8, 2, 3, 5)


def held_out_loss(images: Source, settings: dict[str, Any]) -> tuple[float, float]:
    """Train on nine tenths of a digit's images; return loss and condition number on the rest."""
    torch.manual_seed(0)
    rows = torch.randperm(len(images))
    seen, held_out = images.subset(rows[len(rows) // 10 :]), images.subset(rows[: len(rows) // 10])
    model = convolutional_autoencoder((1, 28, 28), 6, settings["channels"])
    replace_activations(model, settings["activation"])
    generator = torch.Generator().manual_seed(0)
    train_autoencoder(model, seen, generator=generator, epochs=settings["epochs"])
    with torch.no_grad():
        losses = [
            (reconstruction_loss(batch, model(batch)).item(), len(batch))
            for batch in held_out.batches()
        ]
    loss = sum(loss * n for loss, n in losses) / sum(n for _, n in losses)
    return loss, condition_number(latent_covariance(model, held_out))


def replace_activations(module: nn.Module, activation: type[nn.Module]) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.ELU):
            setattr(module, name, activation())
        replace_activations(child, activation)


def table() -> Iterator[str]:
    found = {
        (digit, name): held_out_loss(images, DEFAULT | change)
        for digit in tqdm(DIGITS, desc="MNIST")
        for images in [Source(load_one_class("mnist", [digit]).train_images)]
        for name, change in CHANGES.items()
    }
    columns = " | ".join(f"loss, {digit}" for digit in DIGITS)
    yield f"| setting | {columns} | over the default's | largest condition number |"
    yield "|---" * (len(DIGITS) + 3) + "|"
    for name in CHANGES:
        losses = [found[digit, name][0] for digit in DIGITS]
        ratios = [found[digit, name][0] / found[digit, "default"][0] for digit in DIGITS]
        condition = max(found[digit, name][1] for digit in DIGITS)
        yield (
            f"| {name} | {' | '.join(f'{loss:.2f}' for loss in losses)} | "
            f"{min(ratios):.2f} to {max(ratios):.2f} | {condition:.1f} |"
        )
