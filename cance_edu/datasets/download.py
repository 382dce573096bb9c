"""Downloads: a cut connection goes on where it was, and nothing takes its place unverified."""

import gzip
import hashlib
import shutil
import tarfile
import tempfile
import zipfile
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from cance_edu.datasets.catalogue import described
from cance_edu.datasets.description import Remote, data_root
from cance_edu.files import written_beside

__all__ = ["RECORD", "download", "fetch", "file_digest"]

TRIES = 3
TIMEOUT = 60
BLOCK = 1 << 18
RECORD = "checksums.sha256"
"""Written into a folder that was unpacked from a verified archive; `sha256sum -c` reads it."""


def download(name: str, root: Path | None = None) -> Path:
    """Download a data set, check it, and only then put it in its place.

    Parameters
    ----------
    name : str
        One of `DATASETS`; the digits need no download.
    root : Path, optional
        Data root; `data_root()` unless told.

    Returns
    -------
    Path
        The data root.

    Raises
    ------
    ValueError
        If there is no such data set.
    ConnectionError
        If the download failed, or its checksum is wrong; the message says how to go on.
    """
    from filelock import FileLock

    root = data_root() if root is None else root
    data_set = described(name)
    if data_set.complete(root):
        return root
    root.mkdir(parents=True, exist_ok=True)
    # In a shared folder a whole class begins at once: one downloads, the others wait for it.
    with FileLock(root / f".{name}.lock"):
        if data_set.complete(root):
            return root
        for remote in data_set.remotes:
            if not (root / remote.target).is_file():
                fetch(remote, root)
    return root


def fetch(remote: Remote, root: Path) -> None:
    """Download one file, verify it and unpack it.

    What came before a connection was cut stays beside the target, and is not asked for again.

    Parameters
    ----------
    remote : Remote
        The file.
    root : Path
        Data root.

    Raises
    ------
    ConnectionError
        If the server cannot be reached, cuts the connection three times, or sends something
        whose checksum is wrong; that is deleted.
    """
    target = root / remote.target
    part = target.with_name(f".{Path(remote.url).name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        _receive(remote.url, part)
        _verify(part, remote.checksum)
        _unpack(part, target, remote.packed)
    except (OSError, HTTPException, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        kept = "what came is kept, and the next try goes on from there" if part.exists() else ""
        by_hand = "unpack it there as" if remote.packed else "put it there as"
        raise ConnectionError(
            f"downloading {remote.url} failed ({error}); {kept or 'nothing was kept'}. Try again, "
            f"or fetch it on another machine and {by_hand} {target}, or go on offline with the "
            "digits, which need no download"
        ) from error
    part.unlink()


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """Return a file's checksum in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _receive(url: str, part: Path) -> None:
    """Bring a file to its whole length, in at most `TRIES` connections."""
    for remaining in reversed(range(TRIES)):
        try:
            _append(url, part)
            return
        except HTTPError as error:
            error.close()
            if error.code == 416:  # nothing is left to send: the checksum says if that is right
                return
            raise
        except (OSError, HTTPException):
            if not remaining:
                raise


def _append(url: str, part: Path) -> None:
    """Ask for what is missing, and write what comes behind what is there."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with urlopen(Request(url, headers=headers), timeout=TIMEOUT) as answer:
        # A server that knows no ranges answers 200 and sends the whole file.
        goes_on = answer.status == 206
        if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            part.unlink()
            sent = answer.headers.get("Content-Range", "a part without its Content-Range")
            raise ConnectionError(f"the server sent {sent}")
        _copy(answer, part, "ab" if goes_on else "wb")


def _copy(answer: HTTPResponse, part: Path, mode: str) -> None:
    from tqdm import tqdm

    length = answer.headers["Content-Length"]
    expected = int(length) if length else None
    # Without a terminal there is no bar.
    with (
        part.open(mode) as file,
        tqdm(total=expected, unit="B", unit_scale=True, desc=part.name[1:-5], disable=None) as bar,
    ):
        got = 0
        while block := answer.read(BLOCK):
            got += file.write(block)
            bar.update(len(block))
    if expected is not None and got < expected:
        raise ConnectionError(f"the connection was cut after {got} of {expected} bytes")


def _verify(part: Path, checksum: str) -> None:
    algorithm, expected = checksum.split(":")
    found = file_digest(part, algorithm)
    if not found.startswith(expected):
        part.unlink()
        raise ConnectionError(f"its {algorithm} is {found}, expected {expected}")


def _unpack(part: Path, target: Path, packed: str) -> None:
    """Put the content in its place, each file beside it first and then renamed."""
    if packed in ("zip", "tar"):
        with tempfile.TemporaryDirectory(prefix=".unpack-", dir=target.parent) as folder:
            _extract(part, Path(folder), packed)
            _move(Path(folder) / target.name, target)
        return
    opened = gzip.open if packed == "gz" else open
    with written_beside(target) as beside, opened(part, "rb") as source, beside.open("wb") as file:
        shutil.copyfileobj(source, file)


def _extract(archive: Path, folder: Path, packed: str) -> None:
    if packed == "zip":
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
    else:
        with tarfile.open(archive) as opened:
            # Debian 12's Python 3.11.2 has no filters; what is opened here has its checksum.
            if hasattr(tarfile, "data_filter"):
                opened.extractall(folder, filter="data")
            else:
                opened.extractall(folder)


def _move(unpacked: Path, target: Path) -> None:
    files = sorted(path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file())
    if not files:
        raise OSError(f"the archive has no folder {target.name}")
    record = "".join(f"{file_digest(unpacked / f)}  {f.as_posix()}\n" for f in files)
    # Before the files: killed between the two, it would be missing for good.
    with written_beside(target / RECORD) as beside:
        beside.write_text(record, encoding="utf-8")
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / file).replace(target / file)
