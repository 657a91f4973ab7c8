"""Palettes made from an image: the few colours that stand for all of it.

A palette is made of the colours' histogram; where pixels lie does not matter.
"""

import numpy as np

from dither.color import (
    distinct_colors,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    packed_codes,
    srgb_to_linear,
)
from dither.errors import InputError
from dither.palettes.palette import MAX_COLORS, Palette

# Up to so many distinct colours are clustered as they are; more are first gathered in cubes of
# 8x8x8 codes (5 bits a channel), each at the mean of what it holds.
_MOST_POINTS = 1 << 15
_BIN_BITS = 5
# Pixels whose colours are counted at a time.
_BLOCK_PIXELS = 1 << 20
# The descent ends when no colour moves farther: a thirtieth of the step between two 8-bit greys.
_STILL = 1e-4
_MOST_ITERATIONS = 100
# How many points are drawn for each first colour (the greedy variant of k-means++).
_CANDIDATES = 4


def median_cut(image: np.ndarray, colors: int) -> Palette:
    """The palette of median cut: the box of all colours, cut in two again and again.

    Source: P. Heckbert, "Color image quantization for frame buffer display" (SIGGRAPH 1982); computed
    by Pillow.

    Args:
        image: (H, W, 3) uint8 sRGB codes.
        colors: how many, 2 to 256.

    Returns:
        At most `colors` colours, dark to light; those of the image where it has no more than that.

    Raises:
        InputError: the image is no such array or of one colour only, or `colors` is out of range.

    Example:
        >>> image = np.zeros((2, 4, 3), np.uint8)
        >>> image[:, 2:, 0] = [[100, 104], [108, 112]]
        >>> median_cut(image, 2).hex
        ['#000000', '#6a0000']
    """
    from PIL import Image

    flat = _checked(image, colors)
    few = distinct_colors(flat)
    if len(few) > colors:
        quantized = Image.fromarray(np.ascontiguousarray(image)).quantize(
            colors, method=Image.Quantize.MEDIANCUT, kmeans=0
        )
        few = np.array(quantized.getpalette("RGB"), np.uint8).reshape(-1, 3)
        few = few[np.unique(np.asarray(quantized))]  # what no pixel has is padding
    return _dark_to_light(few)


def k_means(image: np.ndarray, colors: int, *, seed: int = 0) -> Palette:
    """The palette of k-means in OKLab: each colour is the mean of the pixels that are nearest to it.

    Source: S. Lloyd, "Least squares quantization in PCM" (1982), on the weighted histogram of the
    image; D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding" (2007).

    Args:
        image: (H, W, 3) uint8 sRGB codes.
        colors: how many, 2 to 256.
        seed: 0 or more; the same seed gives the same palette.

    Returns:
        At most `colors` colours, dark to light; those of the image where it has no more than that.

    Raises:
        InputError: the image is no such array or of one colour only, or a number is out of range.

    Example:
        >>> image = np.zeros((4, 4, 3), np.uint8)
        >>> image[:2], image[3, 3] = [[250, 0, 0]], [0, 0, 4]
        >>> k_means(image, 2).hex
        ['#000000', '#fa0000']
    """
    flat = _checked(image, colors)
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed is {seed}; it must be a whole number from 0")
    codes, counts = _color_counts(flat)
    if len(codes) <= colors:
        return _dark_to_light((codes[:, None] >> np.array([16, 8, 0]) & 255).astype(np.uint8))
    points, weights = _histogram(codes, counts, colors)
    centers = _spread_centers(points, weights, colors, np.random.default_rng(seed))
    # With a fourth coordinate of 1, one product gives |centre|^2 - 2 point . centre; the square of the
    # point, which that lacks, is the same for every centre. Single precision is enough to compare.
    homogeneous = np.column_stack([points, np.ones(len(points))]).astype(np.float32)
    nearest = np.zeros(len(points), np.intp)
    for _ in range(_MOST_ITERATIONS):
        planes = np.vstack([-2 * centers.T, (centers**2).sum(axis=1)]).astype(np.float32)
        nearest = (homogeneous @ planes).argmin(axis=1)
        before, centers = centers, _means(points, weights, nearest, centers)
        if abs(centers - before).max() < _STILL:
            break
    linear = oklab_to_linear(centers[np.unique(nearest)]).clip(0, 1)
    return _dark_to_light(np.rint(linear_to_srgb(linear) * 255).astype(np.uint8))


