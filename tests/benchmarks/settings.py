"""The autoencoder's settings, judged by held-out normal images of MNIST alone.

Prototypes compared activation, channels and epochs by AUROC, hence by labels, on digits 8 and 2.
Here one of them at a time is changed, on those two digits and on two that were not looked at. Of
the training images of a digit, a tenth is held out; no anomaly is seen. The loss is Eq. 1 on the
held-out images, also over the default's of the same digit; the condition number is of their
latents.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import nn
from tqdm.auto import tqdm

from cance_edu.datasets import load_one_class
from cance_edu.method.autoencoder import convolutional_autoencoder, reconstruction_loss
from cance_edu.method.moments import condition_number
from cance_edu.training.autoencoder import latent_covariance, train_autoencoder
from cance_edu.training.scaling import ImageScaling, Scaling
from cance_edu.training.sources import Source

DIGITS = (8, 2, 3, 5)


@dataclass(frozen=True)
class Settings:
    """Of an autoencoder and its training."""

    latent_dim: int = 6
    channels: tuple[int, ...] = (16, 32)
    covariance_weight: float = 1.0
    epochs: tuple[int, int] = (20, 5)
    activation: type[nn.Module] = nn.ELU
    image_scaling: ImageScaling = "unit"

    def changed(self) -> dict[str, "Settings"]:
        """Return these and, by name, those with one of them changed."""
        return {
            "default": self,
            "ReLU for ELU": replace(self, activation=nn.ReLU),
            "half the channels": replace(self, channels=tuple(c // 2 for c in self.channels)),
            "twice the channels": replace(self, channels=tuple(2 * c for c in self.channels)),
            "half the epochs": replace(self, epochs=(10, 3)),
            "twice the epochs": replace(self, epochs=(40, 10)),
        }


def held_out_loss(images: Source, settings: Settings) -> tuple[float, float]:
    """Train on nine tenths of a class's images; return loss and condition number on the rest."""
    torch.manual_seed(0)
    rows = torch.randperm(len(images))
    seen, held_out = images.subset(rows[len(rows) // 10 :]), images.subset(rows[: len(rows) // 10])
    bounded = settings.image_scaling == "unit"
    model = convolutional_autoencoder(
        images.shape, settings.latent_dim, settings.channels, bounded=bounded
    )
    model.scaling = scaling = Scaling(settings.image_scaling)
    replace_activations(model, settings.activation)
    train_autoencoder(
        model,
        seen,
        generator=torch.Generator().manual_seed(0),
        covariance_weight=settings.covariance_weight,
        epochs=settings.epochs,
    )
    with torch.no_grad():
        losses = [
            (reconstruction_loss(batch, model(batch)).item(), len(batch))
            for batch in map(scaling, held_out.batches())
        ]
    loss = sum(loss * n for loss, n in losses) / sum(n for _, n in losses)
    return loss, condition_number(latent_covariance(model, held_out))


def replace_activations(module: nn.Module, activation: type[nn.Module]) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.ELU):
            setattr(module, name, activation())
        replace_activations(child, activation)


def compared(classes: dict[int, Source], settings: Settings) -> Iterator[str]:
    """Yield a table with a column for each class, and a row for each setting."""
    changed = settings.changed()
    found = {
        (normal, name): held_out_loss(images, of)
        for normal, images in tqdm(classes.items(), desc="classes")
        for name, of in changed.items()
    }
    columns = " | ".join(f"loss, {normal}" for normal in classes)
    yield f"| setting | {columns} | over the default's | largest condition number |"
    yield "|---" * (len(classes) + 3) + "|"
    for name in changed:
        losses = [found[normal, name][0] for normal in classes]
        ratios = [found[normal, name][0] / found[normal, "default"][0] for normal in classes]
        condition = max(found[normal, name][1] for normal in classes)
        yield (
            f"| {name} | {' | '.join(f'{loss:.2f}' for loss in losses)} | "
            f"{min(ratios):.2f} to {max(ratios):.2f} | {condition:.1f} |"
        )


def table() -> Iterator[str]:
    classes = {digit: Source(load_one_class("mnist", [digit]).train) for digit in DIGITS}
    return compared(classes, Settings())
