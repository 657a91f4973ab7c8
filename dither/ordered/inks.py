"""Ordered dithering of inks with one matrix, whose dots avoid each other.

Inks share the ranks of a matrix: the first takes the pixels of the lowest ranks, the next ink those of
the ranks that follow, and so on. Only if all amounts together exceed the whole paper, inks meet again,
at the lowest ranks. Any union of the first inks is a dot pattern of the matrix, so that the picture is
less grainy than with the same thresholds for all inks, where dots lie on each other. The darkest ink
comes first, because its own pattern is the most visible.

Source: Lau, Ulichney, Arce, "Blue and green noise halftoning models" (2003): dots of different inks
should repel each other. Dividing the ranks of one matrix is ours.
"""

from collections.abc import Sequence

import numpy as np

from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.levels import ordered_dither
from dither.wording import counted

# Black, magenta, cyan, yellow of CMYK, from dark to light.
_CMYK_ORDER = (3, 1, 0, 2)
_WHITE = 65535


def dither_ink_rows(
    amounts: np.ndarray,
    matrices: Sequence[ThresholdMatrix],
    *,
    levels: int,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """Dither amounts of inks.

    Args:
        amounts: (H, W, inks) uint8; 0 is no ink. With four, they are cyan, magenta, yellow and black.
        matrices: one whose ranks the inks share, or one for each ink, which are then independent.
        levels: 2 to 256 of each ink.
        phase: frame, row and column of the matrix at the first pixel.

    Returns:
        (H, W, inks) uint8 levels.

    Raises:
        InputError: there are several matrices, but not one for each ink.

    Example:
        >>> half = np.full((64, 64, 2), 120, np.uint8)
        >>> from dither.matrix.catalog import load_matrix
        >>> dots = dither_ink_rows(half, [load_matrix()], levels=2)
        >>> dots.sum(axis=(0, 1)).tolist(), int(dots.all(axis=2).sum())
        ([1928, 1927], 0)
    """
    inks = amounts.shape[2]
    if len(matrices) not in (1, inks):
        raise InputError(
            f"there are {len(matrices)} matrices for an image of {counted(inks, 'ink')}"
        )
    if len(matrices) == inks:
        planes = [
            ordered_dither(
                np.ascontiguousarray(amounts[..., ink]), matrix, levels=levels, phase=phase
            )
            for ink, matrix in enumerate(matrices)
        ]
        return np.stack(planes, axis=2)
    thresholds = _thresholds(matrices[0], amounts.shape[:2], phase)
    out = np.empty(amounts.shape, np.uint8)
    for ink in _CMYK_ORDER if inks == len(_CMYK_ORDER) else range(inks):
        scaled = amounts[..., ink].astype(np.int32) * (257 * (levels - 1))
        base = scaled // _WHITE
        rest = scaled - base * _WHITE
        out[..., ink] = base + (thresholds < rest)
        # The next ink begins at the rank at which this one ends.
        thresholds = thresholds - rest
        thresholds += _WHITE * (thresholds < 0)
    return out


def _thresholds(
    matrix: ThresholdMatrix, shape: tuple[int, ...], phase: tuple[int, int, int]
) -> np.ndarray:
    """Return (H, W) int32 thresholds from 0 to 65,534, which a rank r of N has at (2r + 1) / 2N."""
    frame, row, column = phase
    ranks = matrix.planes[frame % len(matrix.planes)].astype(np.int64)
    tile = ((2 * ranks + 1) * _WHITE // (2 * matrix.ranks.size)).astype(np.int32)
    rows = (row + np.arange(shape[0])) % tile.shape[0]
    columns = (column + np.arange(shape[1])) % tile.shape[1]
    return tile[np.ix_(rows, columns)]
