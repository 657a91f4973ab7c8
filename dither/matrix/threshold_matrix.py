"""A threshold matrix: ranks on a torus."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dither.errors import InputError


@dataclass(frozen=True, eq=False)
class ThresholdMatrix:
    """A tileable threshold matrix, stored as ranks: each of 0..N-1 in exactly one cell.

    A pixel of grey g in 0..1 is turned on if g exceeds the threshold of its cell, so a matrix of N
    cells shows N + 1 greys. Ranks are integers, so that decisions are exact. A matrix with frames is
    for image sequences: frame t uses plane t, and the planes repeat.

    Attributes:
        ranks: (H, W), or (T, H, W) with frames; uint16, or uint32 above 65,536 cells; read-only. (H, W,
            1) becomes (H, W).

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
        if ranks.ndim == 3 and ranks.shape[2] == 1 and min(ranks.shape[:2]) > 1:
            ranks = ranks[..., 0]  # one channel, not frames of one column
        if ranks.ndim not in (2, 3) or ranks.size == 0:
            raise InputError(
                f"a threshold matrix has shape (H, W) or (T, H, W) and no empty side; not {ranks.shape}"
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
        """Make a matrix whose ranks are the order of `values`; equal values rank in C order.

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
        """Shape of the ranks: (H, W), or (T, H, W) with frames."""
        return self.ranks.shape

    @property
    def planes(self) -> np.ndarray:
        """Ranks as (T, H, W), with T = 1 for a matrix without frames."""
        return self.ranks.reshape(-1, *self.ranks.shape[-2:])

    @property
    def thresholds(self) -> np.ndarray:
        """Float32 thresholds (rank + 1/2) / N in the shape of the ranks, symmetric inside 0..1."""
        return ((self.ranks + 0.5) / self.ranks.size).astype(np.float32)


def is_permutation(ranks: np.ndarray) -> bool:
    """Return whether integer `ranks`, of any shape, hold each of 0..N-1 exactly once.

    Example:
        >>> is_permutation(np.array([2, 0, 1])), is_permutation(np.array([2, 0, 2]))
        (True, False)
    """
    if ranks.min() < 0 or ranks.max() >= ranks.size:
        return False
    return bool((np.bincount(ranks.ravel(), minlength=ranks.size) == 1).all())


def channel_thresholds(matrices: Sequence[ThresholdMatrix]) -> np.ndarray:
    """Stack the thresholds of one matrix per channel, as a file of channels stores them.

    Returns:
        (H, W, C) float32.

    Example:
        >>> matrix = ThresholdMatrix(np.array([[0, 1]]))
        >>> channel_thresholds([matrix, matrix]).tolist()
        [[[0.25, 0.25], [0.75, 0.75]]]
    """
    return np.stack([matrix.thresholds for matrix in matrices], axis=-1)
