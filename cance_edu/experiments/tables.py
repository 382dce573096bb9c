"""The paper's tables as views of results: which blocks each shows, and how."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cance_edu.datasets import Recipe
from cance_edu.experiments.blocks import (
    CONNECTIONS,
    CONTRASTED,
    CORRUPTED_DIGITS,
    DIGITS,
    FEATURE_CLASSICS,
    FEATURES,
    GAUSSIANS,
    IMAGE_CLASSICS,
    MULTIMODAL,
    PIXELS,
    ROWS_OF_NUMBERS,
    TABLE_CLASSICS,
    UNIMODAL,
    VARIANTS,
    Block,
    beside_cance,
)
from cance_edu.experiments.results import slug
from cance_edu.experiments.systems import SCALES, SYSTEMS, System

__all__ = ["TABLES", "Table", "chosen", "reproduce_command"]


@dataclass(frozen=True)
class Table:
    """A table of the report.

    Attributes
    ----------
    name, title : str
        "table1", and its heading.
    blocks : tuple of Block
        What it shows.
    paired : sequence of (str, str)
        Columns whose difference is shown, the first minus the second.
    paired_by : {"row", "seed"}
        Whether a difference is that of a row, or of a seed.
    scale : float
        100 where the paper prints percent, 1 where it prints fractions.
    margin : float
        How far a number may be from the paper's and still count as reproduced, in the table's unit;
        fixed before any result was compared by it.
    runs : int
        How many runs a printed mean and deviation are of.
    note : str
        What a reader must know of the comparison.
    printed : bool
        Whether it is one of the paper's.
    repeats : str
        The table whose results it shows once more; they are counted there.
    reduced : mapping of str to str
        By column: in which smaller form two cores run what stands there, said beside its name.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    paired: Sequence[tuple[str, str]] = ()
    paired_by: Literal["row", "seed"] = "row"
    scale: float = 100
    margin: float = 0.5
    runs: int = 5
    note: str = ""
    printed: bool = True
    repeats: str = ""
    reduced: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, None]:
        """The paper's columns that we run, of any block."""
        return dict.fromkeys(column for block in self.blocks for column in block.columns)

    @property
    def ours(self) -> dict[str, None]:
        """All columns that we run, of any block."""
        beside = dict.fromkeys(column for block in self.blocks for column in block.beside)
        return self.columns | beside

    @property
    def digits(self) -> int:
        """Digits behind the point of our numbers, as the paper has them."""
        return 1 if self.scale == 100 else 2

    @property
    def unit(self) -> str:
        """What a difference of 1 is."""
        return "percentage points" if self.scale == 100 else "as a fraction"


# -- tables ---------------------------------------------------------------------------------------


