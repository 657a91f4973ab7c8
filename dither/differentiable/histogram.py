"""The colours of a picture, gathered in small cubes of OKLab, and which cube each pixel lies in.

What is separable over pixels, as the descent of this package is, needs only the colours and how many
pixels have each. The picture is read a few rows at a time, so that little more is kept than the result.
"""

import math
from dataclasses import dataclass

import numpy as np

from dither.color import linear_to_oklab
from dither.errors import InputError
from dither.ordered.tiling import block_rows

_SMALLEST_STEP = 1 / 256
# No colour of sRGB lies outside: a from -0.234 to 0.276, b from -0.312 to 0.199.
_LOWEST = np.array([0.0, -0.4, -0.4])


@dataclass(frozen=True, eq=False)
class ColorHistogram:
    """The bins of a picture's colours; none is empty.

    Attributes:
        colors: (N, 3) float64 linear light, 0 to 1: the mean of the pixels in each bin.
        counts: (N,) float64: how many pixels each bin holds, at least 1.
        bins: (H, W) int32: the bin of each pixel.
    """

    colors: np.ndarray
    counts: np.ndarray
    bins: np.ndarray


def color_histogram(linear: np.ndarray, *, step: float = 1 / 48) -> ColorHistogram:
    """Gather the colours of a picture in cubes of OKLab.

    The smaller the cubes, the nearer each pixel is to the mean of its bin, and the more bins there are:
    a photo has some hundreds to a few thousand at 1/48.

    Args:
        linear: (H, W, 3) float linear light, 0 to 1, with at least one pixel.
        step: the side of a cube, 1/256 to 1; black and white are 1 apart.

    Returns:
        The bins that hold pixels, in the order of L, then a, then b.

    Raises:
        InputError: the picture is no such array or holds other values, or `step` is out of range.

    Example:
        >>> picture = np.array([[[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.998, 1.0, 1.0]]])
        >>> histogram = color_histogram(picture, step=1 / 8)
        >>> histogram.counts.tolist(), histogram.bins.tolist()
        ([1.0, 2.0], [[0, 1, 1]])
        >>> histogram.colors.round(3).tolist()
        [[0.0, 0.0, 0.0], [0.999, 1.0, 1.0]]
    """
    if linear.ndim != 3 or linear.shape[2] != 3 or linear.size == 0:
        raise InputError(f"a picture has shape (H, W, 3) and some pixels, not {linear.shape}")
    # Written so that NaN fails too.
    if not (linear.min() >= 0 and linear.max() <= 1):
        raise InputError(
            f"linear light is from 0 to 1; this picture's is {linear.min()} to {linear.max()}"
        )
    if not _SMALLEST_STEP <= step <= 1:
        raise InputError(f"step is {step}; it must be from 1/256 to 1")
    # Half a cube below black, so that rounding does not part greys that a hair lies between.
    side = math.ceil(1 / step) + 2
    height, width, _ = linear.shape
    codes = np.empty((height, width), np.int32)
    held = np.zeros(side**3, bool)
    blocks = list(block_rows(height, width))
    for rows in blocks:
        cube = ((linear_to_oklab(linear[rows]) - _LOWEST) / step + 0.5).astype(np.int32)
        codes[rows] = (cube[..., 0] * side + cube[..., 1]) * side + cube[..., 2]
        held[codes[rows]] = True
    bin_of = np.cumsum(held, dtype=np.int32) - 1
    counts = np.zeros(int(held.sum()))
    sums = np.zeros((len(counts), 3))
    for rows in blocks:
        codes[rows] = bin_of[codes[rows]]
        place = codes[rows].ravel()
        counts += np.bincount(place, minlength=len(counts))
        for channel in range(3):
            light = linear[rows, :, channel].ravel()
            sums[:, channel] += np.bincount(place, light, len(counts))
    # Rounding of the sums may leave 0..1 by a hair.
    colors = (sums / counts[:, None]).clip(0, 1)
    for array in (colors, counts, codes):
        array.flags.writeable = False
    return ColorHistogram(colors, counts, codes)
