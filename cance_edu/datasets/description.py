"""How a data set is described, and where data sets are kept."""

import os
from dataclasses import dataclass
from pathlib import Path

from cance_edu.files import PROJECT

__all__ = ["DataSet", "Remote", "data_root"]


@dataclass(frozen=True)
class Remote:
    """A file to download.

    Attributes
    ----------
    url : str
        Where it is.
    target : str
        Where its content goes, below the data root: a file, or the folder to unpack into.
    checksum : str
        "md5:..." or "sha256:...", of what the address delivers; a beginning of it will do.
    packed : {"", "gz", "zip", "tar"}
        What has to be unpacked; an archive's own top folder is named like the target.
    """

    url: str
    target: str
    checksum: str
    packed: str = ""


@dataclass(frozen=True)
class DataSet:
    """What `cance-edu data` says of a data set.

    Attributes
    ----------
    name, size, licence, source : str
        In words; the source with the beginning of the checksum.
    files : tuple of str
        What must lie under the data root; none if it comes with a package.
    instead : tuple of str
        Files or folders of which any one does as well.
    remotes : tuple of Remote
        What `download` fetches.
    """

    name: str
    size: str
    licence: str
    source: str
    files: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    remotes: tuple[Remote, ...] = ()

    def complete(self, root: Path) -> bool:
        """Return whether every file is there."""
        return all((root / file).is_file() for file in self.files)

    def present(self, root: Path) -> bool:
        """Return whether every file is there, or one of those that do instead."""
        return self.complete(root) or any((root / path).exists() for path in self.instead)


def data_root() -> Path:
    """Return where data sets are kept: CANCE_EDU_DATA, or the project's `data/` folder."""
    return Path(os.environ.get("CANCE_EDU_DATA") or PROJECT / "data").expanduser()