def _against(columns: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple(("CANCE", column) for column in columns)


_ABLATED = (("CNCE", "LatNCE"), ("CANCE", "CNCE"), ("CANCE", "Error"))
_CONTRASTED = (
    *((f"{scale}, paper's", f"{scale}, none") for scale in SCALES),
    *((f"{scale}, K-aware", f"{scale}, paper's") for scale in SCALES if scale != "K = 1"),
    *((f"{scale}, paper's", "K = 1, paper's") for scale in SCALES if scale != "K = 1"),
    *((f"{scale}, paper's", "K = 1.69, paper's") for scale in ("Eq. 8", "Eq. 12")),
)
_SAME = "CANCE's numbers are those of {}."
_POINT = 0.01  # of F1

TABLES = {
    table.name: table
    for table in (
        Table(
            "table1",
            "Table 1: ablation, one normal class",
            UNIMODAL,
            (*_ABLATED, *_against(IMAGE_CLASSICS)),
        ),
        Table(
            "table2",
            "Table 2: ablation, several normal classes",
            MULTIMODAL,
            (*_ABLATED, *_against(IMAGE_CLASSICS)),
            note="For pairs of MNIST's digits the paper takes the hyper-parameters of a single "
            "digit (Sec. 4.4), so 6 latents. Ten, which it names for MNIST-C alone, were our first "
            "reading.",
        ),
        Table(
            "table3",
            "Table 3: other systems, one normal class",
            beside_cance(
                UNIMODAL,
                {
                    "KDE": "kde_10",
                    "VAE": "vae",
                    "Pix-CNN": "pixelcnn",
                    "LSA": "lsa",
                    "DAGMM": "dagmm_0",
                },
                {
                    "KDE on 100 components": "kde_100",
                    "DSVDD": "deep_svdd",
                    "distance to the mean image": "mean",
                },
            ),
            note=_SAME.format("Table 1")
            + " The paper does not say how many components its KDE has: 10 fit its column. Its"
            " PixelCNN is larger than ours (6 layers of 32 channels). Deep SVDD is not in it: Ruff"
            " et al. (2018) print 94.8 for MNIST. LSA does not state how long it"
            " trains; its network has residual blocks, and over ten times the operations of ours.",
            repeats="table1",
            reduced={
                "Pix-CNN": "6 layers of 32 channels",
                "LSA": "12 epochs, the course's network",
            },
        ),
        Table(
            "table4",
            "Table 4: other systems, MNIST-C",
            beside_cance(
                [CORRUPTED_DIGITS],
                {"SVDD": "ocsvm", "DSVDD": "deep_svdd", "DSAD": "deep_sad", "DROCC": "drocc"},
                {"DSAD with 10 labelled anomalies": "deep_sad_10"},
            ),
            note=_SAME.format("Table 2")
            + " SVDD is a one-class SVM. Without labels Deep SAD is Deep SVDD but for its "
            "preprocessing; how many the paper gives it, it does not say. DROCC's 30 runs are not "
            "repeated. "
            "CANCE's 92.2 ± 0.4 is Table 2's, and is taken to be of 5 runs as there.",
            repeats="table2",
            reduced={"SVDD": "on 6,000 of the 60,000 images"},
        ),
        Table(
            "table5",
            "Table 5: ablation, ResNet-18's features",
            FEATURES,
            (*_ABLATED, *_against(FEATURE_CLASSICS)),
            "seed",
        ),
        Table(
            "table6",
            "Table 6: other systems, CIFAR-10",
            (
                *beside_cance(
                    (block for block in FEATURES if block.dataset == "CIFAR-10"),
                    {"NN on ResNet-18": "nn1_pixels"},
                ),
                PIXELS,
            ),
            note=_SAME.format("Table 5"),
            repeats="table5",
        ),
        Table(
            "table7",
            "Table 7: F1 on tables",
            ROWS_OF_NUMBERS,
            _against((*list(VARIANTS)[:3], *TABLE_CLASSICS)),
            "seed",
            scale=1,
            margin=_POINT,
            reduced={"DAGMM": "on Thyroid 5,000 of its 20,000 epochs"},
        ),
        Table(
            "table8",
            "Table 8: KDDCUP99",
            CONNECTIONS,
            (
                *_against((*list(VARIANTS)[:3], *GAUSSIANS)),
                *(("DAGMM-1", other) for other in ("DAGMM-0", *GAUSSIANS)),
                *(("DAGMM-CANCE", other) for other in ("DAGMM-1", "CANCE", *GAUSSIANS)),
            ),
            "seed",
            margin=100 * _POINT,
            runs=20,
            note="DAGMM-CANCE is CANCE's density of the features that DAGMM-1 trains together with "
            "its mixture; CANCE, which is not in the table, trains an autoencoder of the same "
            "widths alone. The caption says "
            "contaminated training data, but DAGMM-0's row is from DAGMM's Table 2, which is, as "
            "we read it, of clean data; so both are here, and GOAD's split, to which the paper's "
            "own rows point (lesson 10). Of the normal test rows 87% are copies of training rows, "
            "and next to no anomaly is.",
        ),
        Table(
            "contrasts",
            "K and the augmentation: not in the paper",
            CONTRASTED,
            _CONTRASTED,
            printed=False,
        ),
        Table(
            "digits",
            "The course's digits: not in the paper",
            DIGITS,
            printed=False,
        ),
    )
}
"""All tables, by name."""


# -- choosing -------------------------------------------------------------------------------------


def chosen(
    table: str,
    dataset: str | None = None,
    rows: Sequence[str] | None = None,
    protocol: str | None = None,
    systems: Sequence[str] | None = None,
) -> list[tuple[Recipe, System]]:
    """Return what a table needs, or some of it: systems, each with a split.

    Parameters
    ----------
    table : str
        One of `TABLES`.
    dataset : str, optional
        As `slug` writes it, or with other signs.
    rows : sequence of str, optional
        Names of rows, for example "8", or "0,8" for two normal classes.
    protocol : str, optional
        As the report has it, for example "ADBench's split".
    systems : sequence of str, optional
        Names in `SYSTEMS`.

    Raises
    ------
    ValueError
        If there is no such table, data set, row, protocol or system in it.
    """
    _check_known("table", table, TABLES)
    blocks = list(TABLES[table].blocks)
    if dataset is not None:
        _check_known("data set", slug(dataset), (slug(block.dataset) for block in blocks))
        blocks = [block for block in blocks if slug(block.dataset) == slug(dataset)]
    if protocol is not None:
        _check_known("protocol", protocol, (block.protocol for block in blocks))
        blocks = [block for block in blocks if block.protocol == protocol]
    wanted = [row.replace(" ", "") for row in rows or ()]
    for name in wanted:
        known = (row.name.replace(" ", "") for block in blocks for row in block.rows)
        _check_known("row", name, known)
    for name in systems or ():
        known = (system for block in blocks for system in block.ours.values())
        _check_known("system", name, known, f" in {table}")
    found = {
        (row.recipe.name, system): (row.recipe, SYSTEMS[system])
        for block in blocks
        for row in block.rows
        for system in block.ours.values()
        if (not wanted or row.name.replace(" ", "") in wanted)
        and (systems is None or system in systems)
    }
    return list(found.values())


def _check_known(what: str, name: str, known: Iterable[str], where: str = "") -> None:
    names = dict.fromkeys(known)
    if name not in names:
        told = ", ".join(filter(None, names))  # "" is the protocol of what has no other
        there_are = f"there are {told}" if told else f"leave the {what} out"
        raise ValueError(f"there is no {what} {name!r}{where}; {there_are}")


def reproduce_command(table: str, dataset: str, protocol: str, seeds: int) -> str:
    """Return the command that runs a table's data set by one protocol."""
    words = ["cance-edu", "reproduce", table, "--dataset", slug(dataset)]
    words += ["--protocol", protocol] if protocol else []
    return shlex.join([*words, "--seeds", str(seeds)])
