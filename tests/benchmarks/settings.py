"""The autoencoder's settings, judged by held-out normal images of MNIST alone.

Prototypes compared activation, channels and epochs by AUROC, hence by labels, on digits 8 and 2.
Here one of them at a time is changed, on those two digits and on two that were not looked at. Of
the training images of a digit, a tenth is held out; no anomaly is seen. The loss is Eq. 1 on the
held-out images, also over the default's of the same digit; the condition number is of their
latents.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from tqdm.auto import tqdm

from cance_edu.datasets import load_one_class
from cance_edu.method.autoencoder import Autoencoder, convolutional_autoencoder, reconstruction_loss
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


@dataclass(frozen=True)
class Judged:
    """By held-out normal images: Eq. 1, the latents' condition number, and CPU seconds."""

    loss: float
    condition: float
    training: float
    scoring: float


def judged(
    images: Source,
    build: Callable[[], Autoencoder],
    image_scaling: ImageScaling = "unit",
    **training: Any,
) -> Judged:
    """Train an autoencoder on nine tenths of a class's images; judge it by the rest."""
    torch.manual_seed(0)
    rows = torch.randperm(len(images))
    seen, held_out = images.subset(rows[len(rows) // 10 :]), images.subset(rows[: len(rows) // 10])
    model = build()
    model.scaling = scaling = Scaling(image_scaling)
    generator, start = torch.Generator().manual_seed(0), time.process_time()
    train_autoencoder(model, seen, generator=generator, **training)
    trained = time.process_time()
    with torch.no_grad():
        for _ in range(10):  # one pass is too short for a clock
            losses = [
                (reconstruction_loss(batch, model(batch)).item(), len(batch))
                for batch in map(scaling, held_out.batches())
            ]
    scored = time.process_time()
    loss = sum(loss * n for loss, n in losses) / sum(n for _, n in losses)
    condition = condition_number(latent_covariance(model, held_out))
    return Judged(loss, condition, trained - start, scored - trained)


def judged_settings(images: Source, settings: Settings, **training: Any) -> Judged:
    """Judge an autoencoder with these settings, and what of its training is otherwise."""

    def build() -> Autoencoder:
        model = convolutional_autoencoder(
            images.shape,
            settings.latent_dim,
            settings.channels,
            bounded=settings.image_scaling == "unit",
        )
        replace_activations(model, settings.activation)
        return model

    return judged(
        images,
        build,
        settings.image_scaling,
        **{"covariance_weight": settings.covariance_weight, "epochs": settings.epochs} | training,
    )


def replace_activations(module: nn.Module, activation: type[nn.Module]) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.ELU):
            setattr(module, name, activation())
        replace_activations(child, activation)


def compared(
    found: Mapping[tuple[int, str], Judged],
    ratios: Mapping[str, tuple[str, Callable[[Sequence[float]], str]]],
) -> Iterator[str]:
    """Yield a table with a row for each setting.

    Parameters
    ----------
    found : mapping
        By class and name of a setting; "default" is one of them.
    ratios : mapping
        By heading: what of `Judged` is divided by the default's, and how the classes' are written.
    """
    classes, names = (list(dict.fromkeys(each)) for each in zip(*found, strict=True))
    columns = [*(f"loss, {normal}" for normal in classes), *ratios, "largest condition number"]
    yield f"| setting | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for name in names:
        of, default = ([found[normal, each] for normal in classes] for each in (name, "default"))
        cells = [f"{each.loss:.2f}" for each in of]
        cells += [
            write([getattr(a, kind) / getattr(b, kind) for a, b in zip(of, default, strict=True)])
            for kind, write in ratios.values()
        ]
        yield f"| {name} | {' | '.join(cells)} | {max(each.condition for each in of):.1f} |"


def compared_settings(classes: Mapping[int, Source], settings: Settings) -> Iterator[str]:
    """Yield the table of these settings and of those with one of them changed."""
    found = {
        (normal, name): judged_settings(images, of)
        for normal, images in tqdm(classes.items(), desc="classes")
        for name, of in settings.changed().items()
    }
    ends = {"over the default's": ("loss", lambda all_: f"{min(all_):.2f} to {max(all_):.2f}")}
    yield from compared(found, ends)


def table() -> Iterator[str]:
    classes = {digit: Source(load_one_class("mnist", [digit]).train) for digit in DIGITS}
    return compared_settings(classes, Settings())
