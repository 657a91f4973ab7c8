"""Load threshold matrices: shipped ones by name, others from .npy files."""

import functools
import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.files.npy import read_npy, write_npy
from dither.matrix.threshold_matrix import ThresholdMatrix, as_channels

DEFAULT_MATRIX = "blue-64x64"

_REINSTALL = "install bluenoise-dither again"


def load_matrix(name: str | Path = DEFAULT_MATRIX) -> ThresholdMatrix:
    """Load a shipped matrix by name, or any matrix from a .npy file.

    Args:
        name: a name from `shipped_matrices`, or a path ending in .npy.

    Raises:
        InputError: there is no such name or file, the file does not hold the ranks of one matrix, or a
            shipped file was changed.

    Example:
        >>> load_matrix("blue-64x64").shape
        (64, 64)
    """
    first, *others = load_channels(name)
    if others:
        raise InputError(f"{name} holds {1 + len(others)} channels; one matrix is needed here")
    return first


def load_channels(name: str | Path = DEFAULT_MATRIX) -> tuple[ThresholdMatrix, ...]:
    """Load the matrix of each channel: one for all channels, or one per channel of the file.

    Args:
        name: as in `load_matrix`. A file of floats holds (H, W, C) thresholds in 0..1, C from 2 to 4.

    Raises:
        InputError: there is no such name or file, or the file holds neither ranks nor thresholds.

    Example:
        >>> [matrix.shape for matrix in load_channels("blue-64x64")]
        [(64, 64)]
    """
    if Path(name).suffix == ".npy":
        return _read_channels(Path(name))
    if str(name) not in shipped_matrices():
        raise InputError(
            f"no matrix is named {str(name)!r}; give a .npy file or one of: "
            f"{', '.join(shipped_matrices())}"
        )
    return _shipped_channels(str(name))


@functools.lru_cache(maxsize=4)
def _shipped_channels(name: str) -> tuple[ThresholdMatrix, ...]:
    entry = shipped_matrices()[name]
    path = _folder() / entry["file"]
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; {_REINSTALL}") from error
    if digest != entry["sha256"]:
        raise InputError(
            f"{path} is damaged: it differs from the shipped matrix {name}; {_REINSTALL}"
        )
    return _read_channels(path)


def _read_channels(path: Path) -> tuple[ThresholdMatrix, ...]:
    array = read_npy(path)
    try:
        if np.issubdtype(array.dtype, np.integer):
            return (ThresholdMatrix(array),)
        return as_channels(array)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def save_matrix(path: str | Path, matrix: ThresholdMatrix) -> None:
    """Write the ranks atomically as .npy: uint16 or uint32, little-endian, C order.

    Raises:
        InputError: the file cannot be written.
    """
    write_npy(path, matrix.ranks)


@functools.cache
def shipped_matrices() -> dict[str, dict[str, Any]]:
    """Return the manifest of the shipped matrices: name to file, shape, dtype, sha256, seed and scores.

    Raises:
        InputError: the manifest is missing or damaged.

    Example:
        >>> "blue-64x64" in shipped_matrices()
        True
    """
    path = _folder() / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if all({"file", "sha256"} <= entry.keys() for entry in manifest.values()):
            return manifest
    except (OSError, ValueError, AttributeError):
        pass
    raise InputError(f"{path} is missing or damaged; {_REINSTALL}")


def _folder() -> Path:
    """Return the folder of shipped matrices: inside an installed package, beside it in a checkout."""
    package = Path(str(resources.files("dither")))
    inside = package / "matrices"
    return inside if inside.is_dir() else package.parent / "matrices"
