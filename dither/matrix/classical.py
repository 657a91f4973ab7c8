"""Classical threshold matrices, as a baseline: Bayer, white noise, halftone screens, R2 and others."""

import math

import numpy as np

from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix

_MAX_DOT = 32
_MAX_SIDE = 4096
_GOLDEN_RATIO = (1 + math.sqrt(5)) / 2
# The positive root of x^3 = x + 1.
_PLASTIC_NUMBER = 1.32471795724474602596


def bayer(height: int, width: int) -> ThresholdMatrix:
    """Make the recursive ordered-dither matrix.

    Source: B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures"
    (1973): M(2n) = [[4M, 4M + 2], [4M + 3, 4M + 1]]. If one side is longer, the recursion
    continues along that side: [2M, 2M + 1].

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
    """Make a random permutation: independent thresholds, the baseline of dithering.

    Example:
        >>> sorted(white_noise(2, 2, seed=1).ranks.ravel().tolist())
        [0, 1, 2, 3]
    """
    order = np.random.default_rng(seed).permutation(height * width)
    return ThresholdMatrix(order.reshape(height, width))


def clustered_dot(size: int, angle: float = 45) -> ThresholdMatrix:
    """Make a halftone screen: a rotated grid of dots that grow from points to squares to joined holes.

    Source: the spot function CosineDot, cos(pi x) / 2 + cos(pi y) / 2 over a cell of -1..1, in Adobe,
    "PDF Reference, sixth edition, version 1.7" (2006), table 6.1; angles of rational tangent in T. M.
    Holladay, "An optimum algorithm for halftone generation for displays and hard copies" (1980).

    The grid is spanned by (a, b) and (-b, a), the whole pixels nearest to the given size and angle. The
    smallest square tile has the side (a^2 + b^2) / gcd(a, b) and holds (a^2 + b^2) / gcd(a, b)^2 dots.
    Pixels of equal spot function turn on in the order of their distance from the centre of the dot,
    then of their direction; the order of the dots follows multiples of the golden ratio.

    Args:
        size: distance between dots in pixels, 2 to 32.
        angle: of the grid, in degrees, clockwise. Sizes 4, 6 and 8 give matrices of 6x6, 8x8 and
            12x12 at 45 degrees, and of 4x4, 6x6 and 8x8 at 0.

    Raises:
        InputError: a number is out of range.

    Example:
        >>> clustered_dot(4, 0).ranks
        array([[12,  5,  6, 13],
               [ 4,  0,  1,  7],
               [11,  3,  2,  8],
               [15, 10,  9, 14]], dtype=uint16)
    """
    if not isinstance(size, int | np.integer) or not 2 <= size <= _MAX_DOT:
        raise InputError(f"size is {size}; it must be a whole number from 2 to {_MAX_DOT}")
    if not math.isfinite(angle):
        raise InputError(f"angle is {angle}; it must be a finite number of degrees")
    a = round(size * math.cos(math.radians(angle)))
    b = round(size * math.sin(math.radians(angle)))
    area, common = a * a + b * b, math.gcd(a, b)
    side = area // common
    # Twice the distance from the middle of the tile, as integers.
    y, x = 2 * np.mgrid[0:side, 0:side] + 1 - side
    # Along and across the grid: 2 * area from dot to dot, and 0 at the centre of a dot.
    cell_x, along = np.divmod(a * x + b * y + area, 2 * area)
    cell_y, across = np.divmod(a * y - b * x + area, 2 * area)
    along, across = along - area, across - area
    spot = np.cos(np.pi * along / area) + np.cos(np.pi * across / area)
    # The dots of a tile form a cyclic group; this numbers them from 0, the same in every tile.
    dots = area // common**2
    turns = (b // common * pow(a // common, -1, dots) * cell_x + cell_y) % dots
    order = np.lexsort(
        [
            (turns * _GOLDEN_RATIO % 1).ravel(),
            np.arctan2(across, along).ravel(),
            (along**2 + across**2).ravel(),
            -spot.round(9).ravel(),
        ]
    )
    ranks = np.empty(side * side, np.int64)
    ranks[order] = np.arange(side * side)
    return ThresholdMatrix(ranks.reshape(side, side))


def playstation() -> ThresholdMatrix:
    """Make the 4x4 matrix with which the first PlayStation (1994) dithers 24-bit colour to 15 bits.

    Source: M. Korth (nocash), "PSX Specifications", section "24bit RGB to 15bit RGB Dithering". The
    GPU adds offsets from -4 to 3 to 8-bit codes and drops the low three bits. Here the largest offset
    has rank 0; each offset is in two cells, so ties are broken row by row.

    Example:
        >>> playstation().ranks[0]
        array([14,  6, 12,  4], dtype=uint16)
    """
    offsets = np.array([[-4, 0, -3, 1], [2, -2, 3, -1], [-3, 1, -4, 0], [3, -1, 2, -2]])
    return ThresholdMatrix.from_values(-offsets)


def interleaved_gradient_noise(height: int, width: int) -> ThresholdMatrix:
    """Rank interleaved gradient noise: each 3x3 neighbourhood has thresholds spread over 0..1.

    Source: J. Jimenez, "Next generation post processing in Call of Duty: Advanced Warfare" (SIGGRAPH
    2014): frac(52.9829189 frac(0.06711056 x + 0.00583715 y)). The function is not
    periodic; this is its window at the origin, which tiles with a seam.

    Args:
        height: rows, 1 to 4096.
        width: columns, 1 to 4096.

    Raises:
        InputError: a side is out of range.

    Example:
        >>> interleaved_gradient_noise(2, 3).ranks
        array([[0, 4, 1],
               [2, 5, 3]], dtype=uint16)
    """
    y, x = _window(height, width)
    return ThresholdMatrix.from_values(52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1) % 1)


def r2_sequence(height: int, width: int) -> ThresholdMatrix:
    """Rank the dither mask of the quasirandom sequence R2.

    Source: M. Roberts, "The unreasonable effectiveness of quasirandom sequences" (2018), section
    "Dither masks in computer graphics": t = frac(x / g + y / g^2) with the plastic number g, folded by
    the triangle wave 1 - |2 t - 1|. The function is not periodic; this is its window at the
    origin, which tiles with a seam.

    Args:
        height: rows, 1 to 4096.
        width: columns, 1 to 4096.

    Raises:
        InputError: a side is out of range.

    Example:
        >>> r2_sequence(2, 3).ranks
        array([[0, 2, 5],
               [4, 3, 1]], dtype=uint16)
    """
    y, x = _window(height, width)
    phase = (x / _PLASTIC_NUMBER + y / _PLASTIC_NUMBER**2) % 1
    return ThresholdMatrix.from_values(1 - abs(2 * phase - 1))


def _window(height: int, width: int) -> np.ndarray:
    for side in (height, width):
        if not isinstance(side, int | np.integer) or not 1 <= side <= _MAX_SIDE:
            raise InputError(f"a side is {side}; it must be a whole number from 1 to {_MAX_SIDE}")
    return np.mgrid[0:height, 0:width]
