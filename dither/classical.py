"""The classical threshold matrices that every other is compared with."""

import numpy as np

from dither.errors import InputError
from dither.matrix import ThresholdMatrix


def bayer(height: int, width: int) -> ThresholdMatrix:
    """The recursive ordered-dither matrix.

    Source: B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures"
    (1973): M(2n) = [[4M, 4M + 2], [4M + 3, 4M + 1]]. Where one side is longer, the recursion goes on
    along that side alone: [M', M' + 1] of the doubled ranks.

    Args:
        height: rows, a power of two.
        width: columns, a power of two.

    Raises:
        InputError: a side is not a power of two.

    Example:
        >>> bayer(2, 2).ranks
        array([[0, 2],
               [3, 1]], dtype=uint16)
    """
    for side in (height, width):
        if side < 1 or side & (side - 1):
            raise InputError(f"a Bayer matrix has sides that are powers of two, not {side}")
    ranks = np.zeros((1, 1), np.int64)
    while ranks.shape != (height, width):
        if ranks.shape[0] == height:
            ranks = np.hstack([2 * ranks, 2 * ranks + 1])
        elif ranks.shape[1] == width:
            ranks = np.vstack([2 * ranks, 2 * ranks + 1])
        else:
            ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    return ThresholdMatrix(ranks)


def white_noise(height: int, width: int, seed: int = 0) -> ThresholdMatrix:
    """A random permutation: independent thresholds, the worst case that dithering starts from.

    Example:
        >>> sorted(white_noise(2, 2, seed=1).ranks.ravel().tolist())
        [0, 1, 2, 3]
    """
    order = np.random.default_rng(seed).permutation(height * width)
    return ThresholdMatrix(order.reshape(height, width))
