"""What fitted detectors recorded while they learned their noise (Sec. 3.4 and 3.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from cance_edu.detectors.cance import CANCE
from cance_edu.method.nce import LogRatio, anomaly_score
from cance_edu.method.noise import GaussianNoise

__all__ = ["NoiseRun", "log_density", "noise_run", "noise_runs"]


@dataclass(frozen=True)
class NoiseRun:
    """What a fitted detector recorded at r steps of the noise contrast.

    Attributes
    ----------
    objective : str
        What K minimised: "eq8", "eq12", "naive" or "fixed".
    initial_scale : float
        K at step 0, the same in all D coordinates.
    coordinates : tuple of str
        Names of the D composite coordinates.
    noise : GaussianNoise
        N(μ, Σ), on the CPU.
    noise_ratio : float
        ν.
    step, loss, held_out_loss, mass : array of shape (r,)
        Eq. 11 on the step's batch and on held-out data; the integral of exp(-S).
    scale : array of shape (r, D)
        K's diagonal.
    weights : list of dict
        T's weights at each recorded step.
    """

    objective: str
    initial_scale: float
    coordinates: tuple[str, ...]
    noise: GaussianNoise
    noise_ratio: float
    step: NDArray[np.int64]
    loss: NDArray[np.float64]
    held_out_loss: NDArray[np.float64]
    mass: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: list[dict[str, Tensor]] = field(repr=False)

    @property
    def volume_ratio(self) -> NDArray[np.float64]:
        """Det K at each recorded step: the noise's volume over that of N(μ, Σ)."""
        return self.scale.prod(axis=1)


def noise_run(detector: CANCE) -> NoiseRun:
    """Return what a detector recorded while it learned the noise.

    Parameters
    ----------
    detector : CANCE
        Fitted in this session: files keep K's history, but not T's.

    Raises
    ------
    NotFittedError, ValueError
        If it is not fitted, or recorded no weights of T.
    """
    check_is_fitted(detector)
    history = detector.history_
    if not history.weights:
        raise ValueError(
            "the detector's history has no weights of T: variant 'error' trains no T, and a "
            "detector that was loaded from a file keeps only the last; expected one fitted here"
        )
    noise = detector.noise_
    latents = [f"latent {j + 1}" for j in range(detector.representation_.latent_dim)]
    errors = ["reconstruction error", "cosine dissimilarity"]
    return NoiseRun(
        objective=detector.noise_objective,
        initial_scale=detector.initial_scale,
        coordinates=tuple(latents if detector.variant_ == "latnce" else latents + errors),
        noise=GaussianNoise(noise.mean.cpu(), noise.covariance.cpu()),
        noise_ratio=detector.noise_ratio_,
        step=np.array(history.step),
        loss=np.array(history.loss),
        held_out_loss=np.array(history.held_out_loss),
        mass=np.array(history.mass),
        scale=torch.stack(history.scale).numpy(),
        weights=history.weights,
    )


def noise_runs(detectors: Mapping[str, CANCE]) -> dict[str, NoiseRun]:
    """Return the runs of several detectors that can be compared, by their labels.

    Parameters
    ----------
    detectors : mapping of str to CANCE
        With one representation, so that their composite features are the same.

    Raises
    ------
    ValueError
        If their representations, coordinates or recorded steps differ.
    """
    runs = {label: noise_run(detector) for label, detector in detectors.items()}
    if not runs:
        raise ValueError("got no detectors; expected at least 1")
    (first, run), *others = runs.items()
    for label, other in others:
        if not _same_weights(detectors[first], detectors[label]):
            raise ValueError(
                f"detectors {first!r} and {label!r} have different representations; fit the second "
                "with representation=first.representation_"
            )
        if other.coordinates != run.coordinates:
            raise ValueError(f"detectors {first!r} and {label!r} have different coordinates")
        if not np.array_equal(other.step, run.step):
            raise ValueError(
                f"detectors {first!r} and {label!r} recorded different steps; fit both with the "
                "same number of steps"
            )
    return runs


def _same_weights(one: CANCE, other: CANCE) -> bool:
    mine, theirs = (detector.representation_.state_dict() for detector in (one, other))
    return mine.keys() == theirs.keys() and all(
        torch.equal(mine[name].cpu(), theirs[name].cpu()) for name in mine
    )


@torch.no_grad()
def log_density(run: NoiseRun, z: Tensor, record: int = -1) -> NDArray[np.float64]:
    """Return ln p(z) = -S(z) as T and K were at a recorded step (Eq. 6).

    Parameters
    ----------
    run : NoiseRun
        What was recorded.
    z : tensor of shape (n, D)
        Composite features, float64.
    record : int
        Index of the recorded step.

    Returns
    -------
    array of shape (n,)
        In nats. T is taken as it was: the score of a fitted detector takes T from the record of
        the last fifth with the least held-out loss.
    """
    noise = run.noise
    network = LogRatio.from_weights(run.weights[record]).double()
    noise_log_prob = noise.log_prob(z, torch.as_tensor(run.scale[record]))
    score = anomaly_score(network(z), noise_log_prob, run.noise_ratio)
    return -score.numpy()
