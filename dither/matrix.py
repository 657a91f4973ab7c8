"""Threshold matrices: the value, its file, and the catalogue of those that are shipped."""

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.files.replacing import read_npy, write_npy

DEFAULT_MATRIX = "blue-64x64"

_REINSTALL = "install bluenoise-dither again"


@dataclass(frozen=True, eq=False)
class ThresholdMatrix:
    """A tileable threshold matrix, held as ranks: each of 0..N-1 stands in exactly one cell.

    A pixel of grey g in 0..1 is turned on where g exceeds the threshold of its cell; a matrix with
    N cells so shows N + 1 greys. Ranks are integers, so that decisions are exact. A matrix with frames
    is for sequences of images: frame t meets plane t, and after the last comes the first again.

    Attributes:
        ranks: (H, W), or (T, H, W) with frames; uint16, or uint32 above 65,536 cells; read-only.

    Raises:
        InputError: the ranks are not a permutation of 0..N-1 in two or three dimensions.

    Example:
        >>> ThresholdMatrix(np.array([[0, 2], [3, 1]])).thresholds
        array([[0.125, 0.625],
               [0.875, 0.375]], dtype=float32)
    """

    ranks: np.ndarray

    def __post_init__(self) -> None:
        ranks = np.array(self.ranks, order="C")
        if ranks.ndim not in (2, 3) or ranks.size == 0:
            raise InputError(
                "a threshold matrix has two sides of at least one cell, or frames and two sides; "
                f"not shape {ranks.shape}"
            )
        if not np.issubdtype(ranks.dtype, np.integer):
            raise InputError(f"a threshold matrix holds integer ranks, not {ranks.dtype}")
        if not is_permutation(ranks):
            raise InputError(
                f"a threshold matrix of {ranks.size} cells holds each of 0..{ranks.size - 1} "
                "exactly once; this array is not such a permutation"
            )
        ranks = ranks.astype(np.uint16 if ranks.size <= 1 << 16 else np.uint32)
        ranks.flags.writeable = False
        object.__setattr__(self, "ranks", ranks)

    @classmethod
    def from_values(cls, values: np.ndarray) -> "ThresholdMatrix":
        """The matrix whose ranks are the order of `values`; equal values rank in C order.

        Args:
            values: (H, W) or (T, H, W), finite numbers.

        Raises:
            InputError: a value is not finite.

        Example:
            >>> ThresholdMatrix.from_values(np.array([[0.9, 0.1], [0.3, 0.5]])).ranks
            array([[3, 0],
                   [1, 2]], dtype=uint16)
        """
        values = np.asarray(values)
        if not np.isfinite(values).all():
            raise InputError("matrix values must be finite; this array holds NaN or infinity")
        ranks = np.empty(values.size, np.int64)
        ranks[np.argsort(values, axis=None, kind="stable")] = np.arange(values.size)
        return cls(ranks.reshape(values.shape))

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns of cells, before them the frames of a matrix that has any."""
        return self.ranks.shape

    @property
    def planes(self) -> np.ndarray:
        """(T, H, W) ranks, with one frame for a matrix without frames."""
        return self.ranks.reshape(-1, *self.ranks.shape[-2:])

    @property
    def thresholds(self) -> np.ndarray:
        """Float32 thresholds (rank + 1/2) / N of the ranks' shape, symmetric inside 0..1."""
        return ((self.ranks + 0.5) / self.ranks.size).astype(np.float32)


def is_permutation(ranks: np.ndarray) -> bool:
    """Whether integer `ranks`, of any shape, hold each of 0..N-1 exactly once.

    Example:
        >>> is_permutation(np.array([2, 0, 1])), is_permutation(np.array([2, 0, 2]))
        (True, False)
    """
    if ranks.min() < 0 or ranks.max() >= ranks.size:
        return False
    return bool((np.bincount(ranks.ravel(), minlength=ranks.size) == 1).all())


def load_matrix(name: str | Path = DEFAULT_MATRIX) -> ThresholdMatrix:
    """A shipped matrix by its name, or any matrix by its .npy file.

    Args:
        name: a name that `shipped_matrices` lists, or a path ending in .npy.

    Raises:
        InputError: there is no such name or file, it does not hold ranks of one matrix, or the file of
            a shipped matrix is not the one that was shipped.

    Example:
        >>> load_matrix("blue-64x64").shape
        (64, 64)
    """
    first, *others = load_channels(name)
    if others:
        raise InputError(f"{name} holds {1 + len(others)} channels; one matrix is wanted here")
    return first


def load_channels(name: str | Path = DEFAULT_MATRIX) -> tuple[ThresholdMatrix, ...]:
    """The matrix of each channel: one for all, or as many as the file has channels.

    Args:
        name: as in `load_matrix`. A file of floats holds (H, W, C) thresholds in 0..1, C from 2 to 4.

    Raises:
        InputError: there is no such name or file, or it holds neither ranks nor thresholds.

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
            f"{path} is damaged: its bytes are not those of the shipped matrix {name}; {_REINSTALL}"
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


def channel_thresholds(matrices: Sequence[ThresholdMatrix]) -> np.ndarray:
    """(H, W, C) float32: the thresholds of each channel, as a file of channels holds them.

    Example:
        >>> matrix = ThresholdMatrix(np.array([[0, 1]]))
        >>> channel_thresholds([matrix, matrix]).tolist()
        [[[0.25, 0.25], [0.75, 0.75]]]
    """
    return np.stack([matrix.thresholds for matrix in matrices], axis=-1)


def as_channels(array: np.ndarray) -> tuple[ThresholdMatrix, ...]:
    """The matrix of each channel of (H, W, C) thresholds in 0..1; undoes `channel_thresholds`.

    Raises:
        InputError: the array is no such thresholds, of 2 to 4 channels.

    Example:
        >>> as_channels(np.array([[[0.25, 0.75], [0.75, 0.25]]]))[1].ranks.tolist()
        [[1, 0]]
    """
    if array.ndim != 3 or not 2 <= array.shape[2] <= 4:
        raise InputError(
            f"{array.dtype} values of shape {array.shape} are no threshold matrix, which holds whole "
            "ranks, or thresholds of 2 to 4 channels with shape (H, W, C)"
        )
    matrices = tuple(ThresholdMatrix.from_values(array[..., c]) for c in range(array.shape[2]))
    # Noise to add has a shape of the same kind; its values are not (rank + 1/2) / N.
    if not np.allclose(channel_thresholds(matrices), array, rtol=0, atol=1e-6):
        raise InputError("the values are not the thresholds (rank + 1/2) / N of any matrix")
    return matrices


def save_matrix(path: str | Path, matrix: ThresholdMatrix) -> None:
    """Write the ranks as .npy: uint16 or uint32, little-endian, C order; whole or not at all.

    Raises:
        InputError: the folder does not exist or cannot be written.
    """
    write_npy(path, matrix.ranks)


@functools.cache
def shipped_matrices() -> dict[str, dict[str, Any]]:
    """The manifest of the shipped matrices: name to file, shape, dtype, sha256, seed and scores.

    Raises:
        InputError: it is missing or damaged.

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
    """Where the shipped matrices lie: inside an installed package, beside it in a checkout."""
    package = Path(str(resources.files("dither")))
    inside = package / "matrices"
    return inside if inside.is_dir() else package.parent / "matrices"
