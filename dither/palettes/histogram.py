"""Histogram of a picture's colours in small cubes of OKLab.

A loss that treats pixels independently, such as that of `dither.differentiable.descent`, needs only the
colours and their counts. The picture is read a few rows at a time, so memory is little more than the
result.
"""

import math
from dataclasses import dataclass

import numpy as np

from dither.color import linear_to_oklab
from dither.errors import InputError

_MIN_STEP = 1 / 256
# Pixels in a few rows that are read at a time; they stay in cache.
_BLOCK_PIXELS = 1 << 17
# Lower bounds for sRGB colours, whose a is -0.234 to 0.276 and b is -0.312 to 0.199.
_LOWEST = np.array([0.0, -0.4, -0.4])


@dataclass(frozen=True, eq=False)
class ColorHistogram:
    """Histogram of a picture's colours, without empty bins; arrays are read-only.

    Attributes:
        colors: (N, 3) float64 linear light, 0 to 1: mean of the pixels in each bin.
        counts: (N,) float64: pixels in each bin, at least 1.
        bins: (H, W) int32: bin of each pixel.
    """

    colors: np.ndarray
    counts: np.ndarray
    bins: np.ndarray


def color_histogram(linear: np.ndarray, *, step: float = 1 / 48) -> ColorHistogram:
    """Return the histogram of a picture's colours in cubes of OKLab.

    Smaller cubes give bins nearer to their pixels, and more of them: a photo has some hundreds to a few
    thousand bins at 1/48.

    Args:
        linear: (H, W, 3) float linear light, 0 to 1, with at least one pixel.
        step: side of a cube, 1/256 to 1; black and white are 1 apart.

    Returns:
        The non-empty bins, ordered by L, then a, then b.

    Raises:
        InputError: the picture has another shape or values out of range, or `step` is out of range.

    Example:
        >>> picture = np.array([[[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.998, 1.0, 1.0]]])
        >>> histogram = color_histogram(picture, step=1 / 8)
        >>> histogram.counts.tolist(), histogram.bins.tolist()
        ([1.0, 2.0], [[0, 1, 1]])
        >>> histogram.colors.round(3).tolist()
        [[0.0, 0.0, 0.0], [0.999, 1.0, 1.0]]
    """
    if linear.ndim != 3 or linear.shape[2] != 3 or linear.size == 0:
        raise InputError(f"a picture must have shape (H, W, 3) and some pixels, not {linear.shape}")
    # Written so that NaN fails too.
    if not (linear.min() >= 0 and linear.max() <= 1):
        raise InputError(
            f"linear light must be from 0 to 1; this picture's is {linear.min()} to {linear.max()}"
        )
    if not _MIN_STEP <= step <= 1:
        raise InputError(f"step is {step}; it must be from 1/256 to 1")
    # Cubes begin half a step below black, so that rounding does not separate almost equal greys.
    side = math.ceil(1 / step) + 2
    height, width, _ = linear.shape
    codes = np.empty((height, width), np.int32)
    occupied = np.zeros(side**3, bool)
    block = max(1, _BLOCK_PIXELS // width)
    blocks = [slice(top, top + block) for top in range(0, height, block)]
    for rows in blocks:
        cube = ((linear_to_oklab(linear[rows]) - _LOWEST) / step + 0.5).astype(np.int32)
        codes[rows] = (cube[..., 0] * side + cube[..., 1]) * side + cube[..., 2]
        occupied[codes[rows]] = True
    bin_of = np.cumsum(occupied, dtype=np.int32) - 1
    counts = np.zeros(int(occupied.sum()))
    sums = np.zeros((len(counts), 3))
    for rows in blocks:
        codes[rows] = bin_of[codes[rows]]
        # The type that bincount works in.
        place = codes[rows].ravel().astype(np.intp)
        counts += np.bincount(place, minlength=len(counts))
        for channel in range(3):
            light = linear[rows, :, channel].ravel()
            sums[:, channel] += np.bincount(place, light, len(counts))
    # Rounding of the sums may exceed 0..1 slightly.
    colors = (sums / counts[:, None]).clip(0, 1)
    for array in (colors, counts, codes):
        array.flags.writeable = False
    return ColorHistogram(colors, counts, codes)


def merge_rare_bins(
    colors: np.ndarray, counts: np.ndarray, *, step: float, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Merge the rarest bins of a histogram, which are most of them, in larger cubes of OKLab.

    Args:
        colors: (N, 3) float64 linear light.
        counts: (N,) float64, 0 or more, not all 0.
        step: side of a cube.
        share: of the pixels, that are in merged bins.

    Returns:
        (M, 3) colours, M at most N, and (M,) counts: their sum and mean stay the same.

    Example:
        >>> colors = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.51, 0.5, 0.5], [1.0, 1.0, 1.0]])
        >>> merge_rare_bins(colors, np.array([9.0, 1.0, 1.0, 9.0]), step=0.1, share=0.2)[1].tolist()
        [9.0, 9.0, 2.0]
    """
    order = np.argsort(counts, kind="stable")
    rare = np.sort(
        order[: np.searchsorted(np.cumsum(counts[order]), share * counts.sum(), "right")]
    )
    if len(rare) < 2:
        return colors, counts
    cubes = np.floor((linear_to_oklab(colors[rare]) - _LOWEST) / step).astype(int)
    _, cube = np.unique(cubes, axis=0, return_inverse=True)
    cube = cube.ravel()
    merged = np.bincount(cube, counts[rare])
    means = np.stack(
        [np.bincount(cube, counts[rare] * channel) for channel in colors[rare].T], axis=1
    )
    means = np.divide(means, merged[:, None], where=merged[:, None] > 0, out=np.zeros_like(means))
    kept = np.delete(np.arange(len(counts)), rare)
    return np.concatenate([colors[kept], means]), np.concatenate([counts[kept], merged])
