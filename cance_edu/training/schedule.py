"""How long and how fast to train: what the detector's "auto" stands for, in one place.

T's steps and rates were chosen by the NCE loss of held-out normal data; on few inputs 1,500 steps
overfit (`tests/benchmarks/results/contrast_steps.md`). The epochs follow prototypes that were
compared by AUROC, hence by anomalies; held-out normal digits ask for more
(`tests/benchmarks/results/settings.md`).
"""

from dataclasses import dataclass

__all__ = ["Schedule", "schedule_for"]


@dataclass(frozen=True)
class Schedule:
    """The lengths and rates of a training.

    Attributes
    ----------
    epochs : (int, int)
        Of the autoencoder's two stages.
    batch_size : int
        Inputs a step of the autoencoder.
    steps : int
        Of the noise contrast.
    learning_rate : float
        Peak rate for T's weights.
    """

    epochs: tuple[int, int]
    batch_size: int
    steps: int
    learning_rate: float


# Few inputs make few steps an epoch: more epochs and smaller batches make up for it.
FEW = Schedule(epochs=(60, 15), batch_size=32, steps=500, learning_rate=2e-3)
MANY = Schedule(epochs=(20, 5), batch_size=128, steps=1000, learning_rate=1e-2)


def schedule_for(n: int) -> Schedule:
    """Return the schedule for a number of training inputs: another one below 1,000.

    Parameters
    ----------
    n : int
        Inputs, without those held out.
    """
    return FEW if n < 1000 else MANY
