"""Pictures of where a dithered picture differs, small enough for a page."""

import math
from collections.abc import Sequence

import numpy as np

from dither.metrics.image import blurred_differences

# Of the blur, in pixels: that of the measure B1.5.
SIGMA = 1.5
# Codes of a map reach from no error to this one at least, twice a just noticeable difference.
_LEAST_TOP = 4
# Less than this share of the pixels may lie beyond the last code.
_BEYOND = 0.002
# A map has about as many pixels at most; the differences are smooth.
_MOST_PIXELS = 1 << 20


def error_map(original: np.ndarray, dithered: np.ndarray) -> np.ndarray:
    """Blurred differences, of a large picture the means of squares of pixels.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.

    Returns:
        (ceil(H / k), ceil(W / k)) float64, 100 times OKLab, where k = `map_step((H, W))`.

    Raises:
        InputError: as `image_errors`.

    Example:
        >>> error_map(np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8)).round().tolist()
        [[100.0, 100.0], [100.0, 100.0]]
    """
    differences = blurred_differences(original, dithered, SIGMA)
    step = map_step(differences.shape)
    for axis in (0, 1):
        starts = np.arange(0, differences.shape[axis], step)
        held = np.diff(starts, append=differences.shape[axis])
        sums = np.add.reduceat(differences, starts, axis=axis)
        differences = sums / np.expand_dims(held, 1 - axis)
    return differences


def map_step(shape: tuple[int, ...]) -> int:
    """The side of the squares, in pixels, whose mean is one pixel of a map.

    Example:
        >>> map_step((512, 768)), map_step((3000, 4000))
        (1, 4)
    """
    return math.ceil(math.sqrt(shape[0] * shape[1] / _MOST_PIXELS))


def map_top(maps: Sequence[np.ndarray]) -> int:
    """The error of the last code, one for all maps, so that they can be compared: an even number.

    Example:
        >>> map_top([np.full((9, 9), 4.5), np.full((9, 9), 10.5)])
        12
    """
    largest = max(float(np.quantile(each, 1 - _BEYOND)) for each in maps)
    return max(_LEAST_TOP, 2 * math.ceil(largest / 2))


def map_codes(errors: np.ndarray, top: int) -> np.ndarray:
    """(H, W) uint8 of a map: 0 for none, 255 for `top` and more.

    Codes go with the square root of the error, so that small ones differ too.

    Example:
        >>> map_codes(np.array([[0.0, 1.0, 9.0]]), 4).tolist()
        [[0, 128, 255]]
    """
    return np.rint(np.sqrt(np.minimum(errors / top, 1)) * 255).astype(np.uint8)
