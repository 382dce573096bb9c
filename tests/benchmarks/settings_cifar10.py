"""The autoencoder's settings on standardised CIFAR-10, judged by held-out normal images alone.

As `settings`, for three classes; with the 64 latents and the λ of 1000 of Tables 1 and 2.
"""

from collections.abc import Iterable, Iterator

from cance_edu.datasets import Split, load_one_class
from cance_edu.training.sources import Source
from tests.benchmarks.settings import Settings, compared_settings

CLASSES = (1, 3, 8)
OF_TABLES = Settings(
    latent_dim=64, channels=(16, 32, 64), covariance_weight=1000.0, image_scaling="standardized"
)


def not_official(splits: Iterable[Split]) -> Iterator[str]:
    """Yield, for what stands below a table, in what the data are not the official ones."""
    for differs in {split.differs for split in splits if split.differs}:
        yield f"\nThe data are not the official ones: {differs}."


def table() -> Iterator[str]:
    splits = {normal: load_one_class("cifar10", [normal]) for normal in CLASSES}
    classes = {normal: Source(split.train) for normal, split in splits.items()}
    yield from compared_settings(classes, OF_TABLES)
    yield from not_official(splits.values())
