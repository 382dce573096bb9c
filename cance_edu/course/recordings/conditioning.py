"""Whether well conditioned latents detect better: CANCE and LatNCE on collapsed latents (lesson 03).

The even digits of lesson 03, its autoencoder, and T with the default settings: 16 and 32 latents,
each with λ = 0, which collapses, and with a λ that conditions the covariance better.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.datasets import load_one_class
from cance_edu.experiments import fit_variants

SETTINGS: dict[str, Any] = {
    "normal": [0, 2, 4, 6, 8],
    "latents": {16: [0.0, 3.0], 32: [0.0, 30.0]},
    "variants": ["latnce", "cance"],
    "seeds": [0, 1, 2, 3, 4],
    "split_random_state": 0,
    "epochs": [24, 6],
    "batch_size": 32,
}


def record() -> dict[str, NDArray[Any]]:
    """Fit both variants for each number of latents, λ and seed.

    Returns
    -------
    dict of str to array
        `latent_dims` (2,), `weights` (2, 2), `variants` (2,), `aurocs` (latent_dims, weights,
        seeds, variants), and `condition_numbers` (latent_dims, weights, seeds) of held-out latents.
    """
    split = load_one_class("digits", SETTINGS["normal"], SETTINGS["split_random_state"])
    shape = (len(SETTINGS["latents"]), 2, len(SETTINGS["seeds"]))
    aurocs, conditions = np.empty((*shape, 2)), np.empty(shape)
    settings = list(enumerate(SETTINGS["latents"].items()))
    for i, (latent_dim, weights) in tqdm(settings, desc="latents"):
        for j, weight in enumerate(weights):
            for k, seed in enumerate(SETTINGS["seeds"]):
                results = fit_variants(
                    split,
                    SETTINGS["variants"],
                    latent_dim=latent_dim,
                    covariance_weight=weight,
                    epochs=tuple(SETTINGS["epochs"]),
                    batch_size=SETTINGS["batch_size"],
                    random_state=seed,
                )
                for m, result in enumerate(results):
                    aurocs[i, j, k, m] = result.auroc
                    if m == 0:
                        (conditions[i, j, k],) = result.detector.condition_numbers_.values()
    return {
        "latent_dims": np.array(list(SETTINGS["latents"])),
        "weights": np.array(list(SETTINGS["latents"].values())),
        "variants": np.array(SETTINGS["variants"]),
        "aurocs": aurocs,
        "condition_numbers": conditions,
    }
