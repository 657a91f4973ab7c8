"""Thresholds as texture numbers that make the same decisions as `dither.requantize`.

A grey v of 0..255 becomes white if v / 255 > (2 rank + 1) / 2N. The two sides are never equal, because
(2 rank + 1) 255 is odd and 2N is even. So there is always a number strictly between the largest grey
that stays black and the smallest that becomes white; a texture holds such a number, with enough margin
for the rounding of every GPU.

Every pixel format gives T = floor((2 rank + 1) 255 / 2N) back, and T decides for any number of levels
(see `dither.ordered.thresholds`):

    white:  v > T            level:  floor((v (levels - 1) + 254 - T) / 255)
"""

import numpy as np

from dither.ordered.thresholds import integer_thresholds

# 65535 = 257 x 255: the 8-bit grey v is the 16-bit code 257 v.
PER_GREY = 257
# Minimum distance of float thresholds from every 8-bit grey: 16 times the step between single-precision
# floats near 1, and a sixteenth of the step between 16-bit codes.
MARGIN = 2.0**-20


def eight_bit_codes(ranks: np.ndarray, count: int) -> np.ndarray:
    """Return T itself, 0..254: exact for 8-bit greys, but not for finer ones.

    Args:
        ranks: integers of any shape, 0 to count - 1.
        count: number of ranks of the matrix.

    Returns:
        uint8 of the ranks' shape; a grey v is white if v > code.

    Example:
        >>> eight_bit_codes(np.array([0, 1]), 2).tolist()
        [63, 191]
    """
    return integer_thresholds(ranks, count, 255).astype(np.uint8)


def sixteen_bit_codes(ranks: np.ndarray, count: int) -> np.ndarray:
    """Return floor((2 rank + 1) 65535 / 2N), plus 1 where that is a multiple of 257.

    No code equals an 8-bit grey 257 v: v / 255 and code / 65535 differ by at least 1 / 65535, so float
    rounding cannot change v / 255 > code / 65535. T is floor(code / 257).

    Args:
        ranks: integers of any shape, 0 to count - 1.
        count: number of ranks of the matrix; above 65,536 some ranks share a code.

    Returns:
        uint16 of the ranks' shape; a grey v is white if 257 v > code.

    Example:
        >>> sixteen_bit_codes(np.array([0, 127, 255]), 256).tolist()
        [127, 32640, 65407]
    """
    codes = integer_thresholds(ranks, count, 65535)
    return (codes + (codes % PER_GREY == 0)).astype(np.uint16)


def float_thresholds(ranks: np.ndarray, count: int) -> np.ndarray:
    """Return (rank + 1/2) / N, moved at least 2^-20 away from every 8-bit grey.

    Args:
        ranks: integers of any shape, 0 to count - 1.
        count: number of ranks of the matrix.

    Returns:
        float32 of the ranks' shape, inside 0..1; a grey v is white if v / 255 > threshold, and T is
        floor(255 threshold).

    Example:
        >>> float_thresholds(np.array([0, 1]), 2).tolist()
        [0.25, 0.75]
    """
    exact = (ranks + 0.5) / count
    below = integer_thresholds(ranks, count, 255)
    low, high = below / 255 + MARGIN, (below + 1) / 255 - MARGIN
    return np.clip(exact, low, high).astype(np.float32)
