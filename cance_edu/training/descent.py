"""One optimiser for the autoencoder and for T: AdamW under a one-cycle learning rate."""

from collections.abc import Iterable
from inspect import unwrap
from types import TracebackType
from typing import Self

import torch
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm.auto import tqdm

__all__ = ["Descent", "EagerAdamW"]

LOOK_EVERY = 20
"""After how many steps the losses are looked at: each look waits for the device."""


class EagerAdamW(AdamW):
    """AdamW without its guards for torch's compiler, whose import takes 1.4 s and 160 MiB."""

    add_param_group = unwrap(AdamW.add_param_group)
    zero_grad = unwrap(AdamW.zero_grad)
    step = torch.no_grad()(unwrap(AdamW.step))


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
        Whether there is a progress bar. `with` closes it, whatever happens inside.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        peak_rate: float,
        steps: int,
        description: str = "training",
        verbose: bool = False,
    ) -> None:
        self.optimizer = EagerAdamW(list(parameters), lr=peak_rate, fused=True)
        # A cycle of one step would have its last rate alone, a 250,000th of the peak.
        self.schedule = OneCycleLR(self.optimizer, peak_rate, total_steps=max(steps, 2))
        self.bar = tqdm(total=steps, desc=description, disable=not verbose)
        self.steps, self.taken = steps, 0
        self._losses: list[Tensor] = []

    def step(self, loss: Tensor) -> Tensor:
        """Take one step down the loss; return its value before the step, without a gradient.

        Raises
        ------
        FloatingPointError
            If this loss, or one of the steps since the last look, is not finite: going on would
            only spread it into every weight.
        """
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        self.taken += 1
        self._losses.append(loss.detach())
        if self.taken % LOOK_EVERY == 0 or self.taken == self.steps:
            self._look()
        return loss.detach()

    def _look(self) -> None:
        losses = torch.stack(self._losses).cpu().tolist()
        self._losses.clear()
        self.bar.set_postfix(loss=f"{losses[-1]:.3g}", refresh=False)
        self.bar.update(len(losses))
        wrong = [loss for loss in losses if not abs(loss) < float("inf")]
        if wrong:
            raise FloatingPointError(
                f"the training loss became {wrong[0]}: look for extreme values in the data, or "
                "columns in units that differ by many powers of ten; where you chose the learning "
                "rate yourself, lower it"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.bar.close()
