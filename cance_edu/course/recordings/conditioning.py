"""Does a well-conditioned covariance of the latents help to find anomalies? For lesson 03.

The autoencoders of lesson 03 on the digits, without the covariance loss and with the weight λ that
conditions such latents best; on each, the detectors of latents alone and of all. Another λ is
another encoder, so the collapsed latents are whitened, too: that changes their covariance alone.
Beside them the noise's Gaussian as a detector without T, on all directions and on half of them.
"""

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cance_edu.course.recordings.covariance import SETTINGS as TRAINED
from cance_edu.course.recordings.covariance import digits, held_out, new_model, train
from cance_edu.course.recordings.rows import kept_row
from cance_edu.experiments import auroc, fit_variants
from cance_edu.method.autoencoder import Autoencoder
from cance_edu.method.composite import PrincipalComponents
from cance_edu.method.moments import condition_number
from cance_edu.training.autoencoder import latent_covariance
from cance_edu.training.device import private_randomness
from cance_edu.training.sources import Source

SETTINGS: dict[str, Any] = {
    "models": [[16, 0.0], [16, 3.0], [32, 0.0], [32, 30.0]],
    "variants": ["latnce", "cance"],
    "seeds": [0, 1, 2, 3, 4],
    "steps": 1500,
    "autoencoder": {name: TRAINED[name] for name in ("normal", "epochs", "batch_size")},
}


def record() -> dict[str, NDArray[Any]]:
    """Fit every detector on every autoencoder.

    Returns
    -------
    dict of str to array
        `models` (models, 2), d and λ; `variants`; `seeds`; `aurocs` (models, seeds, variants);
        `condition_numbers` (models, seeds), on held-out normal images; `gaussian_aurocs` (models,
        seeds, 3), of the squared distance in units of the spread, over all principal directions of
        the latents, the wider half of them, and the thinner half. The last three again for the
        models without λ, whitened, under names that begin with `whitened_`.
    """
    models = SETTINGS["models"]
    collapsed = [model for model in models if model[1] == 0]
    whitened = _recorded(collapsed, whiten=True)
    return (
        _recorded(models)
        | {f"whitened_{name}": array for name, array in whitened.items()}
        | {name: np.array(SETTINGS[name]) for name in ("models", "variants", "seeds")}
    )


def model_row(
    latent_dim: int, covariance_weight: float, seed: int, whiten: bool = False
) -> dict[str, Any]:
    """Train one autoencoder, and the detectors on it.

    Parameters
    ----------
    latent_dim : int
        d.
    covariance_weight : float
        λ.
    seed : int
        Of the split and all training.
    whiten : bool
        Whether the detectors get the latents `whitened`.

    Returns
    -------
    dict
        `aurocs` (variants,), `condition_numbers` () and `gaussian_aurocs` (3,).
    """
    split = digits(seed)
    model = new_model(split, latent_dim, seed)
    train(model, split, covariance_weight, seed, tuple(TRAINED["epochs"]))
    model = whitened(model, Source(split.train)) if whiten else model
    shared = {"representation": model, "steps": SETTINGS["steps"], "random_state": seed}
    fits = fit_variants(split, SETTINGS["variants"], **shared)
    with torch.no_grad():
        latents = [model.encode(torch.from_numpy(x)).numpy() for x in (split.train, split.test)]
    distances = squares_along_directions(*latents)
    half = latent_dim // 2
    parts = (slice(None), slice(half), slice(half, None))
    return {
        "aurocs": [fit.auroc for fit in fits],
        "condition_numbers": condition_number(latent_covariance(model, held_out(split))),
        "gaussian_aurocs": [auroc(split.is_anomaly, distances[:, p].sum(1)) for p in parts],
    }


@torch.no_grad()
def whitened(model: Autoencoder, images: Source) -> Autoencoder:
    """Return a copy whose latents have the identity as covariance, and which rebuilds the same.

    Parameters
    ----------
    model : Autoencoder
        In evaluation mode; the covariance of its latents must not be singular.
    images : Source
        Whose latents have that covariance.
    """
    variances, directions = torch.linalg.eigh(latent_covariance(model, images))
    d = len(variances)
    with private_randomness(0):
        there, back = torch.nn.Linear(d, d, bias=False), torch.nn.Linear(d, d, bias=False)
    there.weight.copy_((directions / variances.sqrt()).T)
    back.weight.copy_(directions * variances.sqrt())
    model = copy.deepcopy(model)
    model.encoder = torch.nn.Sequential(model.encoder, there)
    model.decoder = torch.nn.Sequential(back, model.decoder)
    return model.eval()


def squares_along_directions(training: NDArray[Any], tested: NDArray[Any]) -> NDArray[np.float64]:
    """Return squared distances from the mean along each principal direction, in its own spread.

    Their sum is the squared Mahalanobis distance, twice -ln p_n up to a constant.

    Parameters
    ----------
    training, tested : array of shape (n, d)
        Latents that give mean and directions, and latents to be judged.

    Returns
    -------
    array of shape (n, d)
        Of those that are judged; the widest direction first.
    """
    directions = PrincipalComponents(training.shape[1], training.shape[1])
    directions.fit([torch.from_numpy(training)])
    return np.square(directions.encode(torch.from_numpy(tested)).numpy())


def _recorded(models: list[list[Any]], whiten: bool = False) -> dict[str, NDArray[Any]]:
    """Return what was measured of models, each array of shape (models, seeds, ...)."""
    rows = [(d, weight, seed, whiten) for seed in SETTINGS["seeds"] for d, weight in models]
    found = [_kept(*row) for row in tqdm(rows, desc="whitened" if whiten else "models")]
    shape = (len(SETTINGS["seeds"]), len(models))
    return {
        name: np.swapaxes(
            np.reshape([row[name] for row in found], (*shape, *found[0][name].shape)), 0, 1
        )
        for name in found[0]
    }


def _kept(*row: Any) -> dict[str, NDArray[Any]]:
    about = {name: SETTINGS[name] for name in ("variants", "steps", "autoencoder")} | {"row": row}
    return kept_row("conditioning", about, lambda: model_row(*row))
