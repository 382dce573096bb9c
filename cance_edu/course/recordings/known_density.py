"""T fitted to a known density in the plane, against noise of each width K (lesson 06).

The student sets K by hand and sees the fit at once: no training in the page.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils import parameters_to_vector
from tqdm.auto import tqdm

from cance_edu.course.noise.gaussian_mixture import EXAMPLE
from cance_edu.course.noise.known_errors import NOISE, errors
from cance_edu.method.nce import LogRatio, nce_loss
from cance_edu.method.noise import widen
from cance_edu.training.descent import Descent
from cance_edu.training.device import private_randomness

SETTINGS: dict[str, Any] = {
    "scales": [1.0, 1.25, 1.69, 2.5, 4.0, 6.0],
    "seeds": [0, 1, 2],
    "points": 2000,
    "batch_size": 256,
    "steps": 1500,
    "learning_rate": 0.01,
    "hidden": [32, 32],
}


def record() -> dict[str, NDArray[Any]]:
    """Fit T for each seed and each pair (K_1, K_2), and measure how wrong it is.

    Returns
    -------
    dict of str to array
        `weights` (seeds, K_1, K_2, parameters), float32, of T; `classifier_error`,
        `density_error` and `mass` (seeds, K_1, K_2) and `least_loss` (K_1, K_2), as in `Errors`.
    """
    seeds, scales = SETTINGS["seeds"], SETTINGS["scales"]
    shape = (len(seeds), len(scales), len(scales))
    rows = []
    for seed, first, second in tqdm([(s, i, j) for s in seeds for i in scales for j in scales]):
        network = fit([first, second], seed)
        weights = parameters_to_vector(network.parameters()).detach().numpy()
        rows.append((weights, errors(network.double(), torch.tensor([first, second]).double())))
    found = {
        name: np.array([getattr(error, name) for _, error in rows]).reshape(shape)
        for name in ("least_loss", "classifier", "density", "mass")
    }
    return {
        "weights": np.stack([weights for weights, _ in rows]).reshape(*shape, -1),
        "classifier_error": found["classifier"],
        "density_error": found["density"],
        "mass": found["mass"],
        "least_loss": found["least_loss"][0],
    }


def fit(scale: list[float], seed: int) -> LogRatio:
    """Return T after a fixed number of steps down Eq. 11, with K held.

    Parameters
    ----------
    scale : list of 2 floats
        K's diagonal.
    seed : int
        Of T's first weights, the data and the noise: the same data for every K.
    """
    n, batch_size = SETTINGS["points"], SETTINGS["batch_size"]
    generator = torch.Generator().manual_seed(seed)
    data = EXAMPLE.sample(n, generator)
    with private_randomness(seed):
        network = LogRatio(NOISE.mean, NOISE.standard_deviation, SETTINGS["hidden"])
    descent = Descent(network.parameters(), SETTINGS["learning_rate"], SETTINGS["steps"])
    for _ in range(SETTINGS["steps"]):
        z = data[torch.randint(n, (batch_size,), generator=generator)]
        v = widen(
            NOISE.sample(batch_size, generator),
            NOISE.mean,
            torch.tensor(scale, dtype=torch.float64),
        )
        on_data, on_noise = network(torch.cat([z, v])).split(batch_size)
        descent.step(nce_loss(on_data, on_noise))
    return network
