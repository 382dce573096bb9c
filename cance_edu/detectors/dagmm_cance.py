"""DAGMM-CANCE: the features of a trained DAGMM, and CANCE's density of them (App. D)."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from numpy.typing import NDArray
from torch import Tensor

from cance_edu.detectors.cance import CANCE
from cance_edu.detectors.dagmm import DAGMM
from cance_edu.training.sources import Source

__all__ = ["DAGMMCANCE"]


@dataclass(kw_only=True, eq=False, repr=False)
class DAGMMCANCE(DAGMM):
    """CANCE's density of the features that a DAGMM has learned (App. D, last row of Table 8).

    Parameters
    ----------
    steps : int or "auto"
        Of the noise contrast, as `CANCE` has them.

    Attributes
    ----------
    density_ : CANCE
        Fitted on the DAGMM's autoencoder, otherwise with its own defaults.
    """

    steps: int | Literal["auto"] = "auto"

    def _check_parameters(self) -> None:
        super()._check_parameters()
        CANCE(steps=self.steps)._check_parameters()

    def resolved_params(self, X: Any) -> dict[str, Any]:
        """Return the parameters, with what "auto" stands for on some inputs, as `CANCE` does."""
        steps = CANCE(steps=self.steps).resolved_params(X)["steps"]
        return self.get_params(deep=False) | {"steps": steps}

    def _learn(self, source: Source, labels: Tensor, generator: torch.Generator) -> NDArray[Any]:
        super()._learn(source, labels, generator)
        self.density_ = CANCE(
            representation=self.network_.autoencoder,
            column_scaling=self.column_scaling,
            steps=self.steps,
            device=self.device,
            random_state=int(torch.randint(2**31, (1,), generator=generator)),
        ).fit(source.data)
        return self._score(source)

    def _score(self, source: Source) -> NDArray[Any]:
        if not hasattr(self, "density_"):
            return super()._score(source)
        return self.density_.anomaly_score(source.data)
