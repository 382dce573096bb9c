"""One optimiser for every network of the course: AdamW under a one-cycle learning rate."""

import math
from collections.abc import Iterable

from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm.auto import tqdm

__all__ = ["Descent"]


class Descent:
    """AdamW (Sec. 3.5) whose rate rises to a peak and then falls to zero.

    Parameters
    ----------
    parameters : iterable of tensor
        What is trained.
    peak_rate : float
        The largest learning rate.
    steps : int
        How many steps will be taken.
    description : str
        What the progress bar says.
    verbose : bool
        Whether there is a progress bar.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        peak_rate: float,
        steps: int,
        description: str = "training",
        verbose: bool = False,
    ) -> None:
        self.optimizer = AdamW(list(parameters), lr=peak_rate, fused=True)
        self.schedule = OneCycleLR(self.optimizer, peak_rate, total_steps=max(steps, 1))
        self.bar = tqdm(total=steps, desc=description, disable=not verbose)

    def step(self, loss: Tensor) -> float:
        """Take one step down the loss; return the loss's value before it.

        Raises
        ------
        FloatingPointError
            If the loss is not finite: going on would only spread it into every weight.
        """
        value = loss.item()
        if not math.isfinite(value):
            raise FloatingPointError(
                f"the training loss became {value}; lower the learning rate, or look for extreme "
                "values in the data"
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        self.bar.set_postfix(loss=f"{value:.3g}", refresh=False)
        self.bar.update()
        if self.bar.n == self.bar.total:
            self.bar.close()
        return value
