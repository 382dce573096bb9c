"""A system: a detector with its settings for each kind of data.

Detectors are named, not imported: results are read without torch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cance_edu.datasets import Split
    from cance_edu.detectors.base import Detector

__all__ = ["NO_SETTINGS", "Settings", "System"]

Settings = Mapping[str, Any]
"""Parameters by name."""

NO_SETTINGS: Settings = MappingProxyType({})
"""The detector's defaults."""

_DECIDE_NOTHING = ("random_state", "verbose", "device")
"""Parameters of detectors that are no settings: the seed is a result's own."""

_WRITTEN = (str, int, float, tuple, list, type(None))
"""What a setting in a result can be."""


@dataclass(frozen=True)
class System:
    """A detector with its settings.

    Attributes
    ----------
    name : str
        In results and on the command line.
    detector : str
        Where its class, or a function that returns one of it, is: "package.module:Name".
    settings : mapping
        Parameters, where they are not the detector's defaults.
    on : mapping of str to mapping
        Further ones on splits that have a tag; of several tags, the last one's count.
    random : bool
        Whether another seed gives other scores; if not, it is fitted once on a fixed split.
    after : str
        The system whose fitted `representation_` it is given; that one is fitted first.
    scales_images : bool
        Whether it standardises images itself, by its `image_scaling`; if not, it gets them
        standardised where the split asks for that.
    labels : int
        How many anomalies of the test part, drawn by the seed, it is shown as such; they leave it.
    """

    name: str
    detector: str
    settings: Settings = field(default_factory=dict)
    on: Mapping[str, Settings] = field(default_factory=dict)
    random: bool = True
    after: str = ""
    scales_images: bool = False
    labels: int = 0

    def settings_on(self, tags: Iterable[str]) -> dict[str, Any]:
        """Return the parameters on a split with these tags, where they are not the defaults."""
        tags = set(tags)
        found = dict(self.settings)
        for tag, settings in self.on.items():
            if tag in tags:
                found |= settings
        return found

    def make(self, split: "Split", seed: int, **given: Any) -> "Detector":
        """Return the detector for a split and a seed, not fitted; this imports it."""
        module, _, name = self.detector.partition(":")
        kind = getattr(import_module(module), name)
        detector: Detector = kind(**self.settings_on(split.tags), **given, random_state=seed)
        return detector

    def resolved(self, split: "Split") -> dict[str, Any]:
        """Return every setting that decides a result on a split, with what "auto" stands for.

        Defaults are among them, for a default may change between two versions.
        """
        detector = self.make(split, 0)
        if hasattr(detector, "resolved_params"):
            found = detector.resolved_params(split.train)
        else:
            known = detector.get_params(deep=False) if hasattr(detector, "get_params") else {}
            found = self.settings_on(split.tags) | known
        # An estimator of scikit-learn that is a parameter is made by the settings.
        written = {
            name: value
            for name, value in found.items()
            if name not in _DECIDE_NOTHING and isinstance(value, _WRITTEN)
        }
        return written | ({"labels": self.labels} if self.labels else {})
