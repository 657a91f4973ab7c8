"""Thresholds as the numbers of a texture, chosen so that decisions are those of `dither.requantize`.

A grey v of 0..255 is raised to white where v / 255 > (2 rank + 1) / 2N. The two are never equal, which
would make (2 rank + 1) 255, an odd number, a multiple of the even 2N. So there is always a number
strictly between the largest grey that stays black and the smallest that does not, and a texture holds
one that no rounding of a graphics processor carries over to the other side.

Whatever the pixel format, T = floor((2 rank + 1) 255 / 2N) comes back from it, and T decides for any
number of levels (see `dither.ordered.thresholds`):

    white:  v > T            level:  floor((v (levels - 1) + 254 - T) / 255)
"""

import numpy as np

from dither.ordered.thresholds import integer_thresholds

# 65535 = 257 x 255: the code 257 v of 16 bits is the grey v of 8.
PER_GREY = 257
# Floats stay as far as this from every grey: 16 times the step between single-precision floats near 1,
# and a sixteenth of the step between two codes of 16 bits.
MARGIN = 2.0**-20


def eight_bit_codes(ranks: np.ndarray, count: int) -> np.ndarray:
    """T itself, 0..254: exact for greys of 8 bits, and nothing finer than they are.

    Args:
        ranks: of any shape, each from 0 to count - 1.
        count: how many ranks the matrix has.

    Returns:
        uint8 of the ranks' shape; white where v > code.

    Example:
        >>> eight_bit_codes(np.array([0, 1]), 2).tolist()
        [63, 191]
    """
    return integer_thresholds(ranks, count, 255).astype(np.uint8)


def sixteen_bit_codes(ranks: np.ndarray, count: int) -> np.ndarray:
    """floor((2 rank + 1) 65535 / 2N), one more where that is a grey of 8 bits; T is floor(code / 257).

    No code is 257 v, so that v / 255 > code / 65535 never hangs on the rounding of a float: the two are
    apart by 1 / 65535 at least.

    Args:
        ranks: of any shape, each from 0 to count - 1.
        count: how many ranks the matrix has; beyond 65,536 some of them share a code.

    Returns:
        uint16 of the ranks' shape; white where 257 v > code.

    Example:
        >>> sixteen_bit_codes(np.array([0, 127, 255]), 256).tolist()
        [127, 32640, 65407]
    """
    codes = integer_thresholds(ranks, count, 65535)
    return (codes + (codes % PER_GREY == 0)).astype(np.uint16)


def float_thresholds(ranks: np.ndarray, count: int) -> np.ndarray:
    """(rank + 1/2) / N, moved away from greys of 8 bits that are nearer than 2^-20.

    Args:
        ranks: of any shape, each from 0 to count - 1.
        count: how many ranks the matrix has.

    Returns:
        float32 of the ranks' shape, inside 0..1; white where v / 255 > threshold, and T is
        floor(255 threshold).

    Example:
        >>> float_thresholds(np.array([0, 1]), 2).tolist()
        [0.25, 0.75]
    """
    exact = (ranks + 0.5) / count
    below = integer_thresholds(ranks, count, 255)
    low, high = below / 255 + MARGIN, (below + 1) / 255 - MARGIN
    return np.clip(exact, low, high).astype(np.float32)
