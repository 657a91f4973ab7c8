"""Threshold matrices: the value, its file, and the catalogue of those that are shipped."""

import functools
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from dither.errors import InputError
from dither.files import read_npy, write_npy

DEFAULT_MATRIX = "blue-64x64"


@dataclass(frozen=True, eq=False)
class ThresholdMatrix:
    """A tileable threshold matrix, held as ranks: each of 0..N-1 stands in exactly one cell.

    A pixel of grey g in 0..1 is turned on where g exceeds the threshold of its cell; a matrix with
    N cells so shows N + 1 greys. Ranks are integers, so that decisions are exact.

    Attributes:
        ranks: (H, W) uint16, or uint32 above 65,536 cells; read-only.

    Raises:
        InputError: the ranks are not a permutation of 0..N-1 in two dimensions.

    Example:
        >>> ThresholdMatrix(np.array([[0, 2], [3, 1]])).thresholds
        array([[0.125, 0.625],
               [0.875, 0.375]], dtype=float32)
    """

    ranks: np.ndarray

    def __post_init__(self) -> None:
        ranks = np.array(self.ranks, order="C")
        if ranks.ndim != 2 or ranks.size == 0:
            raise InputError(
                f"a threshold matrix has two sides of at least one cell, not shape {ranks.shape}"
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
            values: (H, W), finite numbers.

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
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return self.ranks.shape  # pyright: ignore[reportReturnType] -- two-dimensional by construction

    @property
    def thresholds(self) -> np.ndarray:
        """(H, W) float32 thresholds (rank + 1/2) / N, symmetric inside 0..1."""
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
        InputError: there is no such name or file, or the file does not hold ranks.

    Example:
        >>> load_matrix("blue-64x64").shape
        (64, 64)
    """
    if Path(name).suffix == ".npy":
        array = read_npy(name)
        if not np.issubdtype(array.dtype, np.integer):
            raise InputError(f"{name} holds {array.dtype} values; a threshold matrix holds ranks")
        try:
            return ThresholdMatrix(array)
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
    shipped = shipped_matrices()
    if str(name) not in shipped:
        raise InputError(
            f"no matrix is named {str(name)!r}; give a .npy file or one of: {', '.join(shipped)}"
        )
    return ThresholdMatrix(read_npy(_folder() / shipped[str(name)]["file"]))


def save_matrix(path: str | Path, matrix: ThresholdMatrix) -> None:
    """Write the ranks as .npy: uint16 or uint32, little-endian, C order; whole or not at all.

    Raises:
        InputError: the folder does not exist or cannot be written.
    """
    write_npy(path, matrix.ranks)


@functools.cache
def shipped_matrices() -> dict[str, dict[str, Any]]:
    """The manifest of the shipped matrices: name to file, shape, dtype, sha256, seed and scores.

    Example:
        >>> "blue-64x64" in shipped_matrices()
        True
    """
    return json.loads((_folder() / "manifest.json").read_text(encoding="utf-8"))


def _folder() -> Path:
    """Where the shipped matrices lie: inside an installed package, beside it in a checkout."""
    package = Path(str(resources.files("dither")))
    inside = package / "matrices"
    return inside if inside.is_dir() else package.parent / "matrices"
