"""Who takes part in the experiments: one entry for each detector with its settings.

A further detector joins by one entry of `SYSTEMS` here, and by its name in the columns of the
tables that show it.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any

from cance_edu.experiments.other_systems import OTHERS
from cance_edu.experiments.system import NO_SETTINGS, Settings, System

__all__ = [
    "AUGMENTATIONS",
    "CONTRASTS",
    "DAGMM_NETWORK",
    "PCA_OF_FEATURES",
    "SCALES",
    "SYSTEMS",
    "System",
]

# -- CANCE and the variants of Sec. 4.2 -----------------------------------------------------------

# Sec. 4.3: 64 latents for CIFAR-10. The rest was chosen on held-out normal images of one class a
# scaling. Standardised cats: λ = 1, 100, 1000 leave condition numbers of 289, 163, 9.7, and T, in
# 66 dimensions, overfits after 200 to 500 steps. Airplanes in [0, 1]: no λ conditions well (100:
# 5067, 1000: 3417, and 10,000 diverges).
_CIFAR = {"latent_dim": 64, "channels": (16, 32, 64), "covariance_weight": 1000.0, "steps": 400}

PCA_OF_FEATURES: Settings = {
    "representation": "pca",
    "latent_dim": 64,
    "column_scaling": "given",
}
"""Sec. 4.5 says neither how many components, 64 here as for CIFAR-10's autoencoder, nor that the
columns were scaled, so they are not. T overfits here too, but fewer steps change no class's mean by
0.6 points (lesson 09): the default stays."""

DAGMM_NETWORK: Settings = {"latent_dim": 1, "hidden": (60, 30, 10), "column_scaling": "given"}
"""App. D takes DAGMM's network for Table 8: 60, 30 and 10 units, and a single latent. The split
standardises the measured columns and leaves those of 0 and 1, as GOAD's loader does."""

_ON: dict[str, Settings] = {
    "images": {"latent_dim": 6},
    "several classes": {"latent_dim": 10},  # ours: Sec. 4.4 has 10 for all of MNIST alone
    "MNIST-C": {"latent_dim": 10},
    "CIFAR-10": _CIFAR,
    "standardised": {"image_scaling": "standardized"},
    "features": PCA_OF_FEATURES,
    "KDDCUP99": DAGMM_NETWORK,
}


def _family(
    ending: str = "",
    settings: Settings = NO_SETTINGS,
    on: Mapping[str, Settings] = NO_SETTINGS,
    variants: tuple[str, ...] = ("error", "latnce", "cnce", "cance"),
    after: str = "",
) -> tuple[System, ...]:
    """Return the variants of Sec. 4.2, all on the autoencoder that the first one trains.

    Parameters
    ----------
    ending : str
        Of their names.
    settings, on : mapping
        As in `System`; `on` replaces what is usual on a tag.
    variants : tuple of str
        Which.
    after : str
        The system whose autoencoder they are given; unless told, the first one trains it.
    """
    return tuple(
        System(
            variant + ending,
            "cance_edu.detectors.cance:CANCE",
            {"variant": variant, **settings},
            {**_ON, **on},
            after=after or ("" if variant == "error" else f"error{ending}"),
            scales_images=True,
        )
        for variant in variants
    )


# What λ does on CIFAR-10: CANCE and the latents' norm beside those of well conditioned latents.
_WEAK = {"CIFAR-10": _CIFAR | {"covariance_weight": 1.0}}
# And what the error's units do: the paper's Error fits images in [0, 1], its CANCE standardised
# ones. The autoencoder, and with it LatNCE, is that of λ = 1.
_RAW_ERROR = _WEAK | {"standardised": {"image_scaling": "raw-error"}}

_CANCE = (
    *_family(),
    # On all of four digits, held-out normal images are reconstructed better after twice the epochs
    # (`tests/benchmarks/results/settings.md`).
    *_family("_twice", {"epochs": (40, 10)}),
    # Sec. 4.4: pairs have the hyper-parameters of a single class.
    *_family("_6_latents", on={"several classes": {"latent_dim": 6}}),
    *_family("_lambda_1", on=_WEAK),
    *_family("_raw_error", {}, _RAW_ERROR, ("error", "cnce", "cance"), "error_lambda_1"),
)

# -- eleven noise contrasts: K and the augmentation (Sec. 3.4, 3.5) --------------------------------

SCALES: Mapping[str, Settings] = {
    "K = 1": {"noise_objective": "fixed", "initial_scale": 1.0},
    "K = 1.69": {"noise_objective": "fixed"},
    "Eq. 8": {"noise_objective": "eq8"},
    "Eq. 12": {"noise_objective": "eq12"},
}
"""Parameters of `CANCE`: what becomes of K, which starts at 1 + ln 2 but for the first."""

AUGMENTATIONS: Mapping[str, Settings] = {
    "none": {"variant": "cnce"},
    "paper's": {"variant": "cance", "augmentation": "paper"},
    "K-aware": {"variant": "cance", "augmentation": "k-aware"},
}
"""Parameters of `CANCE`: where artificial low errors are drawn from."""

CONTRASTS: Mapping[str, str] = {
    f"{scale}, {augmentation}": {
        "Eq. 8, none": "cnce",  # these two are the paper's own systems
        "Eq. 8, paper's": "cance",
    }.get(f"{scale}, {augmentation}", f"{scale}, {augmentation}")
    for scale, augmentation in product(SCALES, AUGMENTATIONS)
    # With K = 1 the K-aware augmentation is the paper's.
    if (scale, augmentation) != ("K = 1", "K-aware")
}
"""For each combination the name of its system; two are the paper's own, the others ours."""

_CONTRASTS = tuple(
    System(
        f"{scale}, {augmentation}",
        "cance_edu.detectors.cance:CANCE",
        {**SCALES[scale], **AUGMENTATIONS[augmentation]},
        _ON,
        # The first one was run on an autoencoder of its own, trained alike.
        after="" if (scale, augmentation) == ("K = 1", "none") else "error",
        scales_images=True,
    )
    for scale, augmentation in product(SCALES, AUGMENTATIONS)
    if CONTRASTS.get(f"{scale}, {augmentation}") == f"{scale}, {augmentation}"
)

# -- classics, nothing of which is tuned ----------------------------------------------------------


def _norm(ending: str = "", on: Mapping[str, Settings] = NO_SETTINGS) -> System:
    """Return the latents' squared norm: it needs no density, for their deviations are 1."""
    where = "cance_edu.detectors.classics:LatentNorm"
    return System(
        f"norm{ending}", where, {}, {**_ON, **on}, after=f"error{ending}", scales_images=True
    )


def _classic(name: str, function: str, random: bool = False, **settings: Any) -> System:
    return System(name, f"cance_edu.detectors.classics:{function}", settings, random=random)


_CLASSICS = (
    _norm(),
    _norm("_lambda_1", _WEAK),
    _classic("mean", "distance_to_mean"),
    _classic("gaussian", "gaussian"),
    _classic("gmm2", "mixture", random=True, components=2),
    _classic("nn1", "neighbours", count=1),
    _classic("nn2", "neighbours", count=2),
    _classic("pca64", "pca_error", components=64),
    _classic("nn2_pca64", "neighbours_after_pca", components=64, count=2),
)

SYSTEMS: Mapping[str, System] = {
    system.name: system for system in (*_CANCE, *_CONTRASTS, *_CLASSICS, *OTHERS)
}
"""All systems, by name."""
