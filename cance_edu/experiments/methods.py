"""Who takes part in the experiments: a further system joins by one function and one line.

A method fits one split with one seed and gives scores; where several share a training, as the
variants of Sec. 4.2 share an autoencoder, it gives the scores of each.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from cance_edu.detector import CANCE, VARIANTS
from cance_edu.experiments.tasks import Task
from cance_edu.experiments.variants import Split, fit_variants

__all__ = ["METHODS", "Method"]

_NOT_SETTINGS = ("variant", "random_state", "verbose", "device")


@dataclass(frozen=True)
class Method:
    """A family of systems that are trained together.

    Attributes
    ----------
    name : str
        In messages.
    systems : tuple of str
        What it gives scores of, in this order.
    settings : callable of Task
        Returns all that decides its results beside the data and the seed.
    fit : callable of split, settings and seed
        Yields a system's name and its scores of the test part, higher is more anomalous.
    """

    name: str
    systems: tuple[str, ...]
    settings: Callable[[Task], dict[str, Any]]
    fit: Callable[[Split, Mapping[str, Any], int], Iterator[tuple[str, NDArray[Any]]]]


def _cance_settings(task: Task) -> dict[str, Any]:
    """Return every parameter, defaults too: a default may change between two versions."""
    parameters = CANCE(**task.parameters).get_params(deep=False)
    return {name: value for name, value in parameters.items() if name not in _NOT_SETTINGS}


def _fit_cance(
    split: Split, settings: Mapping[str, Any], seed: int
) -> Iterator[tuple[str, NDArray[Any]]]:
    for result in fit_variants(split, **settings, random_state=seed):
        yield result.variant, result.scores


METHODS = (Method("cance", VARIANTS, _cance_settings, _fit_cance),)
"""All methods."""
