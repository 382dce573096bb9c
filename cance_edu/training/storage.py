"""A fitted detector in one file: tensors by safetensors, everything else as JSON in its header.

No pickle: loading a file runs no code. The file is written beside its place and renamed, so a
killed save leaves the old file as it was; a checksum over everything tells when it was changed.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from cance_edu.files import written_beside

__all__ = ["FORMAT", "load_model", "save_model"]

FORMAT = 3
"""Version of the file format that is written."""

READ = (2, 3)
"""Versions that are read; whoever asks for a file makes of an older one what it needs."""


def save_model(path: str | Path, tensors: dict[str, Tensor], description: dict[str, Any]) -> Path:
    """Write tensors and a JSON-able description to one file; `.safetensors` is added if missing.

    Parameters
    ----------
    path : str or Path
        Where to; the folder is made if need be.
    tensors : dict of str to tensor
        On any device; stored from main memory.
    description : dict
        What JSON can hold, and NumPy scalars or arrays, which become numbers and lists.

    Returns
    -------
    Path
        The file.
    """
    path = _with_suffix(path)
    tensors = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
    text = json.dumps(description, sort_keys=True, default=lambda value: value.tolist())
    metadata = {
        "format": str(FORMAT),
        "description": text,
        "sha256": _checksum(tensors, text),
    }
    with written_beside(path) as beside:
        save_file(tensors, beside, metadata)
    return path


def load_model(path: str | Path) -> tuple[int, dict[str, Tensor], dict[str, Any]]:
    """Read what `save_model` wrote, into main memory.

    Parameters
    ----------
    path : str or Path
        The file, with or without `.safetensors`.

    Returns
    -------
    version, tensors, description : int, dict, dict
        The file's format, and both as they were saved.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is truncated, was changed, or is of another kind or version.
    """
    path = _with_suffix(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no model file {path}; save one by detector.save(path)")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            # Copied to where torch puts its own: products of tensors elsewhere round otherwise.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(
            f"{path} is damaged or truncated ({error}); save the detector again"
        ) from error
    if not {"format", "description", "sha256"} <= metadata.keys():
        raise ValueError(f"{path} is a safetensors file, but not one that CANCE.save wrote")
    if metadata["format"] not in map(str, READ):
        raise ValueError(
            f"{path} has format {metadata['format']}, {_writer(metadata['description'])}; this "
            f"version of cance_edu reads the formats {', '.join(map(str, READ))}: load it with the "
            "version that wrote it, or fit and save again"
        )
    if metadata["sha256"] != _checksum(tensors, metadata["description"]):
        raise ValueError(f"{path} was changed after it was saved (checksum); save it again")
    return int(metadata["format"]), tensors, json.loads(metadata["description"])


def _writer(description: str) -> str:
    """Say which version wrote a file whose format is not known here."""
    try:
        return f"written by cance_edu {json.loads(description)['made_with']['cance-edu']}"
    except (ValueError, KeyError, TypeError):
        return "written by a version that it does not name"


def _with_suffix(path: str | Path) -> Path:
    path = Path(path)
    return path if path.suffix == ".safetensors" else path.with_name(path.name + ".safetensors")


def _checksum(tensors: dict[str, Tensor], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {list(tensors[name].shape)}".encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()
