"""cance_edu: anomaly detection with composite features and noise contrastive estimation.

Everything public is imported when it is first used, so that `import cance_edu` is quick.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cance_edu.detectors.cance import CANCE

__version__ = "0.2.0"

# Small networks on few cores: threads that wait by spinning take the time from those that work.
# Read by OpenMP when torch is first imported; a value that you set yourself stays.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

__all__ = ["CANCE", "__version__"]

_HOMES = {"CANCE": "cance_edu.detectors.cance"}


def __dir__() -> list[str]:
    """Return what TAB shows, imported or not."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cance_edu' has no attribute {name!r}")
