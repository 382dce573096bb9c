"""What all detectors but CANCE have in common, written once.

A detector says how it learns and how it scores; parameters and inputs are looked at here, columns
are scaled, and the threshold is set.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from cance_edu.detectors.base import Detector
from cance_edu.detectors.inputs import fitting_source, scoring_source
from cance_edu.detectors.parameters import check_number, check_widths
from cance_edu.training.device import private_randomness, reproducible
from cance_edu.training.scaling import Scaling, scaling_of_columns
from cance_edu.training.sources import Source

__all__ = ["Skeleton"]


@dataclass(kw_only=True, eq=False, repr=False)
class Skeleton(Detector):
    """A detector whose parameters, inputs and threshold are looked after here.

    Parameters
    ----------
    column_scaling : {"standardized", "given"}
        Each column of a table with mean 0 and deviation 1, or as it is.
    contamination : float
        Share of the training data that `predict` calls anomalous, in (0, 0.5].
    device : str
        Where a network is trained and scores: "cpu", "cuda", or "auto", which is what the variable
        CANCE_EDU_DEVICE says or, where it says nothing, for images a GPU if there is one.
    random_state : int, RandomState or None
        The same integer gives the same scores.
    """

    column_scaling: Literal["standardized", "given"] = "standardized"
    contamination: float = 0.1
    device: str = "auto"
    random_state: Any = None

    deterministic: ClassVar[bool] = False
    """Whether another seed gives the same scores."""

    has_network: ClassVar[bool] = False
    """Whether it trains a network; all else is computed in main memory, whatever the device."""

    lowest: ClassVar[dict[str, float]] = {}
    """Of each number among the parameters the least; an int where it must be whole.

    One whose default is None may be None.
    """

    sequences: ClassVar[dict[str, int]] = {}
    """Of each parameter that holds the widths of layers how many there must be."""

    choices: ClassVar[dict[str, tuple[str, ...]]] = {"column_scaling": ("standardized", "given")}
    """Of each parameter that is a word what it may be."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from normal data.

        Parameters
        ----------
        X : array, memmap, tensor, DataFrame or torch Dataset
            Images (n, channels, height, width) or (n, height, width), of 8 bits or in [0, 1], or a
            table (n, features).
        y : array of int of shape (n,), optional
            1 normal, -1 anomaly, 0 unknown; ignored by all but Deep SAD.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data are not as documented, before any training.
        FloatingPointError
            If a loss is not finite.
        """
        self._begin_fit()
        source = fitting_source(self, X, self.has_network)
        if len(source) < self._fewest():
            raise ValueError(
                f"got {len(source)} inputs (n_samples = {len(source)}); {type(self).__name__} with "
                f"these parameters needs at least {self._fewest()}: pass more"
            )
        self.scaling_ = self._find_scaling(source)
        labels = self._check_labels(y, len(source))
        with private_randomness(self.random_state) as generator, reproducible(self.device_):
            self._set_offset(self._learn(source, labels, generator))
        return self

    def anomaly_score(self, X: Any) -> NDArray[np.float64]:
        """Return a score for each input, shape (n,); higher is more anomalous.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        ValueError, TypeError
            If the inputs are not like those of `fit`.
        """
        check_is_fitted(self)
        source = scoring_source(self, X)
        with reproducible(self.device_):
            return self._score(source)

    @abstractmethod
    def _learn(
        self, source: Source, labels: Tensor, generator: torch.Generator
    ) -> NDArray[np.float64]:
        """Learn; return the training inputs' scores, from which the threshold is read."""

    @abstractmethod
    def _score(self, source: Source) -> NDArray[np.float64]:
        """Return the scores of inputs that were looked at."""

    def _fewest(self) -> int:
        """Return how many inputs there must be to learn from."""
        return 2

    def _find_scaling(self, source: Source) -> Callable[[Tensor], Tensor]:
        """Return how inputs are scaled: images not at all, columns by mean and deviation."""
        if source.images:
            return Scaling()
        # Asked for in any case: it refuses rows that are all the same.
        scaling = scaling_of_columns(source)
        return Scaling() if self.column_scaling == "given" else scaling.to(self.device_)

    def _rows(self, source: Source) -> NDArray[Any]:
        """Return all inputs as rows of numbers, scaled: images as rows of pixels."""
        batches = [self.scaling_(batch).flatten(1) for batch in source.batches()]
        return torch.cat(batches).numpy()

    def _check_labels(self, y: Any, n: int) -> Tensor:
        """Return a label for each input; 0 where nothing is known, or nothing is asked."""
        return torch.zeros(n, dtype=torch.long)

    def _check_parameters(self) -> None:
        for name, words in self.choices.items():
            if getattr(self, name) not in words:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; expected one of "
                    + ", ".join(map(repr, words))
                )
        for name, low in self.lowest.items():
            optional = getattr(type(self), name) is None
            check_number(name, getattr(self, name), low, or_none=optional)
        for name, fewest in self.sequences.items():
            check_widths(name, getattr(self, name), fewest)
        super()._check_parameters()

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
