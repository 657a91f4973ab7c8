"""Error maps: images of where a dithered image differs from its original."""

import math
from collections.abc import Sequence

import numpy as np

from dither.metrics.image import blurred_differences

# Standard deviation of the blur in pixels, as in the measure B1.5.
SIGMA = 1.5
# The last code of a map stands for at least this error: two just noticeable differences.
_LEAST_TOP = 4
# At most this share of the pixels has an error beyond the last code.
_BEYOND = 0.002
# Maximum size of a map; differences are smooth.
_MOST_PIXELS = 1 << 20


def error_map(original: np.ndarray, dithered: np.ndarray) -> np.ndarray:
    """Return the blurred differences, averaged over squares of pixels if the image is large.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: the same size.

    Returns:
        (ceil(H / k), ceil(W / k)) float64, 100 times OKLab, with k = `map_step((H, W))`.

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
    """Return the side in pixels of the squares that become one pixel of a map.

    Example:
        >>> map_step((512, 768)), map_step((3000, 4000))
        (1, 4)
    """
    return math.ceil(math.sqrt(shape[0] * shape[1] / _MOST_PIXELS))


def map_top(maps: Sequence[np.ndarray]) -> int:
    """Return the error of the last code, an even number, the same for all maps to compare.

    Example:
        >>> map_top([np.full((9, 9), 4.5), np.full((9, 9), 10.5)])
        12
    """
    largest = max(float(np.quantile(each, 1 - _BEYOND)) for each in maps)
    return max(_LEAST_TOP, 2 * math.ceil(largest / 2))


def map_codes(errors: np.ndarray, top: int) -> np.ndarray:
    """Return a map as (H, W) uint8: 0 for no error, 255 for `top` and more.

    Codes grow with the square root of the error, so that small errors can be told apart.

    Example:
        >>> map_codes(np.array([[0.0, 1.0, 9.0]]), 4).tolist()
        [[0, 128, 255]]
    """
    return np.rint(np.sqrt(np.minimum(errors / top, 1)) * 255).astype(np.uint8)
