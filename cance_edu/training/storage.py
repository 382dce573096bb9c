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

from cance_edu.datasets.files import written_beside

__all__ = ["FORMAT", "load_model", "save_model"]

FORMAT = 2
"""Version of the file format; a file of another version is refused."""


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


def load_model(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save_model` wrote, onto the CPU.

    Parameters
    ----------
    path : str or Path
        The file, with or without `.safetensors`.

    Returns
    -------
    tensors, description : dict, dict
        As they were saved.

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
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(
            f"{path} is damaged or truncated ({error}); save the detector again"
        ) from error
    if not {"format", "description", "sha256"} <= metadata.keys():
        raise ValueError(f"{path} is a safetensors file, but not one that CANCE.save wrote")
    if metadata["format"] != str(FORMAT):
        raise ValueError(
            f"{path} has format {metadata['format']}; this version of cance_edu reads format "
            f"{FORMAT}: load it with the version that wrote it, or fit and save again"
        )
    if metadata["sha256"] != _checksum(tensors, metadata["description"]):
        raise ValueError(f"{path} was changed after it was saved (checksum); save it again")
    return tensors, json.loads(metadata["description"])


def _with_suffix(path: str | Path) -> Path:
    path = Path(path)
    return path if path.suffix == ".safetensors" else path.with_name(path.name + ".safetensors")


def _checksum(tensors: dict[str, Tensor], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {list(tensors[name].shape)}".encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()
