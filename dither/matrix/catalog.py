"""Load threshold matrices: shipped and classical ones by name, others from .npy files and textures."""

import functools
import hashlib
import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from dither.errors import InputError
from dither.files.npy import read_npy, write_npy
from dither.matrix.arrays import matrices_of
from dither.matrix.named import CLASSICAL, classical_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.suggestions import did_you_mean

DEFAULT_MATRIX = "blue-64x64"

# As `TEXTURE_ENDINGS` of `dither.matrix.textures`, whose import takes time; a test compares them.
_TEXTURE_ENDINGS = (".png", ".tif", ".tiff", ".bmp", ".gif", ".pgm", ".ppm", ".pnm")
_REINSTALL = "install bluenoise-dither again"


def load_matrix(name: str | Path = DEFAULT_MATRIX) -> ThresholdMatrix:
    """Load a matrix by name, or any matrix from a .npy file or a texture.

    Args:
        name: a name from `shipped_matrices`; a classical name such as bayer-8x8, clustered-dot-45 or
            white (`dither.matrix.named`); or a path. A file is taken by the order of its values: a
            .npy of integers or floats, or a texture of 8 or 16 bits (.png, .tif, ...), of which the
            first channel counts.

    Raises:
        InputError: there is no such name or file, the file does not hold one matrix, or a shipped file
            was changed.

    Example:
        >>> load_matrix("blue-64x64").shape, load_matrix("bayer-8x8").shape
        ((64, 64), (8, 8))
    """
    first, *others = load_channels(name)
    if others:
        raise InputError(f"{name} holds {1 + len(others)} channels; one matrix is needed here")
    return first


def load_channels(
    name: str | Path = DEFAULT_MATRIX, *, also: Iterable[str] = ()
) -> tuple[ThresholdMatrix, ...]:
    """Load the matrix of each channel: one for all channels, or one per channel of the file.

    Args:
        name: as in `load_matrix`. A .npy file of channels holds (H, W, C), C from 2 to 4.
        also: names of other things that the caller takes, for the message about an unknown name.

    Raises:
        InputError: there is no such name or file, or the file holds no values that can be ordered.

    Example:
        >>> [matrix.shape for matrix in load_channels("blue-64x64")]
        [(64, 64)]
    """
    ending = Path(name).suffix.lower()
    if ending == ".npy" or ending in _TEXTURE_ENDINGS:
        return _read_channels(Path(name))
    if str(name) in shipped_matrices():
        return _shipped_channels(str(name))
    if str(name) in shipped_textures():
        raise InputError(
            f"{name} is a noise texture for renderers, not a matrix; bluenoise export writes it"
        )
    made = classical_matrix(str(name))
    if made is None:
        names = matrix_names()
        advice = f"give a .npy file, a .png or .tif texture, or one of: {', '.join(names)}"
        raise InputError(
            f"no matrix is named {str(name)[:80]!r}; "
            f"{did_you_mean(str(name)[:80], [*names, *also], advice)}"
        )
    return (made,)


def matrix_names() -> list[str]:
    """Return the names that `load_matrix` lists: the shipped matrices, then classical ones.

    Example:
        >>> {"blue-64x64", "bayer-8x8"} <= set(matrix_names())
        True
    """
    return [*shipped_matrices(), "bayer", "clustered-dot-45", "white", *CLASSICAL]


@functools.lru_cache(maxsize=4)
def _shipped_channels(name: str) -> tuple[ThresholdMatrix, ...]:
    return _read_channels(shipped_path(shipped_matrices()[name]))


def shipped_path(entry: dict[str, Any]) -> Path:
    """Return the file of an entry of `shipped_matrices` or `shipped_textures`.

    Raises:
        InputError: the file is missing, or differs from the shipped one.
    """
    path = _folder() / entry["file"]
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; {_REINSTALL}") from error
    if digest != entry["sha256"]:
        raise InputError(f"{path} is damaged: it differs from the shipped file; {_REINSTALL}")
    return path


def _read_channels(path: Path) -> tuple[ThresholdMatrix, ...]:
    if path.suffix.lower() == ".npy":
        values = read_npy(path)
    else:
        from dither.matrix.textures import read_texture

        values = read_texture(path)
    try:
        return matrices_of(values)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def save_matrix(path: str | Path, matrix: ThresholdMatrix) -> None:
    """Write the ranks atomically as .npy: uint16 or uint32, little-endian, C order.

    Raises:
        InputError: the file cannot be written.
    """
    write_npy(path, matrix.ranks)


def shipped_matrices() -> dict[str, dict[str, Any]]:
    """Return the manifest of the shipped matrices: name to file, shape, dtype, sha256, seed and scores.

    Raises:
        InputError: the manifest is missing or damaged.

    Example:
        >>> "blue-64x64" in shipped_matrices()
        True
    """
    return _manifest("manifest.json")


def shipped_textures() -> dict[str, dict[str, Any]]:
    """Return the manifest of the shipped noise textures: name to file, values, shape, seed and scores.

    `bluenoise.load_texture` reads them; they hold vectors or directions, not thresholds.

    Raises:
        InputError: the manifest is missing or damaged.

    Example:
        >>> shipped_textures()["vec2-128x128"]["values"]
        'vec2'
    """
    return _manifest("textures.json")


@functools.cache
def _manifest(name: str) -> dict[str, dict[str, Any]]:
    path = _folder() / name
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