def _checked(image: np.ndarray, colors: int) -> np.ndarray:
    """The pixels of a valid image, as (N, 3)."""
    if not isinstance(colors, int | np.integer) or not 2 <= colors <= MAX_COLORS:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MAX_COLORS}")
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise InputError(
            f"a palette is made from an image of (H, W, 3) uint8, not {image.shape} {image.dtype}"
        )
    flat = image.reshape(-1, 3)
    if (flat == flat[0]).all():
        raise InputError("the image has one colour only; a palette holds at least 2")
    return flat


def _dark_to_light(colors: np.ndarray) -> Palette:
    colors = distinct_colors(colors)
    lightness = linear_to_oklab(srgb_to_linear(colors / 255))[:, 0]
    return Palette(colors[np.lexsort((packed_codes(colors), lightness.round(9)))])


def _color_counts(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct colours as 0xRRGGBB, ascending, and how many pixels have each; a block at a time."""
    codes, counts = np.empty(0, np.int32), np.empty(0, np.int64)
    for start in range(0, len(flat), _BLOCK_PIXELS):
        block = np.unique(packed_codes(flat[start : start + _BLOCK_PIXELS]), return_counts=True)
        codes, place = np.unique(np.concatenate([codes, block[0]]), return_inverse=True)
        both = np.concatenate([counts, block[1]]).astype(np.float64)
        counts = np.bincount(place, both).astype(np.int64)
    return codes, counts


def _histogram(codes: np.ndarray, counts: np.ndarray, colors: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) OKLab points and how many pixels each stands for: colours, or bins of many colours."""
    channels = codes[:, None] >> np.array([16, 8, 0]) & 255
    points = linear_to_oklab(srgb_to_linear(channels / 255))
    weights = counts.astype(np.float64)
    if len(points) <= _MOST_POINTS:
        return points, weights
    bits = _BIN_BITS
    bins, place = np.unique(packed_codes(channels >> (8 - bits)), return_inverse=True)
    # Where all colours are alike, coarse bins are fewer than the palette's colours.
    while len(bins) < 8 * colors and bits < 8:
        bits += 1
        bins, place = np.unique(packed_codes(channels >> (8 - bits)), return_inverse=True)
    return _means(points, weights, place, np.zeros((len(bins), 3))), np.bincount(place, weights)


def _means(
    points: np.ndarray, weights: np.ndarray, group: np.ndarray, otherwise: np.ndarray
) -> np.ndarray:
    """The weighted mean of each group of points; `otherwise`, one row a group, where it has none."""
    mass = np.bincount(group, weights, len(otherwise))
    sums = [np.bincount(group, weights * axis, len(otherwise)) for axis in points.T]
    return np.where(
        mass[:, None] > 0, np.stack(sums, axis=1) / np.maximum(mass, 1)[:, None], otherwise
    )


def _spread_centers(
    points: np.ndarray, weights: np.ndarray, count: int, generator: np.random.Generator
) -> np.ndarray:
    """k-means++: each next centre is a point drawn by its weighted squared distance to the others."""
    chances = weights
    squares = np.full(len(points), np.inf)
    norms = (points**2).sum(axis=1)
    centers = []
    for _ in range(count):
        steps = np.cumsum(chances)
        draws = generator.random(_CANDIDATES) * steps[-1]
        drawn = points[np.searchsorted(steps, draws, side="right").clip(max=len(points) - 1)]
        # Of a few drawn points, the one that leaves the least error is kept.
        apart = norms - 2 * drawn @ points.T + (drawn**2).sum(axis=1)[:, None]
        left = np.minimum(squares, apart.clip(min=0))
        best = int((left @ weights).argmin())
        centers.append(drawn[best])
        squares = left[best]
        chances = weights * squares
    return np.array(centers)
