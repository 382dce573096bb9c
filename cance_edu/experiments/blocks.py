"""Which systems on which splits: the rows and columns of each data set by each protocol.

A system has its settings in `systems`, a split its data in `datasets`: here are neither. What is
called a protocol is a reading of the paper, of the split or of the settings. One reading of each
data set is the primary one, chosen by the paper's words and not by what came out; the others show
how much hangs on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType

from cance_edu.datasets import CORRUPTIONS, Recipe
from cance_edu.datasets.recipes import (
    adbench_recipe,
    images_recipe,
    mnist_c_recipe,
    resnet18_recipe,
    table_recipe,
)
from cance_edu.experiments.other_systems import OTHERS
from cance_edu.experiments.systems import CONTRASTS

__all__ = [
    "CONNECTIONS",
    "CONTRASTED",
    "CORRUPTED_DIGITS",
    "DIGITS",
    "FEATURES",
    "FEATURE_CLASSICS",
    "GAUSSIANS",
    "IMAGE_CLASSICS",
    "MULTIMODAL",
    "PIXELS",
    "ROWS_OF_NUMBERS",
    "TABLE_CLASSICS",
    "UNIMODAL",
    "VARIANTS",
    "Block",
    "Row",
    "beside_cance",
]


@dataclass(frozen=True)
class Row:
    """A row of a table: a name, the split, and the measure that is shown."""

    name: str
    recipe: Recipe
    measure: str = "auroc"


@dataclass(frozen=True)
class Block:
    """The rows of one data set by one protocol.

    Attributes
    ----------
    dataset, protocol : str
        As in `data/paper/`: "MNIST"; and the protocol where there are several.
    rows : tuple of Row
        From top to bottom.
    columns : mapping of str to str
        For each of the paper's columns that we run: the system.
    beside : mapping of str to str
        Further columns, which the paper does not have.
    primary : bool
        Whether it is the reading of the paper that counts.
    comparable : bool
        Whether the paper's numbers may be of the same split.
    """

    dataset: str
    protocol: str
    rows: tuple[Row, ...]
    columns: Mapping[str, str]
    beside: Mapping[str, str] = field(default_factory=dict)
    primary: bool = False
    comparable: bool = True

    @property
    def ours(self) -> dict[str, str]:
        """All columns that we run."""
        return {**self.columns, **self.beside}


# -- blocks ---------------------------------------------------------------------------------------

_CLASSES = tuple((digit,) for digit in range(10))
_PAIRS = ((0, 1), (0, 8), (1, 8))
VARIANTS = {"Error": "error", "LatNCE": "latnce", "CNCE": "cnce", "CANCE": "cance"}
IMAGE_CLASSICS = {"2-NN on 64 components": "nn2_pca64", "squared norm of the latent": "norm"}
FEATURE_CLASSICS = {"2-NN": "nn2", "error of 64 components": "pca64"}
TABLE_CLASSICS = {"Gaussian": "gaussian", "2 Gaussians": "gmm2", "1-NN": "nn1"}
GAUSSIANS = {"Gaussian": "gaussian", "2 Gaussians": "gmm2"}


def _ending(ending: str) -> dict[str, str]:
    return {column: system + ending for column, system in VARIANTS.items()}


def _rows(
    name: str, normals: Iterable[tuple[int, ...]], standardized: bool = False
) -> tuple[Row, ...]:
    return tuple(
        Row(", ".join(map(str, normal)), images_recipe(name, normal, standardized))
        for normal in normals
    )


_MNIST = _rows("mnist", _CLASSES)
_UNIT, _STANDARDIZED = _rows("cifar10", _CLASSES), _rows("cifar10", _CLASSES, standardized=True)
_WEAK = {"2-NN on 64 components": "nn2_pca64", "squared norm of the latent": "norm_lambda_1"}
_RAW_ERROR = _ending("_raw_error") | {"LatNCE": "latnce_lambda_1"}  # the same latents

UNIMODAL = (
    Block("MNIST", "", _MNIST, VARIANTS, primary=True),
    Block("MNIST", "twice the epochs", _MNIST, _ending("_twice")),
    # The paper does not say how colours are scaled; so as for MNIST.
    Block("CIFAR-10", "images in [0, 1]", _UNIT, VARIANTS, IMAGE_CLASSICS, primary=True),
    Block("CIFAR-10", "each image standardised", _STANDARDIZED, VARIANTS, IMAGE_CLASSICS),
    Block("CIFAR-10", "standardised, λ = 1", _STANDARDIZED, _ending("_lambda_1"), _WEAK),
    Block("CIFAR-10", "standardised, λ = 1, raw error", _STANDARDIZED, _RAW_ERROR),
)

_MNIST_PAIRS, _UNIT_PAIRS = _rows("mnist", _PAIRS), _rows("cifar10", _PAIRS)
_STANDARDIZED_PAIRS = _rows("cifar10", _PAIRS, standardized=True)
_CORRUPTED = mnist_c_recipe()
CORRUPTED_DIGITS = Block(
    "MNIST-C",
    "",
    (
        Row("MNIST-C", _CORRUPTED),
        *(Row(name, _CORRUPTED, f"auroc of {name}") for name in CORRUPTIONS),
    ),
    VARIANTS,
    primary=True,
)
MULTIMODAL = (
    # Sec. 4.4: the hyper-parameters of a single class.
    Block("MNIST", "6 latents", _MNIST_PAIRS, _ending("_6_latents"), primary=True),
    Block("MNIST", "10 latents, our first reading", _MNIST_PAIRS, VARIANTS),
    Block("CIFAR-10", "images in [0, 1]", _UNIT_PAIRS, VARIANTS, IMAGE_CLASSICS, primary=True),
    Block("CIFAR-10", "each image standardised", _STANDARDIZED_PAIRS, VARIANTS, IMAGE_CLASSICS),
    CORRUPTED_DIGITS,
)


def _features(dataset: str, name: str) -> Block:
    rows = tuple(Row(str(k), resnet18_recipe(name, k)) for k in range(10))
    from_weights = "the paper's split, from weights"
    return Block(dataset, from_weights, rows, VARIANTS, FEATURE_CLASSICS, primary=True)


FEATURES = (
    _features("MNIST", "mnist"),
    _features("CIFAR-10", "cifar10"),
    Block(
        "CIFAR-10",
        "ADBench's split",
        tuple(Row(str(k), adbench_recipe(k)) for k in (0, 4, 6)),
        VARIANTS,
        FEATURE_CLASSICS,
        comparable=False,
    ),
)


def _table(name: str, split: str) -> Block:
    """F1, with average precision and AUROC beside it (Sec. 4.6)."""
    recipe = table_recipe(name, split)
    return Block(
        name,
        f"{split}'s split",
        (
            Row(name, recipe, "f1"),
            Row("average precision", recipe, "average_precision"),
            Row("AUROC", recipe),
        ),
        {"DAGMM": "dagmm_0", "DeepSVDD": "deep_svdd", "GOAD": "goad", "DROCC": "drocc"}
        | {"CANCE": "cance"},
        {k: v for k, v in VARIANTS.items() if k != "CANCE"} | TABLE_CLASSICS,
        # Abalone has no other guidelines to adhere to than DROCC's, whose row the table has.
        primary=split == "DROCC",
    )


def _kddcup99(protocol: str, recipe: Recipe, measures: Sequence[str], primary: bool) -> Block:
    rows = zip(("Precision", "Recall", "F1", "AUROC"), (*measures, "auroc"), strict=True)
    return Block(
        "KDDCUP99",
        protocol,
        tuple(Row(name, recipe, measure) for name, measure in rows),
        {"DAGMM-0": "dagmm_0", "DAGMM-1": "dagmm_1", "DAGMM-CANCE": "dagmm_cance"},
        VARIANTS | GAUSSIANS,
        primary,
    )


_AT_20 = [f"{name} at 20%" for name in ("precision", "recall", "f1")]
_AT_20_OF_ALL = [f"{name} of all" for name in _AT_20]
# At the true number of anomalies, GOAD's threshold, the three are one.
_AT_THE_TRUE_NUMBER = ["f1", "f1", "f1"]

CONNECTIONS = (
    _kddcup99("DAGMM's split, clean", table_recipe("KDDCUP99", "DAGMM"), _AT_20, True),
    _kddcup99(
        "DAGMM's split, 5% contaminated", table_recipe("KDDCUP99", "DAGMM", 0.05), _AT_20, False
    ),
    _kddcup99("GOAD's split, clean", table_recipe("KDDCUP99", "GOAD"), _AT_THE_TRUE_NUMBER, False),
    # Lesson 10: what the paper's own rows point to.
    _kddcup99(
        "GOAD's split, clean, 20% of all", table_recipe("KDDCUP99", "GOAD"), _AT_20_OF_ALL, False
    ),
)


def beside_cance(
    blocks: Iterable[Block],
    columns: Mapping[str, str],
    beside: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Block, ...]:
    """Return blocks with CANCE's column, and in the primary ones those of other systems."""
    return tuple(
        replace(
            block,
            columns={**(columns if block.primary else {}), "CANCE": block.columns["CANCE"]},
            beside=beside if block.primary else {},
        )
        for block in blocks
    )


ROWS_OF_NUMBERS = tuple(
    _table(name, split)
    for name, split in product(("Abalone", "Thyroid"), ("DROCC", "GOAD", "DAGMM"))
)
CONTRASTED = (Block("MNIST", "", _MNIST, CONTRASTS),)
DIGITS = (
    Block(
        "digits",
        "",
        _rows("digits", _CLASSES),
        VARIANTS,
        {system.name: system.name for system in OTHERS},
        primary=True,
    ),
)

# Table 6 has systems that see pixels beside those that see ResNet-18's features.
PIXELS = Block(
    "CIFAR-10",
    "pixels",
    _UNIT,
    {"DSVDD": "deep_svdd", "NN": "nn1_pixels", "DROCC": "drocc"},
    primary=True,
)
